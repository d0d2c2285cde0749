import { describe, expect, it } from 'vitest'
import { here, now, old, readers, shop, there, toys, young } from '../../tests/support/served.ts'
import { type MatrixAsked, servingMatrix } from './matrix.ts'
import { everything, OutOfScope, type Scope } from './scope.ts'

const all: MatrixAsked = {
  partner: null,
  community: null,
  segment: '*',
  category: '*',
  from: null,
  to: null,
  states: [],
  now,
  activeDays: 90,
  withOffers: true,
}
const of = (...organisations: string[]): Scope => ({ all: false, organisations: new Set(organisations) })
const ask = async (asked: Partial<MatrixAsked> = {}, scope = everything) =>
  (await servingMatrix(readers, scope, { ...all, ...asked }, { first: 100, after: null })).edges.map(
    ({ node }) => node,
  )

describe('the serving matrix', () => {
  it('says who sold where, whether they still do, and who only offers', async () => {
    const rows = await ask()
    expect(
      rows.map(({ partner, community, state, gross, offersLive }) => [
        partner,
        community,
        state,
        gross,
        offersLive,
      ]),
    ).toEqual([
      [toys, here, 'ACTIVE', 1_600, 2],
      [toys, there, 'DORMANT', 300, 0],
      [shop, there, 'OFFERED', 0, 1],
    ])
  })

  it('counts a person once, units of goods only, freight in the gross', async () => {
    expect(await ask({ community: here })).toMatchObject([
      {
        partner: toys,
        buyers: 1,
        reached: 1,
        purchases: 2,
        units: 3,
        gross: 1_600,
        net: 1_600,
        partnerNet: 1_300,
      },
    ])
  })

  it('has a row for each segment, and in each category what is of that category', async () => {
    const bySegment = await ask({ community: here, segment: null })
    expect(bySegment.map(({ segment: one, gross }) => [one, gross])).toEqual([
      [young, 1_600],
      [old, 1_100],
    ])
    const byCategory = await ask({ community: here, category: null })
    expect(byCategory.map(({ category: one, gross, units }) => [one, gross, units])).toEqual([
      ['-', 100, 0],
      ['dolls', 500, 1],
      ['games', 1_000, 2],
    ])
  })

  it('finds the cells of one category, of every segment too', async () => {
    expect((await ask({ category: 'games' })).map(({ community, gross }) => [community, gross])).toEqual([
      [here, 1_000],
      [there, 300],
    ])
    expect(
      (await ask({ category: 'games', segment: null })).map((row) => [row.community, row.segment]),
    ).toEqual([
      [here, young],
      [here, old],
      [there, '-'],
    ])
  })

  it('of one month tells its buyers; of a span that is not kept it tells sums, and no buyers', async () => {
    expect(await ask({ community: here, from: '2026-01', to: '2026-01' })).toMatchObject([
      { buyers: 1, purchases: 1, gross: 1_100, state: 'ACTIVE' },
    ])
    expect(await ask({ community: here, from: '2026-01', to: '2026-02' })).toMatchObject([
      { buyers: null, reached: null, purchases: 2, gross: 1_600, net: 1_600 },
    ])
    expect(await ask({ community: here, from: '2026-03', to: null })).toEqual([])
  })

  it('counts as live what may be shown to the segment now: begun, not over, by a partner under terms', async () => {
    const liveIn = async (asked: Partial<MatrixAsked>) =>
      (await ask({ partner: toys, community: here, ...asked })).map(({ offersLive }) => offersLive)
    expect(await liveIn({ segment: young })).toEqual([2])
    expect(await liveIn({ segment: old })).toEqual([1])
    expect(await liveIn({ category: 'dolls' })).toEqual([1])
    expect(await liveIn({ now: '2026-01-15T00:00:00.000Z' })).toEqual([3])
    expect(await liveIn({ now: '2026-07-01T00:00:00.000Z' })).toEqual([3])
  })

  it('picks by state', async () => {
    expect((await ask({ states: ['DORMANT'] })).map(({ community }) => community)).toEqual([there])
    expect((await ask({ states: ['OFFERED'] })).map(({ partner }) => partner)).toEqual([shop])
  })

  it('shows a partner itself, a community what happens in it', async () => {
    expect((await ask({}, of(shop))).map(({ partner }) => partner)).toEqual([shop])
    expect((await ask({}, of(there))).map(({ community }) => community)).toEqual([there, there])
    await expect(ask({ partner: toys }, of(shop))).rejects.toThrow(OutOfScope)
    await expect(ask({ community: here }, of(there))).rejects.toThrow(OutOfScope)
  })

  it.each<Partial<MatrixAsked>>([
    {},
    { segment: null },
    { category: null },
    { category: null, segment: null },
    { category: 'games', segment: null },
    { from: '2026-01', to: '2026-02', segment: null, category: null },
  ])('comes in pages that meet without a gap: %j', async (asked) => {
    const whole = await ask(asked)
    const rows: unknown[] = []
    let after: string | null = null
    do {
      const { edges, hasNextPage } = await servingMatrix(
        readers,
        everything,
        { ...all, ...asked },
        { first: 1, after },
      )
      rows.push(...edges.map(({ node }) => node))
      after = hasNextPage ? (edges.at(-1)?.cursor ?? null) : null
    } while (after !== null)
    expect(rows).toEqual(whole)
    expect(rows.length).toBeGreaterThan(1)
  })
})
