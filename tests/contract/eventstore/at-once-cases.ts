import { describe, expect, it } from 'vitest'
import type { StoredEvent } from '../../../eventstore/event.ts'
import type { EventStore } from '../../../eventstore/port.ts'
import { append, type Engine, eventsOf, newStream, revisionsOf, written } from './kit.ts'

/** As who wants the events of a stream asks: at once, and by waiting where the engine cannot tell. */
const asked = async (
  store: EventStore,
  stream: string,
  from: number,
  withinMs = 0,
): Promise<readonly StoredEvent[]> =>
  store.readAtOnce?.(stream, from, withinMs) ?? store.readStream(stream, { from })

const anyTime = Number.POSITIVE_INFINITY

export const atOnceCases = ({ shared, fresh }: Engine): void => {
  describe('asking at once', () => {
    it.each([0, 1, 4, 5, 6, 1_000_000])('gives what reading gives, from revision %i', async (from) => {
      const { stream } = await written(shared(), 5)
      for (const withinMs of [0, anyTime])
        expect(await asked(shared(), stream, from, withinMs)).toEqual(
          await shared().readStream(stream, { from }),
        )
    })

    it.each([0, 3])('gives nothing of a stream that does not exist, from revision %i', async (from) => {
      for (const withinMs of [0, anyTime])
        expect(await asked(shared(), newStream(), from, withinMs)).toEqual([])
    })

    it('gives a thousand at most, and the rest when asked', async () => {
      const stream = newStream()
      await append(shared(), eventsOf(stream, 0, 700))
      await append(shared(), eventsOf(stream, 700, 500))
      expect(revisionsOf(await asked(shared(), stream, 100))).toEqual(
        Array.from({ length: 1_000 }, (_, index) => 100 + index),
      )
      expect(await asked(shared(), stream, 1_100)).toHaveLength(100)
    })

    it.each([0, anyTime])('shows an append as soon as it was answered (%d)', async (withinMs) => {
      const stream = newStream()
      for (let revision = 0; revision < 20; revision += 1) {
        await append(shared(), eventsOf(stream, revision, 1))
        expect(revisionsOf(await asked(shared(), stream, revision, withinMs))).toEqual([revision])
      }
    })

    it('shows what another store appended where the log is to be looked at now', async () => {
      const { store, beside } = await fresh()
      const other = await beside()
      const stream = newStream()
      expect(await asked(store, stream, 0)).toEqual([])
      for (let revision = 0; revision < 5; revision += 1) {
        await append(other, eventsOf(stream, revision, 1))
        expect(revisionsOf(await asked(store, stream, revision))).toEqual([revision])
      }
    })

    it('is never behind what was answered before, however old the look may be', async () => {
      const { store, beside } = await fresh()
      const other = await beside()
      const stream = newStream()
      await asked(store, stream, 0)
      for (let revision = 0; revision < 5; revision += 1) {
        await append(other, eventsOf(stream, revision, 1))
        await store.readStream(stream)
        expect(revisionsOf(await asked(store, stream, 0, anyTime))).toHaveLength(revision + 1)
      }
    })

    it('fails where the store is closed', async () => {
      const { store } = await fresh()
      await store.close()
      await expect(asked(store, newStream(), 0)).rejects.toThrow('closed')
    })
  })
}
