/** Taking sales back: refunds, disputes, cancelling what was never paid, voiding what was recorded wrongly. */
import { allocate } from '../allocation.ts'
import { Rejection } from '../decider.ts'
import type { LineReversal, PurchaseEvent } from '../events/purchases.ts'
import type { CommandOf } from './commands.ts'
import { dimensionsOf, effectAt, feeCharges, isRepeat, openSale } from './payments.ts'
import { type LineClaim, remaining, reverseLine } from './reversal.ts'
import { type Capture, cashFor, type LineState, type PurchaseState, receivableLeft } from './state.ts'

const sum = (parts: readonly { readonly amount: number }[]): number =>
  parts.reduce((all, { amount }) => all + amount, 0)

const lineOf = (state: PurchaseState, line: number, path: readonly string[]): LineState => {
  const found = state.lines.find((each) => each.line.line === line)
  if (found === undefined) throw new Rejection('NOT_FOUND', `The purchase has no line ${line}.`, path)
  return found
}

const claimsOf = (state: PurchaseState, lines: readonly LineClaim[] | null): readonly LineClaim[] => {
  if (lines !== null) {
    if (new Set(lines.map(({ line }) => line)).size !== lines.length) {
      throw new Rejection('INVALID', 'Name each line once.', ['lines'])
    }
    return lines
  }
  const open = state.lines.filter((line) => remaining(line) > 0 || line.unitsReturned < line.line.quantity)
  if (open.length === 0)
    throw new Rejection('REFUND_EXCEEDS_PAID', 'Nothing is left to refund.', [], { available: 0 })
  return open.map(({ line }) => ({ line: line.line, all: true }))
}

/** Draws cash from the captures in their order, as the state will: what is free of each account. */
const fromCaptures = (captures: readonly Capture[], cash: number) => {
  const accounts = new Map<string, { provider: string; account: string; amount: number }>()
  let left = cash
  for (const capture of captures) {
    const part = Math.min(left, capture.amount - capture.returned - capture.disputed)
    if (part <= 0) continue
    left -= part
    const key = `${capture.provider}:${capture.account}`
    const entry = accounts.get(key) ?? { provider: capture.provider, account: capture.account, amount: 0 }
    accounts.set(key, { ...entry, amount: entry.amount + part })
  }
  return { parts: [...accounts.values()], left }
}

const isFull = (state: PurchaseState, reversals: readonly LineReversal[]): boolean =>
  state.lines.every((line) => {
    const reversal = reversals.find((each) => each.line === line.line.line)
    return line.refunded + (reversal?.amount ?? 0) === line.line.amount
  })

export const refund = (
  state: PurchaseState,
  command: CommandOf<'RefundPurchase'> | CommandOf<'RecordRefund'>,
): readonly PurchaseEvent[] => {
  const stated = command.type === 'RecordRefund'
  const known = state.keys[`refund:${command.refundId}`]
  if (known !== undefined && command.lines === null) return []
  const sale = openSale(state)
  if (!state.recognised) {
    throw new Rejection('WRONG_STATE', 'The purchase was never paid: cancel it instead.', [], {
      status: 'PLACED',
    })
  }
  if (known !== undefined) {
    const asked = command.lines?.reduce(
      (all, claim) => all + ('amount' in claim ? claim.amount : Number.NaN),
      0,
    )
    if (asked === undefined || Number.isNaN(asked)) return []
    if (isRepeat(state, `refund:${command.refundId}`, `${asked}`)) return []
  }
  const reversals = claimsOf(state, command.lines).map((claim, i) => {
    const path = command.lines === null ? [] : ['lines', String(i)]
    return reverseLine(lineOf(state, claim.line, [...path, 'line']), claim, path)
  })
  const wanted = reversals.reduce((all, reversal) => {
    const line = state.lines.find((each) => each.line.line === reversal.line)
    return all + (line === undefined ? 0 : cashFor(line, reversal.amount))
  }, 0)
  const { parts, left } = fromCaptures(state.captures, wanted)
  if (left > 0) {
    throw new Rejection(
      'REFUND_EXCEEDS_PAID',
      `Only ${wanted - left} minor units of what was captured are free.`,
      [],
      {
        available: wanted - left,
      },
    )
  }
  const amount = sum(reversals)
  return [
    {
      type: 'PurchaseRefunded',
      data: {
        ...dimensionsOf(sale),
        ...effectAt(sale, command.at),
        refundId: command.refundId,
        stated,
        reason: command.reason,
        source: command.type === 'RecordRefund' ? command.source : null,
        amount,
        cash: parts,
        receivable: amount - wanted,
        lines: reversals,
        full: isFull(state, reversals),
      },
    },
  ]
}

export const cancel = (
  state: PurchaseState,
  command: CommandOf<'CancelPurchase'>,
): readonly PurchaseEvent[] => {
  if (state.status === 'CANCELLED') return []
  const sale = openSale(state)
  if (state.recognised) throw new Rejection('WRONG_STATE', 'The purchase is in the books: refund it instead.')
  return [
    {
      type: 'PurchaseCancelled',
      data: { ...dimensionsOf(sale), ...effectAt(sale, command.at), reason: command.reason },
    },
  ]
}

