/** Events of what is sold: offers of partners, bundles of communities. */
import { z } from 'zod'
import { type EventsOf, event } from './define.ts'
import * as shape from './shapes.ts'

/** The facts of one version of an offer. `listPrice` is per unit, in minor units. */
export const offerFacts = z.strictObject({
  title: shape.label,
  /** On the web: other schemes run, or read, where the page that shows them is. */
  media: z.array(z.url({ protocol: /^https?$/ }).max(500)).max(20),
  sku: z.string().trim().min(1).max(120),
  category: shape.code,
  listPrice: shape.amount,
  currency: shape.currency,
  validFrom: shape.instant,
  validUntil: shape.instant.nullable(),
  /** Empty: wherever the partner has terms. */
  communities: z.array(shape.communityId).max(500),
  /** Empty: to every member of these communities. */
  segments: z.array(shape.segmentId).max(200),
  /** Basis points of the pool for this offer; may only raise what the terms say. */
  poolOverride: shape.basisPoints.nullable(),
  /** Information alone, until stock has streams of its own: no sale takes from a count. */
  stock: z.discriminatedUnion('policy', [
    z.strictObject({ policy: z.literal('UNLIMITED') }),
    z.strictObject({ policy: z.literal('COUNTED'), units: z.int().min(0) }),
  ]),
})
export type OfferFacts = z.infer<typeof offerFacts>

const offerVersion = z.strictObject({
  offerId: shape.offerId,
  partnerId: shape.partnerId,
  version: shape.version,
  facts: offerFacts,
  source: shape.source.nullable(),
})

export const offerEvents = {
  OfferPublished: event(
    'offer',
    'A partner offers something: the first version of its terms for one product.',
    offerVersion,
  ),
  OfferRevised: event(
    'offer',
    'The next version; purchases keep the one they were made under.',
    offerVersion,
  ),
  OfferExpired: event(
    'offer',
    'Its latest version came to its end, which it said from the beginning: told once, for those who follow the log.',
    z.strictObject({
      offerId: shape.offerId,
      partnerId: shape.partnerId,
      version: shape.version,
      at: shape.instant,
    }),
  ),
  OfferWithdrawn: event(
    'offer',
    'Nobody can place it any more.',
    z.strictObject({
      offerId: shape.offerId,
      partnerId: shape.partnerId,
      at: shape.instant,
      reason: shape.reason,
    }),
  ),
} as const

/** `amount` is what one bundle pays for all units of the component; `discount` what it is below list, borne as named. */
export const bundleComponent = z.strictObject({
  component: z.int().min(1).max(50),
  offerId: shape.offerId,
  offerVersion: shape.version,
  partnerId: shape.partnerId,
  category: shape.code,
  quantity: shape.quantity,
  listPrice: shape.amount,
  amount: shape.amount,
  discount: shape.amount,
  discountBearer: shape.party,
})
export type BundleComponent = z.infer<typeof bundleComponent>

const bundleVersion = z.strictObject({
  bundleId: shape.bundleId,
  communityId: shape.communityId,
  /** The community's owner, or a partner that composes a cross-brand offer. */
  composedBy: z.union([shape.communityId, shape.partnerId]),
  version: shape.version,
  name: shape.label,
  price: shape.amount,
  currency: shape.currency,
  allocation: z.enum(['FIXED', 'LIST_PRICE', 'WEIGHT']),
  segments: z.array(shape.segmentId).max(200),
  components: z.array(bundleComponent).min(1).max(50),
})
const componentRef = {
  bundleId: shape.bundleId,
  communityId: shape.communityId,
  bundleVersion: shape.version,
  component: z.int().min(1),
  partnerId: shape.partnerId,
  offerId: shape.offerId,
  offerVersion: shape.version,
  amount: shape.amount,
}

export const bundleEvents = {
  BundleComposed: event(
    'bundle',
    'A composition of offers; with two partners or more, a cross-brand offer. A draft until it is launched.',
    bundleVersion,
  ),
  ComponentAccepted: event(
    'bundle',
    'The partner accepts its part: this bundle version, this offer version, this amount.',
    z.strictObject(componentRef),
  ),
  ComponentDeclined: event(
    'bundle',
    'The partner declines its part.',
    z.strictObject({ ...componentRef, reason: shape.reason }),
  ),
  BundleLaunched: event(
    'bundle',
    'This version sells from now on; the one before does not.',
    z.strictObject({ bundleId: shape.bundleId, communityId: shape.communityId, version: shape.version }),
  ),
  BundleRevised: event('bundle', 'The next version, a draft; the launched one sells on.', bundleVersion),
  BundleRetired: event(
    'bundle',
    'The bundle sells no more.',
    z.strictObject({ bundleId: shape.bundleId, communityId: shape.communityId, reason: shape.reason }),
  ),
} as const

export type OfferEvent = EventsOf<typeof offerEvents>
export type BundleEvent = EventsOf<typeof bundleEvents>
