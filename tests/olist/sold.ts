/** Reads the Olist files for the recomputation: who bought what of whom, in integers of centavos. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'

type Row = Readonly<Record<string, string>>

export interface SoldLine {
  readonly seller: string
  readonly product: string
  readonly category: string
  readonly family: string
  readonly price: number
  readonly freight: number
}

/** An order that has items. Dates are those on the clocks of the files. */
export interface Sold {
  readonly order: string
  readonly community: string
  /** The person in the community. */
  readonly member: string
  readonly date: string
  /** Null where nobody paid anything, not even zero. */
  readonly paid: number | null
  readonly refund: { readonly status: 'canceled' | 'unavailable'; readonly date: string } | null
  readonly lines: readonly SoldLine[]
}

export interface Payment {
  readonly order: string
  readonly amount: number
}

const centavos = (text: string | undefined): number => {
  const found = /^(\d+)(?:\.(\d{1,2}))?$/.exec(text ?? '')
  if (found === null) throw new Error(`"${text}" is no amount`)
  return Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'))
}

const readTable = (folder: string, table: string): Row[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(table) && /\.csv(\.gz)?$/.test(name))
    .sort()
    .flatMap((name): Row[] => {
      const bytes = readFileSync(join(folder, name))
      return parse(name.endsWith('.gz') ? gunzipSync(bytes) : bytes, { columns: true })
    })

const mappingShape = z.object({
  otherwise: z.string(),
  families: z.array(z.object({ code: z.string(), categories: z.array(z.string()) })),
})

const readFamilies = (file: string): ((category: string) => string) => {
  const { otherwise, families } = mappingShape.parse(JSON.parse(readFileSync(file, 'utf8')))
  const found = new Map(
    families.flatMap(({ code, categories }) => categories.map((category) => [category, code])),
  )
  return (category) => found.get(category) ?? otherwise
}

const times = [
  'order_purchase_timestamp',
  'order_approved_at',
  'order_delivered_carrier_date',
  'order_delivered_customer_date',
]

const refundOf = (order: Row | undefined): Sold['refund'] => {
  const status = order?.['order_status']
  if (order === undefined || (status !== 'canceled' && status !== 'unavailable')) return null
  const last = times.map((column) => order[column] ?? '').sort()
  return { status, date: (last.at(-1) ?? '').slice(0, 10) }
}

const total = (rows: readonly Row[], column: string): number =>
  rows.reduce((sum, row) => sum + centavos(row[column]), 0)

/** @param mapping the file that puts categories into families, which is data */
export const readSold = (folder: string, mapping: string): { sold: Sold[]; payments: Payment[] } => {
  const items = Map.groupBy(readTable(folder, 'order_items'), (row) => row['order_id'] ?? '')
  const payments = readTable(folder, 'order_payments')
  const paymentsOf = Map.groupBy(payments, (row) => row['order_id'] ?? '')
  const orders = new Map(readTable(folder, 'orders').map((row) => [row['order_id'], row]))
  const customers = new Map(readTable(folder, 'customers').map((row) => [row['customer_id'], row]))
  const products = new Map(readTable(folder, 'products').map((row) => [row['product_id'], row]))
  const english = new Map(
    readTable(folder, 'product_category_name_translation').map((row) => [
      row['product_category_name'],
      row['product_category_name_english'],
    ]),
  )
  const familyOf = readFamilies(mapping)
  /** In English where there is a word for it; without a name, the family of what is in no other. */
  const categoryOf = (product: string | undefined): string => {
    const name = products.get(product)?.['product_category_name'] ?? ''
    return name === '' ? familyOf('') : (english.get(name) ?? name)
  }

  const sold = [...items].map(([order, rows]): Sold => {
    const row = orders.get(order)
    const customer = customers.get(row?.['customer_id'])
    const community = customer?.['customer_state'] ?? 'Unknown'
    const person = customer?.['customer_unique_id'] ?? `guest of ${order}`
    const shipping = rows.map((line) => line['shipping_limit_date'] ?? '').sort()
    const paid = paymentsOf.get(order)
    return {
      order,
      community,
      member: `${person} in ${community}`,
      date: (row?.['order_purchase_timestamp'] ?? shipping[0] ?? '').slice(0, 10),
      paid: paid === undefined ? null : total(paid, 'payment_value'),
      refund: refundOf(row),
      lines: rows.map((line) => {
        const category = categoryOf(line['product_id'])
        return {
          seller: line['seller_id'] ?? '',
          product: line['product_id'] ?? '',
          category,
          family: familyOf(category),
          price: centavos(line['price']),
          freight: centavos(line['freight_value']),
        }
      }),
    }
  })
  return {
    sold,
    payments: payments.map((row) => ({
      order: row['order_id'] ?? '',
      amount: centavos(row['payment_value']),
    })),
  }
}
