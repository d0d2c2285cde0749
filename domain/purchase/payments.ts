/** Money that comes in: captures, what providers keep of them, what is left over. */
import { allocate } from '../allocation.ts'
import { businessDate } from '../business-date.ts'
import { Rejection } from '../decider.ts'
import type { PurchaseEvent } from '../events/purchases.ts'
import type { Charge, Sale, SaleLine } from '../events/sale.ts'
import type { CommandOf, Payment } from './commands.ts'
import { captureContent, type PurchaseState, receivableLeft } from './state.ts'

/** Every dimension that a view groups by, repeated on each event of the purchase. */
export const dimensionsOf = (sale: Sale) => ({
  purchaseId: sale.purchaseId,
  communityId: sale.communityId,
  personId: sale.personId,
  membershipId: sale.membershipId,
  segments: sale.segments,
  currency: sale.currency,
})

export const effectAt = (sale: Sale, at: string) => ({ at, businessDate: businessDate(at, sale.zone) })

/** The sale of a purchase that something can still happen to. */
export const openSale = (state: PurchaseState): Sale => {
  if (state.sale === null) throw new Rejection('NOT_FOUND', 'There is no such purchase.')
  if (state.status !== 'PLACED') {
    throw new Rejection(
      'WRONG_STATE',
      `The purchase is ${state.status}: nothing can happen to it any more.`,
      [],
      {
        status: state.status,
      },
    )
  }
  return state.sale
}

/** True for a repeat under the same business key; a different content under it is refused. */
export const isRepeat = (state: PurchaseState, key: string, content: string): boolean => {
  const known = state.keys[key]
  if (known === undefined) return false
  if (known === content) return true
  throw new Rejection('KEY_REUSED', `${key.replace(':', ' ')} was used before, for something else.`)
}

/** Paid: the exact share of the captures is within the tolerance (minor units) of the line's amount. */
const isCovered = (line: SaleLine, captured: number, total: number, tolerance: number): boolean =>
  BigInt(line.amount) * BigInt(total) - BigInt(captured) * BigInt(line.amount) <=
  BigInt(tolerance) * BigInt(total)

/** Running totals of all captures by line: rule A over the lines' amounts. */
const captureLines = (sale: Sale, captured: number): readonly number[] =>
  sale.total === 0
    ? allocate(
        captured,
        sale.lines.map(({ line }) => ({ key: lineKey(line), weight: 1 })),
      )
    : allocate(
        captured,
        sale.lines.map(({ line, amount }) => ({ key: lineKey(line), weight: amount })),
      )

const lineKey = (line: number): string => String(line).padStart(4, '0')

export interface Capturing {
  readonly sale: Sale
  readonly capturedBefore: number
  readonly coveredBefore: ReadonlySet<number>
  readonly recognised: boolean
  readonly stated: boolean
  readonly tolerance: number
}

/** Keys stand sorted, as in the sale: the canonical text of what is built so costs least. */
export const captureEvent = (
  capturing: Capturing,
  payment: Payment,
): Extract<PurchaseEvent, { type: 'PaymentCaptured' }> => {
  const { sale, capturedBefore, coveredBefore, recognised, stated, tolerance } = capturing
  const captured = capturedBefore + payment.amount
  if (!Number.isSafeInteger(captured)) {
    throw new Rejection('AMOUNT_OUT_OF_RANGE', 'The captures of this purchase pass the safe range.', [
      'amount',
    ])
  }
  const totals = captureLines(sale, captured)
  return {
    type: 'PaymentCaptured',
    data: {
      account: payment.account,
      amount: payment.amount,
      at: payment.at,
      businessDate: businessDate(payment.at, sale.zone),
      captureId: payment.captureId,
      captured,
      communityId: sale.communityId,
      covered: sale.lines.flatMap((line) =>
        !coveredBefore.has(line.line) && isCovered(line, captured, sale.total, tolerance) ? [line.line] : [],
      ),
      currency: sale.currency,
      instalments: payment.instalments,
      lines: sale.lines.map(({ line }, i) => ({ captured: totals[i] ?? 0, line })),
      membershipId: sale.membershipId,
      method: payment.method,
      personId: sale.personId,
      provider: payment.provider,
      purchaseId: sale.purchaseId,
      recognises: recognised ? null : sale,
      segments: sale.segments,
      stated,
      transactionId: payment.transactionId,
    },
  }
}

