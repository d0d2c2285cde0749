import { describe, expect, it } from 'vitest'
import type { SealedEvent } from '../../../eventstore/event.ts'
import type { EventStore } from '../../../eventstore/port.ts'
import { append, type Engine, eventOf, eventsOf, newStream, settled, written } from './kit.ts'

/** The answer that a repeat owes: its last event, where the first append put it. */
const whereItStands = async (store: EventStore, events: readonly SealedEvent[]) => {
  const last = events.at(-1)
  const [stored] = await store.readStream(last?.stream ?? '', { from: last?.revision ?? 0, limit: 1 })
  return { revision: stored?.revision, position: stored?.position }
}

export const repeatCases = ({ shared, fresh }: Engine): void => {
  describe('appending again', () => {
    it('answers an identical append as the first time, and writes nothing', async () => {
      const { stream, events, answer } = await written(shared(), 3)
      expect(await append(shared(), events)).toEqual(answer)
      expect(await shared().readStream(stream)).toHaveLength(3)
    })

    it('does so after later events', async () => {
      const { stream, events, answer } = await written(shared(), 2)
      await append(shared(), eventsOf(stream, 2, 5))
      expect(await append(shared(), events)).toEqual(answer)
      expect(await shared().headRevision(stream)).toBe(6)
    })

    it('does so for an append in the middle of a stream', async () => {
      const { stream } = await written(shared(), 2)
      const middle = eventsOf(stream, 2, 2)
      const answer = await append(shared(), middle)
      await append(shared(), eventsOf(stream, 4, 1))
      expect(await append(shared(), middle)).toEqual(answer)
    })

    it('does so after the store was opened again', async () => {
      const { store, reopen } = await fresh()
      const { stream, events, answer } = await written(store, 3)
      await append(store, eventsOf(stream, 3, 1))
      const again = await reopen()
      expect(await append(again, events)).toEqual(answer)
      expect(await again.headRevision(stream)).toBe(3)
    })

    it('does so as often as asked', async () => {
      const { events, answer } = await written(shared(), 1)
      for (let time = 0; time < 5; time += 1) expect(await append(shared(), events)).toEqual(answer)
    })

    it.each([
      ['beginning', 0, 2],
      ['end', 2, 4],
      ['middle', 1, 3],
      ['last event', 3, 4],
    ])('takes the %s of an earlier append for a repeat', async (_, from, to) => {
      const { stream, events } = await written(shared(), 4)
      const part = events.slice(from, to)
      expect(await append(shared(), part)).toMatchObject(await whereItStands(shared(), part))
      expect(await shared().headRevision(stream)).toBe(3)
    })

    it('takes two earlier appends in one for a repeat', async () => {
      const stream = newStream()
      const events = eventsOf(stream, 0, 4)
      await append(shared(), events.slice(0, 1))
      const { revision, position } = await append(shared(), events.slice(1))
      expect(await append(shared(), events)).toMatchObject({ revision, position })
      expect(await shared().headRevision(stream)).toBe(3)
    })

    it('refuses an append that begins with what stands and goes on', async () => {
      const stream = newStream()
      const events = eventsOf(stream, 0, 3)
      await append(shared(), events.slice(0, 2))
      await expect(append(shared(), events)).rejects.toMatchObject({
        name: 'WrongExpectedRevision',
        expected: -1,
        actual: 1,
      })
      expect(await shared().headRevision(stream)).toBe(1)
    })

    it('refuses an append that overlaps the end of the stream', async () => {
      const stream = newStream()
      const events = eventsOf(stream, 0, 4)
      await append(shared(), events.slice(0, 3))
      await expect(append(shared(), events.slice(2))).rejects.toMatchObject({ expected: 1, actual: 2 })
    })

    it('refuses an append of which one event in the middle is another', async () => {
      const { stream, events } = await written(shared(), 3)
      const changed = events.with(1, eventOf(stream, 1, { data: 'other' }))
      await expect(append(shared(), changed)).rejects.toMatchObject({ expected: -1, actual: 2 })
    })

    it.each([
      ['data', { data: { other: true } }],
      ['type', { type: 'SomethingElse' }],
      ['schema version', { schemaVersion: 2 }],
      ['metadata', { metadata: { commandId: 'command_2' } }],
    ])('refuses an event at a taken revision that differs in its %s alone', async (_, given) => {
      const stream = newStream()
      await append(shared(), [eventOf(stream, 0)])
      await expect(append(shared(), [eventOf(stream, 0, given)])).rejects.toMatchObject({
        name: 'WrongExpectedRevision',
        actual: 0,
      })
    })

    it('writes once what is asked for several times at the same moment, and answers all alike', async () => {
      const stream = newStream()
      const events = eventsOf(stream, 0, 2)
      const { answers, errors } = await settled(Array.from({ length: 16 }, () => append(shared(), events)))
      expect(errors).toEqual([])
      expect(new Set(answers.map(({ position }) => position)).size).toBe(1)
      expect(answers).toHaveLength(16)
      expect(await shared().readStream(stream)).toHaveLength(2)
    })

    it('answers a repeat that races with the append after it', async () => {
      const { stream, events, answer } = await written(shared(), 1)
      const [repeat, next] = await Promise.all([
        append(shared(), events),
        append(shared(), eventsOf(stream, 1, 1)),
      ])
      expect(repeat).toEqual(answer)
      expect(next.revision).toBe(1)
    })
  })
}
