/** Folds a purchase's events into its state. */
import { type StateSource, unreachable } from '../decider.ts'
import { eventTypes } from '../events/define.ts'
import { type LineReversal, type PurchaseEvent, purchaseEvents } from '../events/purchases.ts'
import type { Sale } from '../events/sale.ts'
import { type Capture, captureContent, cashFor, type LineState, type PurchaseState } from './state.ts'

const initialPurchase: PurchaseState = {
  status: 'NONE',
  sale: null,
  recognised: false,
  recognisedOn: null,
  lines: [],
  captures: [],
  captured: 0,
  refunded: 0,
  cashReturned: 0,
  lostInDisputes: 0,
  varianceBooked: 0,
  fees: [],
  disputes: [],
  keys: {},
}

const startLines = (sale: Sale): readonly LineState[] =>
  sale.lines.map((line) => ({
    line,
    legs: line.legs,
    captured: 0,
    covered: line.amount === 0,
    fulfilledAt: null,
    refunded: 0,
    cashReturned: 0,
    unitsReturned: 0,
    reversed: line.legs.map(() => 0),
    keptFee: 0,
    discountsReturned: {},
    disputed: 0,
  }))

const addDiscounts = (
  before: LineState['discountsReturned'],
  discounts: LineReversal['discounts'],
): LineState['discountsReturned'] => {
  if (discounts.length === 0) return before
  const after: Record<string, number> = { ...before }
  for (const { bearer, amount } of discounts) after[bearer] = (after[bearer] ?? 0) + amount
  return after
}

const takenBack = (state: LineState, reversal: LineReversal, cash: number): LineState => ({
  ...state,
  refunded: state.refunded + reversal.amount,
  cashReturned: state.cashReturned + cash,
  unitsReturned: state.unitsReturned + reversal.units,
  keptFee: state.keptFee + reversal.keptFee,
  discountsReturned: addDiscounts(state.discountsReturned, reversal.discounts),
  reversed: state.legs.map((leg, i) => {
    const found = reversal.reversals.find(({ party, role }) => party === leg.party && role === leg.role)
    return (state.reversed[i] ?? 0) + (found?.amount ?? 0)
  }),
})

const applyReversals = (
  state: PurchaseState,
  reversals: readonly LineReversal[],
  cashOf: (line: LineState, reversal: LineReversal) => number,
): readonly LineState[] =>
  state.lines.map((line) => {
    const reversal = reversals.find((candidate) => candidate.line === line.line.line)
    return reversal === undefined ? line : takenBack(line, reversal, cashOf(line, reversal))
  })

const sum = (parts: readonly { readonly amount: number }[]): number =>
  parts.reduce((all, { amount }) => all + amount, 0)

const withKey = (state: PurchaseState, key: string, content: string): PurchaseState['keys'] => ({
  ...state.keys,
  [key]: content,
})

const releaseDispute = (state: PurchaseState, disputeId: string, status: 'WON' | 'LOST'): PurchaseState => {
  const dispute = state.disputes.find((candidate) => candidate.disputeId === disputeId)
  if (dispute === undefined) return state
  return {
    ...state,
    disputes: state.disputes.map((each) => (each === dispute ? { ...each, status } : each)),
    captures: state.captures.map((capture) =>
      capture.captureId === dispute.captureId
        ? {
            ...capture,
            disputed: capture.disputed - dispute.amount,
            returned: capture.returned + (status === 'LOST' ? dispute.amount : 0),
          }
        : capture,
    ),
    lines: state.lines.map((line) => {
      const part = dispute.lines.find((each) => each.line === line.line.line)
      return part === undefined ? line : { ...line, disputed: line.disputed - part.amount }
    }),
  }
}

const feeOf = ({
  provider,
  account,
  charges,
}: PurchaseState['fees'][number]): PurchaseState['fees'][number] => ({
  provider,
  account,
  charges,
})

/** Draws cash from captures in their order, those of the accounts named by the event. */
const drawCash = (
  captures: readonly Capture[],
  cash: readonly { provider: string; account: string; amount: number }[],
): readonly Capture[] => {
  const left = new Map(cash.map(({ provider, account, amount }) => [`${provider}:${account}`, amount]))
  return captures.map((capture) => {
    const key = `${capture.provider}:${capture.account}`
    const drawn = Math.min(left.get(key) ?? 0, capture.amount - capture.returned - capture.disputed)
    if (drawn <= 0) return capture
    left.set(key, (left.get(key) ?? 0) - drawn)
    return { ...capture, returned: capture.returned + drawn }
  })
}

