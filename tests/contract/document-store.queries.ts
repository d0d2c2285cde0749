import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DocumentStore, type Generation, InvalidQuery } from '../../projections/documents.ts'
import { at, type DocumentStoreHarness, keysOf, pages, put, specOf, writeAll } from './document-store.kit.ts'

export const queriesContract = (harness: DocumentStoreHarness): void => {
  describe('queries', () => {
    let store: DocumentStore
    let generation: Generation
    let dispose: () => Promise<void>
    beforeEach(async () => {
      ;({ store, dispose } = await harness.open())
      generation = await store.begin(specOf('view'))
      await writeAll(
        generation,
        put('a', 1, { owner: 'ann', amount: 10, rank: 1, label: 'x' }),
        put('b', 2, { owner: 'bob', amount: 10, rank: 2, label: 'y' }),
        put('c', 3, { owner: 'ann', amount: 30, rank: 1, label: null }),
        put('d', 4, { owner: 'ann', amount: 10, label: 'x' }),
        put('e', 5, { owner: null, amount: null, rank: 3 }),
        put('f', 6, { owner: 'bob', amount: -5, rank: 1, label: 'X' }),
        put('g', 7, null),
      )
    })
    afterEach(async () => {
      await store.close()
      await dispose()
    })

    const find = async (query: object): Promise<readonly string[]> =>
      keysOf(await generation.find({ collection: 'things', limit: 100, ...query }))

    it('answers all documents by key where nothing is asked', async () => {
      expect(await find({})).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
      expect(await find({ order: { fields: [], descending: true } })).toEqual(['f', 'e', 'd', 'c', 'b', 'a'])
    })

    it('answers no more than the limit', async () => {
      expect(await find({ limit: 2 })).toEqual(['a', 'b'])
    })

    it('goes on after a key', async () => {
      expect(await find({ after: ['c'], limit: 2 })).toEqual(['d', 'e'])
      expect(await find({ after: ['bb'], limit: 2 })).toEqual(['c', 'd'])
    })

    it.each([
      ['one value', { owner: 'ann' }, ['a', 'c', 'd']],
      ['values of two fields', { owner: 'ann', amount: 10 }, ['a', 'd']],
      ['one of a list', { owner: ['bob', 'ann', 'eve'] }, ['a', 'b', 'c', 'd', 'f']],
      ['one of a list with null', { owner: ['bob', null] }, ['b', 'e', 'f']],
      ['one of an empty list', { owner: [] }, []],
      ['one of a list with repeats', { amount: [30, 30, 30] }, ['c']],
      ['null, absent or said', { label: null }, ['c', 'e']],
      ['null in a field where it is absent', { rank: null }, ['d']],
      ['a value that is in no document', { owner: 'eve' }, []],
      ['text as it is written', { label: 'X' }, ['f']],
    ])('filters by %s', async (_, where, expected) => {
      expect(await find({ where })).toEqual(expected)
      expect(await generation.count({ collection: 'things', where }, 100)).toBe(expected.length)
    })

    it.each([
      ['from, inclusive', { field: 'amount', from: 10 }, ['a', 'b', 'c', 'd']],
      ['below, exclusive, and null is not below', { field: 'amount', below: 10 }, ['f']],
      ['both', { field: 'amount', from: -5, below: 30 }, ['a', 'b', 'd', 'f']],
      ['text', { field: 'owner', from: 'b' }, ['b', 'f']],
      ['text below, and null is not below', { field: 'label', below: 'x' }, ['f']],
      ['no bound: anything but null', { field: 'owner' }, ['a', 'b', 'c', 'd', 'f']],
      ['an empty range', { field: 'amount', from: 10, below: 10 }, []],
    ])('keeps within a range: %s', async (_, range, expected) => {
      expect(await find({ range })).toEqual(expected)
      expect(await generation.count({ collection: 'things', range }, 100)).toBe(expected.length)
    })

    it('orders by fields, null first, ties by key in the same direction', async () => {
      expect(await find({ order: { fields: ['amount'] } })).toEqual(['e', 'f', 'a', 'b', 'd', 'c'])
      expect(await find({ order: { fields: ['amount'], descending: true } })).toEqual([
        'c',
        'd',
        'b',
        'a',
        'f',
        'e',
      ])
      expect(await find({ order: { fields: ['label', 'amount'] } })).toEqual(['e', 'c', 'f', 'a', 'd', 'b'])
    })

    it('orders text by code point, whatever its units', async () => {
      const labels = ['\u{10000}', '\u{ffff}', 'z', 'é', 'Z', 'e\u0301', '', '𐐷', '漢']
      await generation.write(
        [labels.map((label, index) => put(`t${index}`, 100 + index, { owner: 'text', label }))],
        at(200),
      )
      const sorted = labels.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      const found = await generation.find({
        collection: 'things',
        where: { owner: 'text' },
        order: { fields: ['label'] },
        limit: 20,
      })
      expect(found.map(({ document }) => document.label)).toEqual(sorted)
    })

    it.each([
      [['amount'], false, {}],
      [['amount'], true, {}],
      [['rank', 'label'], false, {}],
      [['rank', 'label'], true, {}],
      [['label', 'rank', 'amount'], true, {}],
      [['owner', 'amount'], false, { where: { owner: 'ann' } }],
      [['owner', 'amount'], true, { where: { owner: ['ann', 'bob'] } }],
      [['amount'], false, { range: { field: 'amount', from: 0, below: 30 } }],
      [['amount'], true, { range: { field: 'amount', from: 0, below: 30 } }],
      [['amount'], true, { range: { field: 'amount', below: 30 } }],
      [['rank'], false, { range: { field: 'amount', below: 30 } }],
      [['amount', 'amount'], false, {}],
      [[], true, { where: { owner: 'ann' } }],
    ])(
      'pages of any size by %j (descending: %j, %j) are the whole, in order',
      async (fields, descending, filter) => {
        const whole = await find({ order: { fields, descending }, ...filter })
        for (const limit of [1, 2, 3, 100])
          expect(await pages(generation, { fields, descending }, limit, filter)).toEqual(whole)
      },
    )

    it('pages on where it was, whatever was written before or after', async () => {
      const order = { fields: ['amount'] }
      const first = await generation.find({ collection: 'things', order, limit: 3 })
      expect(keysOf(first)).toEqual(['e', 'f', 'a'])
      await writeAll(
        generation,
        put('e', 20, null),
        put('a', 21, { amount: -100 }),
        put('aa', 22, { amount: 10 }),
        put('z', 23, { amount: -7 }),
      )
      expect(await find({ order, after: [10, 'a'] })).toEqual(['aa', 'b', 'd', 'c'])
    })

    it('answers nothing outside a range, whatever the page goes on after', async () => {
      const range = { field: 'amount', from: 10, below: 30 }
      expect(await find({ range, order: { fields: ['amount'] }, after: [-100, 'a'] })).toEqual([
        'a',
        'b',
        'd',
      ])
      expect(
        await find({ range, order: { fields: ['amount'], descending: true }, after: [99, 'a'] }),
      ).toEqual(['d', 'b', 'a'])
      expect(await find({ range, order: { fields: ['amount'] }, after: [null, 'a'] })).toEqual([
        'a',
        'b',
        'd',
      ])
    })

    it('sums by groups, in order of the groups, null as zero', async () => {
      expect(
        await generation.sum({ collection: 'things', groupBy: ['owner'], sums: ['amount', 'rank'] }),
      ).toEqual([
        { group: { owner: null }, count: 1, sums: { amount: 0, rank: 3 } },
        { group: { owner: 'ann' }, count: 3, sums: { amount: 50, rank: 2 } },
        { group: { owner: 'bob' }, count: 2, sums: { amount: 5, rank: 3 } },
      ])
    })

    it('sums by two fields, with a filter', async () => {
      expect(
        await generation.sum({
          collection: 'things',
          where: { owner: ['ann', 'bob'] },
          range: { field: 'amount', from: 0 },
          groupBy: ['owner', 'label'],
          sums: ['amount'],
        }),
      ).toEqual([
        { group: { owner: 'ann', label: null }, count: 1, sums: { amount: 30 } },
        { group: { owner: 'ann', label: 'x' }, count: 2, sums: { amount: 20 } },
        { group: { owner: 'bob', label: 'y' }, count: 1, sums: { amount: 10 } },
      ])
    })

    it('sums without groups to one row, or none where nothing matches', async () => {
      const query = { collection: 'things', groupBy: [], sums: ['amount'] }
      expect(await generation.sum(query)).toEqual([{ group: {}, count: 6, sums: { amount: 55 } }])
      expect(await generation.sum({ ...query, where: { owner: 'eve' } })).toEqual([])
    })

    it('counts groups without sums', async () => {
      expect(await generation.sum({ collection: 'things', groupBy: ['rank'], sums: [] })).toEqual([
        { group: { rank: null }, count: 1, sums: {} },
        { group: { rank: 1 }, count: 3, sums: {} },
        { group: { rank: 2 }, count: 1, sums: {} },
        { group: { rank: 3 }, count: 1, sums: {} },
      ])
    })

    it('sums exactly up to the last safe integer', async () => {
      await writeAll(
        generation,
        put('s1', 30, { owner: 'big', amount: Number.MAX_SAFE_INTEGER }),
        put('s2', 31, { owner: 'big', amount: -1 }),
        put('s3', 32, { owner: 'big', amount: 1 }),
      )
      const query = { collection: 'things', where: { owner: 'big' }, groupBy: [], sums: ['amount'] }
      expect(await generation.sum(query)).toEqual([
        { group: {}, count: 3, sums: { amount: Number.MAX_SAFE_INTEGER } },
      ])
    })

    it('throws a RangeError where a sum is beyond the safe integers', async () => {
      await writeAll(
        generation,
        put('s1', 30, { owner: 'big', amount: Number.MAX_SAFE_INTEGER }),
        put('s2', 31, { owner: 'big', amount: 1 }),
      )
      const query = { collection: 'things', where: { owner: 'big' }, groupBy: ['owner'], sums: ['amount'] }
      await expect(generation.sum(query)).rejects.toThrow(RangeError)
    })

    it('throws a RangeError where a sum is beyond 63 bits', async () => {
      const batch = Array.from({ length: 1_100 }, (_, index) =>
        put(`s${index}`, 100 + index, { owner: 'big', amount: Number.MAX_SAFE_INTEGER }),
      )
      await generation.write([batch], at(2_000))
      const query = { collection: 'things', where: { owner: 'big' }, groupBy: [], sums: ['amount'] }
      await expect(generation.sum(query)).rejects.toThrow(RangeError)
    })

    it('counts up to a cap', async () => {
      expect(await generation.count({ collection: 'things' }, 100)).toBe(6)
      expect(await generation.count({ collection: 'things' }, 4)).toBe(4)
      expect(await generation.count({ collection: 'things' }, 0)).toBe(0)
    })

    it('scans documents in key order, page by page', async () => {
      const first = await generation.scan('things', null, 4)
      expect(keysOf(first)).toEqual(['a', 'b', 'c', 'd'])
      expect(keysOf(await generation.scan('things', 'd', 4))).toEqual(['e', 'f'])
      expect(await generation.scan('things', 'f', 4)).toEqual([])
    })

    it.each([
      ['an unknown collection', { collection: 'others' }],
      ['an unknown field in where', { where: { nothing: 1 } }],
      ['a name of the engine in where', { where: { key: 'a' } }],
      ['an inherited property as a field', { where: { constructor: 'a' } }],
      ['an unknown field in a range', { range: { field: 'nothing', from: 1 } }],
      ['an unknown field in order', { order: { fields: ['nothing'] } }],
      ['text where the field holds integers', { where: { amount: '10' } }],
      ['a fraction', { where: { amount: 1.5 } }],
      ['an object in a list', { where: { owner: [{ $gt: '' }] } }],
      ['a null bound', { range: { field: 'amount', from: null } }],
      ['a page after too few values', { order: { fields: ['amount'] }, after: ['a'] }],
      ['a page after a value of the wrong kind', { order: { fields: ['amount'] }, after: ['x', 'a'] }],
      ['a page after no key', { after: [null] }],
      ['a limit of zero', { limit: 0 }],
      ['a limit that is no integer', { limit: 1.5 }],
      ['a limit past 10,000', { limit: 10_001 }],
    ])('refuses %s', async (_, query) => {
      await expect(find(query)).rejects.toThrow(InvalidQuery)
    })

    it.each([
      ['groups by an unknown field', { groupBy: ['nothing'], sums: [] }],
      ['sums an unknown field', { groupBy: [], sums: ['nothing'] }],
      ['sums text', { groupBy: [], sums: ['owner'] }],
    ])('refuses a sum that %s', async (_, query) => {
      await expect(generation.sum({ collection: 'things', ...query })).rejects.toThrow(InvalidQuery)
    })
  })
}
