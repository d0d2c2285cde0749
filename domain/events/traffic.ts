/** Events of traffic: touches, campaigns, shares. */
import { z } from 'zod'
import { type EventsOf, event } from './define.ts'
import * as shape from './shapes.ts'

/** What a touch showed of which partner: the serving matrix counts members reached by it. */
const reached = z.strictObject({ partnerId: shape.partnerId, category: shape.code.nullable() })

export const journeyEvents = {
  TouchRecorded: event(
    'journey',
    'One contact of a person or visitor with a community, through a share or anything else.',
    z.strictObject({
      touchId: shape.touchId,
      subject: z.union([shape.personId, shape.visitorId]),
      communityId: shape.communityId,
      membershipId: shape.membershipId.nullable(),
      segments: z.array(shape.segmentAt).max(200),
      source: shape.trafficSource,
      channel: shape.code,
      campaignId: shape.campaignId.nullable(),
      content: z.string().trim().max(200).nullable(),
      shareId: shape.shareId.nullable(),
      sharer: shape.sharer.nullable(),
      target: shape.target.nullable(),
      reached: z.array(reached).max(50),
      at: shape.instant,
      businessDate: shape.date,
    }),
  ),
} as const

export const campaignEvents = {
  CampaignOpened: event(
    'campaign',
    'A paid or own campaign that touches may name.',
    z.strictObject({
      campaignId: shape.campaignId,
      communityId: shape.communityId,
      name: shape.label,
      source: shape.trafficSource,
      channel: shape.code,
      startsAt: shape.instant,
      endsAt: shape.instant.nullable(),
    }),
  ),
  CampaignCostRecorded: event(
    'campaign',
    'What the campaign cost.',
    z.strictObject({
      campaignId: shape.campaignId,
      communityId: shape.communityId,
      costId: shape.code,
      amount: shape.amount,
      currency: shape.currency,
      at: shape.instant,
    }),
  ),
} as const

export const shareEvents = {
  ShareCreated: event(
    'share',
    'A link of a sharer to an offer, a bundle or the community itself.',
    z.strictObject({
      shareId: shape.shareId,
      communityId: shape.communityId,
      sharer: shape.sharer,
      target: shape.target,
      channel: shape.code,
      createdAt: shape.instant,
    }),
  ),
  ShareRevoked: event(
    'share',
    'The link counts no touch any more.',
    z.strictObject({ shareId: shape.shareId, communityId: shape.communityId, reason: shape.reason }),
  ),
} as const

export type JourneyEvent = EventsOf<typeof journeyEvents>
export type CampaignEvent = EventsOf<typeof campaignEvents>
export type ShareEvent = EventsOf<typeof shareEvents>
