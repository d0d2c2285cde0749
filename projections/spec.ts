/** What every document store checks before it touches its engine: names, keys, values and the shape of queries. */
import {
  type CollectionSpec,
  type Document,
  type FieldType,
  type FieldValue,
  type Filter,
  type FindQuery,
  InvalidDocument,
  InvalidQuery,
  type JsonValue,
  type ProjectionSpec,
  type SumQuery,
} from './documents.ts'

const maxLimit = 10_000
const name = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/
const fieldName = /^[A-Za-z][A-Za-z0-9_]{0,62}$/

const checkNames = (what: string, names: readonly string[], pattern: RegExp): void => {
  const seen = new Set<string>()
  for (const each of names) {
    if (!pattern.test(each)) throw new InvalidDocument(`${what} ${JSON.stringify(each)} is not a name.`)
    if (seen.has(each.toLowerCase())) throw new InvalidDocument(`${what} ${each} is declared twice.`)
    seen.add(each.toLowerCase())
  }
}

/** @throws {InvalidDocument} naming what is wrong with the spec */
export const checkSpec = (spec: ProjectionSpec): void => {
  checkNames('Projection', [spec.name], name)
  if (!Number.isSafeInteger(spec.version) || spec.version < 0)
    throw new InvalidDocument(`Version ${spec.version} of projection ${spec.name} is not a whole number.`)
  checkNames(
    `Projection ${spec.name}: collection`,
    spec.collections.map((collection) => collection.name),
    name,
  )
  for (const collection of spec.collections) {
    checkNames(`Collection ${collection.name}: field`, Object.keys(collection.fields), fieldName)
    for (const index of collection.indexes)
      for (const field of index)
        if (!Object.hasOwn(collection.fields, field))
          throw new InvalidDocument(
            `An index of ${collection.name} names ${field}, which it does not declare.`,
          )
    for (const field of collection.fixed ?? [])
      if (!Object.hasOwn(collection.fields, field))
        throw new InvalidDocument(`${collection.name} fixes ${field}, which it does not declare.`)
  }
}

const isDocument = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A document as it was kept. @throws {SyntaxError | TypeError} where the text is not one */
export const parseDocument = (text: string): Document => {
  const value: unknown = JSON.parse(text)
  if (isDocument(value)) return value
  throw new TypeError(`Not a document: ${text.slice(0, 80)}`)
}

const fits = (value: JsonValue | undefined, type: FieldType): value is string | number =>
  type === 'text' ? typeof value === 'string' : typeof value === 'number' && Number.isSafeInteger(value)

/** @throws {InvalidDocument} for an empty key and for half a surrogate pair, which engines would change */
export const checkKey = (collection: string, key: string): void => {
  if (typeof key !== 'string' || key === '' || !key.isWellFormed())
    throw new InvalidDocument(`A key of ${collection} is empty or not well-formed: ${JSON.stringify(key)}.`)
}

/** The value of a declared field, absent being null. @throws {InvalidDocument} */
export const fieldOf = (spec: CollectionSpec, field: string, key: string, document: Document): FieldValue => {
  const value = document[field]
  if (value === null || value === undefined) return null
  const type = spec.fields[field]
  if (type !== undefined && fits(value, type)) return value
  throw new InvalidDocument(
    `Field ${field} of ${spec.name} ${key} should be ${type === 'text' ? 'text' : 'a safe integer'}, not ${JSON.stringify(value)}.`,
  )
}

/**
 * `before`: the document that stands under the key; undefined where there is none.
 * @throws {InvalidDocument} where a declared field holds a value of another kind, or a fixed one another value
 */
export const checkDocument = (
  spec: CollectionSpec,
  key: string,
  document: Document,
  before: Document | undefined,
): void => {
  for (const field in spec.fields) fieldOf(spec, field, key, document)
  if (before === undefined || spec.fixed === undefined) return
  for (const field of spec.fixed)
    if ((before[field] ?? null) !== (document[field] ?? null))
      throw new InvalidDocument(
        `Field ${field} of ${spec.name} ${key} is fixed to ${JSON.stringify(before[field])}; it cannot become ${JSON.stringify(document[field])}.`,
      )
}

/** A filter with its names and values checked. No values: nothing can match. */
export interface Matcher {
  readonly equal: readonly { readonly field: string; readonly values: readonly FieldValue[] }[]
  readonly range: {
    readonly field: string
    readonly from: string | number | undefined
    readonly below: string | number | undefined
  } | null
}

