/**
 * What the import of the Olist files must come to, worked out from the files alone: a plain recomputation that
 * shares no code with the product. All amounts are centavos, as integers.
 */
import { readSold, type Sold, type SoldLine } from './sold.ts'

/** One figure of the serving matrix. */
export interface Cell {
  purchases: number
  buyers: number
  units: number
  gross: number
  refunds: number
}

/** What a role earned of a partner's sales, and what refunds took back of it. */
export interface Share {
  gross: number
  reversed: number
}

const ALL = 'ALL'

/** The terms that the import states for every partnership, in basis points; absent sharers go as they name. */
const pool = 1_200
const poolParts = { PLATFORM: 6_000 + 500, OWNER: 2_500 + 1_000 } as const
const roles = ['PARTNER', 'PLATFORM', 'OWNER'] as const
type Role = (typeof roles)[number]

const sum = (numbers: Iterable<number>): number => {
  let all = 0
  for (const each of numbers) all += each
  return all
}

/** Floor, then a unit each to the largest remainders; ties go to the partner, then the platform, then the owner. */
const splitGoods = (amount: number): Record<Role, number> => {
  const weights: Record<Role, number> = {
    PARTNER: (10_000 - pool) * 10_000,
    PLATFORM: pool * poolParts.PLATFORM,
    OWNER: pool * poolParts.OWNER,
  }
  const whole = 100_000_000
  const remainder = (role: Role): number => (amount * weights[role]) % whole
  const floor = (role: Role): number => Math.floor((amount * weights[role]) / whole)
  const parts = { PARTNER: floor('PARTNER'), PLATFORM: floor('PLATFORM'), OWNER: floor('OWNER') }
  const left = amount - sum(Object.values(parts))
  for (const role of roles.toSorted((a, b) => remainder(b) - remainder(a)).slice(0, left)) parts[role] += 1
  return parts
}

const splitOf = (lines: readonly SoldLine[]): Record<Role, number> => {
  const earned = { PARTNER: sum(lines.map(({ freight }) => freight)), PLATFORM: 0, OWNER: 0 }
  for (const { price } of lines) {
    const parts = splitGoods(price)
    for (const role of roles) earned[role] += parts[role]
  }
  return earned
}

/** Each member declares, before the first purchase, the families of all that the member buys. */
const interestsOf = (sold: readonly Sold[]): Map<string, Set<string>> => {
  const interests = new Map<string, Set<string>>()
  for (const { member, lines } of sold) {
    const declared = interests.get(member) ?? new Set()
    for (const { family } of lines) declared.add(family)
    interests.set(member, declared)
  }
  return interests
}

/** By category, and for all: goods in their category, freight in none. */
const byCategory = (lines: readonly SoldLine[]) => {
  const freight = sum(lines.map((line) => line.freight))
  const goods = (some: readonly SoldLine[]): number => sum(some.map(({ price }) => price))
  const kinds = [{ category: ALL, units: lines.length, amount: goods(lines) + freight }]
  for (const [category, some] of Map.groupBy(lines, (line) => line.category))
    kinds.push({ category, units: some.length, amount: goods(some) })
  if (freight > 0) kinds.push({ category: 'NONE', units: 0, amount: freight })
  return kinds
}

/** Keys are `seller|community|segment|category|month`; each of the last three a value or ALL. */
const cellsOf = (sold: readonly Sold[], interests: Map<string, Set<string>>) => {
  const cells = new Map<string, Cell>()
  const buyers = new Map<string, Set<string>>()
  const cellAt = (key: string): Cell => {
    const cell = cells.get(key) ?? { purchases: 0, buyers: 0, units: 0, gross: 0, refunds: 0 }
    cells.set(key, cell)
    return cell
  }
  for (const { community, member, date, refund, lines } of sold) {
    const segments = [ALL, ...(interests.get(member) ?? ['NONE'])]
    for (const [seller, own] of Map.groupBy(lines, (line) => line.seller)) {
      for (const { category, units, amount } of byCategory(own)) {
        for (const segment of segments) {
          const cell = `${seller}|${community}|${segment}|${category}`
          for (const month of [ALL, date.slice(0, 7)]) {
            const found = cellAt(`${cell}|${month}`)
            const known = buyers.get(`${cell}|${month}`) ?? new Set()
            buyers.set(`${cell}|${month}`, known.add(member))
            found.purchases += 1
            found.buyers = known.size
            found.units += units
            found.gross += amount
          }
          if (refund === null) continue
          for (const month of [ALL, refund.date.slice(0, 7)]) cellAt(`${cell}|${month}`).refunds += amount
        }
      }
    }
  }
  return cells
}

/**
 * Keys are `seller|community|segment|month|role`. Seller ALL: all of a community's segment; seller, community and
 * segment ALL: everything. Of sellers, month ALL too.
 */
