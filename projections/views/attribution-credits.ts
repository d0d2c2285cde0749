/** Credits of purchases to their sharers (see attribution.ts). */
import { allocate } from '../../domain/allocation.ts'
import type { Attribution, Leg } from '../../domain/events/sale.ts'
import { recognisedSale } from '../../domain/recognition.ts'
import type { Change } from '../projection.ts'
import {
  type CreditDocument,
  credits,
  type SharedTouchDocument,
  sharedTouches,
} from './attribution-documents.ts'
import { keyOf, monthOf, NONE } from './keys.ts'
import type { EventOf } from './view.ts'

interface Credited {
  readonly purchaseId: string
  readonly communityId: string
  readonly month: string
  readonly currency: string
  readonly attribution: Attribution
  readonly total: number
  readonly legs: readonly Leg[]
  /** When there is no candidate to say it: the credit was given by hand. */
  readonly at: string
}

type Candidate = Attribution['candidates'][number]

/** What a sharer is credited for: the last of their credited touches; after a correction, of their touches. */
const reasonFor = ({ candidates }: Attribution, sharerId: string): Candidate | null => {
  const own = candidates.filter((candidate) => candidate.sharerId === sharerId)
  return (
    own.findLast(({ verdict }) => verdict === 'CREDITED') ??
    own.findLast(({ touch }) => touch !== null) ??
    own.at(-1) ??
    null
  )
}

const earnedBy = (sharerId: string, legs: readonly Pick<Leg, 'party' | 'role' | 'amount'>[]): number => {
  let sum = 0
  for (const { role, party, amount } of legs) if (role === 'SHARER_1' && party === sharerId) sum += amount
  return sum
}

const creditChanges = (credited: Credited): readonly Change[] => {
  const { purchaseId: purchase, communityId: community, month, currency, attribution, total, legs } = credited
  const sharers = attribution.credited
  if (sharers.length === 0) return []
  const parts = allocate(
    total,
    sharers.map(({ sharerId, basisPoints }) => ({ key: sharerId, weight: basisPoints })),
  )
  return sharers.flatMap(({ sharerId: sharer, basisPoints: points }, index): readonly Change[] => {
    const reason = reasonFor(attribution, sharer)
    const creditOf = (touch: SharedTouchDocument | undefined): CreditDocument => ({
      purchase,
      community,
      month,
      source: touch?.source ?? 'PRIVATE',
      channel: touch?.channel ?? NONE,
      campaign: touch?.campaign ?? null,
      share: reason?.shareId ?? null,
      sharer,
      touch: reason?.touch ?? null,
      at: reason?.at ?? credited.at,
      currency,
      points,
      gross: parts[index] ?? 0,
      earned: earnedBy(sharer, legs),
      reversed: 0,
    })
    const key = keyOf(purchase, sharer)
    const name = reason?.touch ?? null
    if (name === null) return [credits.change(key, () => creditOf(undefined))]
    return [
      sharedTouches.asIs(name),
      credits.changeGiven(key, { of: sharedTouches, key: name }, (_before, touch) => creditOf(touch)),
    ]
  })
}

export const withoutCredits = (purchaseId: string, of: readonly string[]): readonly Change[] =>
  of.map((sharerId) => credits.change(keyOf(purchaseId, sharerId), () => undefined))

/** What refunds and lost disputes take back of credits. A sharer's legs of all lines count together. */
export const reversedCredits = ({
  data,
}: EventOf<'PurchaseRefunded'> | EventOf<'DisputeLost'>): readonly Change[] => {
  const reversals = data.lines.flatMap((line) => line.reversals)
  const parties = new Set(reversals.flatMap(({ role, party }) => (role === 'SHARER_1' ? [party] : [])))
  return [...parties].map((party) =>
    credits.update(keyOf(data.purchaseId, party), (before) => ({
      ...before,
      reversed: before.reversed + earnedBy(party, reversals),
    })),
  )
}

export const recognisedCredits = (
  event: EventOf<'PurchasePlaced' | 'PaymentCaptured'>,
): readonly Change[] => {
  const sale = recognisedSale(event)
  if (sale === null) return []
  const { purchaseId, communityId, currency, attribution, total, lines, placedAt } = sale
  return creditChanges({
    purchaseId,
    communityId,
    month: monthOf(event.data.businessDate),
    currency,
    attribution,
    total,
    legs: lines.flatMap(({ legs }) => legs),
    at: placedAt,
  })
}

export const correctedCredits = ({ data }: EventOf<'AttributionCorrected'>): readonly Change[] => {
  const { purchaseId, communityId, currency, attribution, total, formerSharers } = data
  const credited = new Set(attribution.credited.map(({ sharerId }) => sharerId))
  return [
    ...withoutCredits(
      purchaseId,
      formerSharers.filter((sharerId) => !credited.has(sharerId)),
    ),
    ...creditChanges({
      purchaseId,
      communityId,
      month: monthOf(data.recognisedOn),
      currency,
      attribution,
      total,
      legs: data.lines.flatMap(({ after }) => after),
      at: data.at,
    }),
  ]
}
