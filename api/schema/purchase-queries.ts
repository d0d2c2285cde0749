/** Purchases and sales in lists: whole ones for communities and the platform, a partner's own part for brands. */
import {
  purchaseList as listPurchases,
  type PartnerSale,
  partnerSales,
  purchaseOf,
} from '../../projections/queries/purchases.ts'
import type { PurchaseDocument } from '../../projections/views/purchase-documents.ts'
import { purchaseList } from '../../projections/views/purchases.ts'
import { pageArgs, readArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { defineConnection, readPage } from '../graphql/connection.ts'
import { reachIn } from '../graphql/guard.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { readView } from '../graphql/reading.ts'
import { PurchaseStatusType, PurchaseType, purchaseStateOf } from './purchase.ts'
import { PurchaseLineType } from './purchase-line.ts'
import { seesWhole } from './whole-purchase.ts'

const PurchaseConnection = defineConnection<PurchaseDocument>(
  'Purchase',
  (t) => t.field({ type: PurchaseType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [PurchaseType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

const placedArgs = () =>
  builder.args((t) => ({
    placedFrom: t.field({
      type: 'DateTime',
      required: false,
      description: 'Placed at this instant or later.',
    }),
    placedBefore: t.field({ type: 'DateTime', required: false, description: 'Placed before this instant.' }),
    newestFirst: t.boolean({ required: false, defaultValue: true }),
  }))

builder.queryField('purchases', (t) =>
  t.field({
    type: PurchaseConnection,
    description: 'Whole purchases, by when they were placed. Brands ask for `sales`.',
    args: {
      communityId: t.arg.id({ required: false }),
      personId: t.arg.id({ required: false }),
      status: t.arg({ type: PurchaseStatusType, required: false }),
      ...placedArgs(),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = {
        community: args.communityId ?? null,
        person: args.personId ?? null,
        status: args.status ?? null,
        placedFrom: args.placedFrom ?? null,
        placedBefore: args.placedBefore ?? null,
        newestFirst: args.newestFirst ?? true,
      }
      return readPage(context, info, purchaseList.name, { ...args }, (reader, request) =>
        listPurchases(reader, reach, asked, request),
      )
    },
  }),
)

builder.queryField('purchase', (t) =>
  t.field({
    type: PurchaseType,
    nullable: true,
    description: 'One purchase; null where there is none that you may see.',
    args: { id: t.arg.id(), ...readArgs() },
    resolve: async (_parent, { id, minPosition }, context, info) => {
      const reach = reachIn(context, info)
      const { value } = await readView(context, purchaseList.name, minPosition, (reader) =>
        purchaseOf(reader, reach, id),
      )
      return value
    },
  }),
)

const SaleType = builder.objectRef<PartnerSale>('Sale').implement({
  description: "One partner's part of a purchase. Who bought is not a brand's to know.",
  fields: (t) => ({
    purchaseId: t.exposeID('purchase'),
    partnerId: t.exposeID('partner'),
    communityId: t.exposeID('community'),
    status: t.field({
      type: PurchaseStatusType,
      description: 'Of the purchase as a whole.',
      resolve: ({ status }) => status,
    }),
    placedAt: t.field({ type: 'DateTime', resolve: ({ placedAt }) => placedAt }),
    businessDate: t.field({ type: 'Date', resolve: ({ businessDate }) => businessDate }),
    amount: t.field({ type: MoneyType, resolve: ({ amount, currency }) => moneyOf(amount, currency) }),
    units: t.exposeInt('units'),
    partnerNet: t.field({
      type: MoneyType,
      description: "The partner's legs, less what was taken back of them.",
      resolve: ({ partnerNet, currency }) => moneyOf(partnerNet, currency),
    }),
    refunded: t.field({ type: MoneyType, resolve: ({ refunded, currency }) => moneyOf(refunded, currency) }),
    lines: t.field({
      type: [PurchaseLineType],
      description: "The partner's own lines.",
      extensions: { cost: { points: 3 } },
      resolve: async ({ purchase, partner, community, currency }, _args, context) => {
        const namesPersons = seesWhole(context, community)
        const { lines } = await purchaseStateOf(context, purchase)
        return lines
          .filter(({ line }) => line.partnerId === partner)
          .map((line) => ({ ...line, currency, namesPersons }))
      },
    }),
  }),
})

const SaleConnection = defineConnection<PartnerSale>(
  'Sale',
  (t) => t.field({ type: SaleType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [SaleType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

builder.queryField('sales', (t) =>
  t.field({
    type: SaleConnection,
    description: "A partner's sales, by when they were placed: its own part of each purchase.",
    args: {
      partnerId: t.arg.id(),
      communityId: t.arg.id({ required: false }),
      ...placedArgs(),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = {
        partner: args.partnerId,
        community: args.communityId ?? null,
        placedFrom: args.placedFrom ?? null,
        placedBefore: args.placedBefore ?? null,
        newestFirst: args.newestFirst ?? true,
      }
      return readPage(context, info, purchaseList.name, { ...args }, (reader, request) =>
        partnerSales(reader, reach, asked, request),
      )
    },
  }),
)
