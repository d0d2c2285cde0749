import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { freshFolder } from '../../tests/e2e/run-script.ts'
import { familiesFile } from '../../tests/olist/data-folder.ts'
import { recompute } from '../../tests/olist/recompute.ts'
import { order, product, seller, smallTables, type Tables, writeTables } from '../../tests/olist/small.ts'
import { openTributary, type Tributary } from '../tributary.ts'
import { ImportError } from './import-error.ts'
import { olistIds } from './olist-ids.ts'
import { type ImportOptions, importOlist, readOlistPlan } from './olist-import.ts'
import { reportOlist } from './olist-report.ts'
import { bringViewsUpWith } from './views-up.ts'

const sale = z.object({
  source: z.object({ id: z.string() }),
  flags: z.array(z.object({ flag: z.string() })),
  lines: z.array(z.object({ kind: z.string(), partnerId: z.string(), amount: z.int() })),
})

const open: Tributary[] = []

const openEmpty = async (currencies: readonly string[] = []): Promise<Tributary> => {
  const tributary = await openTributary({
    folder: freshFolder(),
    founding: { zone: 'UTC', currencies },
  })
  open.push(tributary)
  return tributary
}

afterEach(async () => {
  for (const tributary of open.splice(0)) await tributary.close()
})

const run = async (tributary: Tributary, tables: Tables, options: ImportOptions = {}) =>
  importOlist(await readOlistPlan(writeTables(tables)), tributary, options)

const reportOf = async (tributary: Tributary) => {
  await bringViewsUpWith(tributary, () => undefined)
  return reportOlist(tributary.documents)
}

const eventsOf = async ({ store, codec }: Tributary) => {
  const { events } = await store.readLog(null, 10_000)
  return events.flatMap((stored) => codec.decode(stored) ?? [])
}

const typesIn = async (tributary: Tributary) => (await eventsOf(tributary)).map(({ type }) => type).toSorted()

const ofType = async (tributary: Tributary, type: string) =>
  (await eventsOf(tributary)).filter((event) => event.type === type)

