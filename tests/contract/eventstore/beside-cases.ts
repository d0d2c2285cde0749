import { describe, expect, it } from 'vitest'
import { type EventStore, WrongExpectedRevision } from '../../../eventstore/port.ts'
import { append, type Engine, eventOf, eventsOf, newStream, readAll, settled, written } from './kit.ts'

const forEver = 3_600_000

export const besideCases = ({ fresh }: Engine): void => {
  const both = async (): Promise<readonly [EventStore, EventStore]> => {
    const { store, beside } = await fresh()
    return [store, await beside()]
  }

  describe('two stores on one log', () => {
    it('show each other what they answered', async () => {
      const [one, other] = await both()
      const { stream, answer } = await written(one, 2)
      expect(await other.readStream(stream)).toEqual(await one.readStream(stream))
      expect(await other.headRevision(stream)).toBe(1)
      expect(await other.head()).toBe(answer.position)
      expect(other.epoch).toBe(one.epoch)
    })

    it('see a stream that one of them has looked for before the other made it', async () => {
      const [one, other] = await both()
      const stream = newStream()
      expect(await other.headRevision(stream)).toBe(-1)
      await append(one, eventsOf(stream, 0, 1))
      expect(await other.headRevision(stream)).toBe(0)
      expect(await other.readStream(stream)).toHaveLength(1)
    })

    it('refuse the second of two that found a stream', async () => {
      const [one, other] = await both()
      const stream = newStream()
      const { answers, errors } = await settled([
        append(one, eventsOf(stream, 0, 1, 'one')),
        append(other, eventsOf(stream, 0, 1, 'other')),
      ])
      expect(answers).toHaveLength(1)
      expect(errors).toEqual([expect.any(WrongExpectedRevision)])
    })

    it('refuse what the other one has gone past', async () => {
      const [one, other] = await both()
      const { stream } = await written(one, 1)
      await append(other, eventsOf(stream, 1, 1))
      await append(one, eventsOf(stream, 2, 1))
      await expect(append(other, eventsOf(stream, 2, 1, 'other'))).rejects.toMatchObject({ actual: 2 })
      await append(other, eventsOf(stream, 3, 1))
      await expect(append(one, eventsOf(stream, 3, 1, 'other'))).rejects.toMatchObject({ actual: 3 })
    })

    it('answer a repeat of what the other one wrote', async () => {
      const [one, other] = await both()
      const { stream, events, answer } = await written(one, 3)
      expect(await append(other, events)).toEqual(answer)
      expect(await one.headRevision(stream)).toBe(2)
    })

    it('wake each other', async () => {
      const [one, other] = await both()
      const first = other.waitForAppend(null, forEver)
      const { answer } = await written(one, 1)
      await first
      const second = one.waitForAppend(answer.position, forEver)
      await written(other, 1)
      await second
    })

    it('have one winner for each revision, and lose nothing', async () => {
      const stores = await both()
      const stream = newStream()
      for (let revision = 0; revision < 10; revision += 1) {
        const { answers } = await settled(
          stores.flatMap((store, index) =>
            [0, 1, 2].map((turn) => append(store, [eventOf(stream, revision, { data: { index, turn } })])),
          ),
        )
        expect(answers).toHaveLength(1)
      }
      for (const store of stores) expect(await store.headRevision(stream)).toBe(9)
    })

    it('give the same log', async () => {
      const stores = await both()
      await Promise.all(
        stores.flatMap((store) =>
          Array.from({ length: 16 }, async () => {
            const stream = newStream()
            for (let revision = 0; revision < 4; revision += 1)
              await append(store, eventsOf(stream, revision, 1))
          }),
        ),
      )
      const [log, same] = await Promise.all(stores.map((store) => readAll(store)))
      expect(log).toHaveLength(128)
      expect(same).toEqual(log)
    })
  })
}