const sharesOf = (sold: readonly Sold[], interests: Map<string, Set<string>>) => {
  const shares = new Map<string, Share>()
  const add = (key: string, figure: keyof Share, amount: number): void => {
    const share = shares.get(key) ?? { gross: 0, reversed: 0 }
    share[figure] += amount
    shares.set(key, share)
  }
  for (const { community, member, date, refund, lines } of sold) {
    const segments = [ALL, ...(interests.get(member) ?? ['NONE'])]
    for (const [seller, own] of Map.groupBy(lines, (line) => line.seller)) {
      const earned = splitOf(own)
      for (const role of roles) {
        const places = segments.flatMap((segment) => [
          `${seller}|${community}|${segment}|ALL`,
          `${seller}|${community}|${segment}|`,
          `ALL|${community}|${segment}|`,
        ])
        for (const place of [...places, 'ALL|ALL|ALL|']) {
          const at = (day: string): string => `${place}${place.endsWith('|') ? day.slice(0, 7) : ''}|${role}`
          add(at(date), 'gross', earned[role])
          if (refund !== null) add(at(refund.date), 'reversed', earned[role])
        }
      }
    }
  }
  return shares
}

/** Lines at another price than the first of their offer. */
const offListOf = (offers: ReadonlyMap<string, readonly SoldLine[]>): number =>
  sum(offers.values().map((of) => of.filter(({ price }) => price !== of[0]?.price).length))

const grossOf = ({ lines }: Sold): number => sum(lines.map(({ price, freight }) => price + freight))

/** How what was paid stands to what was bought: each purchase in one, and how far those that do not tie are off. */
const tiesOf = (sold: readonly Sold[]) => {
  const ties = { exact: 0, withinOne: 0, over: 0, under: 0, unpaid: 0 }
  const apart = { oneOver: 0, oneUnder: 0, overBy: 0, underBy: 0, mostOver: 0, mostUnder: 0 }
  for (const each of sold) {
    const off = (each.paid ?? 0) - grossOf(each)
    if (each.paid === null) ties.unpaid += 1
    else if (off === 0) ties.exact += 1
    else if (off === 1 || off === -1) {
      ties.withinOne += 1
      apart[off > 0 ? 'oneOver' : 'oneUnder'] += 1
    } else if (off > 0) {
      ties.over += 1
      apart.overBy += off
      apart.mostOver = Math.max(apart.mostOver, off)
    } else {
      ties.under += 1
      apart.underBy -= off
      apart.mostUnder = Math.max(apart.mostUnder, -off)
    }
  }
  return { ties, apart }
}

const refundsOf = (sold: readonly Sold[]) => {
  const refunded = sold.filter(({ refund }) => refund !== null)
  const amount = sum(refunded.map(grossOf))
  return {
    canceled: refunded.filter(({ refund }) => refund?.status === 'canceled').length,
    unavailable: refunded.filter(({ refund }) => refund?.status === 'unavailable').length,
    lines: sum(refunded.map(({ lines }) => lines.length)),
    amount,
    /** Paid for them beyond what is refunded. */
    overpaid: sum(refunded.map(({ paid }) => paid ?? 0)) - amount,
  }
}

/** @param mapping the file that puts categories into families, which is data */
export const recompute = (folder: string, mapping: string) => {
  const { sold, payments } = readSold(folder, mapping)
  const lines = sold.flatMap((each) => each.lines)
  const orders = new Set(sold.map(({ order }) => order))
  const orphans = payments.filter(({ order }) => !orders.has(order))
  const offers = Map.groupBy(lines, ({ product, seller }) => `${product} of ${seller}`)
  const interests = interestsOf(sold)
  const goods = sum(lines.map(({ price }) => price))
  const freight = sum(lines.map((line) => line.freight))
  return {
    purchases: sold.length,
    lines: lines.length,
    goods,
    freight,
    gross: goods + freight,
    multiPartner: sold.filter((each) => new Set(each.lines.map(({ seller }) => seller)).size > 1).length,
    payments: sum(sold.map(({ paid }) => paid ?? 0)),
    allPayments: sum(payments.map(({ amount }) => amount)),
    zeroPayments: payments.filter(({ amount }) => amount === 0).length,
    ...tiesOf(sold),
    refunds: refundsOf(sold),
    parked: {
      payments: orphans.length,
      orders: new Set(orphans.map(({ order }) => order)).size,
      amount: sum(orphans.map(({ amount }) => amount)),
      zero: orphans.filter(({ amount }) => amount === 0).length,
    },
    offers: offers.size,
    offersOfMorePrices: offers
      .values()
      .filter((of) => new Set(of.map(({ price }) => price)).size > 1)
      .toArray().length,
    linesOffList: offListOf(offers),
    freightLines: sum(
      sold.map(
        (each) =>
          Map.groupBy(each.lines, ({ seller }) => seller)
            .values()
            .filter((of) => of.some((line) => line.freight > 0))
            .toArray().length,
      ),
    ),
    sellers: new Set(lines.map(({ seller }) => seller)).size,
    members: interests.size,
    communities: new Set(sold.map(({ community }) => community)).size,
    cells: cellsOf(sold, interests),
    shares: sharesOf(sold, interests),
  }
}

export type Recomputed = ReturnType<typeof recompute>