export const capture = (
  state: PurchaseState,
  command: CommandOf<'CapturePayment'> | CommandOf<'RecordPayment'>,
  tolerance: number,
): readonly PurchaseEvent[] => {
  const { type, currency, ...payment } = command
  if (isRepeat(state, `capture:${payment.captureId}`, captureContent(payment))) return []
  const sale = openSale(state)
  if (currency !== sale.currency) {
    throw new Rejection('CURRENCY_MISMATCH', `The purchase is in ${sale.currency}, not ${currency}.`, [
      'currency',
    ])
  }
  const stated = type === 'RecordPayment'
  if (!stated && payment.amount === 0) {
    throw new Rejection('INVALID', 'A capture takes something: the amount is above zero.', ['amount'])
  }
  if (!stated && state.captured + payment.amount > sale.total) {
    throw new Rejection(
      'AMOUNT_OUT_OF_RANGE',
      `Only ${sale.total - state.captured} minor units are still to be paid.`,
      ['amount'],
      { available: sale.total - state.captured },
    )
  }
  const coveredBefore = new Set(state.lines.filter(({ covered }) => covered).map(({ line }) => line.line))
  return [
    captureEvent(
      {
        sale,
        capturedBefore: state.captured,
        coveredBefore,
        recognised: state.recognised,
        stated,
        tolerance,
      },
      payment,
    ),
  ]
}

const bearerOf = (sale: Sale, line: SaleLine): string => {
  switch (line.paymentFeeBearer) {
    case 'PARTNER':
      return line.partnerId
    case 'OWNER':
      return sale.communityId
    case 'PLATFORM':
      return 'platform'
  }
}

/** A fee over the lines by their amounts, each part borne by whom the line's terms name. */
export const feeCharges = (sale: Sale, amount: number, kind: Charge['kind']): readonly Charge[] => {
  const weights = sale.lines.map((line) => ({
    key: lineKey(line.line),
    weight: sale.total === 0 ? 1 : line.amount,
  }))
  const parts = allocate(amount, weights)
  return sale.lines.flatMap((line, i) => {
    const part = parts[i] ?? 0
    return part === 0 ? [] : [{ line: line.line, party: bearerOf(sale, line), kind, amount: part }]
  })
}

export const recordFee = (
  state: PurchaseState,
  command: CommandOf<'RecordPaymentFee'>,
): readonly PurchaseEvent[] => {
  if (isRepeat(state, `fee:${command.feeId}`, `${command.captureId}:${command.amount}`)) return []
  const sale = openSale(state)
  const captured = state.captures.find(({ captureId }) => captureId === command.captureId)
  if (captured === undefined)
    throw new Rejection('NOT_FOUND', 'There is no such capture on this purchase.', ['captureId'])
  return [
    {
      type: 'PaymentFeeRecorded',
      data: {
        ...dimensionsOf(sale),
        ...effectAt(sale, command.at),
        feeId: command.feeId,
        captureId: command.captureId,
        provider: captured.provider,
        account: captured.account,
        amount: command.amount,
        charges: [...feeCharges(sale, command.amount, 'PAYMENT_FEE')],
      },
    },
  ]
}

export const bookVariance = (
  state: PurchaseState,
  command: CommandOf<'BookVariance'>,
): readonly PurchaseEvent[] => {
  const sale = openSale(state)
  const amount = receivableLeft(state)
  if (amount === 0) return []
  return [
    {
      type: 'VarianceBooked',
      data: { ...dimensionsOf(sale), ...effectAt(sale, command.at), amount, reason: command.reason },
    },
  ]
}
