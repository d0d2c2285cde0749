/** What may happen to a purchase, in any order: steps, decided on the state that they find. */
import fc from 'fast-check'
import { Rejection } from '../../domain/decider.ts'
import type { PurchaseEvent } from '../../domain/events/purchases.ts'
import { bookVariance, capture, recordFee } from '../../domain/purchase/payments.ts'
import { dispute, endDispute, refund } from '../../domain/purchase/refunds.ts'
import type { PurchaseState } from '../../domain/purchase/state.ts'

export const at = '2026-01-02T00:00:00.000Z'

export type Step =
  | { readonly do: 'capture'; readonly part: number; readonly provider: string }
  | { readonly do: 'fee'; readonly amount: number }
  | { readonly do: 'refund'; readonly line: number; readonly part: number }
  | { readonly do: 'units'; readonly line: number; readonly quantity: number }
  | { readonly do: 'refundAll' }
  | { readonly do: 'dispute'; readonly part: number }
  | { readonly do: 'endDispute'; readonly won: boolean }
  | { readonly do: 'variance' }

const part = fc.double({ min: 0, max: 1.2, noNaN: true })
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('capture' as const), part, provider: fc.constantFrom('a', 'b') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('fee' as const), amount: fc.integer({ min: 1, max: 500 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('refund' as const), line: fc.integer({ min: 1, max: 5 }), part }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('units' as const),
      line: fc.integer({ min: 1, max: 5 }),
      quantity: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refundAll' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dispute' as const), part }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('endDispute' as const), won: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('variance' as const) }) },
)

const decideStep = (state: PurchaseState, wanted: Step, n: number): readonly PurchaseEvent[] => {
  const first = state.captures[0]
  const open = state.disputes.find(({ status }) => status === 'OPEN')
  switch (wanted.do) {
    case 'capture':
      return capture(
        state,
        {
          type: 'RecordPayment',
          captureId: `c${n}`,
          provider: wanted.provider,
          account: 'main',
          transactionId: `t${n}`,
          method: 'card',
          instalments: null,
          amount: Math.round((state.sale?.total ?? 0) * wanted.part),
          currency: 'BRL',
          at,
        },
        1,
      )
    case 'fee':
      return first === undefined
        ? []
        : recordFee(state, {
            type: 'RecordPaymentFee',
            feeId: `f${n}`,
            captureId: first.captureId,
            amount: wanted.amount,
            at,
          })
    case 'refund': {
      const line = state.lines.find((each) => each.line.line === wanted.line)
      const amount = Math.max(1, Math.round((line?.line.amount ?? 0) * wanted.part))
      return refund(state, {
        type: 'RefundPurchase',
        refundId: `r${n}`,
        lines: [{ line: wanted.line, amount }],
        reason: 'test',
        at,
      })
    }
    case 'units':
      return refund(state, {
        type: 'RefundPurchase',
        refundId: `r${n}`,
        lines: [{ line: wanted.line, quantity: wanted.quantity }],
        reason: 'test',
        at,
      })
    case 'refundAll':
      return refund(state, { type: 'RefundPurchase', refundId: `r${n}`, lines: null, reason: 'test', at })
    case 'dispute':
      return first === undefined
        ? []
        : dispute(state, {
            type: 'DisputePayment',
            disputeId: `d${n}`,
            captureId: first.captureId,
            amount: Math.max(1, Math.round(first.amount * wanted.part)),
            at,
          })
    case 'endDispute':
      if (open === undefined) return []
      return wanted.won
        ? endDispute(state, { type: 'WinDispute', disputeId: open.disputeId, at })
        : endDispute(state, { type: 'LoseDispute', disputeId: open.disputeId, fee: 15, at })
    case 'variance':
      return bookVariance(state, { type: 'BookVariance', reason: 'test', at })
  }
}

/** Runs steps, passing over refusals: any answer but a Rejection fails the property. */
export const attempt = (state: PurchaseState, wanted: Step, n: number): readonly PurchaseEvent[] => {
  try {
    return decideStep(state, wanted, n)
  } catch (error) {
    if (error instanceof Rejection) return []
    throw error
  }
}
