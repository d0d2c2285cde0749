import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type DocumentStore,
  type Generation,
  GenerationBehind,
  GenerationGone,
  InvalidDocument,
  type ParkedStream,
} from '../../projections/documents.ts'
import { readLive } from '../../projections/read-live.ts'
import { at, type DocumentStoreHarness, put, specOf, things, writeAll } from './document-store.kit.ts'

const parked = (stream: string, reason = 'it does not add up'): ParkedStream => ({
  projection: 'view',
  stream,
  event: `${stream}@3`,
  position: '17',
  reason,
  at: '2026-01-01T00:00:00.000Z',
  collections: ['things'],
})

export const generationsContract = (harness: DocumentStoreHarness): void => {
  describe('generations', () => {
    let store: DocumentStore
    let another: () => Promise<DocumentStore>
    let dispose: () => Promise<void>
    beforeEach(async () => {
      ;({ store, another, dispose } = await harness.open())
    })
    afterEach(async () => {
      await store.close()
      await dispose()
    })

    const build = async (
      amount: number,
      position: number,
      bulk = false,
      version = 1,
    ): Promise<Generation> => {
      const generation = await store.begin(specOf('view', version), { bulk })
      await writeAll(generation, put('k', position, { owner: 'ann', amount }))
      return generation
    }
    const amountOf = async (from: DocumentStore = store): Promise<unknown> =>
      readLive(from, 'view', async (reader) => (await reader.get('things', 'k'))?.document.amount)

    it('has no live generation before the first is published', async () => {
      await build(1, 1)
      expect(await store.live('view')).toBeNull()
    })

    it.each([
      ['bulk', true],
      ['durable', false],
    ])('makes a %s generation live in one step, whole', async (_, bulk) => {
      const generation = await build(1, 1, bulk)
      await store.publish(generation)
      const live = await store.live('view')
      expect(live).toMatchObject({ id: generation.id, projection: 'view', version: 1 })
      expect(live?.collections).toEqual([things])
      expect(await live?.checkpoint()).toEqual(at(1))
      expect(await live?.find({ collection: 'things', where: { owner: 'ann' }, limit: 5 })).toHaveLength(1)
    })

    it('takes guarded writes before it is sealed, between seal and publish, and after', async () => {
      const generation = await build(1, 1, true)
      await writeAll(generation, put('k', 2, { amount: 2 }))
      await store.seal(generation)
      await writeAll(generation, put('k', 3, { amount: 3 }))
      await writeAll(generation, put('k', 2, { amount: 99 }))
      await store.publish(generation)
      await writeAll(generation, put('k', 4, { amount: 4 }))
      expect(await amountOf()).toBe(4)
    })

    it('shows readers nothing of a generation that is being built', async () => {
      await store.publish(await build(1, 1))
      const next = await build(2, 2, true)
      await next.park(parked('thing-1'))
      expect(await amountOf()).toBe(1)
      expect(await (await store.live('view'))?.parked()).toEqual([])
      expect(await (await store.live('view'))?.checkpoint()).toEqual(at(1))
    })

    it('swaps to the new generation, at another version too', async () => {
      await store.publish(await build(1, 1))
      await store.publish(await build(2, 2, true, 7))
      expect(await amountOf()).toBe(2)
      expect((await store.live('view'))?.version).toBe(7)
    })

    it('keeps projections apart', async () => {
      await store.publish(await build(1, 1))
      const other = await store.begin(specOf('other'))
      await writeAll(other, put('k', 1, { amount: 50 }))
      await store.publish(other)
      expect(await amountOf()).toBe(1)
      expect((await (await store.live('other'))?.get('things', 'k'))?.document.amount).toBe(50)
    })

    it('refuses writes to the generation that was replaced', async () => {
      const before = await build(1, 1)
      await store.publish(before)
      await store.publish(await build(2, 2))
      await expect(writeAll(before, put('k', 3, { amount: 3 }))).rejects.toThrow(GenerationGone)
      await expect(before.park(parked('thing-1'))).rejects.toThrow(GenerationGone)
      expect(await amountOf()).toBe(2)
    })

    it('still answers whoever holds the generation that was replaced', async () => {
      await store.publish(await build(1, 1))
      const held = await store.live('view')
      await store.publish(await build(2, 2))
      expect((await held?.get('things', 'k'))?.document.amount).toBe(1)
      expect(await held?.find({ collection: 'things', limit: 5 })).toHaveLength(1)
    })

    it('answers every reader through a swap, from one generation or the other', async () => {
      await store.publish(await build(0, 1))
      let swapping = true
      const seen = new Set<unknown>()
      const reader = async () => {
        while (swapping) {
          seen.add(await amountOf())
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      const readers = [reader(), reader(), reader()]
      for (let round = 1; round <= 5; round++)
        await store.publish(await build(round, round + 1, round % 2 === 0))
      swapping = false
      await Promise.all(readers)
      seen.add(await amountOf())
      expect(seen.has(undefined)).toBe(false)
      expect(await amountOf()).toBe(5)
    })

    it('never lets readers go back: a generation behind the live one is not published', async () => {
      await store.publish(await build(1, 10))
      const behind = await build(2, 9)
      await expect(store.publish(behind)).rejects.toThrow(GenerationBehind)
      const empty = await store.begin(specOf('view'))
      await expect(store.publish(empty)).rejects.toThrow(GenerationBehind)
      expect(await amountOf()).toBe(1)
      await behind.write([], at(10))
      await store.publish(behind)
      expect(await amountOf()).toBe(2)
    })

    it('publishes a generation of another epoch, whose positions do not compare', async () => {
      await store.publish(await build(1, 10))
      const next = await store.begin(specOf('view'))
      await next.write([[put('k', 2, { amount: 2 })]], at(2, 'epoch-2'))
      await store.publish(next)
      expect(await amountOf()).toBe(2)
    })

    it('publishes an empty generation on an empty log', async () => {
      await store.publish(await store.begin(specOf('view'), { bulk: true }))
      expect(await (await store.live('view'))?.checkpoint()).toBeNull()
    })

    it('publishes once: again is no change', async () => {
      const generation = await build(1, 1)
      await store.publish(generation)
      await store.publish(generation)
      expect((await store.live('view'))?.id).toBe(generation.id)
    })

    it('forgets a generation that is discarded', async () => {
      const generation = await build(1, 1, true)
      await store.discard(generation)
      await expect(writeAll(generation, put('k', 2, {}))).rejects.toThrow(GenerationGone)
      await expect(store.publish(generation)).rejects.toThrow(GenerationGone)
      expect(await store.live('view')).toBeNull()
    })

    it('never discards the live one', async () => {
      const generation = await build(1, 1)
      await store.publish(generation)
      await expect(store.discard(generation)).rejects.toThrow(InvalidDocument)
      expect(await amountOf()).toBe(1)
    })

    it('leaves builds of this process alone when it sweeps', async () => {
      const generation = await build(1, 1, true)
      await store.sweep()
      await store.publish(generation)
      expect(await amountOf()).toBe(1)
    })

    it('keeps parked streams with the generation, one fact for each stream', async () => {
      const generation = await build(1, 1)
      expect(await generation.parked()).toEqual([])
      await generation.park(parked('thing-2'))
      await generation.park(parked('thing-1'))
      await generation.park(parked('thing-2', 'twice'))
      await store.publish(generation)
      expect(await (await store.live('view'))?.parked()).toEqual([
        parked('thing-1'),
        parked('thing-2', 'twice'),
      ])
      await store.publish(await build(2, 2))
      expect(await (await store.live('view'))?.parked()).toEqual([])
    })

    if (!harness.isShared) return
    describe('seen from another process', () => {
      let other: DocumentStore
      beforeEach(async () => {
        other = await another()
      })
      afterEach(() => other.close())

      it('shows what was published and written', async () => {
        expect(await other.live('view')).toBeNull()
        const generation = await build(1, 1, true)
        expect(await other.live('view')).toBeNull()
        await store.publish(generation)
        expect(await amountOf(other)).toBe(1)
        await writeAll(generation, put('k', 2, { amount: 2 }))
        expect(await amountOf(other)).toBe(2)
        expect(await (await other.live('view'))?.checkpoint()).toEqual(at(2))
      })

      it('shows a swap at once', async () => {
        await store.publish(await build(1, 1))
        expect(await amountOf(other)).toBe(1)
        for (let round = 2; round < 5; round++) {
          await store.publish(await build(round, round))
          expect(await amountOf(other)).toBe(round)
        }
      })

      it('stops the writer of a generation that was replaced from there', async () => {
        const mine = await build(1, 1)
        await store.publish(mine)
        const theirs = await other.begin(specOf('view'))
        await writeAll(theirs, put('k', 2, { amount: 2 }))
        await other.publish(theirs)
        await expect(writeAll(mine, put('k', 3, { amount: 3 }))).rejects.toThrow(GenerationGone)
        expect(await amountOf()).toBe(2)
      })

      it('counts the progress of a live writer elsewhere when it publishes', async () => {
        const theirs = await other.begin(specOf('view'))
        await writeAll(theirs, put('k', 5, { amount: 5 }))
        await store.publish(await build(1, 6))
        await expect(other.publish(theirs)).rejects.toThrow(GenerationBehind)
      })

      it('leaves a build that goes on there alone when it sweeps', async () => {
        const generation = await build(1, 1, true)
        expect(await other.sweep()).toBe(0)
        await store.publish(generation)
        expect(await amountOf(other)).toBe(1)
      })
    })
  })
}
