/** A small data set of the real files: some orders, and all that belongs to them. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Lines of a table, the header first; no field of these files holds a line break. */
const linesOf = (folder: string, table: string): { header: string; lines: string[] } => {
  const files = readdirSync(folder).filter((name) => name.startsWith(table))
  const parts = files.sort().map((name) =>
    gunzipSync(readFileSync(join(folder, name)))
      .toString()
      .trimEnd(),
  )
  const [header = ''] = parts[0]?.split('\n') ?? []
  return { header, lines: parts.flatMap((part) => part.split('\n').slice(1)) }
}

const firstOf = (line: string): string => line.slice(0, line.indexOf(','))
const secondOf = (line: string): string => line.split(',')[1] ?? ''

/**
 * `known` orders with a buyer, as many without one, and a tenth as many that were paid and have no items.
 * Returns the folder, which has each table as one plain file.
 */
export const writeSubset = (source: string, known: number): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-subset-'))
  const orders = linesOf(source, 'orders')
  const items = linesOf(source, 'order_items')
  const payments = linesOf(source, 'order_payments')
  const withBuyer = new Set(orders.lines.map(firstOf))
  const withItems = new Set(items.lines.map(firstOf))
  const paid = new Set(payments.lines.map(firstOf))
  const wanted = new Set([
    ...[...withItems].filter((order) => withBuyer.has(order)).slice(0, known),
    ...[...withItems].filter((order) => !withBuyer.has(order)).slice(0, known),
    ...[...paid].filter((order) => !withItems.has(order)).slice(0, Math.ceil(known / 10)),
  ])
  const keep = (lines: readonly string[]): string[] => lines.filter((line) => wanted.has(firstOf(line)))
  const kept = keep(orders.lines)
  const customers = new Set(kept.map(secondOf))
  const all = (table: string) => linesOf(source, table)
  const tables = {
    orders: { ...orders, lines: kept },
    order_items: { ...items, lines: keep(items.lines) },
    order_payments: { ...payments, lines: keep(payments.lines) },
    sellers: all('sellers'),
    products: all('products'),
    product_category_name_translation: all('product_category_name_translation'),
    customers: {
      ...all('customers'),
      lines: all('customers').lines.filter((line) => customers.has(firstOf(line))),
    },
  }
  for (const [table, { header, lines }] of Object.entries(tables))
    writeFileSync(join(folder, `${table}.csv`), `${[header, ...lines].join('\n')}\n`)
  return folder
}