describe('an import', () => {
  it('comes to what the files say', async () => {
    const tributary = await openEmpty()
    await run(tributary, smallTables())
    expect(await reportOf(tributary)).toEqual({
      currency: 'BRL',
      purchases: 4,
      lines: 6,
      multiPartner: 1,
      goods: 111_68,
      freight: 8_50,
      gross: 120_18,
      payments: 105_51,
      refunded: 50_00,
      ties: { exact: 1, withinOne: 1, over: 0, under: 1, unpaid: 1 },
      parked: [{ reason: 'PURCHASE_HAS_NO_LINES', count: 2 }],
    })
    const { goods, freight, payments, refunds, ties, parked } = recompute(
      writeTables(smallTables()),
      familiesFile,
    )
    expect({ goods, freight, payments, ties }).toEqual({
      goods: 111_68,
      freight: 8_50,
      payments: 105_51,
      ties: { exact: 1, withinOne: 1, over: 0, under: 1, unpaid: 1 },
    })
    expect([refunds.amount, refunds.overpaid, parked.amount, parked.zero]).toEqual([50_00, 1, 99_99, 1])
  })

  it('dates a purchase by its order, and without one by the earliest date to ship, in the zone of the files', async () => {
    const tributary = await openEmpty()
    await run(tributary, smallTables())
    const dates = (await ofType(tributary, 'PurchasePlaced')).map(({ data }) => data)
    expect(dates.map((sale) => JSON.stringify(sale))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          new RegExp(`"businessDate":"2017-07-31".*"placedAt":"2017-08-01T02:30:00.000Z".*${order(1)}`),
        ),
        expect.stringMatching(
          new RegExp(`"businessDate":"2018-01-31".*"placedAt":"2018-02-01T01:59:59.000Z".*${order(3)}`),
        ),
      ]),
    )
  })

  it('declares, before the first purchase, the families of all that a member buys', async () => {
    const tributary = await openEmpty()
    await run(tributary, smallTables())
    const events = await eventsOf(tributary)
    const declared = events.filter(({ type }) => type === 'InterestsDeclared')
    expect(declared.map(({ data }) => data)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          categories: ['BEAUTY', 'OTHER', 'TECH'],
          declaredAt: '2017-08-01T02:29:00.000Z',
        }),
        expect.objectContaining({ categories: ['BEAUTY'] }),
        expect.objectContaining({ categories: ['TECH'] }),
      ]),
    )
    expect(declared).toHaveLength(3)
    for (const { type, data } of events)
      if (type === 'PurchasePlaced') expect(data).not.toMatchObject({ segments: [] })
  })

  it('takes the first price as the list price, and the price charged from the line', async () => {
    const tributary = await openEmpty()
    await run(tributary, smallTables())
    const offers = (await ofType(tributary, 'OfferPublished')).map(({ data }) => data)
    expect(offers).toContainEqual(
      expect.objectContaining({
        source: { system: 'olist', id: `${product(1)}-${seller(1)}` },
        facts: expect.objectContaining({ listPrice: 10_00, category: 'perfumery' }),
      }),
    )
    expect(offers).toContainEqual(
      expect.objectContaining({ facts: expect.objectContaining({ listPrice: 20_00, category: 'pc_gamer' }) }),
    )
    expect(offers).toContainEqual(
      expect.objectContaining({ facts: expect.objectContaining({ category: 'OTHER' }) }),
    )
    const sales = (await ofType(tributary, 'PurchasePlaced')).map(({ data }) => data)
    expect(sales).toContainEqual(
      expect.objectContaining({
        source: { system: 'olist', id: order(3) },
        flags: [
          { flag: 'PRICE_DIFFERS', line: 1 },
          { flag: 'PRICE_DIFFERS', line: 2 },
        ],
        lines: [
          expect.objectContaining({ kind: 'GOODS', amount: 12_34 }),
          expect.objectContaining({ kind: 'GOODS', amount: 12_34 }),
          expect.objectContaining({ kind: 'FREIGHT', amount: 2_00 }),
        ],
      }),
    )
  })

  it('comes to no sale that is flagged for more than its price: all that it names is known', async () => {
    const tributary = await openEmpty()
    await run(tributary, smallTables())
    for (const { data } of await ofType(tributary, 'PurchasePlaced'))
      for (const { flag } of sale.parse(data).flags) expect(flag).toBe('PRICE_DIFFERS')
  })

  it('states freight as one line per partner of the order, and none where it is free', async () => {
    const tributary = await openEmpty()
    await run(tributary, smallTables())
    const sales = (await ofType(tributary, 'PurchasePlaced')).map(({ data }) => sale.parse(data))
    const freight = sales.map(({ source, lines }) => [
      source.id,
      lines.filter(({ kind }) => kind === 'FREIGHT').map(({ partnerId, amount }) => [partnerId, amount]),
    ])
    const [first, second] = [seller(1), seller(2)].map((id) => olistIds(tributary.derive).partner(id))
    expect(Object.fromEntries(freight)).toEqual({
      [order(1)]: [
        [first, 2_50],
        [second, 3_00],
      ],
      [order(2)]: [],
      [order(3)]: [[first, 2_00]],
      [order(5)]: [[second, 1_00]],
    })
  })

  it('keeps payments in their parts, in the order of their numbers', async () => {
    const tributary = await openEmpty()
    await run(tributary, smallTables())
    const captures = (await ofType(tributary, 'PaymentCaptured')).map(({ data }) => data)
    const first = captures.filter((data) => JSON.stringify(data).includes(`${order(1)}-`))
    expect(first).toEqual([
      expect.objectContaining({ captureId: 'payment-1', amount: 30_00, captured: 30_00, instalments: 3 }),
      expect.objectContaining({ captureId: 'payment-2', amount: 5_50, captured: 35_50, method: 'voucher' }),
    ])
    expect(captures).toContainEqual(expect.objectContaining({ amount: 20_00, instalments: null }))
  })

  it('changes nothing when it is run again', async () => {
    const tributary = await openEmpty()
    await run(tributary, smallTables())
    const [before, report] = [await tributary.store.head(), await reportOf(tributary)]
    await run(tributary, smallTables())
    expect(await tributary.store.head()).toBe(before)
    expect(await reportOf(tributary)).toEqual(report)
  })

  it('states nothing where a file is cut off', async () => {
    const tributary = await openEmpty()
    const before = await tributary.store.head()
    const tables = smallTables()
    tables.order_payments?.push([order(5), 1, 'boleto'])
    const error: unknown = await run(tributary, tables).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ImportError)
    expect(error).toMatchObject({ file: 'order_payments.csv', line: 8 })
    expect(await tributary.store.head()).toBe(before)
  })

  it('is refused where the deployment keeps no books in its currency', async () => {
    const tributary = await openEmpty(['EUR'])
    const before = await tributary.store.head()
    await expect(run(tributary, smallTables())).rejects.toThrow('no books')
    expect(await tributary.store.head()).toBe(before)
  })

  it.each([
    ['an item less', 'order_items', 2],
    ['a payment less', 'order_payments', 1],
  ])('is refused where the folder holds an import of other files: %s', async (_, table, row) => {
    const tributary = await openEmpty()
    await run(tributary, smallTables())
    const tables = smallTables()
    tables[table]?.splice(row, 1)
    await expect(run(tributary, tables)).rejects.toThrow('other files')
  })

  it('parks rows that cannot be taken, each with its reason, and takes the rest', async () => {
    const tributary = await openEmpty()
    const tables = smallTables()
    tables.sellers?.push(['nobody', 1, 'x', 'SP'])
    tables.orders?.push([order(6), 'f'.repeat(32), 'delivered', '2017-02-30 10:00:00', '', '', '', '', 'A'])
    tables.order_items?.push(
      [order(5), 2, product(1), seller(1), '2017-08-05 09:00:00', '-10', '0'],
      [order(5), 3, product(1), seller(1), '2017-08-05 09:00:00', '10.001', '0'],
      [order(5), 4, product(9), seller(1), '2017-08-05 09:00:00', '10', '0'],
      [order(5), 5, product(1), seller(9), '2017-08-05 09:00:00', '10', '0'],
      [order(5), 1, product(1), seller(1), '2017-08-05 09:00:00', '10', '0'],
    )
    tables.order_payments?.push([order(1), 1, 'boleto', 1, '1'], [order(1), 3, 'boleto', 1, 'free'])
    await run(tributary, tables)
    const report = await reportOf(tributary)
    expect(report).toMatchObject({ purchases: 4, lines: 6, goods: 111_68, payments: 105_51 })
    expect(report.parked).toEqual([
      { reason: 'MALFORMED_ROW', count: 7 },
      { reason: 'PURCHASE_HAS_NO_LINES', count: 2 },
      { reason: 'UNKNOWN_REFERENCE', count: 2 },
    ])
    const parked = (await ofType(tributary, 'FactParked')).map(({ data }) => data)
    expect(parked).toContainEqual(
      expect.objectContaining({
        fact: { kind: 'ROW', file: 'order_items.csv', row: 8 },
        why: 'MALFORMED_ROW',
        detail: expect.stringContaining('price is "-10"'),
      }),
    )
  })

  it('parks an order of more lines than a purchase takes, with its payments', async () => {
    const tributary = await openEmpty()
    const tables = smallTables()
    for (let number = 2; number <= 201; number += 1)
      tables.order_items?.push([order(2), number, product(1), seller(1), '2017-08-05 09:00:00', '1', '0'])
    await run(tributary, tables)
    const { purchases, refunded, parked } = await reportOf(tributary)
    expect({ purchases, refunded, parked }).toEqual({
      purchases: 3,
      refunded: 0,
      parked: [
        { reason: 'MALFORMED_ROW', count: 201 },
        { reason: 'NO_SUCH_PURCHASE', count: 1 },
        { reason: 'PURCHASE_HAS_NO_LINES', count: 2 },
      ],
    })
    const before = await tributary.store.head()
    await run(tributary, tables)
    expect(await tributary.store.head()).toBe(before)
  })

  it.each(['offers', 'purchases', 'refunds'])(
    'that is stopped among the %s goes on where it was',
    async (step) => {
      const [stopped, whole] = [await openEmpty(), await openEmpty()]
      const stop = new AbortController()
      const halfWay = run(stopped, smallTables(), {
        signal: stop.signal,
        progress: (progress) => {
          if (progress.step === step) stop.abort(new ImportError('stopped'))
        },
      })
      await expect(halfWay).rejects.toThrow('stopped')
      await run(whole, smallTables())
      expect((await typesIn(stopped)).length).toBeLessThan((await typesIn(whole)).length)
      await run(stopped, smallTables())
      expect(await reportOf(stopped)).toEqual(await reportOf(whole))
      expect(await typesIn(stopped)).toEqual(await typesIn(whole))
    },
  )
})
