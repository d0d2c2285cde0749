import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import type { CollectionSpec, FindQuery } from '../documents.ts'
import { matcherOf, pageOf } from '../spec.ts'
import { countSql, findSql, type Sql, sumSql } from './query.ts'
import { createIndexes, createTables } from './schema.ts'

const cells: CollectionSpec = {
  name: 'cells',
  fields: { community: 'text', month: 'text', gross: 'integer', state: 'text' },
  indexes: [['community', 'month', 'gross'], ['gross']],
}

/** How SQLite goes about a query, in its own words. */
const planOf = ({ text, values }: Sql): string => {
  const db = new DatabaseSync(':memory:')
  createTables(db, { name: 'view', version: 1, collections: [cells] })
  for (const index of createIndexes(cells)) db.exec(index)
  const plan = db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...values)
  db.close()
  return plan.map(({ detail }) => detail).join('; ')
}

const find = (query: Omit<FindQuery, 'collection' | 'limit'>): string =>
  planOf(findSql(cells, pageOf(cells, { collection: 'cells', limit: 10, ...query })))

const where = { community: 'c', month: '2026-01' }
const first = 'i_cells_0'
const second = 'i_cells_1'

it.each([
  [
    'values',
    find({ where, order: { fields: ['gross'] } }),
    `SEARCH c_cells USING INDEX ${first} (f_community=? AND f_month=?)`,
  ],
  [
    'a page after another, up',
    find({ where, order: { fields: ['gross'] }, after: [5, 'k'] }),
    `SEARCH c_cells USING INDEX ${first} (f_community=? AND f_month=? AND (f_gross,key)>(?,?))`,
  ],
  [
    'a page after another, down',
    find({ where, order: { fields: ['gross'], descending: true }, after: [5, 'k'] }),
    `SEARCH c_cells USING INDEX ${first} (f_community=? AND f_month=? AND (f_gross,key)<(?,?))`,
  ],
  [
    'a page after null',
    find({ where, order: { fields: ['gross'] }, after: [null, 'k'] }),
    `SEARCH c_cells USING INDEX ${first} (f_community=? AND f_month=? AND (f_gross,key)>(?,?))`,
  ],
  [
    'an order that repeats what is fixed',
    find({ where, order: { fields: ['community', 'month', 'gross'] }, after: ['c', '2026-01', 5, 'k'] }),
    `SEARCH c_cells USING INDEX ${first} (f_community=? AND f_month=? AND (f_gross,key)>(?,?))`,
  ],
  [
    'a range',
    find({
      where: { community: 'c' },
      range: { field: 'month', from: '2026-01', below: '2027-01' },
      order: { fields: ['month', 'gross'] },
    }),
    `SEARCH c_cells USING INDEX ${first} (f_community=? AND f_month>? AND f_month<?)`,
  ],
  [
    'a page within a range: it begins where the last ended, not where the range does',
    find({ order: { fields: ['gross'] }, range: { field: 'gross', from: 1 }, after: [5, 'k'] }),
    `SEARCH c_cells USING INDEX ${second} ((f_gross,key)>(?,?))`,
  ],
  [
    'a page within a range, down',
    find({
      order: { fields: ['gross'], descending: true },
      range: { field: 'gross', below: 9 },
      after: [5, 'k'],
    }),
    `SEARCH c_cells USING INDEX ${second} (f_gross>? AND (f_gross,key)<(?,?))`,
  ],
  [
    'an order alone',
    find({ order: { fields: ['gross'] } }),
    `SEARCH c_cells USING INDEX ${second} (f_gross>?)`,
  ],
])('finds by %s with the index, without sorting', (_, plan, expected) => {
  expect(plan).toBe(expected)
})

it('pages by key alone with the key', () => {
  expect(find({ after: ['k'] })).toMatch(/SEARCH c_cells USING INDEX sqlite_autoindex_c_cells_1 \(key>\?\)/)
})

it('sums and counts from the index alone', () => {
  const matcher = matcherOf(cells, { where: { community: 'c' } })
  expect(planOf(sumSql(cells, matcher, ['month'], ['gross']))).toBe(
    `SEARCH c_cells USING COVERING INDEX ${first} (f_community=?)`,
  )
  expect(planOf(countSql(cells, matcher, 100))).toContain(
    `SEARCH c_cells USING COVERING INDEX ${first} (f_community=?)`,
  )
})
