import { describe, expect, it } from 'vitest'
import { recorded, viewOf } from '../../tests/support/folded.ts'
import { captured, placed, saleOf } from '../../tests/support/sold.ts'
import { idOf } from '../../tests/support/world.ts'
import { journal } from '../views/journal.ts'
import { matrix } from '../views/matrix.ts'
import { revenueSplit } from '../views/split.ts'
import { SumOutOfRange } from '../views/sums.ts'
import { type AsOf, now } from './as-of.ts'
import { accountBalances, journalPostings } from './journal.ts'
import { everything, OutOfScope, type Scope } from './scope.ts'
import { trialBalance } from './trial-balance.ts'

const partner = idOf('partner')
const other = idOf('partner', 2)
const community = idOf('community')
const first = saleOf({ n: 1, day: '2026-01-10', lines: [{ partner, amount: 1_000, category: 'toys' }] })
const second = saleOf({ n: 2, day: '2026-02-20', lines: [{ partner, amount: 500, category: 'toys' }] })
const third = saleOf({ n: 3, day: '2026-02-25', lines: [{ partner: other, amount: 300, category: 'toys' }] })

/** Positions 1 to 4, recorded a second apart from 2026-04-01T00:00:00Z. */
const events = recorded([placed(first), captured(first, 990, '2026-01-12'), placed(second), placed(third)])
const reader = await viewOf(journal, events)

const of = (...organisations: string[]): Scope => ({ all: false, organisations: new Set(organisations) })
const page = { first: 100, after: null }
const any = { account: null, kind: null, currency: null, asOf: now }

const balancesAt = async (asOf: AsOf, scope = everything) =>
  Object.fromEntries(
    (await accountBalances(reader, scope, { ...any, asOf }, page)).edges.map(({ node }) => [
      node.account,
      node.balance,
    ]),
  )

describe('balances', () => {
  it('are of all that is in the books, debits positive', async () => {
    expect(await balancesAt(now)).toEqual({
      'clearing:pay:main': 990,
      'receivable:buyers': 810,
      'revenue:platform': -180,
      [`payable:${community}`]: -180,
      [`payable:${partner}`]: -1_200,
      [`payable:${other}`]: -240,
    })
  })

  it('as of a business date have the entries of that day and none after, whenever they were recorded', async () => {
    expect((await balancesAt({ kind: 'BUSINESS_DATE', date: '2026-01-11' }))['receivable:buyers']).toBe(1_000)
    expect((await balancesAt({ kind: 'BUSINESS_DATE', date: '2026-01-12' }))['receivable:buyers']).toBe(10)
    expect((await balancesAt({ kind: 'BUSINESS_DATE', date: '2026-02-20' }))['receivable:buyers']).toBe(510)
    expect((await balancesAt({ kind: 'BUSINESS_DATE', date: '2026-02-19' }))['receivable:buyers']).toBe(10)
  })

  it('as of a position have what was recorded up to it, inclusive', async () => {
    expect((await balancesAt({ kind: 'POSITION', position: '2' }))['receivable:buyers']).toBe(10)
    expect((await balancesAt({ kind: 'POSITION', position: '3' }))['receivable:buyers']).toBe(510)
  })

  it('as of an instant have what was recorded by then', async () => {
    const at = (instant: string) => balancesAt({ kind: 'RECORDED_AT', instant })
    expect((await at('2026-04-01T00:00:00.999Z'))['receivable:buyers']).toBe(1_000)
    expect((await at('2026-04-01T00:00:01.000Z'))['receivable:buyers']).toBe(10)
    expect((await at('2026-03-31T23:59:59.999Z'))['receivable:buyers']).toBe(0)
  })

  it('of a partner are its own only, and another account is out of scope', async () => {
    expect(await balancesAt(now, of(partner))).toEqual({ [`payable:${partner}`]: -1_200 })
    await expect(
      accountBalances(reader, of(partner), { ...any, account: 'revenue:platform' }, page),
    ).rejects.toThrow(OutOfScope)
    await expect(
      accountBalances(reader, of(partner), { ...any, account: `payable:${other}` }, page),
    ).rejects.toThrow(OutOfScope)
  })

  it('come in pages that meet without a gap, an account with several months once', async () => {
    const seen: string[] = []
    let after: string | null = null
    do {
      const { edges, hasNextPage } = await accountBalances(reader, everything, any, { first: 2, after })
      seen.push(...edges.map(({ node }) => node.account))
      after = hasNextPage ? (edges.at(-1)?.cursor ?? null) : null
    } while (after !== null)
    expect(seen).toEqual([...new Set(seen)].sort())
    expect(seen).toHaveLength(6)
  })
})