/** All that a line still has in the books. */
const voidLine = (state: LineState): LineReversal => {
  const { line } = state
  const discounts = line.discounts.filter(({ bearer }) => bearer !== line.partnerId)
  const left = new Map<string, number>()
  for (const { bearer, amount } of discounts) left.set(bearer, (left.get(bearer) ?? 0) + amount)
  return {
    line: line.line,
    kind: line.kind,
    partnerId: line.partnerId,
    category: line.category,
    units: line.quantity - state.unitsReturned,
    amount: line.amount - state.refunded,
    reversals: state.legs.flatMap(({ party, role, amount }, i) => {
      const rest = amount - (state.reversed[i] ?? 0)
      return rest === 0 ? [] : [{ party, role, amount: rest }]
    }),
    discounts: [...left].flatMap(([bearer, amount]) => {
      const rest = amount - (state.discountsReturned[bearer] ?? 0)
      return rest === 0 ? [] : [{ bearer, amount: rest }]
    }),
    keptFee: state.keptFee,
  }
}

export const voidPurchase = (
  state: PurchaseState,
  command: CommandOf<'VoidPurchase'>,
): readonly PurchaseEvent[] => {
  if (state.status === 'VOIDED') return []
  const sale = openSale(state)
  if (state.disputes.some(({ status }) => status === 'OPEN')) {
    throw new Rejection('WRONG_STATE', 'A dispute is open: state how it ended first.')
  }
  return [
    {
      type: 'PurchaseVoided',
      data: {
        ...dimensionsOf(sale),
        ...effectAt(sale, command.at),
        reason: command.reason,
        replacedBy: command.replacedBy,
        recognised: state.recognised,
        recognisedOn: state.recognisedOn,
        sharers: sale.attribution.credited.map(({ sharerId }) => sharerId),
        lines: state.recognised ? state.lines.map(voidLine) : [],
        captures: state.captures.flatMap(({ provider, account, amount, returned }) =>
          amount === returned ? [] : [{ provider, account, amount: amount - returned }],
        ),
        fees: [...state.fees],
        receivable: receivableLeft(state),
        varianceBooked: state.varianceBooked,
      },
    },
  ]
}

export const dispute = (
  state: PurchaseState,
  command: CommandOf<'DisputePayment'>,
): readonly PurchaseEvent[] => {
  if (isRepeat(state, `dispute:${command.disputeId}`, `${command.captureId}:${command.amount}`)) return []
  const sale = openSale(state)
  const captured = state.captures.find(({ captureId }) => captureId === command.captureId)
  if (captured === undefined)
    throw new Rejection('NOT_FOUND', 'There is no such capture on this purchase.', ['captureId'])
  const lines = state.lines.map((line) => ({ line: line.line.line, left: Math.max(0, remaining(line)) }))
  const available = Math.min(
    captured.amount - captured.returned - captured.disputed,
    lines.reduce((all, { left }) => all + left, 0),
  )
  if (command.amount > available) {
    throw new Rejection('REFUND_EXCEEDS_PAID', `Only ${available} minor units can be disputed.`, ['amount'], {
      available,
    })
  }
  const parts = allocate(
    command.amount,
    lines.map(({ line, left }) => ({ key: String(line).padStart(4, '0'), weight: left })),
  )
  return [
    {
      type: 'PaymentDisputed',
      data: {
        ...dimensionsOf(sale),
        ...effectAt(sale, command.at),
        disputeId: command.disputeId,
        captureId: command.captureId,
        provider: captured.provider,
        account: captured.account,
        amount: command.amount,
        lines: lines.flatMap(({ line }, i) =>
          (parts[i] ?? 0) === 0 ? [] : [{ line, amount: parts[i] ?? 0 }],
        ),
      },
    },
  ]
}

export const endDispute = (
  state: PurchaseState,
  command: CommandOf<'WinDispute'> | CommandOf<'LoseDispute'>,
): readonly PurchaseEvent[] => {
  const sale = openSale(state)
  const open = state.disputes.find(({ disputeId }) => disputeId === command.disputeId)
  if (open === undefined)
    throw new Rejection('NOT_FOUND', 'There is no such dispute on this purchase.', ['disputeId'])
  const wanted = command.type === 'WinDispute' ? 'WON' : 'LOST'
  if (open.status === wanted) return []
  if (open.status !== 'OPEN') {
    throw new Rejection('WRONG_STATE', `The dispute was ${open.status} before.`, ['disputeId'], {
      status: open.status,
    })
  }
  const captured = state.captures.find(({ captureId }) => captureId === open.captureId)
  if (captured === undefined) throw new Rejection('NOT_FOUND', 'The disputed capture is gone.', ['disputeId'])
  const facts = {
    ...dimensionsOf(sale),
    ...effectAt(sale, command.at),
    disputeId: open.disputeId,
    provider: captured.provider,
    account: captured.account,
    amount: open.amount,
  }
  if (command.type === 'WinDispute') return [{ type: 'DisputeWon', data: facts }]
  const lines = open.lines.map((part) => {
    const line = lineOf(state, part.line, ['disputeId'])
    return reverseLine(
      { ...line, disputed: line.disputed - part.amount },
      { line: part.line, amount: part.amount },
      [],
    )
  })
  return [
    {
      type: 'DisputeLost',
      data: { ...facts, fee: command.fee, charges: [...feeCharges(sale, command.fee, 'DISPUTE_FEE')], lines },
    },
  ]
}
