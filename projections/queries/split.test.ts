import { describe, expect, it } from 'vitest'
import { recorded, viewOf } from '../../tests/support/folded.ts'
import { placed, saleOf } from '../../tests/support/sold.ts'
import { idOf } from '../../tests/support/world.ts'
import type { FindQuery, StoredDocument } from '../documents.ts'
import { MemoryGeneration } from '../memory/generation.ts'
import { parties, revenueSplit as view } from '../views/split.ts'
import { InvalidPage } from './page.ts'
import { everything, OutOfScope, type Scope } from './scope.ts'
import { revenueSplit } from './split.ts'
import type { SplitAsked } from './split-source.ts'

const [one, two] = [idOf('partner', 1), idOf('partner', 2)]
const [here, there] = [idOf('community', 1), idOf('community', 2)]
const [young, old] = [idOf('segment', 1), idOf('segment', 2)]

const reader = await viewOf(
  view,
  recorded(
    [
      saleOf({
        n: 1,
        day: '2026-01-10',
        community: here,
        segments: [young, old],
        lines: [{ partner: one, amount: 1_000, category: 'toys' }],
      }),
      saleOf({
        n: 2,
        day: '2026-02-10',
        community: here,
        segments: [young],
        lines: [{ partner: two, amount: 500, category: 'toys' }],
      }),
      saleOf({
        n: 3,
        day: '2026-02-11',
        community: there,
        lines: [
          { partner: one, amount: 300, category: 'toys' },
          { partner: two, amount: 100, category: null },
        ],
      }),
    ].map(placed),
  ),
)

const all: SplitAsked = {
  community: null,
  partner: null,
  segment: null,
  currency: null,
  from: null,
  to: null,
  groupBy: [],
}
const of = (...organisations: string[]): Scope => ({ all: false, organisations: new Set(organisations) })

const ask = async (asked: Partial<SplitAsked>, scope = everything) =>
  (await revenueSplit(reader, scope, { ...all, ...asked }, { first: 100, after: null })).edges.map(
    ({ node }) => node,
  )

/** As many persons as one reads on for. */
class Crowd extends MemoryGeneration {
  override find({ collection, limit }: FindQuery): Promise<readonly StoredDocument[]> {
    const of = { currency: 'BRL', month: '2026-01', community: here, partner: one }
    const document = { ...of, party: idOf('person'), shares: [['*', 'SHARER_1', 1, 0, 0, 1]] }
    const found = { key: 'k', position: '1', document }
    return Promise.resolve(collection === parties.name ? Array.from({ length: limit }, () => found) : [])
  }
}

describe('the revenue split', () => {
  it('has one total, whatever overlaps', async () => {
    expect(await ask({})).toMatchObject([{ currency: 'BRL', gross: 1_900, net: 1_900, role: null, legs: 10 }])
  })

  it('by role sums to the total', async () => {
    const rows = await ask({ groupBy: ['ROLE'] })
    expect(rows.map(({ role, gross }) => [role, gross])).toEqual([
      ['PARTNER', 1_540],
      ['PLATFORM', 180],
      ['OWNER', 180],
    ])
  })

  it('of segments overlaps: each has its own total', async () => {
    const rows = await ask({ groupBy: ['SEGMENT'] })
    expect(rows.map(({ segment, gross }) => [segment, gross])).toEqual([
      ['-', 400],
      [young, 1_500],
      [old, 1_000],
    ])
  })

  it('of a span of months has those months only', async () => {
    expect(await ask({ from: '2026-02', to: '2026-02' })).toMatchObject([{ gross: 900 }])
    expect(await ask({ from: '2026-02', to: null })).toMatchObject([{ gross: 900 }])
    expect(await ask({ from: null, to: '2026-01' })).toMatchObject([{ gross: 1_000 }])
    expect((await ask({ groupBy: ['MONTH'] })).map(({ month, gross }) => [month, gross])).toEqual([
      ['2026-01', 1_000],
      ['2026-02', 900],
    ])
  })

  it('by partner, community, or party says who gets what', async () => {
    expect((await ask({ groupBy: ['PARTNER'] })).map(({ partner, gross }) => [partner, gross])).toEqual([
      [one, 1_300],
      [two, 600],
    ])
    expect((await ask({ groupBy: ['COMMUNITY'] })).map(({ community, gross }) => [community, gross])).toEqual(
      [
        [here, 1_500],
        [there, 400],
      ],
    )
    expect((await ask({ groupBy: ['PARTY'] })).map(({ party, net }) => [party, net])).toEqual([
      [here, 150],
      [there, 30],
      [one, 1_040],
      [two, 500],
      ['platform', 180],
    ])
  })

  it('shows a partner its own lines only, a community its own sales only', async () => {
    expect(await ask({ groupBy: ['PARTNER'] }, of(two))).toMatchObject([{ partner: two, gross: 600 }])
    expect(await ask({}, of(two))).toMatchObject([{ gross: 600 }])
    expect(await ask({ groupBy: ['PARTNER'] }, of(there))).toMatchObject([
      { partner: one, gross: 300 },
      { partner: two, gross: 100 },
    ])
    expect(await ask({ partner: two, community: here }, of(two))).toMatchObject([{ gross: 500 }])
    await expect(ask({ partner: one }, of(two))).rejects.toThrow(OutOfScope)
    await expect(ask({ community: here }, of(two))).rejects.toThrow(OutOfScope)
  })

  it.each<readonly SplitAsked['groupBy'][number][]>([
    ['PARTNER'],
    ['PARTNER', 'ROLE'],
    ['COMMUNITY', 'MONTH', 'ROLE'],
    ['ROLE', 'PARTY'],
    ['SEGMENT', 'PARTNER'],
  ])('by %s %s %s comes in pages that meet without a gap', async (...groupBy) => {
    const asked = { ...all, groupBy: groupBy.filter((each) => each !== undefined) }
    const whole = await ask(asked)
    const rows: unknown[] = []
    let after: string | null = null
    do {
      const { edges, hasNextPage } = await revenueSplit(reader, everything, asked, { first: 1, after })
      rows.push(...edges.map(({ node }) => node))
      after = hasNextPage ? (edges.at(-1)?.cursor ?? null) : null
    } while (after !== null)
    expect(rows).toEqual(whole)
    expect(rows.length).toBeGreaterThan(1)
  })

  it('of more persons than are summed at once is refused, and says what would narrow it', async () => {
    const month = '2026-01'
    const crowd = new Crowd('g1', view)
    const widths = [
      [{}, ['from', 'community', 'partner', 'groupBy']],
      [{ from: month, to: month }, ['community', 'partner', 'groupBy']],
      [{ from: month, to: '2026-02', community: here }, ['from', 'partner', 'groupBy']],
      [{ from: month, to: month, community: here, partner: one }, ['groupBy']],
    ] as const
    for (const [narrowed, by] of widths) {
      const asked: SplitAsked = { ...all, ...narrowed, groupBy: ['PARTY'] }
      const refused = revenueSplit(crowd, everything, asked, { first: 1, after: null })
      await expect(refused).rejects.toMatchObject({ name: 'TooWide', by })
    }
  })

  it('refuses a cursor of another question', async () => {
    const { edges } = await revenueSplit(
      reader,
      everything,
      { ...all, groupBy: ['ROLE'] },
      { first: 1, after: null },
    )
    const after = edges[0]?.cursor ?? ''
    await expect(
      revenueSplit(reader, everything, { ...all, groupBy: ['PARTNER'] }, { first: 1, after }),
    ).rejects.toThrow(InvalidPage)
  })
})
