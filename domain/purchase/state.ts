/** What a purchase's stream folds to: the frozen sale, and per line what was captured and taken back. */
import type { PurchaseEvent } from '../events/purchases.ts'
import type { Leg, Sale, SaleLine } from '../events/sale.ts'

export interface Capture {
  readonly captureId: string
  readonly provider: string
  readonly account: string
  readonly transactionId: string
  readonly method: string
  readonly instalments: number | null
  readonly amount: number
  /** Paid back in cash, or lost in a dispute. */
  readonly returned: number
  /** In an open dispute. */
  readonly disputed: number
  readonly at: string
}

export interface LineState {
  readonly line: SaleLine
  readonly legs: readonly Leg[]
  readonly captured: number
  readonly covered: boolean
  readonly fulfilledAt: string | null
  /** Of what the buyer pays. */
  readonly refunded: number
  readonly cashReturned: number
  readonly unitsReturned: number
  /** Taken back of each leg, in the order of `legs`. */
  readonly reversed: readonly number[]
  readonly keptFee: number
  /** By bearer. */
  readonly discountsReturned: Readonly<Record<string, number>>
  readonly disputed: number
}

export interface Dispute {
  readonly disputeId: string
  readonly captureId: string
  readonly amount: number
  readonly lines: readonly { readonly line: number; readonly amount: number }[]
  readonly status: 'OPEN' | 'WON' | 'LOST'
}

export interface PurchaseState {
  readonly status: 'NONE' | 'PLACED' | 'CANCELLED' | 'VOIDED'
  readonly sale: Sale | null
  readonly recognised: boolean
  /** Business date of the event that recognised it. */
  readonly recognisedOn: string | null
  readonly lines: readonly LineState[]
  readonly captures: readonly Capture[]
  readonly captured: number
  readonly refunded: number
  readonly cashReturned: number
  readonly lostInDisputes: number
  readonly varianceBooked: number
  /** Of payments and of lost disputes. */
  readonly fees: Extract<PurchaseEvent, { type: 'PurchaseVoided' }>['data']['fees']
  readonly disputes: readonly Dispute[]
  /** Business keys seen, with what they stood for: a repeat is no-op, another content under the key is refused. */
  readonly keys: Readonly<Record<string, string>>
}

/** What is left on the buyer's receivable: positive where the buyer paid too little. */
export const receivableLeft = (state: PurchaseState): number =>
  state.sale === null || !state.recognised
    ? 0
    : state.sale.total -
      state.captured -
      (state.refunded - state.cashReturned - state.lostInDisputes) -
      state.varianceBooked

/** Cash that goes back for a line: of this amount, what was captured for the line and has not gone back yet. */
export const cashFor = (state: LineState, amount: number): number =>
  Math.max(
    0,
    Math.min(amount, state.refunded + amount - state.cashReturned, state.captured - state.cashReturned),
  )

/** What a capture's key stands for: the same key with anything else is another payment. */
export const captureContent = (capture: {
  readonly provider: string
  readonly account: string
  readonly transactionId: string
  readonly amount: number
}): string => `${capture.provider}:${capture.account}:${capture.transactionId}:${capture.amount}`
