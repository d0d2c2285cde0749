/** What the tables amount to: communities, partners, offers, members and their purchases. No ids, no commands. */
import type { Families } from './olist-families.ts'
import type { OlistItem, OlistOrder, OlistPayment, OlistTables } from './olist-tables.ts'
import { unknownCommunity } from './olist-terms.ts'
import type { UnfitRow } from './olist-values.ts'

export interface PlannedPartner {
  readonly seller: string
  readonly name: string
  readonly categories: readonly string[]
  /** Where it trades. */
  readonly communities: readonly string[]
}

export interface PlannedOffer {
  readonly product: string
  readonly seller: string
  readonly category: string
  /** The first price in the files. */
  readonly listPrice: number
  readonly communities: readonly string[]
}

export interface PlannedPurchase {
  readonly order: string
  readonly at: string
  readonly items: readonly OlistItem[]
  readonly payments: readonly OlistPayment[]
  readonly paidAt: string
  /** Null: it was not refunded. */
  readonly refund: { readonly reason: string; readonly at: string } | null
}

/** A person in a community, with all that the person buys there. */
export interface PlannedMember {
  /** Of a guest, the one order that the guest is known from. */
  readonly person: string
  readonly guest: boolean
  readonly community: string
  readonly interests: readonly string[]
  /** Oldest first. */
  readonly purchases: readonly PlannedPurchase[]
}

export interface OrphanPayment {
  readonly order: string
  readonly at: string | null
  readonly payment: OlistPayment
}

export interface OlistPlan {
  readonly families: Families
  readonly categories: readonly string[]
  readonly communities: readonly string[]
  readonly partners: readonly PlannedPartner[]
  readonly offers: readonly PlannedOffer[]
  /** In the order of their first purchases. */
  readonly members: readonly PlannedMember[]
  readonly purchases: number
  readonly orphans: readonly OrphanPayment[]
  readonly unfit: readonly UnfitRow[]
}

const byTextOf =
  <Value>(key: (value: Value) => string) =>
  (a: Value, b: Value): number => {
    const [left, right] = [key(a), key(b)]
    return left < right ? -1 : left > right ? 1 : 0
  }

const sorted = (values: Iterable<string>): readonly string[] => [...values].sort()

const earliest = (items: readonly OlistItem[]): string =>
  items.reduce(
    (first, { shipBefore }) => (shipBefore < first ? shipBefore : first),
    items[0]?.shipBefore ?? '',
  )

/** Orders that were called off after they were paid: they are refunded in full, when their row was last touched. */
const refundOf = (order: OlistOrder | undefined): PlannedPurchase['refund'] => {
  if (order?.status === 'canceled') return { reason: 'The order was canceled.', at: order.lastAt }
  if (order?.status === 'unavailable') return { reason: 'The goods were unavailable.', at: order.lastAt }
  return null
}

const later = (a: string, b: string | null): string => (b !== null && b > a ? b : a)

const purchaseOf = (order: string, items: readonly OlistItem[], tables: OlistTables): PlannedPurchase => {
  const row = tables.orders.get(order)
  const at = row?.boughtAt ?? earliest(items)
  return {
    order,
    at,
    items,
    payments: tables.payments.get(order) ?? [],
    paidAt: later(at, row?.approvedAt ?? null),
    refund: refundOf(row),
  }
}

const buyerOf = (order: string, { orders, customers }: OlistTables) => {
  const customer = customers.get(orders.get(order)?.customer ?? '')
  return customer === undefined
    ? { person: order, guest: true, community: unknownCommunity }
    : { person: customer.person, guest: false, community: customer.state }
}

const membersOf = (tables: OlistTables, familyOfProduct: (product: string) => string): PlannedMember[] => {
  const found = new Map<
    string,
    { member: PlannedMember; interests: Set<string>; purchases: PlannedPurchase[] }
  >()
  for (const [order, items] of tables.items) {
    const buyer = buyerOf(order, tables)
    const key = `${buyer.community} ${buyer.person}`
    let entry = found.get(key)
    if (entry === undefined) {
      const purchases: PlannedPurchase[] = []
      entry = { member: { ...buyer, interests: [], purchases }, interests: new Set(), purchases }
      found.set(key, entry)
    }
    for (const { product } of items) entry.interests.add(familyOfProduct(product))
    entry.purchases.push(purchaseOf(order, items, tables))
  }
  return [...found.values()]
    .map(({ member, interests, purchases }) => ({
      ...member,
      interests: sorted(interests),
      purchases: purchases.sort(byTextOf(({ at, order }) => `${at} ${order}`)),
    }))
    .sort(byTextOf(({ purchases }) => `${purchases[0]?.at} ${purchases[0]?.order}`))
}

const tradeOf = (tables: OlistTables) => {
  const partners = new Map<string, { categories: Set<string>; communities: Set<string> }>()
  const offers = new Map<string, Omit<PlannedOffer, 'communities'> & { communities: Set<string> }>()
  for (const [order, items] of tables.items) {
    const { community } = buyerOf(order, tables)
    for (const { product, seller, price } of items) {
      const category = tables.categories.get(product) ?? ''
      const partner = partners.get(seller) ?? { categories: new Set(), communities: new Set() }
      partner.categories.add(category)
      partner.communities.add(community)
      partners.set(seller, partner)
      const key = `${product} ${seller}`
      const offer = offers.get(key) ?? { product, seller, category, listPrice: price, communities: new Set() }
      offer.communities.add(community)
      offers.set(key, offer)
    }
  }
  return { partners, offers }
}

const orphansOf = ({ payments, items, orders }: OlistTables): readonly OrphanPayment[] =>
  [...payments].flatMap(([order, parts]) =>
    items.has(order)
      ? []
      : parts.map((payment) => ({ order, at: orders.get(order)?.boughtAt ?? null, payment })),
  )

/** Works out what to state. A pure function of the tables. */
export const planOlist = (tables: OlistTables, families: Families): OlistPlan => {
  const { partners, offers } = tradeOf(tables)
  const members = membersOf(tables, (product) => families.familyOf(tables.categories.get(product) ?? ''))
  return {
    families,
    categories: sorted(new Set(tables.categories.values())),
    communities: sorted(new Set(members.map(({ community }) => community))),
    partners: [...partners]
      .map(([seller, { categories, communities }]) => {
        const { city = '', state = '' } = tables.sellers.get(seller) ?? {}
        const name = `Brand ${seller.slice(0, 8)} of ${city === '' ? state : `${city} (${state})`}`
        return { seller, name, categories: sorted(categories), communities: sorted(communities) }
      })
      .sort(byTextOf(({ seller }) => seller)),
    offers: [...offers.values()].map((offer) => ({ ...offer, communities: sorted(offer.communities) })),
    members,
    purchases: tables.items.size,
    orphans: orphansOf(tables),
    unfit: tables.unfit,
  }
}
