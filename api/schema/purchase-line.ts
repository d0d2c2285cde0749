/** Lines of a purchase, as frozen at the sale, with what became of them since. */
import type { Leg, SaleLine } from '../../domain/events/sale.ts'
import type { LineState } from '../../domain/purchase/state.ts'
import { builder } from '../graphql/builder.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { SplitRoleType } from './split-role.ts'
import { toldParty } from './whole-purchase.ts'

/** A line with the currency of its purchase. */
export interface PurchaseLine extends LineState {
  readonly currency: string
  /** Whether the caller may know who bought and who shared. */
  readonly namesPersons: boolean
}

export interface LineLeg {
  readonly namesPersons: boolean
  readonly leg: Leg
  readonly reversed: number
  readonly currency: string
}

const LineKindType = enumNamed('LineKind', ['GOODS', 'FREIGHT', 'OTHER'])

const LegType = builder.objectRef<LineLeg>('Leg').implement({
  description: 'What one party gets of one line, in one role.',
  fields: (t) => ({
    party: t.id({
      nullable: true,
      description:
        'A partner, a community, a person, or platform. Null: a person, whom a partner is not told.',
      resolve: ({ leg, namesPersons }) => toldParty(leg.party, namesPersons),
    }),
    role: t.field({ type: SplitRoleType, resolve: ({ leg }) => leg.role }),
    amount: t.field({ type: MoneyType, resolve: ({ leg, currency }) => moneyOf(leg.amount, currency) }),
    reversed: t.field({
      type: MoneyType,
      description: 'What of it was taken back.',
      resolve: ({ reversed, currency }) => moneyOf(reversed, currency),
    }),
  }),
})

type Priced<Of> = Of & { readonly currency: string }

const DiscountType = builder.objectRef<Priced<SaleLine['discounts'][number]>>('Discount').implement({
  fields: (t) => ({
    amount: t.field({ type: MoneyType, resolve: ({ amount, currency }) => moneyOf(amount, currency) }),
    bearer: t.exposeID('bearer', { description: 'Who bears it: a partner, a community, or platform.' }),
  }),
})

const TaxType = builder.objectRef<Priced<NonNullable<SaleLine['tax']>>>('Tax').implement({
  fields: (t) => ({
    rateBasisPoints: t.exposeInt('rateBasisPoints'),
    amount: t.field({
      type: MoneyType,
      description: 'Contained in the amount of the line.',
      resolve: ({ amount, currency }) => moneyOf(amount, currency),
    }),
  }),
})

const OfferVersionRef = builder.objectRef<NonNullable<SaleLine['offer']>>('OfferVersionRef').implement({
  fields: (t) => ({ offerId: t.exposeID('id'), version: t.exposeInt('version') }),
})

const BundleVersionRef = builder.objectRef<NonNullable<SaleLine['bundle']>>('BundleVersionRef').implement({
  fields: (t) => ({
    bundleId: t.exposeID('id'),
    version: t.exposeInt('version'),
    component: t.exposeInt('component', { description: 'Of the bundle; the first is 1.' }),
  }),
})

const LineTermsType = builder.objectRef<NonNullable<SaleLine['terms']>>('LineTerms').implement({
  description: 'Under which terms the line was split.',
  fields: (t) => ({
    partnershipId: t.exposeID('partnershipId'),
    version: t.exposeInt('version'),
    category: t.exposeString('category', {
      nullable: true,
      description: "Whose rate applied; null: the terms' default.",
    }),
  }),
})

const legsOf = ({ legs, reversed, currency, namesPersons }: PurchaseLine): LineLeg[] =>
  legs.map((leg, index) => ({ leg, reversed: reversed[index] ?? 0, currency, namesPersons }))

export const PurchaseLineType = builder.objectRef<PurchaseLine>('PurchaseLine').implement({
  description: 'One offer in a purchase, or freight. What it froze at the sale never changes.',
  fields: (t) => ({
    line: t.int({ description: 'The first is 1.', resolve: ({ line }) => line.line }),
    kind: t.field({ type: LineKindType, resolve: ({ line }) => line.kind }),
    partnerId: t.id({ resolve: ({ line }) => line.partnerId }),
    offer: t.field({ type: OfferVersionRef, nullable: true, resolve: ({ line }) => line.offer }),
    bundle: t.field({ type: BundleVersionRef, nullable: true, resolve: ({ line }) => line.bundle }),
    category: t.string({ nullable: true, resolve: ({ line }) => line.category }),
    quantity: t.int({ resolve: ({ line }) => line.quantity }),
    listPrice: t.field({
      type: MoneyType,
      description: 'Of one unit.',
      resolve: ({ line, currency }) => moneyOf(line.listPrice, currency),
    }),
    discounts: t.field({
      type: [DiscountType],
      resolve: ({ line, currency }) => line.discounts.map((discount) => ({ ...discount, currency })),
    }),
    tax: t.field({
      type: TaxType,
      nullable: true,
      resolve: ({ line, currency }) => (line.tax === null ? null : { ...line.tax, currency }),
    }),
    amount: t.field({
      type: MoneyType,
      description: 'What the buyer pays for the whole line.',
      resolve: ({ line, currency }) => moneyOf(line.amount, currency),
    }),
    captured: t.field({ type: MoneyType, resolve: ({ captured, currency }) => moneyOf(captured, currency) }),
    covered: t.exposeBoolean('covered', { description: 'Paid, within the tolerance: its legs mature.' }),
    fulfilledAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ fulfilledAt }) => fulfilledAt }),
    refunded: t.field({ type: MoneyType, resolve: ({ refunded, currency }) => moneyOf(refunded, currency) }),
    unitsReturned: t.exposeInt('unitsReturned'),
    terms: t.field({
      type: LineTermsType,
      nullable: true,
      description: 'Null: nobody had agreed to a pool, so the partner gets all of it.',
      resolve: ({ line }) => line.terms,
    }),
    base: t.field({
      type: MoneyType,
      description: 'What the pool is a part of.',
      resolve: ({ line, currency }) => moneyOf(line.base, currency),
    }),
    poolBasisPoints: t.int({ resolve: ({ line }) => line.poolBasisPoints }),
    legs: t.field({ type: [LegType], resolve: legsOf }),
  }),
})
