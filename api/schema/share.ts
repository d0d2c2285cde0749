/** Shares: a sharer's links to offers, bundles and communities. */
import * as shape from '../../domain/events/shapes.ts'
import { type ShareState, shareCommand } from '../../domain/share.ts'
import { attributionView } from '../../projections/views/attribution.ts'
import { type ShareDocument, shares } from '../../projections/views/attribution-documents.ts'
import { builder } from '../graphql/builder.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { loadAfter } from '../graphql/load.ts'
import { definePayload } from '../graphql/outcome.ts'
import { NodeType } from './node.ts'

const SharerType = builder.objectRef<ShareDocument['sharer']>('Sharer').implement({
  description: 'Who passed it on: a member, staff of a partner or the community, or its owner.',
  fields: (t) => ({
    kind: t.field({
      type: enumNamed('SharerKind', shape.sharer.shape.kind.options),
      resolve: ({ kind }) => kind,
    }),
    id: t.exposeID('id'),
  }),
})

const TargetType = builder.objectRef<ShareDocument['target']>('Target').implement({
  description: 'What is shared, or was touched.',
  fields: (t) => ({
    kind: t.field({
      type: enumNamed('TargetKind', ['OFFER', 'BUNDLE', 'COMMUNITY']),
      resolve: ({ kind }) => kind,
    }),
    id: t.exposeID('id'),
  }),
})

export const ShareType = builder.objectRef<ShareDocument>('Share').implement({
  description: 'A link of a sharer to a target.',
  interfaces: [NodeType],
  fields: (t) => ({
    id: t.exposeID('share'),
    communityId: t.exposeID('community'),
    sharer: t.field({ type: SharerType, resolve: ({ sharer }) => sharer }),
    target: t.field({ type: TargetType, resolve: ({ target }) => target }),
    channel: t.exposeString('channel'),
    createdAt: t.field({ type: 'DateTime', resolve: ({ createdAt }) => createdAt }),
    touches: t.exposeInt('touches'),
    joins: t.exposeInt('joins'),
    revoked: t.boolean({
      description: 'It counts no touch any more.',
      resolve: ({ revoked }) => revoked === 1,
    }),
  }),
})

const SharePayload = definePayload('SharePayload', (t) => ({
  share: t.field({
    type: ShareType,
    nullable: true,
    resolve: (outcome, _args, context) => loadAfter(context, attributionView.name, shares, outcome),
  }),
}))

const mutation = mutationsOn({
  decider: (model) => model.share,
  commands: shareCommand,
  payload: SharePayload,
})

mutation(
  'createShare',
  'CreateShare',
  "Makes a sharer's link to an offer, a bundle or the community itself.",
  {
    target: {
      kind: 'NEW',
      prefix: 'share',
      property: 'shareId',
      within: ({ communityId }) => [String(communityId)],
    },
    owners: { by: 'COMMAND', of: ({ communityId }) => [communityId], path: 'communityId' },
    key: 'REQUIRED',
    defaulted: ['createdAt'],
    fill: ({ input, now }) => (input.createdAt == null ? { createdAt: now } : {}),
  },
)
mutation('revokeShare', 'RevokeShare', 'The link counts no touch any more.', {
  target: { kind: 'NAMED', input: 'shareId', id: shape.shareId, thing: 'share' },
  owners: { by: 'STATE', of: ({ created }: ShareState) => (created === null ? [] : [created.communityId]) },
})
