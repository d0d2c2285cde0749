/** Reads the tables of the data set, checks their rows and the references between them. */
import type { Families } from './olist-families.ts'
import { type OlistFiles, readOlist } from './olist-files.ts'
import * as value from './olist-values.ts'

export interface OlistItem {
  readonly file: string
  readonly line: number
  readonly product: string
  readonly seller: string
  readonly price: number
  readonly freight: number
  readonly shipBefore: string
}

export interface OlistPayment {
  readonly sequential: number
  readonly method: string
  readonly instalments: number | null
  readonly amount: number
}

export interface OlistOrder {
  readonly customer: string
  readonly status: string
  readonly boughtAt: string
  readonly approvedAt: string | null
  /** The last time that the row knows. */
  readonly lastAt: string
}

export interface OlistTables {
  readonly sellers: ReadonlyMap<string, { readonly city: string; readonly state: string }>
  /** By product: the code of its category in English, or of the family that stands for none. */
  readonly categories: ReadonlyMap<string, string>
  /** By customer id, which is one per order. */
  readonly customers: ReadonlyMap<string, { readonly person: string; readonly state: string }>
  readonly orders: ReadonlyMap<string, OlistOrder>
  /** By order, in the order of the files. */
  readonly items: ReadonlyMap<string, readonly OlistItem[]>
  readonly payments: ReadonlyMap<string, readonly OlistPayment[]>
  readonly unfit: readonly value.UnfitRow[]
}

/** A row that says again what another has said is not taken a second time. */
const setOnce = <Value>(map: Map<string, Value>, key: string, entry: Value): void => {
  if (map.has(key)) throw new value.Unfit(`${key} is in the table already.`)
  map.set(key, entry)
}

const push = <Value>(map: Map<string, Value[]>, key: string, entry: Value): void => {
  const list = map.get(key)
  if (list === undefined) map.set(key, [entry])
  else list.push(entry)
}

const readCategories = async (files: OlistFiles, families: Families, unfit: value.UnfitRow[]) => {
  const english = new Map<string, string>()
  await value.takeRows(
    readOlist(files, 'product_category_name_translation'),
    (row) => {
      const name = value.codeIn(row, 'product_category_name')
      setOnce(english, name, value.codeIn(row, 'product_category_name_english'))
    },
    unfit,
  )
  const categories = new Map<string, string>()
  await value.takeRows(
    readOlist(files, 'products'),
    (row) => {
      const product = value.id(row, 'product_id')
      if (row.field('product_category_name') === '') return setOnce(categories, product, families.otherwise)
      const name = value.codeIn(row, 'product_category_name')
      setOnce(categories, product, english.get(name) ?? name)
    },
    unfit,
  )
  return categories
}

const readSellers = async (files: OlistFiles, unfit: value.UnfitRow[]) => {
  const sellers = new Map<string, { city: string; state: string }>()
  await value.takeRows(
    readOlist(files, 'sellers'),
    (row) =>
      setOnce(sellers, value.id(row, 'seller_id'), {
        city: row.field('seller_city').trim().slice(0, 100),
        state: value.codeIn(row, 'seller_state'),
      }),
    unfit,
  )
  return sellers
}

const readCustomers = async (files: OlistFiles, unfit: value.UnfitRow[]) => {
  const customers = new Map<string, { person: string; state: string }>()
  await value.takeRows(
    readOlist(files, 'customers'),
    (row) =>
      setOnce(customers, value.id(row, 'customer_id'), {
        person: value.id(row, 'customer_unique_id'),
        state: value.codeIn(row, 'customer_state'),
      }),
    unfit,
  )
  return customers
}

const readOrders = async (files: OlistFiles, unfit: value.UnfitRow[]) => {
  const orders = new Map<string, OlistOrder>()
  await value.takeRows(
    readOlist(files, 'orders'),
    (row) => {
      const boughtAt = value.time(row, 'order_purchase_timestamp')
      const approvedAt = value.timeIfAny(row, 'order_approved_at')
      const carriedAt = value.timeIfAny(row, 'order_delivered_carrier_date')
      const deliveredAt = value.timeIfAny(row, 'order_delivered_customer_date')
      const times = [boughtAt, approvedAt, carriedAt, deliveredAt].filter((at) => at !== null)
      setOnce(orders, value.id(row, 'order_id'), {
        customer: value.id(row, 'customer_id'),
        status: value.codeIn(row, 'order_status'),
        boughtAt,
        approvedAt,
        lastAt: times.sort().at(-1) ?? boughtAt,
      })
    },
    unfit,
  )
  return orders
}

/** Texts that come again and again are kept once. */
const keptOnce = (): ((text: string) => string) => {
  const kept = new Map<string, string>()
  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) return known
    kept.set(text, text)
    return text
  }
}

const readItems = async (
  files: OlistFiles,
  { sellers, categories }: Pick<OlistTables, 'sellers' | 'categories'>,
  unfit: value.UnfitRow[],
) => {
  const items = new Map<string, (OlistItem & { number: number })[]>()
  const once = keptOnce()
  await value.takeRows(
    readOlist(files, 'order_items'),
    (row) => {
      const order = value.id(row, 'order_id')
      const number = value.smallInteger(row, 'order_item_id', 1)
      const item = {
        file: row.file,
        line: row.line,
        number,
        product: once(value.id(row, 'product_id')),
        seller: once(value.id(row, 'seller_id')),
        price: value.amount(row, 'price'),
        freight: value.amount(row, 'freight_value'),
        shipBefore: value.time(row, 'shipping_limit_date'),
      }
      if (!categories.has(item.product))
        throw new value.Unfit(`There is no product ${item.product}.`, 'UNKNOWN_REFERENCE')
      if (!sellers.has(item.seller))
        throw new value.Unfit(`There is no seller ${item.seller}.`, 'UNKNOWN_REFERENCE')
      if (items.get(order)?.some((other) => other.number === number))
        throw new value.Unfit(`Order ${order} has an item ${number} already.`)
      push(items, order, item)
    },
    unfit,
  )
  return items
}

const readPayments = async (files: OlistFiles, unfit: value.UnfitRow[]) => {
  const payments = new Map<string, OlistPayment[]>()
  await value.takeRows(
    readOlist(files, 'order_payments'),
    (row) => {
      const order = value.id(row, 'order_id')
      const instalments = value.smallInteger(row, 'payment_installments', 0)
      const payment = {
        sequential: value.smallInteger(row, 'payment_sequential', 1),
        method: value.codeIn(row, 'payment_type'),
        instalments: instalments === 0 ? null : instalments,
        amount: value.amount(row, 'payment_value'),
      }
      if (payments.get(order)?.some(({ sequential }) => sequential === payment.sequential))
        throw new value.Unfit(`Order ${order} has a payment ${payment.sequential} already.`)
      push(payments, order, payment)
    },
    unfit,
  )
  for (const parts of payments.values()) parts.sort((a, b) => a.sequential - b.sequential)
  return payments
}

/**
 * Reads all tables. Rows that cannot be taken come back as `unfit`.
 * @throws {ImportError} where a file is missing, cut off or damaged
 */
export const readOlistTables = async (files: OlistFiles, families: Families): Promise<OlistTables> => {
  const unfit: value.UnfitRow[] = []
  const sellers = await readSellers(files, unfit)
  const categories = await readCategories(files, families, unfit)
  const customers = await readCustomers(files, unfit)
  const orders = await readOrders(files, unfit)
  const items = await readItems(files, { sellers, categories }, unfit)
  const payments = await readPayments(files, unfit)
  return { sellers, categories, customers, orders, items, payments, unfit }
}
