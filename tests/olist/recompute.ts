/**
 * What the import of the Olist files must come to, worked out from the files alone: a plain recomputation that
 * shares no code with the product. It reads the mapping of categories to families, since that is data.
 * All amounts are centavos, as integers.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'

type Row = Readonly<Record<string, string>>

/** One figure of the serving matrix. */
export interface Cell {
  purchases: number
  buyers: number
  units: number
  gross: number
  refunds: number
}

export interface Ties {
  exact: number
  withinOne: number
  over: number
  under: number
  unpaid: number
}

/** The terms that the import states for every partnership: basis points. Absent sharers go as named. */
const pool = 1_200
const poolParts = { PLATFORM: 6_500, OWNER: 3_500 } as const
export type SplitRole = 'PARTNER' | keyof typeof poolParts

const centavos = (text: string): number => {
  const found = /^(\d+)(?:\.(\d{1,2}))?$/.exec(text)
  if (found === null) throw new Error(`"${text}" is no amount`)
  return Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'))
}

const sum = (numbers: Iterable<number>): number => {
  let all = 0
  for (const each of numbers) all += each
  return all
}

const groupBy = (rows: readonly Row[], column: string): Map<string, Row[]> =>
  Map.groupBy(rows, (row) => row[column] ?? '')

const addTo = (map: Map<string, number>, key: string, amount: number): void => {
  map.set(key, (map.get(key) ?? 0) + amount)
}

/** Floor, then a unit each to the largest remainders; ties go to the partner, then the platform, then the owner. */
const splitGoods = (amount: number): Record<SplitRole, number> => {
  const weights: [SplitRole, number][] = [
    ['PARTNER', (10_000 - pool) * 10_000],
    ['PLATFORM', pool * poolParts.PLATFORM],
    ['OWNER', pool * poolParts.OWNER],
  ]
  const whole = 100_000_000
  const parts = { PARTNER: 0, PLATFORM: 0, OWNER: 0 }
  for (const [role, weight] of weights) parts[role] = Math.floor((amount * weight) / whole)
  const left = amount - sum(Object.values(parts))
  const ranked = weights.toSorted(([, a], [, b]) => ((amount * b) % whole) - ((amount * a) % whole))
  for (const [role] of ranked.slice(0, left)) parts[role] += 1
  return parts
}

const mappingShape = z.object({
  otherwise: z.string(),
  families: z.array(z.object({ code: z.string(), categories: z.array(z.string()) })),
})

const families = (mapping: string): ((category: string) => string) => {
  const { otherwise, families: all } = mappingShape.parse(JSON.parse(readFileSync(mapping, 'utf8')))
  const found = new Map<string, string>()
  for (const { code, categories } of all) for (const category of categories) found.set(category, code)
  return (category) => found.get(category) ?? otherwise
}

/**
 * @param folder where the files are
 * @param mapping the file that puts categories into families
 */
