import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Document,
  type DocumentStore,
  type Generation,
  InvalidDocument,
  InvalidQuery,
} from '../../projections/documents.ts'
import { at, type DocumentStoreHarness, keysOf, put, specOf, things, writeAll } from './document-store.kit.ts'

const keys = [
  'plain',
  'with space',
  'quote\'"`',
  'slash/dot.$dollar',
  'Grüße',
  'ΑΒΓ',
  '漢字',
  'z\u{ffff}',
  'z\u{10000}',
  '🧵',
  'e\u0301',
  'é',
  '%_*?',
  'x'.repeat(500),
]

export const writesContract = (harness: DocumentStoreHarness): void => {
  describe('writes', () => {
    let store: DocumentStore
    let generation: Generation
    let dispose: () => Promise<void>
    beforeEach(async () => {
      const opened = await harness.open()
      ;({ store, dispose } = opened)
      generation = await store.begin(specOf('view'))
    })
    afterEach(async () => {
      await store.close()
      await dispose()
    })

    it('gives back the document that was written, with its position', async () => {
      const document = {
        owner: 'a',
        amount: 1,
        nested: { list: [1, 'two', null, { three: 3.5 }] },
        no: false,
      }
      await writeAll(generation, put('k', 7, document))
      expect(await generation.get('things', 'k')).toEqual({ key: 'k', position: '7', document })
    })

    it('keeps the order of properties, so that documents compare byte for byte', async () => {
      const document = { z: 1, a: 2, m: { y: 1, b: 2 } }
      await writeAll(generation, put('k', 1, document))
      expect(JSON.stringify((await generation.get('things', 'k'))?.document)).toBe(JSON.stringify(document))
    })

    it('answers undefined for a key that was never written', async () => {
      expect(await generation.get('things', 'nobody')).toBeUndefined()
    })

    it('replaces a document at a later position', async () => {
      await writeAll(generation, put('k', 1, { amount: 1 }))
      await writeAll(generation, put('k', 2, { amount: 2 }))
      expect(await generation.get('things', 'k')).toMatchObject({ position: '2', document: { amount: 2 } })
    })

    it.each([
      ['the same', 5],
      ['an older', 4],
    ])('does nothing at %s position', async (_, position) => {
      await writeAll(generation, put('k', 5, { amount: 5 }))
      await generation.write([[put('k', position, { amount: 99 })]], at(5))
      expect(await generation.get('things', 'k')).toMatchObject({ position: '5', document: { amount: 5 } })
    })

    it('compares positions as integers, not as text', async () => {
      await writeAll(generation, put('k', 9, { amount: 9 }))
      await writeAll(generation, put('k', 10, { amount: 10 }))
      await writeAll(generation, put('k', 9, { amount: 9 }))
      expect(await generation.get('things', 'k')).toMatchObject({ document: { amount: 10 } })
    })

    it('takes positions of 63 bits', async () => {
      const [low, high] = ['9223372036854775806', '9223372036854775807']
      const write = { collection: 'things', key: 'k', document: { amount: 1 } }
      await generation.write([[{ ...write, position: high }]], { ...at(1), position: high })
      await generation.write([[{ ...write, position: low, document: null }]], { ...at(1), position: low })
      expect(await generation.get('things', 'k')).toMatchObject({ position: high })
      expect((await generation.checkpoint())?.position).toBe(high)
    })

    it('deletes a document', async () => {
      await writeAll(generation, put('k', 1, { amount: 1 }))
      await writeAll(generation, put('k', 2, null))
      expect(await generation.get('things', 'k')).toBeUndefined()
      expect(await generation.find({ collection: 'things', limit: 10 })).toEqual([])
    })

    it('never lets an older write bring a deleted document back', async () => {
      await writeAll(generation, put('k', 1, { amount: 1 }))
      await writeAll(generation, put('k', 5, null))
      await writeAll(generation, put('k', 3, { amount: 3 }))
      expect(await generation.get('things', 'k')).toBeUndefined()
    })

    it('never lets an older write bring in a document deleted before it was ever written', async () => {
      await writeAll(generation, put('k', 5, null))
      await writeAll(generation, put('k', 3, { amount: 3 }))
      expect(await generation.get('things', 'k')).toBeUndefined()
    })

    it('lets a later write begin a deleted document anew', async () => {
      await writeAll(generation, put('k', 5, null))
      await writeAll(generation, put('k', 6, { amount: 6 }))
      expect(await generation.get('things', 'k')).toMatchObject({ position: '6', document: { amount: 6 } })
    })

    it('finds documents with fixed fields by them: as they came, after changes, and begun anew after a deletion', async () => {
      const pinned = { ...things, name: 'pinned', fixed: ['owner', 'label'] }
      const fixing = await store.begin(specOf('fixing', 1, [pinned]))
      const write = (position: number, document: Document | null) =>
        writeAll(fixing, put('k', position, document, 'pinned'))
      const found = async (owner: string) =>
        (await fixing.find({ collection: 'pinned', where: { owner }, limit: 10 })).map(
          ({ document }) => document,
        )
      await write(1, { owner: 'ann', amount: 1 })
      expect(await found('ann')).toEqual([{ owner: 'ann', amount: 1 }])
      await write(2, { owner: 'ann', amount: 2 })
      await write(1, { owner: 'ann', amount: 1 })
      expect(await found('ann')).toEqual([{ owner: 'ann', amount: 2 }])
      await write(3, null)
      expect(await found('ann')).toEqual([])
      await write(2, { owner: 'ann', amount: 2 })
      expect(await found('ann')).toEqual([])
      await write(4, { owner: 'bob', amount: 4 })
      expect(await found('ann')).toEqual([])
      expect(await found('bob')).toEqual([{ owner: 'bob', amount: 4 }])
    })

    it('loads documents, tombstones with their position, and nothing for keys never written', async () => {
      await writeAll(generation, put('there', 1, { amount: 1 }), put('gone', 2, null))
      const loaded = await generation.load('things', ['there', 'gone', 'never'])
      expect(new Map(loaded)).toEqual(
        new Map([
          ['there', { position: '1', document: { amount: 1 } }],
          ['gone', { position: '2', document: null }],
        ]),
      )
    })

    it('loads thousands of keys at once, and none', async () => {
      const all = Array.from({ length: 5_000 }, (_, index) => `key-${index}`)
      await generation.write([all.map((key, index) => put(key, index + 1, { amount: index }))], at(5_000))
      expect((await generation.load('things', all)).size).toBe(5_000)
      expect((await generation.load('things', [])).size).toBe(0)
    })

    it('is done with a batch however often parts of it were written before', async () => {
      const batch = Array.from({ length: 40 }, (_, index) =>
        put(`k${index}`, 100 + index, index % 7 === 3 ? null : { amount: index }),
      )
      const parts = [batch.slice(10, 20), batch.filter((_, index) => index % 3 === 0), batch.slice(35), batch]
      for (const part of parts) await generation.write([part], at(null))
      await generation.write([batch.slice(0, 20), batch.slice(20)], at(139))
      await generation.write([batch], at(139))
      expect(await generation.count({ collection: 'things' }, 100)).toBe(34)
      for (const { key, position, document } of batch)
        expect(await generation.get('things', key)).toEqual(
          document ? { key, position, document } : undefined,
        )
    })

    it('takes a batch of 20,000 documents', async () => {
      const batch = Array.from({ length: 20_000 }, (_, index) =>
        put(`k${index}`, index + 1, { amount: index }),
      )
      await generation.write([batch], at(20_000))
      expect(await generation.sum({ collection: 'things', groupBy: [], sums: ['amount'] })).toEqual([
        { group: {}, count: 20_000, sums: { amount: 199_990_000 } },
      ])
    })

    it.each(keys)('keeps the key %j apart from all others', async (key) => {
      await generation.write(
        [keys.map((each, index) => put(each, index + 1, { label: each }))],
        at(keys.length),
      )
      expect(await generation.get('things', key)).toMatchObject({ key, document: { label: key } })
      expect(
        keysOf(await generation.find({ collection: 'things', where: { label: key }, limit: 9 })),
      ).toEqual([key])
    })

    it.each([
      ['an empty key', put('', 1, {})],
      ['half a surrogate pair in a key', put('\ud800', 1, {})],
      ['text in an integer field', put('k', 1, { amount: '1' })],
      ['a fraction in an integer field', put('k', 1, { amount: 1.5 })],
      ['an integer that is not safe', put('k', 1, { amount: 2 ** 53 })],
      ['a number in a text field', put('k', 1, { owner: 1 })],
      ['a list in a text field', put('k', 1, { owner: ['a'] })],
    ])('refuses %s, and writes nothing of the batch', async (_, write) => {
      await expect(generation.write([[put('good', 1, {}), write]], at(1))).rejects.toThrow(InvalidDocument)
      expect(await generation.get('things', 'good')).toBeUndefined()
      expect(await generation.checkpoint()).toBeNull()
    })

    it('refuses a collection that the spec does not declare', async () => {
      await expect(generation.write([[put('k', 1, {}, 'others')]], at(1))).rejects.toThrow(InvalidQuery)
    })

    it.each([
      ['a bad projection name', specOf('no/slash')],
      ['a bad collection name', specOf('p', 1, [{ ...things, name: 'a b' }])],
      ['a bad field name', specOf('p', 1, [{ ...things, fields: { 'a"': 'text' }, indexes: [] }])],
      ['an undeclared field fixed', specOf('p', 1, [{ ...things, fixed: ['nothing'] }])],
      ['an index on an undeclared field', specOf('p', 1, [{ ...things, indexes: [['nothing']] }])],
      ['two collections of one name', specOf('p', 1, [things, { ...things, name: 'Things' }])],
    ])('refuses a spec with %s', async (_, spec) => {
      await expect(store.begin(spec)).rejects.toThrow(InvalidDocument)
    })

    it('keeps the checkpoint of the last write', async () => {
      expect(await generation.checkpoint()).toBeNull()
      await generation.write([], at(null))
      expect(await generation.checkpoint()).toEqual(at(null))
      await generation.write([[put('k', 3, {})]], at(3))
      expect(await generation.checkpoint()).toEqual(at(3))
    })

    it('never takes the checkpoint back within an epoch', async () => {
      await generation.write([], at(10))
      await generation.write([], at(9))
      await generation.write([], at(null))
      expect(await generation.checkpoint()).toEqual(at(10))
    })

    it('takes the checkpoint of another epoch as it is', async () => {
      await generation.write([], at(10))
      await generation.write([], at(3, 'epoch-2'))
      expect(await generation.checkpoint()).toEqual(at(3, 'epoch-2'))
    })
  })
}
