/**
 * What can be asked of a purchase, and what can be stated about it. Amounts are minor units of the purchase's
 * currency; instants ISO 8601 UTC.
 */
import { z } from 'zod'
import * as shape from '../events/shapes.ts'

/** Keys of what is stated often stand sorted: the canonical text of what comes out of these schemas costs least. */
export const payment = z.strictObject({
  account: shape.code,
  amount: shape.amount,
  at: shape.instant,
  captureId: shape.code,
  instalments: z.int().min(1).max(1_000).nullable(),
  method: shape.code,
  provider: shape.code,
  transactionId: z.string().trim().min(1).max(120),
})
export type Payment = z.infer<typeof payment>

const discount = z.strictObject({ amount: shape.amount, bearer: shape.party })

export const placedLine = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('OFFER'),
    offerId: shape.offerId,
    offerVersion: shape.version,
    quantity: shape.quantity,
  }),
  z.strictObject({
    kind: z.literal('BUNDLE'),
    bundleId: shape.bundleId,
    bundleVersion: shape.version,
    quantity: shape.quantity,
  }),
  z.strictObject({ kind: z.literal('FREIGHT'), partnerId: shape.partnerId, amount: shape.amount }),
])
export type PlacedLine = z.infer<typeof placedLine>

export const recordedLine = z.strictObject({
  /** What the buyer paid or owes for the whole line. */
  amount: shape.amount,
  category: shape.code.nullable(),
  discounts: z.array(discount).max(20),
  kind: z.enum(['GOODS', 'FREIGHT', 'OTHER']),
  /** Of one unit, before discounts. */
  listPrice: shape.amount,
  /** Version null: the one in force when it was sold. */
  offer: z.strictObject({ id: shape.offerId, version: shape.version.nullable() }).nullable(),
  partnerId: shape.partnerId,
  quantity: shape.quantity,
  tax: z
    .strictObject({ amount: shape.amount, inclusive: z.literal(true), rateBasisPoints: shape.basisPoints })
    .nullable(),
})
export type RecordedLine = z.infer<typeof recordedLine>

const claim = z.union([
  z.strictObject({ line: z.int().min(1), amount: z.int().min(1) }),
  z.strictObject({ line: z.int().min(1), quantity: shape.quantity }),
  z.strictObject({ line: z.int().min(1), all: z.literal(true) }),
])

const takeBack = {
  refundId: shape.code,
  /** Null: all that is left of every line. */
  lines: z.array(claim).min(1).max(200).nullable(),
  reason: shape.reason,
  at: shape.instant,
}

export const purchaseCommand = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('PlacePurchase'),
    purchaseId: shape.purchaseId,
    communityId: shape.communityId,
    personId: shape.personId,
    lines: z.array(placedLine).min(1).max(100),
    /** What the buyer saw; anything else is VERSION_CHANGED. */
    total: shape.amount,
    pickupPointId: shape.pickupPointId.nullable(),
    at: shape.instant,
  }),
  z.strictObject({
    communityId: shape.communityId,
    currency: shape.currency,
    lines: z.array(recordedLine).min(1).max(200),
    occurredAt: shape.instant,
    payments: z.array(payment).max(100),
    personId: shape.personId,
    pickupPointId: shape.pickupPointId.nullable(),
    purchaseId: shape.purchaseId,
    source: shape.source,
    /** When it was stated: what lies ahead of it by more than a day is flagged. Left out of what is old for sure. */
    statedAt: shape.instant.optional(),
    type: z.literal('RecordPurchase'),
  }),
  z.strictObject({ type: z.literal('CapturePayment'), ...payment.shape, currency: shape.currency }),
  z.strictObject({ type: z.literal('RecordPayment'), ...payment.shape, currency: shape.currency }),
  z.strictObject({
    type: z.literal('RecordPaymentFee'),
    feeId: shape.code,
    captureId: shape.code,
    amount: z.int().min(1),
    at: shape.instant,
  }),
  z.strictObject({
    type: z.literal('FulfilLines'),
    fulfilmentId: shape.code,
    /** Null: all. */
    lines: z.array(z.int().min(1)).min(1).max(200).nullable(),
    at: shape.instant,
  }),
  z.strictObject({ type: z.literal('RefundPurchase'), ...takeBack }),
  z.strictObject({ type: z.literal('RecordRefund'), ...takeBack, source: shape.source }),
  z.strictObject({ type: z.literal('CancelPurchase'), reason: shape.reason, at: shape.instant }),
  z.strictObject({
    type: z.literal('VoidPurchase'),
    reason: shape.reason,
    replacedBy: shape.purchaseId.nullable(),
    at: shape.instant,
  }),
  z.strictObject({ type: z.literal('BookVariance'), reason: shape.reason, at: shape.instant }),
  z.strictObject({
    type: z.literal('CorrectAttribution'),
    purchaseId: shape.purchaseId,
    sharerId: shape.personId.nullable(),
    reason: shape.reason,
    at: shape.instant,
  }),
  z.strictObject({
    type: z.literal('DisputePayment'),
    disputeId: shape.code,
    captureId: shape.code,
    amount: z.int().min(1),
    at: shape.instant,
  }),
  z.strictObject({ type: z.literal('WinDispute'), disputeId: shape.code, at: shape.instant }),
  z.strictObject({
    type: z.literal('LoseDispute'),
    disputeId: shape.code,
    /** What the provider charges for it. */
    fee: shape.amount,
    at: shape.instant,
  }),
])
export type PurchaseCommand = z.infer<typeof purchaseCommand>
export type CommandOf<Type extends PurchaseCommand['type']> = Extract<PurchaseCommand, { type: Type }>
