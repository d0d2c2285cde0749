/** Lists that can be had whole, as files: what of them is asked for, and their rows in pages. */
import { isCurrency } from '../../domain/currency.ts'
import { formatAmount } from '../../domain/money.ts'
import type { DocumentReader } from '../documents.ts'
import type { PostingDocument } from '../views/journal.ts'
import type { PurchaseDocument } from '../views/purchase-documents.ts'
import { boundOf } from './as-of.ts'
import { countPostings, journalPostings, type PostingsAsked } from './journal.ts'
import type { Page } from './page.ts'
import { countPurchases, type PurchasesAsked, purchaseList } from './purchases.ts'
import type { Scope } from './scope.ts'

/** Which list, and what of it: filters as the queries `purchases` and `journal` have them. */
export type ExportList =
  | { readonly kind: 'PURCHASES'; readonly asked: Omit<PurchasesAsked, 'newestFirst'> }
  | { readonly kind: 'JOURNAL'; readonly asked: Omit<PostingsAsked, 'newestFirst'> }

export type ExportKind = ExportList['kind']

export const exportFormats = ['CSV', 'JSONL'] as const
export type ExportFormat = (typeof exportFormats)[number]

export interface ExportRequest {
  readonly id: string
  /** Who asked: nobody else is shown it. */
  readonly subject: string
  readonly list: ExportList
  readonly format: ExportFormat
  /** What they might see of the list when they asked. */
  readonly scope: { readonly all: boolean; readonly organisations: readonly string[] }
  /** How far the view was then. `event`: its name, `stream@revision`. */
  readonly asOf: { readonly epoch: string; readonly position: string; readonly event: string }
  readonly askedAt: string
}

export type Cell = string | number | boolean | null

type Columns<T> = Readonly<Record<string, (row: T) => Cell>>

/** A column, and its amount in minor units of the row's currency. */
type Money<T> = readonly [column: string, amount: (row: T) => number]

const decimalOf = (minor: number, currency: string): string => {
  if (!isCurrency(currency)) throw new TypeError(`${currency} is no currency.`)
  return formatAmount(minor, currency)
}

const moneyColumns = <T extends { readonly currency: string }>(amounts: readonly Money<T>[]): Columns<T> =>
  Object.fromEntries(
    amounts.flatMap(([column, amount]) => [
      [`${column}_minor`, amount],
      [column, (row: T) => decimalOf(amount(row), row.currency)],
    ]),
  )

const purchaseColumns: Columns<PurchaseDocument> = {
  purchase_id: ({ purchase }) => purchase,
  community_id: ({ community }) => community,
  partner_id: ({ partner }) => partner,
  person_id: ({ person }) => person,
  source: ({ source }) => source?.system ?? null,
  source_id: ({ source }) => source?.id ?? null,
  placed_at: ({ placedAt }) => placedAt,
  business_date: ({ businessDate }) => businessDate,
  status: ({ status }) => status,
  stated: ({ stated }) => stated,
  units: ({ units }) => units,
  currency: ({ currency }) => currency,
  ...moneyColumns<PurchaseDocument>([
    ['total', ({ total }) => total],
    ['goods', ({ goods }) => goods],
    ['freight', ({ freight }) => freight],
    ['captured', ({ captured }) => captured],
    ['refunded', ({ refunded }) => refunded],
    ['open', ({ open }) => open],
  ]),
}

const postingColumns: Columns<PostingDocument> = {
  event: ({ event }) => event,
  recorded_at: ({ recordedAt }) => recordedAt,
  business_date: ({ businessDate }) => businessDate,
  kind: ({ kind }) => kind,
  account: ({ account }) => account,
  purchase_id: ({ purchase }) => purchase,
  community_id: ({ community }) => community,
  currency: ({ currency }) => currency,
  ...moneyColumns<PostingDocument>([['amount', ({ amount }) => amount]]),
}

/** In the order of the cells of each row. */
export const columnsOf = (kind: ExportKind): readonly string[] =>
  Object.keys(kind === 'PURCHASES' ? purchaseColumns : postingColumns)

export interface ExportPage {
  readonly rows: readonly (readonly Cell[])[]
  /** For `after`; null where there is no more. */
  readonly next: string | null
}

const rowsOf = <T>(columns: Columns<T>, nodes: readonly T[]): ExportPage['rows'] => {
  const cells = Object.values(columns)
  return nodes.map((node) => cells.map((cell) => cell(node)))
}

const nextOf = <T>({ edges, hasNextPage }: Page<T>): string | null =>
  hasNextPage ? (edges.at(-1)?.cursor ?? null) : null

const rowsPerPage = 100

/**
 * The journal as of a position, exactly. A purchase is shown as it stands when it is read, which is at the position or
 * after it: the view keeps no older state.
 * @throws {OutOfScope | InvalidPage}
 */
export const exportPage = async (
  reader: DocumentReader,
  scope: Scope,
  list: ExportList,
  position: string,
  after: string | null,
): Promise<ExportPage> => {
  const request = { first: rowsPerPage, after }
  if (list.kind === 'PURCHASES') {
    const page = await purchaseList(reader, scope, { ...list.asked, newestFirst: false }, request)
    const nodes = page.edges.map(({ node }) => node)
    return { rows: rowsOf(purchaseColumns, nodes), next: nextOf(page) }
  }
  const page = await journalPostings(reader, scope, { ...list.asked, newestFirst: false }, request)
  const bound = await boundOf(reader, { kind: 'POSITION', position })
  const nodes = page.edges.map(({ node }) => node).filter((posting) => posting.position < bound)
  return { rows: rowsOf(postingColumns, nodes), next: nodes.length < page.edges.length ? null : nextOf(page) }
}

/** How many rows there are about: as of now. @throws {OutOfScope} */
export const exportSize = (reader: DocumentReader, scope: Scope, list: ExportList): Promise<number> =>
  list.kind === 'PURCHASES'
    ? countPurchases(reader, scope, list.asked)
    : countPostings(reader, scope, list.asked)
