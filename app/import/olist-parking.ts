/** Parks in the intake what cannot be taken: payments of no purchase, rows that cannot be read. */
import type { ParkedFact } from '../../domain/events/purchases.ts'
import { olistSystem } from './olist-ids.ts'
import type { OrphanPayment, PlannedPurchase } from './olist-plan.ts'
import type { StepParts } from './olist-steps.ts'
import type { OlistPayment } from './olist-tables.ts'
import { olistClearing, olistOpening } from './olist-terms.ts'
import { olistCurrency, type UnfitRow } from './olist-values.ts'

interface Parking {
  /** What the fact is called in the data set. */
  readonly source: string
  readonly order: string | null
  readonly fact: ParkedFact
  readonly why: UnfitRow['why']
  readonly detail: string
  readonly at: string
}

const park = async (
  { stating, ids, meta }: StepParts,
  { source, order, fact, why, detail, at }: Parking,
): Promise<void> => {
  const stated = {
    source: { system: olistSystem, id: source },
    purchase: { id: order === null ? null : ids.purchase(order), reference: order },
    currency: olistCurrency,
    at,
  } as const
  await stating.park(stated, fact, why, detail.slice(0, 500), meta(['park', fact.kind, source], at))
}

/** A payment as it is captured, or parked. */
export const paymentOf = (order: string, { sequential, method, instalments, amount }: OlistPayment) => ({
  captureId: `payment-${sequential}`,
  ...olistClearing,
  transactionId: `${order}-${sequential}`,
  method,
  instalments,
  amount,
})

const parkPayment = (
  parts: StepParts,
  order: string,
  payment: OlistPayment,
  parking: Pick<Parking, 'why' | 'detail' | 'at'>,
): Promise<void> =>
  park(parts, {
    ...parking,
    order,
    source: `${order}-${payment.sequential}`,
    fact: { kind: 'PAYMENT', ...paymentOf(order, payment) },
  })

/** A payment of an order that has no items, so that there is no purchase to attach it to. */
export const parkOrphan = (parts: StepParts, { order, at, payment }: OrphanPayment): Promise<void> =>
  parkPayment(parts, order, payment, {
    why: 'PURCHASE_HAS_NO_LINES',
    detail: 'The order has no items in the files.',
    at: at ?? olistOpening,
  })

export const parkRow = (parts: StepParts, { file, line, why, detail }: UnfitRow): Promise<void> =>
  park(parts, {
    source: `${file}:${line}`,
    order: null,
    fact: { kind: 'ROW', file, row: line },
    why,
    detail,
    at: olistOpening,
  })

/** All of an order that cannot be a purchase: its rows, and its payments. */
export const parkOrder = async (
  parts: StepParts,
  { order, at, items, payments }: PlannedPurchase,
  detail: string,
): Promise<void> => {
  for (const { file, line } of items) await parkRow(parts, { file, line, why: 'MALFORMED_ROW', detail })
  for (const payment of payments)
    await parkPayment(parts, order, payment, { why: 'NO_SUCH_PURCHASE', detail, at })
}
