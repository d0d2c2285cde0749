/** What traffic brings: shares, sharers, and the funnel of a community. */
import {
  type CreditSums,
  type FunnelRow,
  findSharers,
  findShares,
  readFunnel,
  type ShareFigures,
  shareById,
} from '../../projections/queries/attribution.ts'
import { attributionView } from '../../projections/views/attribution.ts'
import type { SharerDocument } from '../../projections/views/attribution-documents.ts'
import { pageArgs, readArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { defineConnection, readPage } from '../graphql/connection.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { type ReadAt, ReadAtType } from '../graphql/read-at.ts'
import { readView } from '../graphql/reading.ts'
import { ShareType } from './share.ts'

const CreditSumsType = builder.objectRef<CreditSums>('CreditSums').implement({
  description: 'Purchases that were credited, in one currency.',
  fields: (t) => ({
    credits: t.exposeInt('credits', {
      description: 'How often; a purchase of two sharers counts with both.',
    }),
    points: t.exposeInt('points', { description: 'Basis points of purchases: each has 10,000 in all.' }),
    gross: t.field({ type: MoneyType, resolve: ({ gross, currency }) => moneyOf(gross, currency) }),
    earned: t.field({
      type: MoneyType,
      description: 'Legs as SHARER_1 at the sale.',
      resolve: ({ earned, currency }) => moneyOf(earned, currency),
    }),
    reversed: t.field({
      type: MoneyType,
      description: 'What refunds and lost disputes took back of them.',
      resolve: ({ reversed, currency }) => moneyOf(reversed, currency),
    }),
  }),
})

const ShareFiguresType = builder.objectRef<ShareFigures>('ShareFigures').implement({
  fields: (t) => ({
    share: t.field({ type: ShareType, resolve: ({ share }) => share }),
    credits: t.field({ type: [CreditSumsType], resolve: ({ credits }) => [...credits] }),
  }),
})

const ShareConnection = defineConnection<ShareFigures>(
  'Share',
  (t) => t.field({ type: ShareFiguresType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [ShareFiguresType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

builder.queryField('shares', (t) =>
  t.field({
    type: ShareConnection,
    description: 'Shares with what they brought, by when they were made.',
    args: {
      communityId: t.arg.id({ required: false }),
      sharerId: t.arg.id({ required: false }),
      newestFirst: t.arg.boolean({ required: false, defaultValue: true }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = { community: args.communityId ?? null, person: args.sharerId ?? null }
      return readPage(context, info, attributionView.name, { ...args }, (reader, request) =>
        findShares(reader, reach, asked, args.newestFirst ?? true, request),
      )
    },
  }),
)

builder.queryField('share', (t) =>
  t.field({
    type: ShareFiguresType,
    nullable: true,
    description: 'One share; null where there is none that you may see.',
    args: { id: t.arg.id(), ...readArgs() },
    resolve: async (_parent, { id, minPosition }, context, info) => {
      const reach = reachIn(context, info)
      const { value } = await readView(context, attributionView.name, minPosition, (reader) =>
        shareById(reader, reach, id),
      )
      return value
    },
  }),
)

const SharerFiguresType = builder.objectRef<SharerDocument>('SharerFigures').implement({
  description: 'What one person brought to one community.',
  fields: (t) => ({
    communityId: t.exposeID('community'),
    personId: t.exposeID('person'),
    touches: t.exposeInt('touches'),
    joins: t.exposeInt('joins', { description: 'Members whom the person invited.' }),
    earned: t.field({
      type: MoneyType,
      nullable: true,
      resolve: ({ earned, currency }) => (currency === null ? null : moneyOf(earned, currency)),
    }),
    reversed: t.field({
      type: MoneyType,
      nullable: true,
      resolve: ({ reversed, currency }) => (currency === null ? null : moneyOf(reversed, currency)),
    }),
  }),
})

const SharerConnection = defineConnection<SharerDocument>(
  'Sharer',
  (t) => t.field({ type: SharerFiguresType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [SharerFiguresType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

builder.queryField('sharers', (t) =>
  t.field({
    type: SharerConnection,
    description: 'Who shares, by what they earned, most first.',
    args: {
      communityId: t.arg.id({ required: false }),
      personId: t.arg.id({ required: false }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = { community: args.communityId ?? null, person: args.personId ?? null }
      return readPage(context, info, attributionView.name, { ...args }, (reader, request) =>
        findSharers(reader, reach, asked, request),
      )
    },
  }),
)

const FunnelRowType = builder.objectRef<FunnelRow>('FunnelRow').implement({
  fields: (t) => ({
    communityId: t.exposeID('community', { nullable: true }),
    month: t.exposeString('month', { nullable: true }),
    source: t.exposeString('source'),
    channel: t.exposeString('channel'),
    touches: t.exposeInt('touches'),
    joins: t.exposeInt('joins'),
    credits: t.field({ type: [CreditSumsType], resolve: ({ credits }) => [...credits] }),
  }),
})

interface Funnel {
  readonly rows: readonly FunnelRow[]
  readonly readAt: ReadAt
}

const FunnelType = builder.objectRef<Funnel>('AttributionFunnel').implement({
  fields: (t) => ({
    rows: t.field({ type: [FunnelRowType], resolve: ({ rows }) => [...rows] }),
    readAt: t.field({ type: ReadAtType, resolve: ({ readAt }) => readAt }),
  }),
})

const FunnelDimensionType = enumNamed('FunnelDimension', ['COMMUNITY', 'MONTH'])

builder.queryField('attributionFunnel', (t) =>
  t.field({
    type: FunnelType,
    description: 'Touches, joins and credited purchases, by source and channel.',
    args: {
      communityId: t.arg.id({ required: false }),
      from: t.arg.string({ required: false, description: 'First month, as 2026-03.' }),
      to: t.arg.string({ required: false, description: 'Last month.' }),
      by: t.arg({
        type: [FunnelDimensionType],
        required: false,
        description: 'What is kept apart, beside source and channel.',
      }),
      ...readArgs(),
    },
    resolve: async (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = {
        community: args.communityId ?? null,
        from: args.from ?? null,
        through: args.to ?? null,
        by: (args.by ?? []).map((each) => (each === 'MONTH' ? ('month' as const) : ('community' as const))),
      }
      const { value, readAt } = await readView(context, attributionView.name, args.minPosition, (reader) =>
        readFunnel(reader, reach, asked),
      )
      return { rows: value, readAt }
    },
  }),
)
