/** The SQL of queries. Names come from a checked spec, values are parameters. */
import type { CollectionSpec, FieldValue } from '../documents.ts'
import { compareValues } from '../order.ts'
import type { Matcher, Page } from '../spec.ts'
import { columnOf, encodeField, tableOf } from './schema.ts'

export interface Sql {
  readonly text: string
  readonly values: readonly (string | number)[]
}

/** Collects conditions with their parameters, in step. */
class Conditions {
  readonly values: (string | number)[] = []
  readonly #terms: string[] = []

  add(term: string, ...values: readonly FieldValue[]): void {
    this.#terms.push(term)
    this.values.push(...values.map(encodeField))
  }

  get isEmpty(): boolean {
    return this.#terms.length === 0
  }

  get where(): string {
    return `WHERE ${this.#terms.join(' AND ')}`
  }
}

const addEqual = (conditions: Conditions, matcher: Matcher): void => {
  for (const { field, values } of matcher.equal) {
    const [first] = values
    if (first === undefined) conditions.add('FALSE')
    else if (values.length === 1) conditions.add(`${columnOf(field)} = ?`, first)
    else {
      // Padded to a power of two, so that lists of all lengths share a few statements.
      const padded = 2 ** Math.ceil(Math.log2(values.length))
      const all = [...values, ...Array.from({ length: padded - values.length }, () => first)]
      conditions.add(`${columnOf(field)} IN (?${', ?'.repeat(padded - 1)})`, ...all)
    }
  }
}

/** `mayBeNull`: a bound is missing below, and nothing else keeps null (which is in no range) out. */
interface Bounds {
  readonly field: string
  readonly from: string | number | undefined
  readonly below: string | number | undefined
  readonly mayBeNull: boolean
}

const boundsOf = (range: Matcher['range']): Bounds | null =>
  range && { ...range, mayBeNull: range.from === undefined }

const addBounds = (conditions: Conditions, bounds: Bounds | null): void => {
  if (!bounds) return
  const column = columnOf(bounds.field)
  if (bounds.from !== undefined) conditions.add(`${column} >= ?`, bounds.from)
  if (bounds.mayBeNull) conditions.add(`${column} > ?`, null)
  if (bounds.below !== undefined) conditions.add(`${column} < ?`, bounds.below)
}

/** Any condition on a field leaves tombstones out; without one, `field` (or the document) must not be NULL. */
const leaveTombstonesOut = (conditions: Conditions, field: string | undefined): void => {
  if (conditions.isEmpty) conditions.add(`${field === undefined ? 'document' : columnOf(field)} IS NOT NULL`)
}

/** A bound that the keyset implies is left out: the index would start from the weaker of the two. */
const boundsBeside = (page: Page, first: string | undefined, value: FieldValue): Bounds | null => {
  const bounds = boundsOf(page.range)
  if (!bounds || bounds.field !== first || value === null) return bounds
  if (page.descending)
    return bounds.below !== undefined && compareValues(value, bounds.below) < 0
      ? { ...bounds, below: undefined }
      : bounds
  return bounds.from === undefined || compareValues(value, bounds.from) >= 0
    ? { ...bounds, from: undefined, mayBeNull: false }
    : bounds
}

/** One page: key, position and document of each row. */
export const findSql = (collection: CollectionSpec, page: Page): Sql => {
  const conditions = new Conditions()
  addEqual(conditions, page)
  const fixed = new Set(page.equal.filter(({ values }) => values.length === 1).map(({ field }) => field))
  const free = page.order
    .map((field, index) => ({ field, value: page.after?.values[index] ?? null }))
    .filter(
      ({ field }, index, all) => !fixed.has(field) && all.findIndex((one) => one.field === field) === index,
    )
  const columns = [...free.map(({ field }) => columnOf(field)), 'key']
  const [first] = free
  if (page.after) {
    addBounds(conditions, boundsBeside(page, first?.field, first?.value ?? null))
    if (!first) leaveTombstonesOut(conditions, undefined)
    const marks = columns.map(() => '?').join(', ')
    conditions.add(
      `(${columns.join(', ')}) ${page.descending ? '<' : '>'} (${marks})`,
      ...free.map(({ value }) => value),
      page.after.key,
    )
  } else {
    addBounds(conditions, boundsOf(page.range))
    leaveTombstonesOut(conditions, first?.field)
  }
  const order = columns.map((column) => (page.descending ? `${column} DESC` : column)).join(', ')
  return {
    text: `SELECT key, CAST(position AS TEXT) AS position, document FROM ${tableOf(collection.name)}
      ${conditions.where} ORDER BY ${order} LIMIT ?`,
    values: [...conditions.values, page.limit],
  }
}

/** Columns g0, g1 … (groups), s0, s1 … (sums as text), and n (the count). */
export const sumSql = (
  collection: CollectionSpec,
  matcher: Matcher,
  groupBy: readonly string[],
  sums: readonly string[],
): Sql => {
  const conditions = new Conditions()
  addEqual(conditions, matcher)
  addBounds(conditions, boundsOf(matcher.range))
  leaveTombstonesOut(conditions, groupBy[0] ?? sums[0])
  const groups = groupBy.map(columnOf)
  const columns = [
    'count(*) AS n',
    ...groups.map((column, index) => `${column} AS g${index}`),
    ...sums.map((field, index) => `CAST(sum(nullif(${columnOf(field)}, -9e999)) AS TEXT) AS s${index}`),
  ]
  const by = groups.length === 0 ? '' : `GROUP BY ${groups.join(', ')} ORDER BY ${groups.join(', ')}`
  return {
    text: `SELECT ${columns.join(', ')} FROM ${tableOf(collection.name)} ${conditions.where} ${by}`,
    values: conditions.values,
  }
}

/** Column n: how many match, up to `atMost`. */
export const countSql = (collection: CollectionSpec, matcher: Matcher, atMost: number): Sql => {
  const conditions = new Conditions()
  addEqual(conditions, matcher)
  addBounds(conditions, boundsOf(matcher.range))
  leaveTombstonesOut(conditions, undefined)
  return {
    text: `SELECT count(*) AS n FROM (SELECT 1 FROM ${tableOf(collection.name)} ${conditions.where} LIMIT ?)`,
    values: [...conditions.values, atMost],
  }
}
