/** Pages of documents by keyset: a cursor holds where the page ended, and what was asked. */
import { canonicalJson } from '../../platform/canonical.ts'
import { sha256 } from '../../platform/sha256.ts'
import type { DocumentReader, FieldValue, Filter } from '../documents.ts'
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

/** What tells cursors of one query from those of another. */
export const fingerprintOf = (collection: string, query: PagedQuery): string => {
  const { where = {}, range = null, order, descending } = query
  return sha256(canonicalJson({ collection, where, range, order, descending })).slice(0, 16)
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
  const edges = found.slice(0, first).map(({ key, document }) => {
    const values = order.map((field): FieldValue => {
      const value = document[field]
      return isValue(value) ? value : null
    })
    return { cursor: cursorOf(fingerprint, [...values, key]), node: nodeOf(collection.read(document)) }
  })
  return { edges, hasNextPage: found.length > first }
}
