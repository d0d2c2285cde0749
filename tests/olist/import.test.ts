import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readLive } from '../../projections/read-live.ts'
import { postings } from '../../projections/views/journal.ts'
import { testGraphql } from './graphql.ts'
import { importInto, reportShape, withOlist } from './imported.ts'
import { type Counted, countLog } from './log.ts'
import { testMoved } from './moved.ts'
import { testViews } from './views.ts'

const imported = withOlist()

let counted: Promise<Counted> | null = null
const inLog = (): Promise<Counted> => {
  counted ??= countLog(imported().tributary)
  return counted
}

describe('the import of the Olist files', () => {
  it('ends well, with one JSON document on standard output and nothing on standard error', () => {
    expect(imported().ran).toMatchObject({ status: 0, err: '' })
  })

  it.each([
    ['purchases', 98_666],
    ['lines', 112_650],
    ['multiPartner', 1_278],
    ['goods', 1_359_164_370],
    ['freight', 225_190_954],
    ['gross', 1_584_355_324],
    ['payments', 1_584_628_017],
    ['refunded', 10_802_621],
  ] as const)('reports %s of %d', (figure, value) => {
    expect(imported().report[figure]).toBe(value)
    const { expected } = imported()
    expect(figure === 'refunded' ? expected.refunds.amount : expected[figure]).toBe(value)
  })

  it('reports how payments tie: of 98,665 paid purchases 98,089 exactly', () => {
    const ties = { exact: 98_089, withinOne: 273, over: 264, under: 39, unpaid: 1 }
    expect(imported().report.ties).toEqual(ties)
    expect(imported().expected.ties).toEqual(ties)
    expect(imported().expected.apart).toMatchObject({
      oneOver: 103,
      oneUnder: 170,
      mostOver: 182_81,
      mostUnder: 51_62,
    })
  })

  it('parks 830 payments of 775 orders without items, three of them of zero', async () => {
    expect(imported().report.parked).toEqual([{ reason: 'PURCHASE_HAS_NO_LINES', count: 830 }])
    expect(imported().expected.parked).toEqual({ payments: 830, orders: 775, amount: 162_591_95, zero: 3 })
    expect(await inLog()).toMatchObject({ orphanOrders: 775, zeroParked: 3 })
  }, 600_000)

  it('refunds 467 purchases in full: 461 canceled and 6 unavailable, 549 goods lines; 32.01 stays a variance', async () => {
    expect(imported().expected.refunds).toEqual({
      canceled: 461,
      unavailable: 6,
      lines: 549,
      amount: 108_026_21,
      overpaid: 32_01,
    })
    expect((await inLog()).types['PurchaseRefunded']).toBe(467)
  }, 600_000)

  it('states each of them as one event, and every item as a line', async () => {
    const { expected } = imported()
    const { types, goodsLines, freightLines } = await inLog()
    expect(types).toMatchObject({
      PurchasePlaced: 98_666,
      PaymentCaptured: 103_886 - 830,
      FactParked: 830,
      OfferPublished: 34_448,
      PartnerAdmitted: 3_095,
      CommunityFounded: 28,
      MemberJoined: expected.members,
    })
    expect({ goodsLines, freightLines }).toEqual({
      goodsLines: 112_650,
      freightLines: expected.freightLines,
    })
    expect(expected).toMatchObject({ offers: 34_448, sellers: 3_095, communities: 28 })
  }, 600_000)

  it('splits every line into legs that sum to it', async () => {
    expect((await inLog()).unsound).toEqual([])
  }, 600_000)

  it('finds every buyer a member of segments, and every line under terms; only prices differ', async () => {
    const { outside, flags } = await inLog()
    expect(outside).toBe(0)
    expect(flags).toEqual({ PRICE_DIFFERS: imported().expected.linesOffList })
    expect(imported().expected.offersOfMorePrices).toBe(5_435)
  }, 600_000)

  it('keeps the 9 payments of zero without entries', async () => {
    const { zeroCaptures, zeroParked } = await inLog()
    expect(zeroCaptures + zeroParked).toBe(imported().expected.zeroPayments)
    const { documents } = imported().tributary
    const empty = await readLive(documents, 'journal', (reader) =>
      reader.count({ collection: postings.name, where: { amount: 0 } }, 10),
    )
    expect({ zeroCaptures, empty }).toEqual({ zeroCaptures: 6, empty: 0 })
  }, 600_000)
})

testViews(imported, async () => (await inLog()).beforeRefunds)

describe('afterwards', () => {
  it('the doctor, looking deep, finds nothing wrong', async () => {
    const { status, out, err } = await imported().doctor
    const { ok, checks } = z
      .object({
        ok: z.boolean(),
        checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
      })
      .parse(JSON.parse(out))
    expect(checks.filter((check) => !check.ok)).toEqual([])
    expect({ ok, status, err }).toEqual({ ok: true, status: 0, err: '' })
  }, 1_800_000)

  it('a second run changes nothing, and reports the same', async () => {
    const { source, folder, tributary, report } = imported()
    const before = await tributary.store.head()
    const { status, out } = await importInto(source, folder)
    expect({ status, report: reportShape.parse(JSON.parse(out)) }).toEqual({ status: 0, report })
    expect(await tributary.store.head()).toBe(before)
  }, 1_800_000)
})

testGraphql(imported)

testMoved(imported)
