/** Events of a purchase, and of facts that could not be attached to one. */
import { z } from 'zod'
import { type EventsOf, event } from './define.ts'
import { attribution, charge, dimensions, leg, lineKind, sale } from './sale.ts'
import * as shape from './shapes.ts'

/** When it took effect for the books, in the purchase's zone. */
const effect = { at: shape.instant, businessDate: shape.date }

/** An account at a payment provider, where money is held before it is paid out. */
const clearing = { provider: shape.code, account: shape.code }

/** Taken back of one leg. */
const reversedLeg = z.strictObject({ party: shape.party, role: shape.role, amount: shape.amount })

/** What a refund, a lost dispute or a void takes back of one line. */
export const lineReversal = z.strictObject({
  line: z.int().min(1),
  kind: lineKind,
  partnerId: shape.partnerId,
  category: shape.code.nullable(),
  units: z.int().min(0),
  /** Of what the buyer pays. */
  amount: shape.amount,
  reversals: z.array(reversedLeg).max(40),
  /** Discounts that their bearers get back. */
  discounts: z.array(z.strictObject({ bearer: shape.party, amount: shape.amount })).max(20),
  /** The pool that is kept, borne by the line's partner. Of a void: what was kept before and goes back to it. */
  keptFee: shape.amount,
})
export type LineReversal = z.infer<typeof lineReversal>

const clearingPart = z.strictObject({ ...clearing, amount: shape.amount })

export const purchaseEvents = {
  PurchasePlaced: event(
    'purchase',
    'A member buys in a community. Stated sales are recognised at once, asked ones at their first capture.',
    sale,
  ),
  PaymentCaptured: event(
    'purchase',
    'The provider took money. `lines` is the running total that each line holds of all captures, `covered` the lines that came to be paid.',
    z.strictObject({
      ...dimensions,
      ...effect,
      captureId: shape.code,
      ...clearing,
      transactionId: z.string().trim().min(1).max(120),
      method: shape.code,
      instalments: z.int().min(1).max(1_000).nullable(),
      amount: shape.amount,
      captured: shape.sum,
      lines: z.array(z.strictObject({ line: z.int().min(1), captured: shape.sum })).max(200),
      covered: z.array(z.int().min(1)).max(200),
      stated: z.boolean(),
      /** The whole sale, where this capture recognises it. */
      recognises: sale.nullable(),
    }),
  ),
  PaymentFeeRecorded: event(
    'purchase',
    'What the provider kept for a capture, and who bears it.',
    z.strictObject({
      ...dimensions,
      ...effect,
      feeId: shape.code,
      captureId: shape.code,
      ...clearing,
      amount: shape.amount,
      charges: z.array(charge).max(400),
    }),
  ),
  LinesFulfilled: event(
    'purchase',
    'Lines were delivered or fetched.',
    z.strictObject({
      ...dimensions,
      ...effect,
      fulfilmentId: shape.code,
      lines: z.array(z.int().min(1)).min(1).max(200),
    }),
  ),
  PurchaseRefunded: event(
    'purchase',
    'Lines, or parts of them, are taken back. Cash goes back up to what was captured; the rest clears the receivable.',
    z.strictObject({
      ...dimensions,
      ...effect,
      refundId: shape.code,
      stated: z.boolean(),
      reason: shape.reason,
      source: shape.source.nullable(),
      amount: shape.amount,
      cash: z.array(clearingPart).max(50),
      receivable: shape.amount,
      lines: z.array(lineReversal).min(1).max(200),
      /** True once every line is refunded whole. */
      full: z.boolean(),
    }),
  ),
  AttributionCorrected: event(
    'purchase',
    'Another sharer is credited: legs are reversed and booked anew. Before settlement only.',
    z.strictObject({
      ...dimensions,
      ...effect,
      reason: shape.reason,
      attribution,
      /** Who was credited before. */
      formerSharers: z.array(shape.personId).max(50),
      /** Of the sale: what it came to, and the business date of the event that recognised it. */
      total: shape.amount,
      recognisedOn: shape.date,
      lines: z
        .array(
          z.strictObject({
            line: z.int().min(1),
            kind: lineKind,
            partnerId: shape.partnerId,
            category: shape.code.nullable(),
            before: z.array(leg).max(40),
            after: z.array(leg).max(40),
          }),
        )
        .min(1)
        .max(200),
    }),
  ),
  PurchaseCancelled: event(
    'purchase',
    'Placed but never paid: it is off. Nothing was in the books.',
    z.strictObject({ ...dimensions, ...effect, reason: shape.reason }),
  ),
  PurchaseVoided: event(
    'purchase',
    'The record was wrong: all that it put in the books is taken out. The right one, if any, is named.',
    z.strictObject({
      ...dimensions,
      ...effect,
      reason: shape.reason,
      replacedBy: shape.purchaseId.nullable(),
      recognised: z.boolean(),
      /** Business date of the event that recognised it: views by month uncount it there. Null: it never was. */
      recognisedOn: shape.date.nullable(),
      /** Who was credited, whatever refunds left of their legs. */
      sharers: z.array(shape.personId).max(50),
      lines: z.array(lineReversal).max(200),
      captures: z.array(clearingPart).max(100),
      fees: z.array(z.strictObject({ ...clearing, charges: z.array(charge).max(400) })).max(100),
      receivable: shape.signedSum,
      varianceBooked: shape.signedSum,
    }),
  ),
  VarianceBooked: event(
    'purchase',
    'What was left on the receivable (positive: the buyer paid too little) goes to the variance account, with its reason.',
    z.strictObject({ ...dimensions, ...effect, amount: shape.signedSum, reason: shape.reason }),
  ),
  PaymentDisputed: event(
    'purchase',
    'The buyer disputes a capture: the money moves to disputed, and the lines named stop maturing.',
    z.strictObject({
      ...dimensions,
      ...effect,
      disputeId: shape.code,
      captureId: shape.code,
      ...clearing,
      amount: shape.amount,
      lines: z
        .array(z.strictObject({ line: z.int().min(1), amount: shape.amount }))
        .min(1)
        .max(200),
    }),
  ),
  DisputeWon: event(
    'purchase',
    'The disputed money is ours again.',
    z.strictObject({ ...dimensions, ...effect, disputeId: shape.code, ...clearing, amount: shape.amount }),
  ),
  DisputeLost: event(
    'purchase',
    'The disputed money is gone: lines are reversed as a refund does it.',
    z.strictObject({
      ...dimensions,
      ...effect,
      disputeId: shape.code,
      ...clearing,
      amount: shape.amount,
      fee: shape.amount,
      charges: z.array(charge).max(400),
      lines: z.array(lineReversal).min(1).max(200),
    }),
  ),
} as const

