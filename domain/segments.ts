/** The segments of one community: versioned rules or lists that pick some of its members. */
import { z } from 'zod'
import { type CommunityState, community, knownCommunity } from './community.ts'
import { type Decider, Rejection, unreachable } from './decider.ts'
import { eventTypes } from './events/define.ts'
import { type SegmentEvent, segmentEvents } from './events/members.ts'
import * as shape from './events/shapes.ts'
import { byCodeUnits, same, sortedSet } from './same.ts'
import { holds, type MembershipFacts, ruleProblem } from './segment-rule.ts'

export const segmentsCommand = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('DefineSegment'),
    segmentId: shape.segmentId,
    communityId: shape.communityId,
    name: shape.label,
    definition: shape.segmentDefinition,
  }),
  z.strictObject({
    type: z.literal('ReviseSegment'),
    segmentId: shape.segmentId,
    /** The version that the revision is made from. */
    expectedVersion: shape.version,
    name: shape.label,
    definition: shape.segmentDefinition,
  }),
  z.strictObject({ type: z.literal('RetireSegment'), segmentId: shape.segmentId, reason: shape.reason }),
])
export type SegmentsCommand = z.infer<typeof segmentsCommand>

export interface Segment {
  readonly id: string
  readonly version: number
  readonly name: string
  readonly definition: shape.SegmentDefinition
  readonly retired: boolean
}

export interface SegmentsState {
  readonly communityId: string | null
  /** In the order of their ids, retired ones too. */
  readonly segments: readonly Segment[]
}

/** A segment of a membership, as frozen on what happens to it. */
export type SegmentAt = z.infer<typeof shape.segmentAt>

/** Segments of one community that are not retired; and retired ones. */
const most = { live: 200, retired: 2_000 } as const

const initial: SegmentsState = { communityId: null, segments: [] }

const withSegment = (state: SegmentsState, communityId: string, segment: Segment): SegmentsState => ({
  communityId,
  segments: [...state.segments.filter(({ id }) => id !== segment.id), segment].sort((a, b) =>
    byCodeUnits(a.id, b.id),
  ),
})

const evolve = (state: SegmentsState, event: SegmentEvent): SegmentsState => {
  switch (event.type) {
    case 'SegmentDefined':
    case 'SegmentRevised': {
      const { segmentId: id, communityId, version, name, definition } = event.data
      return withSegment(state, communityId, { id, version, name, definition, retired: false })
    }
    case 'SegmentRetired':
      return {
        ...state,
        segments: state.segments.map((segment) =>
          segment.id === event.data.segmentId ? { ...segment, retired: true } : segment,
        ),
      }
    default:
      return unreachable(event)
  }
}

/** As kept: a list without repeats, in the order of ids. */
const checked = (definition: shape.SegmentDefinition): shape.SegmentDefinition => {
  if (definition.kind === 'LIST') return { kind: 'LIST', members: sortedSet(definition.members) }
  const problem = ruleProblem(definition.rule)
  if (problem !== null) throw new Rejection('INVALID', problem, ['definition', 'rule'])
  return definition
}

const checkName = (state: SegmentsState, segmentId: string, name: string): void => {
  if (state.segments.some((other) => !other.retired && other.id !== segmentId && other.name === name))
    throw new Rejection('TAKEN', `The community has another segment named "${name}".`, ['name'])
}

const decide = (
  state: SegmentsState,
  command: SegmentsCommand,
  home: CommunityState | null,
): readonly SegmentEvent[] => {
  const { segmentId } = command
  const segment = state.segments.find(({ id }) => id === segmentId)
  if (command.type === 'DefineSegment') {
    const { communityId, name } = command
    const definition = checked(command.definition)
    if (segment !== undefined) {
      if (segment.version === 1 && same([segment.name, segment.definition], [name, definition])) return []
      throw new Rejection('KEY_REUSED', 'A segment with this id was defined otherwise.', ['segmentId'])
    }
    knownCommunity(home ?? community.initial, ['communityId'])
    checkName(state, segmentId, name)
    const retired = state.segments.filter((other) => other.retired).length
    if (state.segments.length - retired >= most.live)
      throw new Rejection('CONFLICT', `A community has at most ${most.live} segments. Retire one first.`)
    if (retired >= most.retired)
      throw new Rejection(
        'CONFLICT',
        `The community has retired ${most.retired} segments. Revise one instead.`,
      )
    return [{ type: 'SegmentDefined', data: { segmentId, communityId, version: 1, name, definition } }]
  }
  const { communityId } = state
  if (segment === undefined || communityId === null)
    throw new Rejection('NOT_FOUND', 'The community has no such segment.', ['segmentId'])
  switch (command.type) {
    case 'ReviseSegment': {
      const { name, expectedVersion } = command
      const definition = checked(command.definition)
      if (segment.retired) throw new Rejection('WRONG_STATE', 'The segment is retired. Define another one.')
      const isSame = same([segment.name, segment.definition], [name, definition])
      if (isSame && (segment.version === expectedVersion || segment.version === expectedVersion + 1))
        return []
      if (segment.version !== expectedVersion)
        throw new Rejection(
          'VERSION_CHANGED',
          `The segment is at version ${segment.version} now. Look at it again.`,
          ['expectedVersion'],
          { version: segment.version },
        )
      checkName(state, segmentId, name)
      const version = expectedVersion + 1
      return [{ type: 'SegmentRevised', data: { segmentId, communityId, version, name, definition } }]
    }
    case 'RetireSegment':
      if (segment.retired) return []
      return [{ type: 'SegmentRetired', data: { segmentId, communityId, reason: command.reason } }]
    default:
      return unreachable(command)
  }
}

/** Stream `segments-{community id}`: all segments of one community. */
export const segments: Decider<SegmentsState, SegmentsCommand, SegmentEvent, CommunityState | null> = {
  category: 'segments',
  initial,
  evolve,
  types: eventTypes(segmentEvents),
  gather: async (command, read) =>
    command.type === 'DefineSegment' ? read(community, command.communityId) : null,
  decide,
}

/** Segments by rule that hold for a member, in the order of ids. Lists are answered from their rolls. */
export const segmentsOf = (state: SegmentsState, facts: MembershipFacts): readonly SegmentAt[] =>
  state.segments
    .filter(
      ({ definition, retired }) => !retired && definition.kind === 'RULE' && holds(definition.rule, facts),
    )
    .map(({ id, version }) => ({ id, version }))
