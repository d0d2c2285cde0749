/** What may be asked of a bundle. Amounts are minor units of its currency. */
import { z } from 'zod'
import { bundleEvents } from '../events/catalog-items.ts'
import * as shape from '../events/shapes.ts'

const composed = bundleEvents.BundleComposed.data.shape

const askedComponent = z.strictObject({
  offerId: shape.offerId,
  /** The version that the composer saw. */
  offerVersion: shape.version,
  quantity: shape.quantity,
  /** What one bundle pays for all units of it: with FIXED allocation only. */
  amount: shape.amount.nullable(),
  /** Its part of the price against the others: with WEIGHT allocation only. */
  weight: z.int().min(0).max(1_000_000_000).nullable(),
  /** Who bears what it is below list. */
  discountBearer: z.enum(['PARTNER', 'COMMUNITY', 'PLATFORM']),
})
export type AskedComponent = z.infer<typeof askedComponent>

const composition = {
  bundleId: shape.bundleId,
  communityId: shape.communityId,
  composedBy: composed.composedBy,
  name: composed.name,
  price: composed.price,
  currency: composed.currency,
  allocation: composed.allocation,
  segments: composed.segments,
  /** Numbered from 1, in this order. */
  components: z.array(askedComponent).min(1).max(50),
  /** When it is composed: the offers have to be valid then, or later. */
  at: shape.instant,
}

const part = {
  component: z.int().min(1).max(50),
  partnerId: shape.partnerId,
  bundleVersion: shape.version,
  offerVersion: shape.version,
  amount: shape.amount,
}

export const bundleCommand = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ComposeBundle'), ...composition }),
  z.strictObject({ type: z.literal('ReviseBundle'), ...composition, expectedVersion: shape.version }),
  z.strictObject({ type: z.literal('AcceptComponent'), ...part }),
  z.strictObject({ type: z.literal('DeclineComponent'), ...part, reason: shape.reason }),
  z.strictObject({ type: z.literal('LaunchBundle'), version: shape.version }),
  z.strictObject({ type: z.literal('RetireBundle'), reason: shape.reason }),
])
export type BundleCommand = z.infer<typeof bundleCommand>
export type Composition = Extract<BundleCommand, { type: 'ComposeBundle' | 'ReviseBundle' }>
export type PartAnswer = Extract<BundleCommand, { type: 'AcceptComponent' | 'DeclineComponent' }>