/** Facts that were stated but belong to nothing known. `system` and `id` say whose they are. */
export const parkedFact = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('PAYMENT'),
    captureId: shape.code,
    ...clearing,
    transactionId: z.string().trim().min(1).max(120),
    method: shape.code,
    instalments: z.int().min(1).max(1_000).nullable(),
    amount: shape.amount,
  }),
  z.strictObject({
    kind: z.literal('REFUND'),
    refundId: shape.code,
    ...clearing,
    amount: shape.amount,
    reason: shape.reason,
  }),
  z.strictObject({ kind: z.literal('DISPUTE'), disputeId: shape.code, ...clearing, amount: shape.amount }),
  /** A row of an import that cannot be taken; nothing of it enters the books. */
  z.strictObject({ kind: z.literal('ROW'), file: z.string().max(200), row: z.int().min(0) }),
])
export type ParkedFact = z.infer<typeof parkedFact>

export const parkingReasons = [
  'NO_SUCH_PURCHASE',
  'PURCHASE_HAS_NO_LINES',
  'MORE_THAN_PAID',
  'MORE_THAN_DISPUTABLE',
  'WRONG_CURRENCY',
  'PURCHASE_CLOSED',
  'MALFORMED_ROW',
  'UNKNOWN_REFERENCE',
] as const

const factRef = {
  factId: shape.factId,
  currency: shape.currency,
  source: shape.source,
  purchase: z.strictObject({ id: shape.purchaseId.nullable(), reference: z.string().max(120).nullable() }),
  fact: parkedFact,
}

export const intakeEvents = {
  FactParked: event(
    'intake',
    'A stated fact could not be attached: it waits here, and in suspense, with its reason.',
    z.strictObject({ ...factRef, ...effect, why: z.enum(parkingReasons), detail: z.string().max(500) }),
  ),
  FactClaimed: event(
    'intake',
    'The fact is about to be attached to one purchase: until then, to no other.',
    z.strictObject({ ...factRef, at: shape.instant, purchaseId: shape.purchaseId, until: shape.instant }),
  ),
  FactResolved: event(
    'intake',
    'The fact was attached to its purchase, and leaves suspense.',
    z.strictObject({ ...factRef, ...effect, attachedTo: shape.purchaseId, note: z.string().max(500) }),
  ),
  FactDismissed: event(
    'intake',
    'A person says that the fact is none of ours; it leaves suspense.',
    z.strictObject({ ...factRef, ...effect, reason: shape.reason }),
  ),
} as const

export type PurchaseEvent = EventsOf<typeof purchaseEvents>
export type IntakeEvent = EventsOf<typeof intakeEvents>
