/** Freezes a sale: lines with their terms, bases and legs, and who is credited for it. */
import type { Rate, Terms } from '../events/organisations.ts'
import type { Attribution, Charge, Flag, Sale, SaleLine } from '../events/sale.ts'
import { poolOf, rateFor } from '../rates.ts'
import { type Parties, splitLine } from '../split.ts'

/** A line whose prices and terms are settled, before it is split. */
export interface LineDraft {
  readonly kind: SaleLine['kind']
  readonly partnerId: string
  readonly offer: SaleLine['offer']
  readonly bundle: SaleLine['bundle']
  readonly category: string | null
  /** The category, then its ancestors: the nearest rate applies. */
  readonly categoryPath: readonly string[]
  readonly quantity: number
  readonly listPrice: number
  readonly discounts: SaleLine['discounts']
  readonly tax: SaleLine['tax']
  readonly amount: number
  readonly terms: { readonly partnershipId: string; readonly version: number; readonly terms: Terms } | null
  readonly poolOverride: number | null
}

/** Without terms nobody agreed to a pool: the partner receives all of the line, unheld. */
const withoutTerms = {
  terms: null,
  poolBasisPoints: 0,
  poolFrom: 'NONE',
  paymentFeeBearer: 'PARTNER',
  hold: { days: 0, from: 'CAPTURE' },
  keepPoolOnRefund: false,
} as const

const termsOf = (draft: LineDraft) => {
  const found = draft.terms === null ? null : rateFor(draft.terms.terms, draft.categoryPath)
  if (draft.terms === null || found === null) return { rate: null, frozen: withoutTerms }
  const { rate, category } = found
  const terms = { partnershipId: draft.terms.partnershipId, version: draft.terms.version, category }
  const held = {
    terms,
    paymentFeeBearer: rate.paymentFeeBearer,
    hold: rate.hold,
    keepPoolOnRefund: rate.keepPoolOnRefund,
  }
  if (draft.kind === 'FREIGHT') return { rate: null, frozen: { ...withoutTerms, ...held } }
  const poolBasisPoints = poolOf(rate, draft.poolOverride)
  const poolFrom: SaleLine['poolFrom'] = poolBasisPoints > rate.poolBasisPoints ? 'OFFER' : 'TERMS'
  return { rate, frozen: { ...held, poolBasisPoints, poolFrom } }
}

const othersDiscount = (draft: LineDraft): number =>
  draft.discounts.reduce((sum, { amount, bearer }) => (bearer === draft.partnerId ? sum : sum + amount), 0)

const freezeLine = (draft: LineDraft, line: number, parties: Omit<Parties, 'partnerId'>): SaleLine => {
  const { rate, frozen } = termsOf(draft)
  const split = splitLine(
    {
      amount: draft.amount,
      othersDiscount: othersDiscount(draft),
      tax: draft.tax?.amount ?? 0,
      rate: rate satisfies Rate | null,
      poolBasisPoints: frozen.poolBasisPoints,
    },
    { ...parties, partnerId: draft.partnerId },
  )
  return {
    line,
    kind: draft.kind,
    partnerId: draft.partnerId,
    offer: draft.offer,
    bundle: draft.bundle,
    category: draft.category,
    quantity: draft.quantity,
    listPrice: draft.listPrice,
    discounts: draft.discounts,
    tax: draft.tax,
    amount: draft.amount,
    ...frozen,
    base: split.base,
    allocator: 1,
    weightTotal: split.weightTotal,
    legs: [...split.legs],
  }
}

const discountCharges = (lines: readonly SaleLine[]): Charge[] =>
  lines.flatMap(({ line, partnerId, discounts }) =>
    discounts.flatMap(({ amount, bearer }) =>
      bearer === partnerId || amount === 0
        ? []
        : [{ line, party: bearer, kind: 'DISCOUNT' as const, amount }],
    ),
  )

export interface SaleDraft {
  readonly facts: Omit<Sale, 'lines' | 'charges' | 'total' | 'flags' | 'attribution'>
  readonly attribution: Attribution
  readonly lines: readonly LineDraft[]
  readonly flags: readonly { readonly flag: Flag; readonly line: number | null }[]
  readonly leaderId: string | null
  readonly buyerId: string | null
}

export const freezeSale = (draft: SaleDraft): Sale => {
  const parties = {
    communityId: draft.facts.communityId,
    credited: draft.attribution.credited,
    leaderId: draft.leaderId,
    buyerId: draft.buyerId,
  }
  const lines = draft.lines.map((line, i) => freezeLine(line, i + 1, parties))
  return {
    ...draft.facts,
    attribution: draft.attribution,
    flags: [...draft.flags],
    lines,
    charges: discountCharges(lines),
    total: lines.reduce((sum, { amount }) => sum + amount, 0),
  }
}
