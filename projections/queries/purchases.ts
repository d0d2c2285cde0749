/** Purchases in lists: whole ones for communities and the platform, a partner's own part for brands. */
import type { DocumentReader, Filter, StoredDocument } from '../documents.ts'
import { type PurchaseDocument, type PurchaseStatus, purchases, sales } from '../views/purchase-documents.ts'
import {
  checkFirst,
  cursorOf,
  type Edge,
  findPage,
  fingerprintOf,
  type Page,
  type PageRequest,
  readCursor,
} from './page.ts'
import { checkScope, maySee, type Scope, scoped } from './scope.ts'

export interface PurchasesAsked {
  readonly community: string | null
  readonly person: string | null
  readonly status: PurchaseStatus | null
  /** Instants: placed from (inclusive), placed before (exclusive). */
  readonly placedFrom: string | null
  readonly placedBefore: string | null
  readonly newestFirst: boolean
}

const placedRange = (asked: Pick<PurchasesAsked, 'placedFrom' | 'placedBefore'>): Pick<Filter, 'range'> => {
  const { placedFrom, placedBefore } = asked
  if (placedFrom === null && placedBefore === null) return {}
  return {
    range: {
      field: 'placedAt',
      ...(placedFrom === null ? {} : { from: placedFrom }),
      ...(placedBefore === null ? {} : { below: placedBefore }),
    },
  }
}

const purchasesFilter = (scope: Scope, asked: Omit<PurchasesAsked, 'newestFirst'>): Filter => ({
  where: {
    ...scoped(scope, 'community', 'community', asked.community),
    ...(asked.person === null ? {} : { person: asked.person }),
    ...(asked.status === null ? {} : { status: asked.status }),
  },
  ...placedRange(asked),
})

/**
 * Whole purchases of the caller's communities, by when they were placed. Partners ask for their sales instead.
 * @throws {OutOfScope | InvalidPage}
 */
export const purchaseList = (
  reader: DocumentReader,
  scope: Scope,
  asked: PurchasesAsked,
  request: PageRequest,
): Promise<Page<PurchaseDocument>> =>
  findPage(
    reader,
    purchases,
    {
      ...purchasesFilter(scope, asked),
      order: ['placedAt'],
      descending: asked.newestFirst,
    },
    request,
    (document) => document,
  )

/** How many there are. @throws {OutOfScope} */
export const countPurchases = async (
  reader: DocumentReader,
  scope: Scope,
  asked: Omit<PurchasesAsked, 'newestFirst'>,
): Promise<number> => {
  const filter = purchasesFilter(scope, asked)
  const [row] = await reader.sum({ collection: purchases.name, ...filter, groupBy: [], sums: [] })
  return row?.count ?? 0
}

/** One purchase, whole: null where it is not there or not of a community of the caller's. */
export const purchaseOf = async (
  reader: DocumentReader,
  scope: Scope,
  purchaseId: string,
): Promise<PurchaseDocument | null> => {
  const found = await reader.get(purchases.name, purchaseId)
  if (found === undefined) return null
  const purchase = purchases.read(found.document)
  return maySee(scope, purchase.community) ? purchase : null
}

/** What one partner sold in one purchase. Who bought is not a brand's to know. */
export interface PartnerSale {
  readonly purchase: string
  readonly partner: string
  readonly community: string
  readonly placedAt: string
  readonly businessDate: string
  readonly currency: string
  readonly amount: number
  readonly units: number
  readonly partnerNet: number
  readonly refunded: number
  /** Of the purchase as a whole. */
  readonly status: PurchaseStatus
}

export interface SalesAsked {
  readonly partner: string
  readonly community: string | null
  readonly placedFrom: string | null
  readonly placedBefore: string | null
  readonly newestFirst: boolean
}

const saleOfWhole = (partner: string, found: StoredDocument): PartnerSale => {
  const {
    purchase,
    community,
    placedAt,
    businessDate,
    currency,
    total,
    units,
    partnerNet,
    refunded,
    status,
  } = purchases.read(found.document)
  return {
    purchase,
    partner,
    community,
    placedAt,
    businessDate,
    currency,
    amount: total,
    units,
    partnerNet,
    refunded,
    status,
  }
}

const saleOfPart = async (reader: DocumentReader, found: StoredDocument): Promise<PartnerSale | null> => {
  const part = sales.read(found.document)
  const whole = await reader.get(purchases.name, part.purchase)
  return whole === undefined ? null : { ...part, status: purchases.read(whole.document).status }
}

interface Candidate {
  readonly placedAt: string
  readonly key: string
  readonly found: StoredDocument
  readonly isPart: boolean
}

/**
 * A partner's sales by when they were placed: purchases that are its alone, and its part of those it shares.
 * @throws {OutOfScope | InvalidPage}
 */
export const partnerSales = async (
  reader: DocumentReader,
  scope: Scope,
  asked: SalesAsked,
  request: PageRequest,
): Promise<Page<PartnerSale>> => {
  checkScope(scope, asked.partner)
  const first = checkFirst(request.first)
  const { partner, community, newestFirst: descending } = asked
  const filter = {
    where: { partner, ...(community === null ? {} : { community }) },
    ...placedRange(asked),
  }
  const query = { ...filter, order: ['placedAt'], descending }
  const fingerprint = fingerprintOf(sales.name, query)
  const after = request.after === null ? null : readCursor(fingerprint, 2, request.after)
  const candidatesOf = async (collection: string, isPart: boolean): Promise<readonly Candidate[]> => {
    const page = await reader.find({
      ...filter,
      collection,
      order: { fields: ['placedAt'], descending },
      ...(after === null ? {} : { after }),
      limit: first + 1,
    })
    return page.map((found) => ({ placedAt: String(found.document.placedAt), key: found.key, found, isPart }))
  }
  // A purchase is in one of the two only, and a part's key begins with it: one cursor goes on in both.
  const both = [
    ...(await candidatesOf(purchases.name, false)),
    ...(await candidatesOf(sales.name, true)),
  ].sort((a, b) => {
    const order = a.placedAt === b.placedAt ? (a.key < b.key ? -1 : 1) : a.placedAt < b.placedAt ? -1 : 1
    return descending ? -order : order
  })
  const edges: Edge<PartnerSale>[] = []
  for (const { placedAt, key, found, isPart } of both.slice(0, first)) {
    const node = isPart ? await saleOfPart(reader, found) : saleOfWhole(partner, found)
    if (node !== null) edges.push({ cursor: cursorOf(fingerprint, [placedAt, key]), node })
  }
  return { edges, hasNextPage: both.length > first }
}