/** A page with its names and values checked. */
export interface Page extends Matcher {
  readonly order: readonly string[]
  readonly descending: boolean
  /** Values of the order fields, and the key. */
  readonly after: { readonly values: readonly FieldValue[]; readonly key: string } | null
  readonly limit: number
}

const typeOf = (spec: CollectionSpec, field: string): FieldType => {
  const type = Object.hasOwn(spec.fields, field) ? spec.fields[field] : undefined
  if (type === undefined)
    throw new InvalidQuery(`Collection ${spec.name} declares no field ${JSON.stringify(field)}.`)
  return type
}

const checkValue = (spec: CollectionSpec, field: string, value: FieldValue): FieldValue => {
  const type = typeOf(spec, field)
  if (value === null || fits(value, type)) return value
  throw new InvalidQuery(
    `Field ${field} of ${spec.name} is ${type === 'text' ? 'text' : 'a safe integer'}: ${JSON.stringify(value)} cannot be in it.`,
  )
}

const checkBound = (
  spec: CollectionSpec,
  field: string,
  value: FieldValue | undefined,
): string | number | undefined => {
  if (value === undefined) return undefined
  const checked = checkValue(spec, field, value)
  if (checked === null)
    throw new InvalidQuery(`A bound of ${field} of ${spec.name} is null: null is in no range.`)
  return checked
}

const checkLimit = (what: string, limit: number, least: number): number => {
  if (Number.isSafeInteger(limit) && limit >= least && limit <= maxLimit) return limit
  throw new InvalidQuery(`${what} is ${limit}; it must be a whole number from ${least} to ${maxLimit}.`)
}

export const collectionOf = (collections: readonly CollectionSpec[], wanted: string): CollectionSpec => {
  const found = collections.find((collection) => collection.name === wanted)
  if (!found) throw new InvalidQuery(`There is no collection ${JSON.stringify(wanted)} here.`)
  return found
}

export const matcherOf = (spec: CollectionSpec, filter: Filter): Matcher => ({
  equal: Object.entries(filter.where ?? {}).map(([field, wanted]) => ({
    field,
    values: [...new Set(typeof wanted === 'object' && wanted !== null ? wanted : [wanted])].map((value) =>
      checkValue(spec, field, value),
    ),
  })),
  range: filter.range
    ? {
        field: filter.range.field,
        from: checkBound(spec, filter.range.field, filter.range.from),
        below: checkBound(spec, filter.range.field, filter.range.below),
      }
    : null,
})

export const pageOf = (spec: CollectionSpec, query: FindQuery): Page => {
  const order = query.order?.fields ?? []
  for (const field of order) typeOf(spec, field)
  let after: Page['after'] = null
  if (query.after) {
    const key = query.after.at(-1)
    if (query.after.length !== order.length + 1 || typeof key !== 'string')
      throw new InvalidQuery(`A page of ${spec.name} goes on after ${order.length} values and a key.`)
    after = {
      values: order.map((field, index) => checkValue(spec, field, query.after?.[index] ?? null)),
      key,
    }
  }
  const descending = query.order?.descending ?? false
  return {
    ...matcherOf(spec, query),
    order,
    descending,
    after,
    limit: checkLimit('The limit', query.limit, 1),
  }
}

/** @throws {InvalidQuery} where a group or a sum names what it cannot */
export const checkSum = (spec: CollectionSpec, query: SumQuery): Matcher => {
  for (const field of query.groupBy) typeOf(spec, field)
  for (const field of query.sums)
    if (typeOf(spec, field) !== 'integer')
      throw new InvalidQuery(`Field ${field} of ${spec.name} is text: no sum.`)
  return matcherOf(spec, query)
}

export const checkAtMost = (atMost: number): number => checkLimit('The most to count', atMost, 0)
export const checkScan = (limit: number): number => checkLimit('The limit', limit, 1)

/** A sum as a number. @throws {RangeError} past the safe range of integers */
export const safeSum = (collection: string, field: string, sum: bigint): number => {
  const number = Number(sum)
  if (Number.isSafeInteger(number)) return number
  throw new RangeError(`The sum of ${field} in ${collection} is ${sum}, beyond the safe range of integers.`)
}