describe('the trial balance', () => {
  it.each<AsOf>([
    now,
    { kind: 'BUSINESS_DATE', date: '2026-01-12' },
    { kind: 'POSITION', position: '3' },
    { kind: 'RECORDED_AT', instant: '2026-04-01T00:00:01.500Z' },
  ])('stands at zero as of $kind, and says what the accounts say', async (asOf) => {
    const { rows, balanced } = await trialBalance(reader, asOf)
    const accounts = Object.values(await balancesAt(asOf))
    expect(balanced).toBe(true)
    expect(rows.reduce((sum, { balance }) => sum + Math.abs(balance), 0)).toBe(
      accounts.reduce((sum, balance) => sum + Math.abs(balance), 0),
    )
  })
})

describe('books that lack something', () => {
  it('do not balance, whatever the rest sums to', async () => {
    const lacking = await viewOf(journal, events)
    expect(await trialBalance(lacking, now)).toMatchObject({ balanced: true, setAside: 0 })
    await lacking.park({
      projection: journal.name,
      stream: 'purchase-x',
      event: 'purchase-x@0',
      position: '2',
      reason: 'It cannot be booked.',
      at: '2026-04-01T00:00:00.000Z',
      collections: ['balances'],
    })
    expect(await trialBalance(lacking, now)).toMatchObject({ balanced: false, setAside: 1 })
  })

  it('never hold a figure that is not exact: what would make one is refused, and set aside by the runner', async () => {
    const huge = (n: number) =>
      saleOf({ n, day: '2026-01-10', lines: [{ partner, amount: 6_000_000_000_000_000, category: 'toys' }] })
    const both = recorded([placed(huge(4)), placed(huge(5))])
    for (const view of [revenueSplit, matrix]) await expect(viewOf(view, both)).rejects.toThrow(SumOutOfRange)
  })
})

describe('the journal', () => {
  const asked = { account: null, currency: null, purchase: null, newestFirst: false }

  it('lists postings in the order of the log, or the other way round', async () => {
    const oldest = await journalPostings(reader, everything, asked, page)
    const newest = await journalPostings(reader, everything, { ...asked, newestFirst: true }, page)
    const keysOf = ({ edges }: typeof oldest) => edges.map(({ node }) => `${node.position} ${node.account}`)
    expect(keysOf(newest)).toEqual(keysOf(oldest).toReversed())
    expect(oldest.edges.map(({ node }) => Number(node.position))).toEqual([
      1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4,
    ])
  })

  it('lists those of one account in pages, and of one purchase', async () => {
    const account = 'receivable:buyers'
    const { edges, hasNextPage } = await journalPostings(
      reader,
      everything,
      { ...asked, account },
      { first: 3, after: null },
    )
    const rest = await journalPostings(
      reader,
      everything,
      { ...asked, account },
      { first: 3, after: edges.at(-1)?.cursor ?? null },
    )
    expect([...edges, ...rest.edges].map(({ node }) => node.amount)).toEqual([1_000, -990, 500, 300])
    expect([hasNextPage, rest.hasNextPage]).toEqual([true, false])
    const ofPurchase = await journalPostings(
      reader,
      everything,
      { ...asked, purchase: third.purchaseId },
      page,
    )
    expect(ofPurchase.edges.reduce((sum, { node }) => sum + node.amount, 0)).toBe(0)
    expect(ofPurchase.edges).toHaveLength(4)
  })

  it('shows a partner its own postings, made of its legs', async () => {
    const { edges } = await journalPostings(reader, of(partner), asked, page)
    expect(edges.map(({ node }) => [node.account, node.amount])).toEqual([
      [`payable:${partner}`, -800],
      [`payable:${partner}`, -400],
    ])
    expect(edges[0]?.node.details).toEqual([{ amount: -800, line: 1, party: partner, role: 'PARTNER' }])
  })
})
