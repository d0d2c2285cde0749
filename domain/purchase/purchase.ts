/** A purchase: what a member bought in a community, and all that happens to it. Stream `purchase-{purchase id}`. */
import { type Decider, Rejection, unreachable } from '../decider.ts'
import type { Derive } from '../derive.ts'
import type { PurchaseEvent } from '../events/purchases.ts'
import { answered } from '../look.ts'
import type { PurchaseCommand } from './commands.ts'
import { type Correction, correctAttribution } from './correct.ts'
import { purchaseSource } from './evolve.ts'
import { gatherSale, type Surroundings } from './gather.ts'
import { gatherCorrection } from './gather-correction.ts'
import { gatherStated, type Unknown } from './gather-stated.ts'
import { bookVariance, capture, dimensionsOf, effectAt, isRepeat, openSale, recordFee } from './payments.ts'
import { place } from './place.ts'
import { record } from './record.ts'
import { cancel, dispute, endDispute, refund, voidPurchase } from './refunds.ts'
import type { PurchaseState } from './state.ts'

/** What else a decision looks at: the surroundings of a sale, what of a stated one is not known, or what a correction needs. */
export type PurchaseContext =
  | { readonly kind: 'SALE'; readonly around: Surroundings }
  | { readonly kind: 'STATED_SALE'; readonly around: Surroundings; readonly unknown: Unknown }
  | { readonly kind: 'CORRECTION'; readonly correction: Correction }
  | { readonly kind: 'NOTHING' }

export interface PurchaseSettings {
  readonly derive: Derive
  /** Minor units by which a line may miss its amount and still be covered. */
  readonly tolerance: number
}

const fulfil = (
  state: PurchaseState,
  command: Extract<PurchaseCommand, { type: 'FulfilLines' }>,
): readonly PurchaseEvent[] => {
  const sale = openSale(state)
  const open = state.lines.filter(({ fulfilledAt }) => fulfilledAt === null).map(({ line }) => line.line)
  const lines = [...new Set(command.lines ?? open)].sort((a, b) => a - b)
  if (command.lines !== null && isRepeat(state, `fulfilment:${command.fulfilmentId}`, lines.join(',')))
    return []
  const missing = lines.find((line) => !state.lines.some((each) => each.line.line === line))
  if (missing !== undefined)
    throw new Rejection('NOT_FOUND', `The purchase has no line ${missing}.`, ['lines'])
  if (lines.length === 0) return []
  return [
    {
      type: 'LinesFulfilled',
      data: {
        ...dimensionsOf(sale),
        ...effectAt(sale, command.at),
        fulfilmentId: command.fulfilmentId,
        lines,
      },
    },
  ]
}

const surroundings = (context: PurchaseContext): Surroundings => {
  if (context.kind !== 'SALE') throw new TypeError('A sale is decided on its surroundings.')
  return context.around
}

const statedSale = (
  context: PurchaseContext,
): { readonly around: Surroundings; readonly unknown: Unknown } => {
  if (context.kind !== 'STATED_SALE') throw new TypeError('A stated sale is decided on what is known of it.')
  return context
}

const correction = (context: PurchaseContext): Correction => {
  if (context.kind !== 'CORRECTION') throw new TypeError('A correction is decided on who is credited.')
  return context.correction
}

const decideWith =
  (tolerance: number) =>
  (state: PurchaseState, command: PurchaseCommand, context: PurchaseContext): readonly PurchaseEvent[] => {
    switch (command.type) {
      case 'PlacePurchase':
        return place(state, command, surroundings(context))
      case 'RecordPurchase':
        return record(state, command, statedSale(context), tolerance)
      case 'CapturePayment':
      case 'RecordPayment':
        return capture(state, command, tolerance)
      case 'RecordPaymentFee':
        return recordFee(state, command)
      case 'FulfilLines':
        return fulfil(state, command)
      case 'RefundPurchase':
      case 'RecordRefund':
        return refund(state, command)
      case 'CancelPurchase':
        return cancel(state, command)
      case 'VoidPurchase':
        return voidPurchase(state, command)
      case 'BookVariance':
        return bookVariance(state, command)
      case 'CorrectAttribution':
        return correctAttribution(state, command, correction(context))
      case 'DisputePayment':
        return dispute(state, command)
      case 'WinDispute':
      case 'LoseDispute':
        return endDispute(state, command)
      default:
        return unreachable(command)
    }
  }

/** The purchase decider of a deployment. */
export const makePurchase = ({
  derive,
  tolerance,
}: PurchaseSettings): Decider<PurchaseState, PurchaseCommand, PurchaseEvent, PurchaseContext> => ({
  ...purchaseSource,
  gather: (command, read) => {
    switch (command.type) {
      case 'PlacePurchase':
        return answered(read, (look) => ({ kind: 'SALE', around: gatherSale(derive, command, look) }))
      case 'RecordPurchase':
        return answered(read, (look) => {
          const around = gatherSale(derive, command, look)
          return { kind: 'STATED_SALE', around, unknown: gatherStated(command, around, look) }
        })
      case 'CorrectAttribution':
        return answered(read, (look) => ({
          kind: 'CORRECTION',
          correction: gatherCorrection(derive, command, look),
        }))
      default:
        return { kind: 'NOTHING' }
    }
  },
  decide: decideWith(tolerance),
})
