/** Purchases whose captures do not tie to what was sold. */
import {
  type Tie,
  ties,
  type Variance,
  varianceReasons,
  variances,
} from '../../projections/queries/variances.ts'
import { purchaseList } from '../../projections/views/purchases.ts'
import { pageArgs, readArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { defineConnection, readPage } from '../graphql/connection.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { type ReadAt, ReadAtType } from '../graphql/read-at.ts'
import { readView } from '../graphql/reading.ts'
import { PurchaseType, VarianceClassType } from './purchase.ts'

const VarianceType = builder.objectRef<Variance>('Variance').implement({
  fields: (t) => ({
    purchase: t.field({ type: PurchaseType, resolve: ({ purchase }) => purchase }),
    reason: t.field({ type: enumNamed('VarianceReason', varianceReasons), resolve: ({ reason }) => reason }),
    difference: t.field({
      type: MoneyType,
      description: 'Captured less sold.',
      resolve: ({ purchase }) => moneyOf(purchase.difference, purchase.currency),
    }),
    booked: t.exposeString('booked', {
      nullable: true,
      description: 'The reason of who booked it; null: it still stands on the receivable.',
    }),
  }),
})

const VarianceConnection = defineConnection<Variance>(
  'Variance',
  (t) => t.field({ type: VarianceType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [VarianceType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

builder.queryField('variances', (t) =>
  t.field({
    type: VarianceConnection,
    description: 'Purchases whose captures differ from what was sold, oldest first.',
    args: {
      communityId: t.arg.id({ required: false }),
      currency: t.arg({ type: 'CurrencyCode', required: false }),
      classes: t.arg({ type: [VarianceClassType], required: false, description: 'Left out: all but EXACT.' }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = {
        community: args.communityId ?? null,
        currency: args.currency ?? null,
        classes: args.classes ?? [],
      }
      return readPage(context, info, purchaseList.name, { ...args }, (reader, request) =>
        variances(reader, reach, asked, request),
      )
    },
  }),
)

const TieType = builder.objectRef<Tie>('Tie').implement({
  description: 'Recognised purchases of one class: what was captured beside what was sold.',
  fields: (t) => ({
    varianceClass: t.field({ type: VarianceClassType, resolve: ({ varianceClass }) => varianceClass }),
    purchases: t.exposeInt('purchases'),
    difference: t.field({
      type: MoneyType,
      description: 'Captured less sold.',
      resolve: ({ difference, currency }) => moneyOf(difference, currency),
    }),
    open: t.field({
      type: MoneyType,
      description: 'Left on the receivable: positive where buyers still owe.',
      resolve: ({ open, currency }) => moneyOf(open, currency),
    }),
  }),
})

interface Ties {
  readonly rows: readonly Tie[]
  readonly readAt: ReadAt
}

const TiesType = builder.objectRef<Ties>('Ties').implement({
  fields: (t) => ({
    rows: t.field({ type: [TieType], resolve: ({ rows }) => [...rows] }),
    readAt: t.field({ type: ReadAtType, resolve: ({ readAt }) => readAt }),
  }),
})

builder.queryField('ties', (t) =>
  t.field({
    type: TiesType,
    description: 'How many purchases tie, and how many do not, by class and currency.',
    args: { communityId: t.arg.id({ required: false }), ...readArgs() },
    resolve: async (_parent, { communityId, minPosition }, context, info) => {
      const reach = reachIn(context, info)
      const { value, readAt } = await readView(context, purchaseList.name, minPosition, (reader) =>
        ties(reader, reach, communityId ?? null),
      )
      return { rows: value, readAt }
    },
  }),
)
