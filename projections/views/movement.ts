/** What an event moves of sales already frozen, line by line: the figures that the matrix and the split count. */

import type { LineReversal } from '../../domain/events/purchases.ts'
import type { Leg, Sale } from '../../domain/events/sale.ts'
import type { Role } from '../../domain/events/shapes.ts'
import { recognisedSale } from '../../domain/recognition.ts'
import { monthOf, NONE, OTHER, segmentSlots } from './keys.ts'
import type { DataOf, EventOf } from './view.ts'

export const movingTypes = [
  'PurchasePlaced',
  'PaymentCaptured',
  'PurchaseRefunded',
  'AttributionCorrected',
  'PurchaseVoided',
  'DisputeLost',
] as const

/** Added to one leg's figures. `kept`: the pool that a refund did not take back, borne by the line's partner. */
export interface LegMoved {
  readonly party: string
  readonly role: Role
  readonly gross: number
  readonly reversed: number
  readonly kept: number
  readonly legs: number
}

/** Added to one line's figures, in minor units. Units count goods only. */
export interface LineMoved {
  readonly partnerId: string
  /** Goods in their category, else OTHER; everything else in NONE. */
  readonly category: string
  readonly units: number
  readonly unitsReturned: number
  readonly gross: number
  readonly refunds: number
  readonly partnerNet: number
  readonly legs: readonly LegMoved[]
}

export interface Movement {
  /** A purchase came (1), was undone (-1), or neither. */
  readonly purchases: 1 | 0 | -1
  readonly communityId: string
  readonly personId: string
  readonly currency: string
  readonly segments: readonly string[]
  /** The month that the books show it in. */
  readonly booked: string
  /** The month that it is counted in: a void's is the one in which the purchase was recognised. */
  readonly counted: string
  readonly placedAt: string | null
  readonly lines: readonly LineMoved[]
}

const categorySlot = (kind: string, category: string | null): string =>
  kind === 'GOODS' ? (category ?? OTHER) : NONE

const partnersPart = (legs: readonly Pick<Leg, 'party' | 'role' | 'amount'>[], partnerId: string): number => {
  let sum = 0
  for (const { party, role, amount } of legs) if (role === 'PARTNER' && party === partnerId) sum += amount
  return sum
}

const ofSale = (sale: Sale, businessDate: string): Movement => {
  const month = monthOf(businessDate)
  return {
    purchases: 1,
    communityId: sale.communityId,
    personId: sale.personId,
    currency: sale.currency,
    segments: segmentSlots(sale.segments),
    booked: month,
    counted: month,
    placedAt: sale.placedAt,
    lines: sale.lines.map(({ kind, partnerId, category, quantity, amount, legs }) => ({
      partnerId,
      category: categorySlot(kind, category),
      units: kind === 'GOODS' ? quantity : 0,
      unitsReturned: 0,
      gross: amount,
      refunds: 0,
      partnerNet: partnersPart(legs, partnerId),
      legs: legs.map((leg) => ({
        party: leg.party,
        role: leg.role,
        gross: leg.amount,
        reversed: 0,
        kept: 0,
        legs: 1,
      })),
    })),
  }
}

const keptLeg = (partnerId: string, kept: number): LegMoved => ({
  party: partnerId,
  role: 'PARTNER',
  gross: 0,
  reversed: 0,
  kept,
  legs: 0,
})

const ofRefund = (data: DataOf<'PurchaseRefunded'> | DataOf<'DisputeLost'>): Movement => ({
  ...frame(data),
  purchases: 0,
  lines: data.lines.map(({ kind, partnerId, category, units, amount, reversals, keptFee }) => {
    const legs = reversals.map(({ party, role, amount: reversed }) => ({
      party,
      role,
      gross: 0,
      reversed,
      kept: 0,
      legs: 0,
    }))
    return {
      partnerId,
      category: categorySlot(kind, category),
      units: 0,
      unitsReturned: kind === 'GOODS' ? units : 0,
      gross: 0,
      refunds: amount,
      partnerNet: -partnersPart(reversals, partnerId) - keptFee,
      legs: keptFee === 0 ? legs : [...legs, keptLeg(partnerId, keptFee)],
    }
  }),
})

/** Takes out what refunds have not taken back: what stays of gross equals the refunds, and net is zero. */
const voidedLine = (line: LineReversal): LineMoved => {
  const { kind, partnerId, category, units, amount, reversals, keptFee } = line
  const legs = reversals.map(({ party, role, amount: gross }) => ({
    party,
    role,
    gross: -gross,
    reversed: 0,
    kept: 0,
    legs: -1,
  }))
  return {
    partnerId,
    category: categorySlot(kind, category),
    units: kind === 'GOODS' ? -units : 0,
    unitsReturned: 0,
    gross: -amount,
    refunds: 0,
    partnerNet: keptFee - partnersPart(reversals, partnerId),
    legs: keptFee === 0 ? legs : [...legs, keptLeg(partnerId, -keptFee)],
  }
}

/** Only what differs between the legs as they were and as they are. */
const correctedLine = (line: DataOf<'AttributionCorrected'>['lines'][number]): LineMoved => {
  const { kind, partnerId, category, before, after } = line
  const legOf = ({ party, role, amount }: Leg, sign: 1 | -1): LegMoved => ({
    party,
    role,
    gross: sign * amount,
    reversed: 0,
    kept: 0,
    legs: sign,
  })
  return {
    partnerId,
    category: categorySlot(kind, category),
    units: 0,
    unitsReturned: 0,
    gross: 0,
    refunds: 0,
    partnerNet: partnersPart(after, partnerId) - partnersPart(before, partnerId),
    legs: [...before.map((leg) => legOf(leg, -1)), ...after.map((leg) => legOf(leg, 1))],
  }
}

type Dimensioned =
  | DataOf<'PurchaseRefunded'>
  | DataOf<'DisputeLost'>
  | DataOf<'AttributionCorrected'>
  | DataOf<'PurchaseVoided'>

const frame = (data: Dimensioned) => ({
  communityId: data.communityId,
  personId: data.personId,
  currency: data.currency,
  segments: segmentSlots(data.segments),
  booked: monthOf(data.businessDate),
  counted: monthOf(data.businessDate),
  placedAt: null,
})

/** Null where the event moves nothing: a purchase that is only placed, a capture after the first. */
export const movementOf = (event: EventOf<(typeof movingTypes)[number]>): Movement | null => {
  switch (event.type) {
    case 'PurchasePlaced':
    case 'PaymentCaptured': {
      const sale = recognisedSale(event)
      return sale === null ? null : ofSale(sale, event.data.businessDate)
    }
    case 'PurchaseRefunded':
    case 'DisputeLost':
      return ofRefund(event.data)
    case 'AttributionCorrected':
      return { ...frame(event.data), purchases: 0, lines: event.data.lines.map(correctedLine) }
    case 'PurchaseVoided': {
      const { data } = event
      if (data.recognisedOn === null) return null
      return {
        ...frame(data),
        purchases: -1,
        counted: monthOf(data.recognisedOn),
        lines: data.lines.map(voidedLine),
      }
    }
  }
}