export const recompute = (folder: string, mapping: string) => {
  const read = (table: string): Row[] =>
    readdirSync(folder)
      .filter((name) => name.startsWith(table) && name.endsWith('.csv.gz'))
      .sort()
      .flatMap((name): Row[] => parse(gunzipSync(readFileSync(join(folder, name))), { columns: true }))

  const items = read('order_items')
  const payments = read('order_payments')
  const orders = new Map(read('orders').map((row) => [row['order_id'], row]))
  const customers = new Map(read('customers').map((row) => [row['customer_id'], row]))
  const english = new Map(
    read('product_category_name_translation').map((row) => [
      row['product_category_name'],
      row['product_category_name_english'] ?? '',
    ]),
  )
  const portuguese = new Map(
    read('products').map((row) => [row['product_id'], row['product_category_name'] ?? '']),
  )
  const familyOf = families(mapping)
  /** The product's category in English; without one, the family that stands for none. */
  const categoryOf = (product: string): string => {
    const name = portuguese.get(product) ?? ''
    return name === '' ? familyOf('') : (english.get(name) ?? name)
  }
  const familyOfItem = (item: Row): string => familyOf(categoryOf(item['product_id'] ?? ''))

  const itemsOf = groupBy(items, 'order_id')
  const paymentsOf = groupBy(payments, 'order_id')
  /** A customer of the files is of one order; the person is `customer_unique_id`. */
  const buyerOf = (order: string): { person: string; community: string } => {
    const row = customers.get(orders.get(order)?.['customer_id'] ?? '')
    return row === undefined
      ? { person: `guest of ${order}`, community: 'Unknown' }
      : { person: row['customer_unique_id'] ?? '', community: row['customer_state'] ?? '' }
  }
  const memberOf = (order: string): string => Object.values(buyerOf(order)).join(' in ')

  const interests = new Map<string, Set<string>>()
  for (const [order, lines] of itemsOf) {
    const declared = interests.get(memberOf(order)) ?? new Set()
    for (const line of lines) declared.add(familyOfItem(line))
    interests.set(memberOf(order), declared)
  }

  const ties: Ties = { exact: 0, withinOne: 0, over: 0, under: 0, unpaid: 0 }
  const apart = { oneOver: 0, oneUnder: 0, overBy: 0, underBy: 0, mostOver: 0, mostUnder: 0 }
  const refunds = { canceled: 0, unavailable: 0, lines: 0, amount: 0, paid: 0, apart: 0 }
  const cells = new Map<string, Cell>()
  const buyers = new Map<string, Set<string>>()
  const split = new Map<string, number>()
  const reversed = new Map<string, number>()
  const sellersOfOrder = new Map<number, number>()
  let captured = 0

  const count = (key: string, member: string, figures: Omit<Cell, 'buyers'>): void => {
    const cell = cells.get(key) ?? { purchases: 0, buyers: 0, units: 0, gross: 0, refunds: 0 }
    const known = buyers.get(key) ?? new Set()
    known.add(member)
    cell.purchases += figures.purchases
    cell.units += figures.units
    cell.gross += figures.gross
    cell.refunds += figures.refunds
    cell.buyers = known.size
    cells.set(key, cell)
    buyers.set(key, known)
  }

  for (const [order, lines] of itemsOf) {
    const { community } = buyerOf(order)
    const member = memberOf(order)
    const gross = sum(
      lines.map((line) => centavos(line['price'] ?? '') + centavos(line['freight_value'] ?? '')),
    )
    const paid = sum((paymentsOf.get(order) ?? []).map((row) => centavos(row['payment_value'] ?? '')))
    const status = orders.get(order)?.['order_status']
    const refunded = status === 'canceled' || status === 'unavailable'
    const bought = orders.get(order)?.['order_purchase_timestamp']
    const date = bought ?? lines.map((line) => line['shipping_limit_date'] ?? '').sort()[0] ?? ''
    captured += paid

    const off = paid - gross
    if (!paymentsOf.has(order)) ties.unpaid += 1
    else if (off === 0) ties.exact += 1
    else if (Math.abs(off) === 1) {
      ties.withinOne += 1
      if (off > 0) apart.oneOver += 1
      else apart.oneUnder += 1
    } else if (off > 0) {
      ties.over += 1
      apart.overBy += off
      apart.mostOver = Math.max(apart.mostOver, off)
    } else {
      ties.under += 1
      apart.underBy -= off
      apart.mostUnder = Math.max(apart.mostUnder, -off)
    }

    if (refunded) {
      refunds[status] += 1
      refunds.lines += lines.length
      refunds.amount += gross
      refunds.paid += paid
      refunds.apart += off
    }

    const bySeller = groupBy(lines, 'seller_id')
    sellersOfOrder.set(bySeller.size, (sellersOfOrder.get(bySeller.size) ?? 0) + 1)
    for (const [seller, own] of bySeller) {
      const freight = sum(own.map((line) => centavos(line['freight_value'] ?? '')))
      const byCategory = groupBy(
        own.map((line) => ({ ...line, category: categoryOf(line['product_id'] ?? '') })),
        'category',
      )
      const kinds: [string, readonly Row[], number][] = [
        ['ALL', own, freight],
        ...[...byCategory].map(([category, some]): [string, readonly Row[], number] => [category, some, 0]),
      ]
      for (const [category, some, extra] of kinds) {
        const amount = sum(some.map((line) => centavos(line['price'] ?? ''))) + extra
        for (const segment of ['ALL', ...(interests.get(member) ?? ['NONE'])]) {
          for (const month of ['ALL', date.slice(0, 7)]) {
            count([seller, community, segment, category, month].join('|'), member, {
              purchases: 1,
              units: some.length,
              gross: amount,
              refunds: refunded ? amount : 0,
            })
          }
        }
      }
      const earn = (role: SplitRole, amount: number): void => {
        addTo(split, [seller, community, role].join('|'), amount)
        if (refunded) addTo(reversed, [seller, community, role].join('|'), amount)
      }
      earn('PARTNER', freight)
      for (const line of own) {
        const parts = splitGoods(centavos(line['price'] ?? ''))
        earn('PARTNER', parts.PARTNER)
        earn('PLATFORM', parts.PLATFORM)
        earn('OWNER', parts.OWNER)
      }
    }
  }

  const orphans = payments.filter((row) => !itemsOf.has(row['order_id'] ?? ''))
  const goods = sum(items.map((line) => centavos(line['price'] ?? '')))
  const freight = sum(items.map((line) => centavos(line['freight_value'] ?? '')))
  const prices = new Map<string, Set<string>>()
  for (const line of items) {
    const offer = `${line['product_id']} of ${line['seller_id']}`
    prices.set(offer, (prices.get(offer) ?? new Set()).add(line['price'] ?? ''))
  }
  return {
    purchases: itemsOf.size,
    lines: items.length,
    goods,
    freight,
    gross: goods + freight,
    multiPartner: sum([...sellersOfOrder].map(([sellers, times]) => (sellers > 1 ? times : 0))),
    sellersOfOrder,
    payments: captured,
    paidPurchases: itemsOf.size - ties.unpaid,
    ties,
    apart,
    refunds,
    parked: {
      payments: orphans.length,
      orders: new Set(orphans.map((row) => row['order_id'])).size,
      amount: sum(orphans.map((row) => centavos(row['payment_value'] ?? ''))),
      zero: orphans.filter((row) => centavos(row['payment_value'] ?? '') === 0).length,
    },
    zeroPayments: payments.filter((row) => centavos(row['payment_value'] ?? '') === 0).length,
    allPayments: sum(payments.map((row) => centavos(row['payment_value'] ?? ''))),
    offers: prices.size,
    offersOfMorePrices: sum([...prices.values()].map((of) => (of.size > 1 ? 1 : 0))),
    members: interests.size,
    sellers: new Set(items.map((line) => line['seller_id'])).size,
    /** By `seller|community|segment|category|month`, each but the first two a value or ALL. */
    cells,
    /** By `seller|community|role`: earned at the sale, and what refunds took back of it. */
    split,
    reversed,
  }
}

export type Recomputed = ReturnType<typeof recompute>
