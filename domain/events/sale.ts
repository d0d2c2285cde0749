/**
 * What a purchase freezes (design section 5, Freeze): no later change of anything touches it.
 * Amounts are minor units of the purchase's currency.
 */
import { z } from 'zod'
import * as shape from './shapes.ts'

export const lineKind = z.enum(['GOODS', 'FREIGHT', 'OTHER'])

/** Why a stated sale would have been refused, had it been asked for, or what nobody but who stated it vouches for. */
export const flags = [
  'OFFER_WITHDRAWN',
  'OFFER_UNKNOWN',
  'OFFER_NOT_SHOWN_HERE',
  'OUTSIDE_DATES',
  'PARTNER_SUSPENDED',
  'PARTNER_NOT_ADMITTED',
  'NO_TERMS',
  'NOT_A_MEMBER',
  'PRICE_DIFFERS',
  'CATEGORY_UNKNOWN',
  'PERSON_UNKNOWN',
  'OCCURRED_IN_FUTURE',
  'OCCURRED_TOO_EARLY',
  'BEARER_UNCONFIRMED',
  'PICKUP_POINT_UNKNOWN',
] as const
export const flag = z.enum(flags)
export type Flag = z.infer<typeof flag>

/** Who gets what of one line. `weight` over the line's `weightTotal` is its exact share of the line's legs. */
export const leg = z.strictObject({
  party: shape.party,
  role: shape.role,
  amount: shape.amount,
  /** Parts of `weightTotal`, as decimal text: products pass 2^53. */
  weight: z.string().regex(/^\d{1,40}$/),
  /** Roles that nobody had, whose parts the terms give to this one. */
  absorbs: z.array(shape.poolRole).max(6),
})
export type Leg = z.infer<typeof leg>

export const charge = z.strictObject({
  line: z.int().min(1),
  party: shape.party,
  kind: z.enum(['DISCOUNT', 'PAYMENT_FEE', 'DISPUTE_FEE', 'KEPT_FEE']),
  amount: shape.amount,
})
export type Charge = z.infer<typeof charge>

export const saleLine = z.strictObject({
  line: z.int().min(1).max(1_000),
  kind: lineKind,
  partnerId: shape.partnerId,
  offer: z.strictObject({ id: shape.offerId, version: shape.version }).nullable(),
  bundle: z
    .strictObject({ id: shape.bundleId, version: shape.version, component: z.int().min(1) })
    .nullable(),
  category: shape.code.nullable(),
  quantity: shape.quantity,
  /** Of one unit. */
  listPrice: shape.amount,
  discounts: z.array(z.strictObject({ amount: shape.amount, bearer: shape.party })).max(20),
  tax: z
    .strictObject({ inclusive: z.literal(true), rateBasisPoints: shape.basisPoints, amount: shape.amount })
    .nullable(),
  /** What the buyer pays for the whole line. */
  amount: shape.amount,
  terms: z
    .strictObject({
      partnershipId: shape.partnershipId,
      version: shape.version,
      category: shape.code.nullable(),
    })
    .nullable(),
  /** What the pool is a part of. */
  base: shape.amount,
  poolBasisPoints: shape.basisPoints,
  poolFrom: z.enum(['TERMS', 'OFFER', 'NONE']),
  paymentFeeBearer: shape.fallbackRole,
  hold: z.strictObject({ days: z.int().min(0), from: z.enum(['CAPTURE', 'FULFILMENT']) }),
  keepPoolOnRefund: z.boolean(),
  allocator: z.literal(1),
  weightTotal: z.string().regex(/^\d{1,40}$/),
  /** Sum to `amount` plus the discounts that others than the line's partner bear. */
  legs: z.array(leg).min(1).max(40),
})
export type SaleLine = z.infer<typeof saleLine>

export const attributionCandidate = z.strictObject({
  /** `stream@revision` of the touch; null for the inviter under a binding. */
  touch: shape.eventName.nullable(),
  at: shape.instant,
  shareId: shape.shareId.nullable(),
  sharerId: shape.personId.nullable(),
  verdict: z.enum([
    'CREDITED',
    'LATER_TOUCH_WINS',
    'EARLIER_TOUCH_WINS',
    'NO_SHARER',
    'OWN_SHARE',
    'BINDING_NOT_NEEDED',
    'LEVELS_OFF',
  ]),
})

export const attribution = z.strictObject({
  model: shape.attributionModel,
  windowDays: z.int().min(1),
  levels: z.int().min(0).max(2),
  /** The latest 50 within the window. */
  candidates: z.array(attributionCandidate).max(51),
  /** Whom SHARER_1 (and who invited them, SHARER_2) is; several only under WEIGHTED. Basis points sum to 10,000. */
  credited: z
    .array(
      z.strictObject({
        sharerId: shape.personId,
        inviterId: shape.personId.nullable(),
        basisPoints: shape.basisPoints,
      }),
    )
    .max(50),
  reason: z.enum(['LAST_TOUCH', 'FIRST_TOUCH', 'WEIGHTED', 'BINDING', 'NOBODY', 'LEVELS_OFF']),
})
export type Attribution = z.infer<typeof attribution>

/** Every dimension that a view groups by: repeated by each later event of the purchase. */
export const dimensions = {
  purchaseId: shape.purchaseId,
  communityId: shape.communityId,
  personId: shape.personId,
  membershipId: shape.membershipId.nullable(),
  segments: z.array(shape.segmentAt).max(200),
  currency: shape.currency,
}

export const sale = z.strictObject({
  ...dimensions,
  stage: shape.stage.nullable(),
  stated: z.boolean(),
  /** Segments of a stated sale are those known at recording, not those at `placedAt`. */
  segmentsKnownAt: z.enum(['PLACEMENT', 'RECORDING']),
  source: shape.source.nullable(),
  placedAt: shape.instant,
  zone: z.string().max(64),
  businessDate: shape.date,
  pickupPointId: shape.pickupPointId.nullable(),
  attribution,
  flags: z.array(z.strictObject({ flag, line: z.int().min(1).nullable() })).max(2_000),
  lines: z.array(saleLine).min(1).max(200),
  charges: z.array(charge).max(1_000),
  /** Sum of the lines' amounts. */
  total: shape.amount,
})
export type Sale = z.infer<typeof sale>
