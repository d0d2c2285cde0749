/** Takes a line back, whole or in part: rule B over the line's value (design section 5, Refund). */
import { reverse } from '../allocation.ts'
import { Rejection } from '../decider.ts'
import type { LineReversal } from '../events/purchases.ts'
import { legKey } from '../split.ts'
import type { LineState } from './state.ts'

/** What one line is asked to give back: an amount of what the buyer pays, a number of units, or all that is left. */
export type LineClaim =
  | { readonly line: number; readonly amount: number }
  | { readonly line: number; readonly quantity: number }
  | { readonly line: number; readonly all: true }

const othersDiscounts = (state: LineState) =>
  state.line.discounts.filter(({ bearer }) => bearer !== state.line.partnerId)

const total = (parts: readonly { readonly amount: number }[]): number =>
  parts.reduce((sum, { amount }) => sum + amount, 0)

/** Discounts of one bearer count as one. */
const discountsByBearer = (state: LineState): readonly { bearer: string; amount: number }[] => {
  const sums = new Map<string, number>()
  for (const { bearer, amount } of othersDiscounts(state)) sums.set(bearer, (sums.get(bearer) ?? 0) + amount)
  return [...sums]
    .map(([bearer, amount]) => ({ bearer, amount }))
    .sort((a, b) => (a.bearer < b.bearer ? -1 : 1))
}

export const remaining = (state: LineState): number => state.line.amount - state.refunded - state.disputed

const claimed = (
  state: LineState,
  claim: LineClaim,
  path: readonly string[],
): { amount: number; units: number } => {
  const left = remaining(state)
  const unitsLeft = state.line.quantity - state.unitsReturned
  if ('all' in claim) return { amount: left, units: unitsLeft }
  if ('quantity' in claim) {
    if (claim.quantity > unitsLeft) {
      throw new Rejection(
        'REFUND_EXCEEDS_PAID',
        `Line ${claim.line} has ${unitsLeft} of ${state.line.quantity} units left to refund, not ${claim.quantity}.`,
        [...path, 'quantity'],
        { available: unitsLeft },
      )
    }
    const exact = Number((BigInt(state.line.amount) * BigInt(claim.quantity)) / BigInt(state.line.quantity))
    return { amount: claim.quantity === unitsLeft ? left : Math.min(left, exact), units: claim.quantity }
  }
  if (claim.amount > left) {
    throw new Rejection(
      'REFUND_EXCEEDS_PAID',
      `Line ${claim.line} has ${left} minor units left to refund, not ${claim.amount}.`,
      [...path, 'amount'],
      { available: left },
    )
  }
  return { amount: claim.amount, units: claim.amount === left ? unitsLeft : 0 }
}

/** Value of the line that is taken back once `refunded` of its amount is: what the buyer pays plus others' discounts. */
const discountShare = (discount: number, refunded: number, amount: number): number =>
  amount === 0 ? discount : Number((BigInt(discount) * BigInt(refunded)) / BigInt(amount))

/** @throws {Rejection} REFUND_EXCEEDS_PAID where the line has not that much left. */
export const reverseLine = (state: LineState, claim: LineClaim, path: readonly string[]): LineReversal => {
  const { amount, units } = claimed(state, claim, path)
  const { line } = state
  const refunded = state.refunded + amount
  const others = discountsByBearer(state)
  const othersTotal = total(others)
  const discountTarget =
    line.amount === 0 && state.unitsReturned + units < line.quantity
      ? Object.values(state.discountsReturned).reduce((sum, each) => sum + each, 0)
      : discountShare(othersTotal, refunded, line.amount)
  const value = line.amount + othersTotal
  const valueTarget = refunded + discountTarget
  const split = line.keepPoolOnRefund
    ? withPoolKept(state, valueTarget, value)
    : wholly(state, valueTarget, value)
  return {
    line: line.line,
    kind: line.kind,
    partnerId: line.partnerId,
    category: line.category,
    units,
    amount,
    ...split,
    discounts: reverseDiscounts(others, state.discountsReturned, discountTarget),
  }
}

const wholly = (
  state: LineState,
  valueTarget: number,
  value: number,
): Pick<LineReversal, 'reversals' | 'keptFee'> => {
  const steps = reverse(
    state.legs.map(({ role, party, amount }, i) => ({
      key: legKey(role, party),
      original: amount,
      reversed: state.reversed[i] ?? 0,
    })),
    valueTarget,
    value,
  )
  return {
    keptFee: 0,
    reversals: state.legs.flatMap(({ party, role }, i) => {
      const step = steps[i] ?? 0
      return step === 0 ? [] : [{ party, role, amount: step }]
    }),
  }
}

/** Only the partner's leg goes back; what the pool would have given back is charged to the partner too. */
const withPoolKept = (
  state: LineState,
  valueTarget: number,
  value: number,
): Pick<LineReversal, 'reversals' | 'keptFee'> => {
  const partner = state.legs.findIndex(({ role }) => role === 'PARTNER')
  const own = state.legs[partner]
  const ownAmount = own?.amount ?? 0
  const [step = 0, kept = 0] = reverse(
    [
      { key: 'a', original: ownAmount, reversed: state.reversed[partner] ?? 0 },
      { key: 'b', original: value - ownAmount, reversed: state.keptFee },
    ],
    valueTarget,
    value,
  )
  return {
    keptFee: kept,
    reversals: own === undefined || step === 0 ? [] : [{ party: own.party, role: own.role, amount: step }],
  }
}

const reverseDiscounts = (
  discounts: readonly { bearer: string; amount: number }[],
  returned: LineState['discountsReturned'],
  target: number,
): LineReversal['discounts'] => {
  if (discounts.length === 0) return []
  const steps = reverse(
    discounts.map(({ bearer, amount }) => ({
      key: bearer,
      original: amount,
      reversed: returned[bearer] ?? 0,
    })),
    target,
    total(discounts),
  )
  return discounts.flatMap(({ bearer }, i) => {
    const step = steps[i] ?? 0
    return step === 0 ? [] : [{ bearer, amount: step }]
  })
}
