/** Sales that tests of views begin with: one line per partner, a pool of a tenth for the sharers credited. */
import type { Attribution, Leg, Sale } from '../../domain/events/sale.ts'
import { ids } from './ecosystem.ts'
import { idOf } from './world.ts'

export interface SaleSketch {
  readonly number?: number
  readonly community?: string
  readonly buyer?: string
  /** Amount of each partner's line, by partner. */
  readonly lines?: Readonly<Record<string, number>>
  readonly stated?: boolean
  readonly attribution?: Attribution
  readonly segments?: readonly string[]
  readonly businessDate?: string
}

const nobodyCredited: Attribution = {
  model: 'LAST_TOUCH',
  windowDays: 30,
  levels: 2,
  candidates: [],
  credited: [],
  reason: 'NOBODY',
}

type Candidate = Attribution['candidates'][number]

/** Each of these people is credited with as many basis points, for the candidates named. */
export const creditedTo = (
  points: Readonly<Record<string, number>>,
  candidates: readonly Candidate[],
): Attribution => ({
  ...nobodyCredited,
  model: Object.keys(points).length > 1 ? 'WEIGHTED' : 'LAST_TOUCH',
  candidates: [...candidates],
  credited: Object.entries(points).map(([sharerId, basisPoints]) => ({
    sharerId,
    inviterId: null,
    basisPoints,
  })),
  reason: Object.keys(points).length > 1 ? 'WEIGHTED' : 'LAST_TOUCH',
})

const leg = (party: string, role: Leg['role'], amount: number): Leg => ({
  party,
  role,
  amount,
  weight: String(amount),
  absorbs: [],
})

/** Legs of a line: a tenth for the sharers, by their points, the rest for the partner. */
export const legsOf = (partner: string, amount: number, credited: Attribution['credited']): Leg[] => {
  const parts = credited.map(({ sharerId, basisPoints }) =>
    leg(sharerId, 'SHARER_1', Math.floor((amount * basisPoints) / 100_000)),
  )
  const pool = parts.reduce((sum, part) => sum + part.amount, 0)
  return [leg(partner, 'PARTNER', amount - pool), ...parts]
}

export const saleOf = (sketch: SaleSketch = {}): Sale => {
  const attribution = sketch.attribution ?? nobodyCredited
  const amounts = Object.entries(sketch.lines ?? { [ids.partner]: 10_000 })
  return {
    purchaseId: idOf('purchase', sketch.number ?? 1),
    communityId: sketch.community ?? ids.community,
    personId: sketch.buyer ?? idOf('person', 1),
    membershipId: null,
    segments: (sketch.segments ?? []).map((id) => ({ id, version: 1 })),
    currency: 'BRL',
    stage: null,
    stated: sketch.stated ?? true,
    segmentsKnownAt: 'RECORDING',
    source: null,
    placedAt: `${sketch.businessDate ?? '2026-03-01'}T12:00:00.000Z`,
    zone: 'America/Sao_Paulo',
    businessDate: sketch.businessDate ?? '2026-03-01',
    pickupPointId: null,
    attribution,
    flags: [],
    lines: amounts.map(([partnerId, amount], index) => ({
      line: index + 1,
      kind: 'GOODS',
      partnerId,
      offer: null,
      bundle: null,
      category: 'furniture',
      quantity: 1,
      listPrice: amount,
      discounts: [],
      tax: null,
      amount,
      terms: null,
      base: amount,
      poolBasisPoints: 1_000,
      poolFrom: 'TERMS',
      paymentFeeBearer: 'PARTNER',
      hold: { days: 0, from: 'CAPTURE' },
      keepPoolOnRefund: false,
      allocator: 1,
      weightTotal: String(amount),
      legs: legsOf(partnerId, amount, attribution.credited),
    })),
    charges: [],
    total: amounts.reduce((sum, [, amount]) => sum + amount, 0),
  }
}

/** What later events of a purchase repeat. */
export const dimensionsOf = (sale: Sale) => ({
  purchaseId: sale.purchaseId,
  communityId: sale.communityId,
  personId: sale.personId,
  membershipId: sale.membershipId,
  segments: sale.segments,
  currency: sale.currency,
})

/** The lines taken back, each by the part `of` of its whole. */
const takenBack = (sale: Sale, part: number) =>
  sale.lines.map(({ line, kind, partnerId, category, quantity, amount, legs }) => ({
    line,
    kind,
    partnerId,
    category,
    units: part === 1 ? quantity : 0,
    amount: amount * part,
    reversals: legs.map(({ party, role, amount: whole }) => ({ party, role, amount: whole * part })),
    discounts: [],
    keptFee: 0,
  }))

export const refundOf = (sale: Sale, part: number, refundId = 'r1') => {
  const lines = takenBack(sale, part)
  const amount = lines.reduce((sum, line) => sum + line.amount, 0)
  return {
    ...dimensionsOf(sale),
    at: '2026-04-02T12:00:00.000Z',
    businessDate: '2026-04-02',
    refundId,
    stated: true,
    reason: 'Broken',
    source: null,
    amount,
    cash: [],
    receivable: amount,
    lines,
    full: part === 1,
  }
}

export const voidOf = (sale: Sale, left = 1) => ({
  ...dimensionsOf(sale),
  at: '2026-04-03T12:00:00.000Z',
  businessDate: '2026-04-03',
  reason: 'Recorded twice',
  replacedBy: null,
  recognised: true,
  recognisedOn: sale.businessDate,
  sharers: sale.attribution.credited.map(({ sharerId }) => sharerId),
  lines: takenBack(sale, left).map((line) => ({
    ...line,
    reversals: line.reversals.filter(({ amount }) => amount > 0),
  })),
  captures: [],
  fees: [],
  receivable: 0,
  varianceBooked: 0,
})
