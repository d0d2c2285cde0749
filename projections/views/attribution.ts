/**
 * What traffic brings. `funnel`: touches and joins per (community, month, source, channel). `sharedTouches`: the
 * touches that had a sharer, since only those can be credited. `credits`: one document per credited touch (or
 * binding) of a purchase, from which purchases and gross per source, channel and share are summed; a void takes
 * them out, a correction replaces them. `shares` and `sharers`: what each link and each sharer brought; a sharer's
 * money is counted by the legs, so refunds are in it.
 *
 * Each credited touch of a purchase weighs the same, as in its attribution: `gross` and `earned` are divided
 * between them to the unit.
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

/** A purchase credits at most 50 touches and a binding. */
const mostCredits = 51

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

/** Divides evenly, to the unit; who comes first gets the units left. */
const evenly = (amount: number, among: number): readonly number[] =>
  among === 0
    ? []
    : allocate(
        amount,
        Array.from({ length: among }, (_, index) => ({ key: String(index).padStart(2, '0'), weight: 1 })),
      )

interface Credited {
  readonly purchaseId: string
  readonly communityId: string
  readonly month: string
  readonly currency: string
  readonly attribution: Attribution
  readonly gross: number
  readonly legs: readonly Leg[]
}

const creditKey = (purchaseId: string, index: number): string =>
  keyOf(purchaseId, String(index).padStart(2, '0'))

/** Each sharer's legs, divided between the sharer's own credited touches. */
const earnings = (
  candidates: readonly { sharerId: string | null }[],
  legs: readonly Leg[],
): readonly number[] => {
  const parts = new Map<string, number[]>()
  return candidates.map(({ sharerId }) => {
    if (sharerId === null) return 0
    let left = parts.get(sharerId)
    if (left === undefined) {
      const own = legs.filter(({ role, party }) => role === 'SHARER_1' && party === sharerId)
      const touches = candidates.filter((each) => each.sharerId === sharerId).length
      left = [
        ...evenly(
          own.reduce((sum, { amount }) => sum + amount, 0),
          touches,
        ),
      ]
      parts.set(sharerId, left)
    }
    return left.shift() ?? 0
  })
}

const creditChanges = (credited: Credited): readonly Change[] => {
  const { purchaseId, attribution, legs, gross } = credited
  const winners = attribution.candidates.filter(({ verdict }) => verdict === 'CREDITED')
  if (winners.length === 0) return []
  const grossParts = evenly(gross, winners.length)
  const earned = earnings(winners, legs)
  const made: Change[] = winners.flatMap(({ touch }) => (touch === null ? [] : [sharedTouches.asIs(touch)]))
  for (const [index, winner] of winners.entries()) {
    const creditOf = (touch: SharedTouchDocument | undefined): CreditDocument => ({
      purchase: purchaseId,
      community: credited.communityId,
      month: credited.month,
      source: touch?.source ?? 'PRIVATE',
      channel: touch?.channel ?? NONE,
      campaign: touch?.campaign ?? null,
      share: winner.shareId ?? '',
      sharer: winner.sharerId ?? '',
      touch: winner.touch,
      at: winner.at,
      currency: credited.currency,
      gross: grossParts[index] ?? 0,
      earned: earned[index] ?? 0,
    })
    const key = creditKey(purchaseId, index)
    made.push(
      winner.touch === null
        ? credits.change(key, () => creditOf(undefined))
        : credits.changeGiven(key, { of: sharedTouches, key: winner.touch }, (_before, touch) =>
            creditOf(touch),
          ),
    )
  }
  return made
}

const withoutCredits = (purchaseId: string, from: number): readonly Change[] =>
  Array.from({ length: mostCredits - from }, (_, index) =>
    credits.change(creditKey(purchaseId, from + index), () => undefined),
  )

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
  const { purchaseId, communityId, currency, attribution, total, lines } = sale
  return creditChanges({
    purchaseId,
    communityId,
    month: monthOf(event.data.businessDate),
    currency,
    attribution,
    gross: total,
    legs: lines.flatMap(({ legs }) => legs),
  })
}

const corrected = ({ data }: EventOf<'AttributionCorrected'>): readonly Change[] => {
  const { purchaseId, communityId, currency, attribution, total, recognisedOn } = data
  const made = creditChanges({
    purchaseId,
    communityId,
    month: monthOf(recognisedOn),
    currency,
    attribution,
    gross: total,
    legs: data.lines.flatMap(({ after }) => after),
  })
  const credited = made.filter(({ collection }) => collection === credits.name).length
  return [...made, ...withoutCredits(purchaseId, credited)]
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
      return [...withoutCredits(event.data.purchaseId, 0), ...earnedChanges(event)]
    case 'PurchaseRefunded':
    case 'DisputeLost':
      return earnedChanges(event)
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
