/** What may happen to a purchase, decided as it is outside tests. */
import { Rejection } from '../../domain/decider.ts'
import type { PurchaseEvent } from '../../domain/events/purchases.ts'
import { bookVariance, capture, recordFee } from '../../domain/purchase/payments.ts'
import { cancel, dispute, endDispute, refund, voidPurchase } from '../../domain/purchase/refunds.ts'
import type { PurchaseState } from '../../domain/purchase/state.ts'
import { idFor } from './sales.ts'

export const instantOf = (day: string): string => `${day}T10:00:00.000Z`

export type Act =
  | { readonly do: 'capture'; readonly part: number }
  | { readonly do: 'refund'; readonly line: number; readonly part: number }
  | {
      readonly do:
        | 'fee'
        | 'refundAll'
        | 'dispute'
        | 'win'
        | 'lose'
        | 'variance'
        | 'correct'
        | 'cancel'
        | 'void'
    }

/** Something on a day. */
export interface Doing {
  readonly day: string
  readonly act: Act
}

/** Another sharer instead of the one who was credited; legs keep their amounts. Never after a refund. */
const correct = (state: PurchaseState, at: string, businessDate: string): readonly PurchaseEvent[] => {
  const { sale: frozen, recognisedOn } = state
  if (frozen === null || recognisedOn === null || state.refunded > 0 || state.status !== 'PLACED') return []
  const former = frozen.attribution.credited.map(({ sharerId }) => sharerId)
  const other = idFor('person', 7)
  if (former.length !== 1 || former[0] === other) return []
  const { purchaseId, communityId, personId, membershipId, segments: held, currency, total } = frozen
  return [
    {
      type: 'AttributionCorrected',
      data: {
        ...{ purchaseId, communityId, personId, membershipId, segments: held, currency },
        at,
        businessDate,
        reason: 'test',
        attribution: {
          ...frozen.attribution,
          credited: [{ sharerId: other, inviterId: null, basisPoints: 10_000 }],
        },
        formerSharers: former,
        total,
        recognisedOn,
        lines: state.lines.map(({ line, legs }) => ({
          line: line.line,
          kind: line.kind,
          partnerId: line.partnerId,
          category: line.category,
          before: [...legs],
          after: legs.map((leg) => (leg.role === 'SHARER_1' ? { ...leg, party: other } : leg)),
        })),
      },
    },
  ]
}

const decide = (
  state: PurchaseState,
  { act: wanted, day: date }: Doing,
  n: number,
): readonly PurchaseEvent[] => {
  const at = instantOf(date)
  const captured = state.captures.toSorted((a, b) => b.amount - a.amount)[0]
  const open = state.disputes.find(({ status }) => status === 'OPEN')
  switch (wanted.do) {
    case 'capture':
      return capture(
        state,
        {
          type: 'RecordPayment',
          captureId: `c${n}`,
          provider: n % 2 === 0 ? 'pay' : 'bank',
          account: 'main',
          transactionId: `t${n}`,
          method: 'card',
          instalments: null,
          amount: Math.round((state.sale?.total ?? 0) * wanted.part),
          currency: state.sale?.currency ?? 'BRL',
          at,
        },
        1,
      )
    case 'fee':
      if (captured === undefined) return []
      return recordFee(state, {
        type: 'RecordPaymentFee',
        feeId: `f${n}`,
        captureId: captured.captureId,
        amount: 7,
        at,
      })
    case 'refund': {
      const line = state.lines.find((each) => each.line.line === wanted.line)
      const amount = Math.max(1, Math.round((line?.line.amount ?? 0) * wanted.part))
      const lines = [{ line: wanted.line, amount }]
      return refund(state, { type: 'RefundPurchase', refundId: `r${n}`, lines, reason: 'test', at })
    }
    case 'refundAll':
      return refund(state, { type: 'RefundPurchase', refundId: `r${n}`, lines: null, reason: 'test', at })
    case 'dispute':
      if (captured === undefined) return []
      return dispute(state, {
        type: 'DisputePayment',
        disputeId: `d${n}`,
        captureId: captured.captureId,
        amount: Math.max(1, Math.floor(captured.amount / 3)),
        at,
      })
    case 'win':
      return open === undefined
        ? []
        : endDispute(state, { type: 'WinDispute', disputeId: open.disputeId, at })
    case 'lose':
      return open === undefined
        ? []
        : endDispute(state, { type: 'LoseDispute', disputeId: open.disputeId, fee: 3, at })
    case 'variance':
      return bookVariance(state, { type: 'BookVariance', reason: 'test', at })
    case 'correct':
      return correct(state, at, date)
    case 'cancel':
      return cancel(state, { type: 'CancelPurchase', reason: 'test', at })
    case 'void':
      return voidPurchase(state, { type: 'VoidPurchase', reason: 'test', replacedBy: null, at })
  }
}

/** Refusals are passed over. */
export const attempt = (state: PurchaseState, step: Doing, n: number): readonly PurchaseEvent[] => {
  try {
    return decide(state, step, n)
  } catch (error) {
    if (error instanceof Rejection) return []
    throw error
  }
}
