/**
 * What traffic brings. `funnel`: touches and joins per (community, month, source, channel). `sharedTouches`: the
 * touches that had a sharer, since only those can be credited. `credits`: one document per purchase and credited
 * sharer, from which purchases and gross per source, channel, share and sharer are summed; a void takes it out, a
 * correction replaces it. `shares` and `sharers`: what each link and each sharer brought; a sharer's money is
 * counted by the legs of both levels, so refunds are in it.
 *
 * Months of touches and purchases are those of the business date, of joins those of the instant (UTC).
 */
import { allocate } from '../../domain/allocation.ts'
import type { Attribution, Leg } from '../../domain/events/sale.ts'
import { recognisedSale } from '../../domain/recognition.ts'
import type { Change } from '../projection.ts'
import {
  type CreditDocument,
  credits,
  type FunnelDocument,
  funnel,
  type SharedTouchDocument,
  type SharerDocument,
  sharedTouches,
  sharers,
  shares,
} from './attribution-documents.ts'
import { keyOf, monthOf, NONE } from './keys.ts'
import { movementOf, movingTypes } from './movement.ts'
import { type EventOf, view } from './view.ts'

const zeroFunnel = { touches: 0, joins: 0 }

const stepChange = (
  at: Pick<FunnelDocument, 'community' | 'month' | 'source' | 'channel'>,
  counted: 'touches' | 'joins',
): Change => {
  const { community, month, source, channel } = at
  return funnel.change(keyOf(community, month, source, channel), (before) => {
    const after = before ?? { community, month, source, channel, ...zeroFunnel }
    return { ...after, [counted]: after[counted] + 1 }
  })
}

const sharerChange = (
  community: string,
  person: string,
  fold: (before: SharerDocument) => SharerDocument,
): Change =>
  sharers.change(keyOf(community, person), (before) =>
    fold(before ?? { community, person, touches: 0, joins: 0, currency: null, earned: 0, reversed: 0 }),
  )

const ofTouch = ({ name, data }: EventOf<'TouchRecorded'>): readonly Change[] => {
  const { communityId: community, source, channel, shareId, sharer } = data
  const made = [stepChange({ community, month: monthOf(data.businessDate), source, channel }, 'touches')]
  if (shareId !== null) {
    made.push(shares.update(shareId, (before) => ({ ...before, touches: before.touches + 1 })))
  }
  if (sharer === null) return made
  const touch: SharedTouchDocument = {
    event: name,
    touch: data.touchId,
    community,
    share: shareId,
    sharer: sharer.id,
    source,
    channel,
    campaign: data.campaignId,
    at: data.at,
  }
  made.push(
    sharedTouches.change(name, () => touch),
    sharerChange(community, sharer.id, (before) => ({ ...before, touches: before.touches + 1 })),
  )
  return made
}

const ofJoin = ({ data }: EventOf<'MemberJoined'>): readonly Change[] => {
  const { communityId: community, how: source, channel, through, inviterId } = data
  const made = [stepChange({ community, month: monthOf(data.joinedAt), source, channel }, 'joins')]
  const shareId = through?.shareId ?? null
  if (shareId !== null) {
    made.push(shares.update(shareId, (before) => ({ ...before, joins: before.joins + 1 })))
  }
  if (inviterId !== null) {
    made.push(sharerChange(community, inviterId, (before) => ({ ...before, joins: before.joins + 1 })))
  }
  return made
}

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

const withoutCredits = (purchaseId: string, of: readonly string[]): readonly Change[] =>
  of.map((sharerId) => credits.change(keyOf(purchaseId, sharerId), () => undefined))

/** What refunds and lost disputes take back of credits. A sharer's legs of all lines count together. */
const reversedChanges = ({
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

/** What the legs of sharers come to, whatever moves them. */
const earnedChanges = (event: EventOf<(typeof movingTypes)[number]>): readonly Change[] => {
  const movement = movementOf(event)
  if (movement === null) return []
  const { communityId: community, currency } = movement
  const moved = new Map<string, { earned: number; reversed: number }>()
  for (const { legs } of movement.lines) {
    for (const { role, party, gross, reversed } of legs) {
      if (role !== 'SHARER_1' && role !== 'SHARER_2') continue
      const sum = moved.get(party) ?? { earned: 0, reversed: 0 }
      moved.set(party, { earned: sum.earned + gross, reversed: sum.reversed + reversed })
    }
  }
  return [...moved].map(([person, { earned, reversed }]) =>
    sharerChange(community, person, (before) => ({
      ...before,
      currency,
      earned: before.earned + earned,
      reversed: before.reversed + reversed,
    })),
  )
}

const recognised = (event: EventOf<'PurchasePlaced' | 'PaymentCaptured'>): readonly Change[] => {
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

const corrected = ({ data }: EventOf<'AttributionCorrected'>): readonly Change[] => {
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

const changes = (event: EventOf<(typeof types)[number]>): readonly Change[] => {
  switch (event.type) {
    case 'TouchRecorded':
      return ofTouch(event)
    case 'MemberJoined':
      return ofJoin(event)
    case 'ShareCreated': {
      const { shareId: share, communityId: community, sharer, target, channel, createdAt } = event.data
      const { id: person } = sharer
      const counts = { touches: 0, joins: 0, revoked: 0 }
      return [
        shares.change(share, () => ({
          share,
          community,
          sharer,
          person,
          target,
          channel,
          createdAt,
          ...counts,
        })),
      ]
    }
    case 'ShareRevoked':
      return [shares.update(event.data.shareId, (before) => ({ ...before, revoked: 1 }))]
    case 'PurchasePlaced':
    case 'PaymentCaptured':
      return [...recognised(event), ...earnedChanges(event)]
    case 'AttributionCorrected':
      return [...corrected(event), ...earnedChanges(event)]
    case 'PurchaseVoided':
      return [...withoutCredits(event.data.purchaseId, event.data.sharers), ...earnedChanges(event)]
    case 'PurchaseRefunded':
    case 'DisputeLost':
      return [...reversedChanges(event), ...earnedChanges(event)]
  }
}

const types = [...movingTypes, 'TouchRecorded', 'MemberJoined', 'ShareCreated', 'ShareRevoked'] as const

export const attributionView = view({
  name: 'attribution',
  version: 1,
  collections: [funnel, sharedTouches, credits, shares, sharers],
  types,
  changes,
})
