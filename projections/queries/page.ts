/** Pages of documents by keyset: a cursor holds where the page ended, and what was asked. */
import { canonicalJson } from '../../platform/canonical.ts'
import { sha256 } from '../../platform/sha256.ts'
import type { DocumentReader, FieldValue, Filter, StoredDocument } from '../documents.ts'
import type { Collection, Row } from '../views/collection.ts'

/** Most that one page holds. */
const mostPerPage = 100

/** `first`: 1 to 100. `after`: a cursor of the same query, null for the first page. */
export interface PageRequest {
  readonly first: number
  readonly after: string | null
}

export interface Edge<T> {
  /** Opaque; good for `after` of the same query, also after a rebuild. */
  readonly cursor: string
  readonly node: T
}

export interface Page<T> {
  readonly edges: readonly Edge<T>[]
  readonly hasNextPage: boolean
}

/** The page asked for cannot be: `first` out of range, a cursor of another query. Nothing was read. */
export class InvalidPage extends Error {
  override readonly name = 'InvalidPage'
  readonly argument: 'first' | 'after'
  constructor(argument: 'first' | 'after', message: string) {
    super(message)
    this.argument = argument
  }
}

export interface PagedQuery extends Filter {
  /** Fields that order the page; the key breaks ties. */
  readonly order: readonly string[]
  readonly descending: boolean
}

export const checkFirst = (first: number): number => {
  if (Number.isSafeInteger(first) && first >= 1 && first <= mostPerPage) return first
  throw new InvalidPage('first', `first is ${first}; it must be a whole number from 1 to ${mostPerPage}.`)
}

/** What tells cursors of one query from those of another. `by`: what else of it no filter says, as plain JSON. */
export const fingerprintOf = (collection: string, query: PagedQuery, by: unknown = null): string => {
  const { where = {}, range = null, order, descending } = query
  const asked = { collection, where, range, order, descending, ...(by === null ? {} : { by }) }
  return sha256(canonicalJson(asked)).slice(0, 16)
}

export const cursorOf = (fingerprint: string, values: readonly FieldValue[]): string =>
  Buffer.from(JSON.stringify([fingerprint, ...values])).toString('base64url')

const isValue = (value: unknown): value is FieldValue =>
  value === null || typeof value === 'string' || Number.isSafeInteger(value)

const parsed = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return null
  }
}

/**
 * The values at which the page before ended.
 * @throws {InvalidPage}
 */
export const readCursor = (fingerprint: string, length: number, cursor: string): readonly FieldValue[] => {
  const value = parsed(cursor)
  if (Array.isArray(value)) {
    const [first, ...rest]: unknown[] = value
    if (first === fingerprint && rest.length === length && rest.every(isValue)) return rest
  }
  throw new InvalidPage('after', 'The cursor is not one of this query. Begin again without it.')
}

/** Where a document stands in its order. */
const placeOf = (order: readonly string[], { key, document }: StoredDocument): readonly FieldValue[] => [
  ...order.map((field): FieldValue => {
    const value = document[field]
    return isValue(value) ? value : null
  }),
  key,
]

/** @throws {InvalidPage} */
export const findPage = async <T extends Row, Node>(
  reader: DocumentReader,
  collection: Collection<T>,
  query: PagedQuery,
  request: PageRequest,
  nodeOf: (document: T) => Node,
): Promise<Page<Node>> => {
  const first = checkFirst(request.first)
  const { order, descending, ...filter } = query
  const fingerprint = fingerprintOf(collection.name, query)
  const after = request.after === null ? null : readCursor(fingerprint, order.length + 1, request.after)
  const found = await reader.find({
    ...filter,
    collection: collection.name,
    order: { fields: order, descending },
    ...(after === null ? {} : { after }),
    limit: first + 1,
  })
  const edges = found.slice(0, first).map((stored) => ({
    cursor: cursorOf(fingerprint, placeOf(order, stored)),
    node: nodeOf(collection.read(stored.document)),
  }))
  return { edges, hasNextPage: found.length > first }
}

/** What no filter of the store can say: which documents a page leaves out. */
export interface Keeping<T, Node> {
  /** What it goes by, as plain JSON: cursors are of the same query only where this is the same. */
  readonly by: unknown
  /** One for each of the documents, in their order; null: left out. */
  readonly nodesOf: (documents: readonly T[]) => Promise<readonly (Node | null)[]>
}

/** Documents read at a time, once the first of them did not fill the page. */
const chunk = 256

/**
 * As `findPage`, of documents that are kept alone: reads on until the page is full, or nothing is left to read.
 * @throws {InvalidPage}
 */
export const findKeptPage = async <T extends Row, Node>(
  reader: DocumentReader,
  collection: Collection<T>,
  query: PagedQuery,
  request: PageRequest,
  { by, nodesOf }: Keeping<T, Node>,
): Promise<Page<Node>> => {
  const first = checkFirst(request.first)
  const { order, descending, ...filter } = query
  const fingerprint = fingerprintOf(collection.name, query, by)
  const edges: Edge<Node>[] = []
  let after = request.after === null ? null : readCursor(fingerprint, order.length + 1, request.after)
  for (let limit = first + 1; ; limit = chunk) {
    const found = await reader.find({
      ...filter,
      collection: collection.name,
      order: { fields: order, descending },
      ...(after === null ? {} : { after }),
      limit,
    })
    const nodes = await nodesOf(found.map(({ document }) => collection.read(document)))
    for (const [index, stored] of found.entries()) {
      const node = nodes[index] ?? null
      if (node === null) continue
      if (edges.length === first) return { edges, hasNextPage: true }
      edges.push({ cursor: cursorOf(fingerprint, placeOf(order, stored)), node })
    }
    const last = found.at(-1)
    if (last === undefined || found.length < limit) return { edges, hasNextPage: false }
    after = placeOf(order, last)
  }
}
