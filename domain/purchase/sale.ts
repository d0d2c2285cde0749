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

type Frozen = Pick<
  SaleLine,
  'hold' | 'keepPoolOnRefund' | 'paymentFeeBearer' | 'poolBasisPoints' | 'poolFrom' | 'terms'
>

/** Without terms nobody agreed to a pool: the partner receives all of the line, unheld. */
const withoutTerms: Frozen = {
  hold: { days: 0, from: 'CAPTURE' },
  keepPoolOnRefund: false,
  paymentFeeBearer: 'PARTNER',
  poolBasisPoints: 0,
  poolFrom: 'NONE',
  terms: null,
}

const termsOf = (draft: LineDraft): { readonly rate: Rate | null; readonly frozen: Frozen } => {
  const found = draft.terms === null ? null : rateFor(draft.terms.terms, draft.categoryPath)
  if (draft.terms === null || found === null) return { rate: null, frozen: withoutTerms }
  const { rate, category } = found
  // Freight has no pool.
  const hasPool = draft.kind !== 'FREIGHT'
  const poolBasisPoints = hasPool ? poolOf(rate, draft.poolOverride) : 0
  const raised = poolBasisPoints > rate.poolBasisPoints
  return {
    rate: hasPool ? rate : null,
    frozen: {
      hold: { days: rate.hold.days, from: rate.hold.from },
      keepPoolOnRefund: rate.keepPoolOnRefund,
      paymentFeeBearer: rate.paymentFeeBearer,
      poolBasisPoints,
      poolFrom: !hasPool ? 'NONE' : raised ? 'OFFER' : 'TERMS',
      terms: { category, partnershipId: draft.terms.partnershipId, version: draft.terms.version },
    },
  }
}

const othersDiscount = (draft: LineDraft): number =>
  draft.discounts.reduce((sum, { amount, bearer }) => (bearer === draft.partnerId ? sum : sum + amount), 0)

const freezeTax = (tax: SaleLine['tax']): SaleLine['tax'] =>
  tax === null ? null : { amount: tax.amount, inclusive: tax.inclusive, rateBasisPoints: tax.rateBasisPoints }

/** Here and below keys stand sorted: the canonical text of what is built so costs least. */
const freezeLine = (draft: LineDraft, line: number, parties: Omit<Parties, 'partnerId'>): SaleLine => {
  const { rate, frozen } = termsOf(draft)
  const { offer, bundle } = draft
  const split = splitLine(
    {
      amount: draft.amount,
      othersDiscount: othersDiscount(draft),
      tax: draft.tax?.amount ?? 0,
      rate,
      poolBasisPoints: frozen.poolBasisPoints,
    },
    { ...parties, partnerId: draft.partnerId },
  )
  return {
    allocator: 1,
    amount: draft.amount,
    base: split.base,
    bundle: bundle === null ? null : { component: bundle.component, id: bundle.id, version: bundle.version },
    category: draft.category,
    discounts: draft.discounts.map(({ amount, bearer }) => ({ amount, bearer })),
    hold: frozen.hold,
    keepPoolOnRefund: frozen.keepPoolOnRefund,
    kind: draft.kind,
    legs: [...split.legs],
    line,
    listPrice: draft.listPrice,
    offer: offer === null ? null : { id: offer.id, version: offer.version },
    partnerId: draft.partnerId,
    paymentFeeBearer: frozen.paymentFeeBearer,
    poolBasisPoints: frozen.poolBasisPoints,
    poolFrom: frozen.poolFrom,
    quantity: draft.quantity,
    tax: freezeTax(draft.tax),
    terms: frozen.terms,
    weightTotal: split.weightTotal,
  }
}

const discountCharges = (lines: readonly SaleLine[]): Charge[] =>
  lines.flatMap(({ line, partnerId, discounts }) =>
    discounts.flatMap(({ amount, bearer }) =>
      bearer === partnerId || amount === 0
        ? []
        : [{ amount, kind: 'DISCOUNT' as const, line, party: bearer }],
    ),
  )

export interface SaleDraft {
  readonly facts: Omit<Sale, 'lines' | 'charges' | 'total' | 'flags' | 'attribution'>
  /** Keys sorted, as `attribute` gives it. */
  readonly attribution: Attribution
  readonly lines: readonly LineDraft[]
  readonly flags: readonly { readonly flag: Flag; readonly line: number | null }[]
  readonly leaderId: string | null
  readonly buyerId: string | null
}

export const freezeSale = ({ facts, attribution, flags, ...draft }: SaleDraft): Sale => {
  const parties = {
    communityId: facts.communityId,
    credited: attribution.credited,
    leaderId: draft.leaderId,
    buyerId: draft.buyerId,
  }
  const { source } = facts
  const lines = draft.lines.map((line, i) => freezeLine(line, i + 1, parties))
  return {
    attribution,
    businessDate: facts.businessDate,
    charges: discountCharges(lines),
    communityId: facts.communityId,
    currency: facts.currency,
    flags: flags.map(({ flag, line }) => ({ flag, line })),
    lines,
    membershipId: facts.membershipId,
    personId: facts.personId,
    pickupPointId: facts.pickupPointId,
    placedAt: facts.placedAt,
    purchaseId: facts.purchaseId,
    segments: facts.segments.map(({ id, version }) => ({ id, version })),
    segmentsKnownAt: facts.segmentsKnownAt,
    source: source === null ? null : { id: source.id, system: source.system },
    stage: facts.stage,
    stated: facts.stated,
    total: lines.reduce((sum, { amount }) => sum + amount, 0),
    zone: facts.zone,
  }
}
