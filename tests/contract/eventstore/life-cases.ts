import { describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../../../eventstore/port.ts'
import { append, appendOf, type Engine, eventsOf, newStream, readAll, settled, written } from './kit.ts'

export const lifeCases = ({ shared, fresh }: Engine): void => {
  describe('closing', () => {
    it('answers what was asked for before', async () => {
      const { store } = await fresh()
      const asked = Array.from({ length: 30 }, () => append(store, eventsOf(newStream(), 0, 2)))
      await store.close()
      const { answers, errors } = await settled(asked)
      expect(errors).toEqual([])
      expect(answers).toHaveLength(30)
    })

    it('keeps what it answered', async () => {
      const { store, reopen } = await fresh()
      const streams = Array.from({ length: 30 }, () => newStream())
      const asked = streams.map((stream) => append(store, eventsOf(stream, 0, 2)))
      const [again] = await Promise.all([reopen(), ...asked])
      expect(await Promise.all(streams.map((stream) => again.headRevision(stream)))).toEqual(
        streams.map(() => 1),
      )
    })

    it('twice is closing once', async () => {
      const { store } = await fresh()
      await Promise.all([store.close(), store.close()])
      await store.close()
    })

    it('makes every later call fail with a clear error', async () => {
      const { store } = await fresh()
      const stream = newStream()
      await store.close()
      const { answers, errors } = await settled<unknown>([
        store.append(appendOf(eventsOf(stream, 0, 1))),
        store.readStream(stream),
        store.headRevision(stream),
        store.readLog(null, 10),
        store.head(),
        store.waitForAppend(null, 10),
      ])
      expect(answers).toEqual([])
      for (const error of errors) {
        expect(error).toBeInstanceOf(StoreUnavailable)
        expect(error).toMatchObject({ message: expect.stringContaining('closed') })
      }
      expect(store.comparePositions('1', '2')).toBeLessThan(0)
    })
  })

  describe('a store that is opened again', () => {
    it('has the same events at the same positions, under the same epoch', async () => {
      const { store, reopen } = await fresh()
      const { stream } = await written(store, 3)
      await written(store, 2)
      const [log, events, epoch] = [await readAll(store), await store.readStream(stream), store.epoch]
      const again = await reopen()
      expect(await readAll(again)).toEqual(log)
      expect(await again.readStream(stream)).toEqual(events)
      expect(again.epoch).toBe(epoch)
    })

    it('goes on where it was', async () => {
      const { store, reopen } = await fresh()
      const { stream, answer } = await written(store, 3)
      const again = await reopen()
      await expect(append(again, eventsOf(stream, 1, 1, 'other'))).rejects.toMatchObject({ actual: 2 })
      const next = await append(again, eventsOf(stream, 3, 1))
      expect(next.revision).toBe(3)
      expect(again.comparePositions(next.position, answer.position)).toBeGreaterThan(0)
    })
  })

  describe('an epoch', () => {
    it('is text that does not change while the store is open', async () => {
      const { epoch } = shared()
      await written(shared(), 1)
      expect(epoch).toMatch(/./)
      expect(shared().epoch).toBe(epoch)
    })

    it('is another for another log', async ({ skip }) => {
      const [one, other] = [await fresh(), await fresh()]
      skip(one.notAlone !== undefined, one.notAlone)
      expect(one.store.epoch).not.toBe(other.store.epoch)
    })
  })
}
