import { describe, expect, it } from 'vitest'
import { recorded, viewOf } from '../../tests/support/folded.ts'
import { captured, placed, saleOf } from '../../tests/support/sold.ts'
import { idOf } from '../../tests/support/world.ts'
import { purchaseList as view } from '../views/purchases.ts'
import { partnerSales, purchaseList, purchaseOf } from './purchases.ts'
import { everything, OutOfScope, type Scope } from './scope.ts'
import { ties, variances } from './variances.ts'

const [one, two] = [idOf('partner', 1), idOf('partner', 2)]
const [here, there] = [idOf('community', 1), idOf('community', 2)]
const sold = [
  saleOf({
    n: 1,
    day: '2026-01-01',
    community: here,
    lines: [{ partner: one, amount: 1_000, category: 'toys' }],
  }),
  saleOf({
    n: 2,
    day: '2026-01-02',
    community: here,
    lines: [
      { partner: one, amount: 500, category: 'toys' },
      { partner: two, amount: 300, category: 'soap' },
    ],
  }),
  saleOf({
    n: 3,
    day: '2026-01-03',
    community: there,
    lines: [{ partner: one, amount: 200, category: 'toys' }],
  }),
  saleOf({
    n: 4,
    day: '2026-01-04',
    community: here,
    stated: false,
    lines: [{ partner: two, amount: 100, category: 'soap' }],
  }),
] as const
const [first, second, third, asked] = sold
const reader = await viewOf(
  view,
  recorded([...sold.map(placed), captured(first, 1_000), captured(second, 801), captured(third, 150)]),
)
const of = (...organisations: string[]): Scope => ({ all: false, organisations: new Set(organisations) })
const page = { first: 100, after: null }
const any = {
  community: null,
  person: null,
  status: null,
  placedFrom: null,
  placedBefore: null,
  newestFirst: false,
} as const

describe('purchases', () => {
  it('stand with what became of them', async () => {
    const { edges } = await purchaseList(reader, everything, any, page)
    expect(edges.map(({ node }) => [node.purchase, node.status, node.varianceClass, node.open])).toEqual([
      [first.purchaseId, 'PAID', 'EXACT', 0],
      [second.purchaseId, 'PAID', 'WITHIN_ONE', -1],
      [third.purchaseId, 'RECOGNISED', 'UNDER', 50],
      [asked.purchaseId, 'PLACED', null, 0],
    ])
  })

  it("are those of the caller's communities, by date and status", async () => {
    const found = async (filter: object, scope = everything) =>
      (await purchaseList(reader, scope, { ...any, ...filter }, page)).edges.map(({ node }) => node.purchase)
    expect(await found({}, of(there))).toEqual([third.purchaseId])
    expect(
      await found({ placedFrom: '2026-01-02T12:00:00.000Z', placedBefore: '2026-01-03T12:00:00.000Z' }),
    ).toEqual([second.purchaseId])
    expect(await found({ newestFirst: true, status: 'PAID' })).toEqual([second.purchaseId, first.purchaseId])
    expect(await found({}, of(one))).toEqual([])
  })

  it('of a foreign community are not there', async () => {
    expect(await purchaseOf(reader, of(here), third.purchaseId)).toBeNull()
    expect(await purchaseOf(reader, of(there), third.purchaseId)).toMatchObject({ total: 200 })
  })
})

describe('sales of a partner', () => {
  const ofOne = { partner: one, community: null, placedFrom: null, placedBefore: null, newestFirst: false }

  it('are its own part of each purchase, without who bought', async () => {
    const { edges } = await partnerSales(reader, of(one), ofOne, page)
    expect(edges.map(({ node }) => [node.purchase, node.amount, node.partnerNet, node.status])).toEqual([
      [first.purchaseId, 1_000, 800, 'PAID'],
      [second.purchaseId, 500, 400, 'PAID'],
      [third.purchaseId, 200, 160, 'RECOGNISED'],
    ])
    expect(edges.every(({ node }) => !('person' in node))).toBe(true)
  })

  it.each([false, true])('come in pages that meet without a gap, newest first: %s', async (newestFirst) => {
    const rows: string[] = []
    let after: string | null = null
    do {
      const { edges, hasNextPage } = await partnerSales(
        reader,
        of(one),
        { ...ofOne, newestFirst },
        { first: 1, after },
      )
      rows.push(...edges.map(({ node }) => node.purchase))
      after = hasNextPage ? (edges.at(-1)?.cursor ?? null) : null
    } while (after !== null)
    const oldest = [first.purchaseId, second.purchaseId, third.purchaseId]
    expect(rows).toEqual(newestFirst ? oldest.toReversed() : oldest)
  })

  it('of another partner are out of scope', async () => {
    await expect(partnerSales(reader, of(two), ofOne, page)).rejects.toThrow(OutOfScope)
  })
})

describe('what was captured beside what was sold', () => {
  it('puts each recognised purchase in one class', async () => {
    expect(await ties(reader, everything, null)).toEqual([
      { currency: 'BRL', varianceClass: 'EXACT', purchases: 1, difference: 0, open: 0 },
      { currency: 'BRL', varianceClass: 'UNDER', purchases: 1, difference: -50, open: 50 },
      { currency: 'BRL', varianceClass: 'WITHIN_ONE', purchases: 1, difference: 1, open: -1 },
    ])
  })

  it('lists what does not tie, with why', async () => {
    const { edges } = await variances(
      reader,
      everything,
      { community: null, currency: null, classes: [] },
      page,
    )
    expect(edges.map(({ node }) => [node.purchase.purchase, node.reason])).toEqual([
      [second.purchaseId, 'CAPTURED_MORE_BY_ONE'],
      [third.purchaseId, 'CAPTURED_LESS'],
    ])
    const under = await variances(
      reader,
      of(there),
      { community: null, currency: 'BRL', classes: ['UNDER'] },
      page,
    )
    expect(under.edges.map(({ node }) => node.purchase.open)).toEqual([50])
  })
})
