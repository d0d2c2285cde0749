/** Events of partners, communities and the terms between them. */
import { z } from 'zod'
import { type EventsOf, event } from './define.ts'
import { payeeDetails } from './payee.ts'
import * as shape from './shapes.ts'

export const standardEvidence = z.strictObject({ standard: shape.code, evidence: z.string().trim().max(500) })

export const partnerEvents = {
  PartnerApplied: event(
    'partner',
    'A brand asks to be admitted, with the categories it supplies and its evidence for the standards.',
    z.strictObject({
      partnerId: shape.partnerId,
      name: shape.label,
      categories: z.array(shape.code).max(100),
      standards: z.array(standardEvidence).max(50),
      source: shape.source.nullable(),
    }),
  ),
  PartnerAdmitted: event(
    'partner',
    'The operator admits the partner.',
    z.strictObject({ partnerId: shape.partnerId }),
  ),
  PartnerRefused: event(
    'partner',
    'The operator refuses the application.',
    z.strictObject({ partnerId: shape.partnerId, reason: shape.reason }),
  ),
  PartnerSuspended: event(
    'partner',
    'Nothing of the partner can be placed until it is reinstated; what happened stays.',
    z.strictObject({ partnerId: shape.partnerId, reason: shape.reason }),
  ),
  PartnerReinstated: event(
    'partner',
    'The suspension ends.',
    z.strictObject({ partnerId: shape.partnerId, reason: shape.reason }),
  ),
  PartnerProfileChanged: event(
    'partner',
    'Name and categories as they are from now on.',
    z.strictObject({
      partnerId: shape.partnerId,
      name: shape.label,
      categories: z.array(shape.code).max(100),
    }),
  ),
  PayeeDetailsSet: payeeDetails,
  SupplyLinked: event(
    'partner',
    'The partner supplies another one: a chain of supply, for what is named.',
    z.strictObject({ partnerId: shape.partnerId, toPartnerId: shape.partnerId, what: shape.label }),
  ),
} as const

export const attributionPolicy = z.strictObject({
  model: shape.attributionModel,
  windowDays: z.int().min(1).max(365),
  /** Sharer levels paid: at most two, whatever is set. */
  levels: z.int().min(0).max(2),
})
export type AttributionPolicy = z.infer<typeof attributionPolicy>

export const communityEvents = {
  CommunityFounded: event(
    'community',
    'A community with its business zone (IANA), its currency and its owner.',
    z.strictObject({
      communityId: shape.communityId,
      name: shape.label,
      zone: z.string().max(64),
      currency: shape.currency,
      ownerId: shape.personId,
      attribution: attributionPolicy,
      source: shape.source.nullable(),
    }),
  ),
  CommunityDescribed: event(
    'community',
    'What the community stands for and where it meets.',
    z.strictObject({
      communityId: shape.communityId,
      positioning: z.string().trim().max(1_000),
      culture: z.string().trim().max(1_000),
      carriers: z.array(shape.code).max(20),
    }),
  ),
  AttributionPolicySet: event(
    'community',
    'How touches are credited from now on; purchases keep the policy frozen on them.',
    z.strictObject({ communityId: shape.communityId, attribution: attributionPolicy }),
  ),
  PickupPointOpened: event(
    'community',
    'A place where purchases are fetched; its leader may earn as LEADER.',
    z.strictObject({
      communityId: shape.communityId,
      pickupPointId: shape.pickupPointId,
      name: shape.label,
      leaderId: shape.personId,
    }),
  ),
  PickupPointClosed: event(
    'community',
    'The pickup point serves no new purchase.',
    z.strictObject({
      communityId: shape.communityId,
      pickupPointId: shape.pickupPointId,
      reason: shape.reason,
    }),
  ),
  ContactPolicySet: event(
    'community',
    'How often and when members may be written to.',
    z.strictObject({
      communityId: shape.communityId,
      maxPerWeek: z.int().min(0).max(100),
      quietFromHour: z.int().min(0).max(23),
      quietUntilHour: z.int().min(0).max(23),
    }),
  ),
  OperatorAppointed: event(
    'community',
    'A person runs the community with its owner.',
    z.strictObject({ communityId: shape.communityId, personId: shape.personId }),
  ),
  PayeeDetailsSet: payeeDetails,
} as const

/** Shares of the commission pool, in basis points that sum to 10,000. */
export const poolDivision = z
  .array(
    z.strictObject({
      role: shape.poolRole,
      basisPoints: shape.basisPoints,
      /** Who receives this part where nobody has the role. */
      absentTo: shape.fallbackRole,
    }),
  )
  .max(6)

/** What holds for one category and what is below it, or for all the rest where `category` is null. */
export const rate = z.strictObject({
  category: shape.code.nullable(),
  poolBasisPoints: shape.basisPoints,
  division: poolDivision,
  base: z.enum(['GROSS', 'NET_OF_TAX']),
  paymentFeeBearer: shape.fallbackRole,
  hold: z.strictObject({ days: z.int().min(0).max(365), from: z.enum(['CAPTURE', 'FULFILMENT']) }),
  keepPoolOnRefund: z.boolean(),
})
export type Rate = z.infer<typeof rate>

export const terms = z.strictObject({ rates: z.array(rate).min(1).max(200) })
export type Terms = z.infer<typeof terms>

const termsStated = z.strictObject({
  partnershipId: shape.partnershipId,
  partnerId: shape.partnerId,
  communityId: shape.communityId,
  by: shape.side,
  version: shape.version,
  effectiveFrom: shape.instant,
  terms,
})
const partnershipRef = {
  partnershipId: shape.partnershipId,
  partnerId: shape.partnerId,
  communityId: shape.communityId,
}

export const partnershipEvents = {
  PartnershipProposed: event(
    'partnership',
    'One side proposes terms between a partner and a community.',
    termsStated,
  ),
  PartnershipAmended: event(
    'partnership',
    'Either side proposes the next version of the terms.',
    termsStated,
  ),
  PartnershipAccepted: event(
    'partnership',
    'The other side accepts a version: from its effective date it binds. Before, nothing does.',
    z.strictObject({
      ...partnershipRef,
      by: shape.side,
      version: shape.version,
      effectiveFrom: shape.instant,
    }),
  ),
  PartnershipEnded: event(
    'partnership',
    'No new purchase under these terms after the instant named.',
    z.strictObject({ ...partnershipRef, by: shape.side, effectiveAt: shape.instant, reason: shape.reason }),
  ),
} as const

export type PartnerEvent = EventsOf<typeof partnerEvents>
export type CommunityEvent = EventsOf<typeof communityEvents>
export type PartnershipEvent = EventsOf<typeof partnershipEvents>
