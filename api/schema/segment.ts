/** Segments: versioned rules, or lists, that pick some of a community's members. */
import * as shape from '../../domain/events/shapes.ts'
import { segmentsCommand } from '../../domain/segments.ts'
import { directory } from '../../projections/views/directory.ts'
import { type SegmentDocument, segments } from '../../projections/views/directory-documents.ts'
import { builder } from '../graphql/builder.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import { loadAfter } from '../graphql/load.ts'
import { definePayload } from '../graphql/outcome.ts'
import { NodeType } from './node.ts'

export const SegmentType = builder.objectRef<SegmentDocument>('Segment').implement({
  description: 'Picks some of the members of a community. Segments overlap: figures of several never add up.',
  interfaces: [NodeType],
  fields: (t) => ({
    id: t.exposeID('segment'),
    communityId: t.exposeID('community'),
    name: t.exposeString('name'),
    version: t.exposeInt('version', { description: 'The latest: for `expectedVersion` of reviseSegment.' }),
    retired: t.exposeBoolean('retired'),
    interests: t.stringList({
      description: 'Categories that its rule asks an interest in.',
      resolve: ({ interests }) => [...interests],
    }),
    definition: t.field({
      type: 'JSON',
      description: 'The rule, or the list, as it was recorded.',
      resolve: ({ definition }) => definition,
    }),
  }),
})

const SegmentPayload = definePayload('SegmentPayload', (t) => ({
  segment: t.field({
    type: SegmentType,
    nullable: true,
    resolve: (outcome, _args, context) => loadAfter(context, directory.name, segments, outcome),
  }),
}))

/** All segments of a community stand in one stream, which the community names. */
const named = { kind: 'NAMED', input: 'communityId', id: shape.communityId, thing: 'community' } as const

const mutation = mutationsOn({
  decider: (model) => model.segments,
  commands: segmentsCommand,
  payload: SegmentPayload,
})

mutation('defineSegment', 'DefineSegment', 'Defines a segment, by a rule or by a list of members.', {
  target: named,
  owners: { by: 'ID' },
  subjectOf: ({ segmentId }) => segmentId,
  key: 'REQUIRED',
  filled: ['segmentId', 'communityId'],
  fill: ({ services, streamId, key }) => ({
    segmentId: services.derive('segment', streamId, ...(key?.parts ?? [])),
    communityId: streamId,
  }),
})
mutation('reviseSegment', 'ReviseSegment', 'States the next version of a segment.', {
  target: named,
  owners: { by: 'ID' },
  subjectOf: ({ segmentId }) => segmentId,
})
mutation('retireSegment', 'RetireSegment', 'The segment picks nobody from now on.', {
  target: named,
  owners: { by: 'ID' },
  subjectOf: ({ segmentId }) => segmentId,
})