const evolvePurchase = (state: PurchaseState, event: PurchaseEvent): PurchaseState => {
  switch (event.type) {
    case 'PurchasePlaced':
      return {
        ...state,
        status: 'PLACED',
        sale: event.data,
        recognised: event.data.stated,
        recognisedOn: event.data.stated ? event.data.businessDate : null,
        lines: startLines(event.data),
      }
    case 'PaymentCaptured': {
      const { captureId, provider, account, transactionId, method, instalments, amount, at } = event.data
      const totals = new Map(event.data.lines.map(({ line, captured }) => [line, captured]))
      const covered = new Set(event.data.covered)
      return {
        ...state,
        recognised: true,
        recognisedOn: state.recognisedOn ?? event.data.businessDate,
        captured: event.data.captured,
        captures: [
          ...state.captures,
          {
            captureId,
            provider,
            account,
            transactionId,
            method,
            instalments,
            amount,
            returned: 0,
            disputed: 0,
            at,
          },
        ],
        lines: state.lines.map((line) => ({
          ...line,
          captured: totals.get(line.line.line) ?? line.captured,
          covered: line.covered || covered.has(line.line.line),
        })),
        keys: withKey(state, `capture:${captureId}`, captureContent(event.data)),
      }
    }
    case 'PaymentFeeRecorded':
      return {
        ...state,
        fees: [...state.fees, feeOf(event.data)],
        keys: withKey(state, `fee:${event.data.feeId}`, `${event.data.captureId}:${event.data.amount}`),
      }
    case 'LinesFulfilled': {
      const fulfilled = new Set(event.data.lines)
      return {
        ...state,
        lines: state.lines.map((line) =>
          fulfilled.has(line.line.line) ? { ...line, fulfilledAt: line.fulfilledAt ?? event.data.at } : line,
        ),
        keys: withKey(state, `fulfilment:${event.data.fulfilmentId}`, event.data.lines.join(',')),
      }
    }
    case 'PurchaseRefunded':
      return {
        ...state,
        refunded: state.refunded + event.data.amount,
        cashReturned: state.cashReturned + sum(event.data.cash),
        captures: drawCash(state.captures, event.data.cash),
        lines: applyReversals(state, event.data.lines, (line, reversal) => cashFor(line, reversal.amount)),
        keys: withKey(state, `refund:${event.data.refundId}`, `${event.data.amount}`),
      }
    case 'AttributionCorrected': {
      const legs = new Map(event.data.lines.map(({ line, after }) => [line, after]))
      return {
        ...state,
        sale: state.sale === null ? null : { ...state.sale, attribution: event.data.attribution },
        lines: state.lines.map((line) => {
          const after = legs.get(line.line.line)
          return after === undefined ? line : { ...line, legs: after, reversed: after.map(() => 0) }
        }),
      }
    }
    case 'PurchaseCancelled':
      return { ...state, status: 'CANCELLED' }
    case 'PurchaseVoided':
      return { ...state, status: 'VOIDED' }
    case 'VarianceBooked':
      return { ...state, varianceBooked: state.varianceBooked + event.data.amount }
    case 'PaymentDisputed': {
      const { disputeId, captureId, amount, lines } = event.data
      const parts = new Map(lines.map((part) => [part.line, part.amount]))
      return {
        ...state,
        disputes: [...state.disputes, { disputeId, captureId, amount, lines, status: 'OPEN' }],
        captures: state.captures.map((capture) =>
          capture.captureId === captureId ? { ...capture, disputed: capture.disputed + amount } : capture,
        ),
        lines: state.lines.map((line) => ({
          ...line,
          disputed: line.disputed + (parts.get(line.line.line) ?? 0),
        })),
        keys: withKey(state, `dispute:${disputeId}`, `${captureId}:${amount}`),
      }
    }
    case 'DisputeWon':
      return releaseDispute(state, event.data.disputeId, 'WON')
    case 'DisputeLost': {
      const released = releaseDispute(state, event.data.disputeId, 'LOST')
      return {
        ...released,
        fees: event.data.charges.length === 0 ? released.fees : [...released.fees, feeOf(event.data)],
        refunded: released.refunded + event.data.amount,
        lostInDisputes: released.lostInDisputes + event.data.amount,
        lines: applyReversals(released, event.data.lines, (_line, reversal) => reversal.amount),
      }
    }
    default:
      return unreachable(event)
  }
}

/** Stream `purchase-{purchase id}`. */
export const purchaseSource: StateSource<PurchaseState, PurchaseEvent> = {
  category: 'purchase',
  initial: initialPurchase,
  evolve: evolvePurchase,
  types: eventTypes(purchaseEvents),
}
