/**
 * What traffic brings. `funnel`: touches and joins per (community, month, source, channel). `sharedTouches`: the
 * touches that had a sharer, since only those can be credited. `credits`: one document per purchase and credited
 * sharer, from which purchases and gross per source, channel, share and sharer are summed; a void takes it out, a
 * correction replaces it. `shares` and `sharers`: what each link and each sharer brought; a sharer's money is
 * counted by the legs of both levels, so refunds are in it.
 *
 * Months of touches and purchases are those of the business date, of joins those of the instant (UTC).
 */
import type { Change } from '../projection.ts'
import {
  correctedCredits,
  recognisedCredits,
  reversedCredits,
  withoutCredits,
} from './attribution-credits.ts'
import {
  credits,
  type FunnelDocument,
  funnel,
  type SharedTouchDocument,
  type SharerDocument,
  sharedTouches,
  sharers,
  shares,
} from './attribution-documents.ts'
import { keyOf, monthOf } from './keys.ts'
import { movementOf, movingTypes } from './movement.ts'
import { plus } from './sums.ts'
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
      earned: plus(before.earned, earned),
      reversed: plus(before.reversed, reversed),
    })),
  )
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
      return [...recognisedCredits(event), ...earnedChanges(event)]
    case 'AttributionCorrected':
      return [...correctedCredits(event), ...earnedChanges(event)]
    case 'PurchaseVoided':
      return [...withoutCredits(event.data.purchaseId, event.data.sharers), ...earnedChanges(event)]
    case 'PurchaseRefunded':
    case 'DisputeLost':
      return [...reversedCredits(event), ...earnedChanges(event)]
  }
}

const types = [...movingTypes, 'TouchRecorded', 'MemberJoined', 'ShareCreated', 'ShareRevoked'] as const

/** A touch, which is named by its event, is given to the credit of a purchase: all of both have one route. */
const route = (collection: string, key: string): string =>
  collection === sharedTouches.name || collection === credits.name ? credits.name : key

export const attributionView = view({
  name: 'attribution',
  version: 1,
  collections: [funnel, sharedTouches, credits, shares, sharers],
  route,
  types,
  changes,
})
