/** Offers: a partner's terms for one product, in versions. */
import type { OfferFacts } from '../../domain/events/catalog-items.ts'
import * as shape from '../../domain/events/shapes.ts'
import { type OfferState, offerCommand } from '../../domain/offer.ts'
import {
  catalogueView,
  type OfferDocument,
  offerStatuses,
  offers,
} from '../../projections/views/catalogue.ts'
import { reaches } from '../auth/reach.ts'
import { builder } from '../graphql/builder.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { loadAfter } from '../graphql/load.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { definePayload } from '../graphql/outcome.ts'
import { NodeType } from './node.ts'
import { SourceType } from './source.ts'

const StockPolicyType = builder.objectRef<OfferFacts['stock']>('StockPolicy').implement({
  description: 'Told, not enforced: no sale takes from a count, and none is refused for want of stock.',
  fields: (t) => ({
    policy: t.field({
      type: enumNamed('StockPolicyKind', ['UNLIMITED', 'COUNTED']),
      resolve: ({ policy }) => policy,
    }),
    units: t.int({
      nullable: true,
      description: 'As the partner stated them last; null where they are not counted.',
      resolve: (stock) => (stock.policy === 'COUNTED' ? stock.units : null),
    }),
  }),
})

export const OfferType = builder.objectRef<OfferDocument>('Offer').implement({
  description:
    "A partner's terms for one product, as they are now. Purchases keep the version they were made under.",
  interfaces: [NodeType],
  fields: (t) => ({
    id: t.exposeID('offer'),
    partnerId: t.exposeID('partner'),
    version: t.exposeInt('version', { description: 'For `expectedVersion` of reviseOffer.' }),
    status: t.field({ type: enumNamed('OfferStatus', offerStatuses), resolve: ({ status }) => status }),
    title: t.string({ resolve: ({ facts }) => facts.title }),
    media: t.stringList({ resolve: ({ facts }) => [...facts.media] }),
    sku: t.string({ resolve: ({ facts }) => facts.sku }),
    category: t.exposeString('category'),
    listPrice: t.field({
      type: MoneyType,
      description: 'Of one unit.',
      resolve: ({ facts }) => moneyOf(facts.listPrice, facts.currency),
    }),
    validFrom: t.field({ type: 'DateTime', resolve: ({ facts }) => facts.validFrom }),
    validUntil: t.field({ type: 'DateTime', nullable: true, resolve: ({ facts }) => facts.validUntil }),
    communityIds: t.idList({
      description: 'Where it may be shown; none: wherever the partner has terms.',
      resolve: ({ facts }) => [...facts.communities],
    }),
    segmentIds: t.idList({
      description: 'To whose members it may be shown; none: to all.',
      resolve: ({ facts }) => [...facts.segments],
    }),
    poolOverride: t.int({
      nullable: true,
      description: 'Basis points of the pool, where the offer raises what the terms say.',
      resolve: ({ facts }) => facts.poolOverride,
    }),
    stock: t.field({
      type: StockPolicyType,
      nullable: true,
      description: 'As the partner states it: information alone. Told to the partner and the platform alone.',
      resolve: ({ facts, partner }, _args, context, info) =>
        reaches(reachIn(context, info), [partner]) ? facts.stock : null,
    }),
    publishedAt: t.field({ type: 'DateTime', resolve: ({ publishedAt }) => publishedAt }),
    changedAt: t.field({ type: 'DateTime', resolve: ({ changedAt }) => changedAt }),
    withdrawnFor: t.exposeString('withdrawnFor', { nullable: true, description: 'Why it was withdrawn.' }),
    source: t.field({ type: SourceType, nullable: true, resolve: ({ source }) => source }),
  }),
})

const OfferPayload = definePayload('OfferPayload', (t) => ({
  offer: t.field({
    type: OfferType,
    nullable: true,
    resolve: (outcome, _args, context) => loadAfter(context, catalogueView.name, offers, outcome),
  }),
}))

const mutation = mutationsOn({
  decider: (model) => model.offer,
  commands: offerCommand,
  payload: OfferPayload,
})

const named = { kind: 'NAMED', input: 'offerId', id: shape.offerId, thing: 'offer' } as const
const own = {
  by: 'STATE',
  of: ({ partnerId }: OfferState) => (partnerId === null ? [] : [partnerId]),
} as const

mutation('publishOffer', 'PublishOffer', 'A partner offers something: the first version of its terms.', {
  target: {
    kind: 'NEW',
    prefix: 'offer',
    property: 'offerId',
    within: ({ partnerId }) => [String(partnerId)],
  },
  owners: { by: 'COMMAND', of: ({ partnerId }) => [partnerId], path: 'partnerId' },
  key: 'REQUIRED',
  defaulted: ['source'],
  fill: ({ input, key }) => (input.source == null ? { source: key?.external ?? null } : {}),
})
mutation('reviseOffer', 'ReviseOffer', 'States the next version of an offer.', {
  target: named,
  owners: own,
  key: 'REQUIRED',
  filled: ['partnerId', 'source'],
  fill: async ({ services: { handler, model }, streamId }) => {
    const { state } = await handler.read(model.offer, streamId)
    return { offerId: streamId, partnerId: state.partnerId, source: state.published?.source ?? null }
  },
})
mutation('withdrawOffer', 'WithdrawOffer', 'Nobody can place it any more.', {
  target: named,
  owners: own,
  mayLieAhead: true,
  defaulted: ['at'],
  fill: ({ input, now }) => (input.at == null ? { at: now } : {}),
})
