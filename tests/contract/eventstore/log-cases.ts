import { describe, expect, it } from 'vitest'
import type { EventStore } from '../../../eventstore/port.ts'
import { append, type Engine, eventsOf, neighbours, newStream, readAll, written } from './kit.ts'

/** A log of a dozen events in five streams, and all of them in order. */
const dozen = async (store: EventStore) => {
  const streams = Array.from({ length: 5 }, () => newStream())
  for (const stream of streams) await append(store, eventsOf(stream, 0, 2))
  const [first = '', second = ''] = streams
  await append(store, eventsOf(second, 2, 1))
  await append(store, eventsOf(first, 2, 1))
  return readAll(store)
}

export const logCases = ({ shared, fresh }: Engine): void => {
  describe('reading the log', () => {
    it('gives nothing and no position where nothing was ever written', async () => {
      const { store } = await fresh()
      expect(await store.readLog(null, 10)).toEqual({ events: [], next: null, atHead: true })
      expect(await store.readLog(null, 0)).toEqual({ events: [], next: null, atHead: true })
      expect(await store.head()).toBeNull()
    })

    it('gives the first event, whose position is the head', async () => {
      const { store } = await fresh()
      const { answer } = await written(store, 1)
      const page = await store.readLog(null, 10)
      expect(page).toMatchObject({ next: answer.position, atHead: true })
      expect(page.events.map(({ position }) => position)).toEqual([answer.position])
      expect(await store.head()).toBe(answer.position)
    })

    it('gives all streams in the order of the appends', async () => {
      const { store } = await fresh()
      const events = await dozen(store)
      expect(events.map(({ revision }) => revision)).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 2])
      expect(await store.head()).toBe(events.at(-1)?.position)
    })

    it.each([1, 2, 3, 5, 11, 12, 13])('gives the same in pages of %i', async (pageSize) => {
      const { store } = await fresh()
      const events = await dozen(store)
      expect(await readAll(store, null, pageSize)).toEqual(events)
    })

    it('goes on after any position, which is not included', async () => {
      const { store } = await fresh()
      const events = await dozen(store)
      for (const [index, { position }] of events.entries())
        expect((await store.readLog(position, 100)).events).toEqual(events.slice(index + 1))
    })

    it('gives at the head nothing, the same position again, and that it is the head', async () => {
      const { answer } = await written(shared(), 1)
      expect(await shared().readLog(answer.position, 10)).toEqual({
        events: [],
        next: answer.position,
        atHead: true,
      })
    })

    it('gives in a page of zero nothing but whether there is more', async () => {
      const { store } = await fresh()
      const { answer: first } = await written(store, 1)
      const { answer: last } = await written(store, 1)
      const page = (next: string | null, atHead: boolean) => ({ events: [], next, atHead })
      expect(await store.readLog(null, 0)).toEqual(page(null, false))
      expect(await store.readLog(first.position, 0)).toEqual(page(first.position, false))
      expect(await store.readLog(last.position, 0)).toEqual(page(last.position, true))
    })

    it('says so when a full page ends at the head, and not one event earlier', async () => {
      const before = (await written(shared(), 1)).answer.position
      await written(shared(), 4)
      expect((await shared().readLog(before, 3)).atHead).toBe(false)
      expect((await shared().readLog(before, 4)).atHead).toBe(true)
    })

    it('names as next the last event of the page', async () => {
      const before = (await written(shared(), 1)).answer.position
      await written(shared(), 4)
      const page = await shared().readLog(before, 2)
      expect(page.next).toBe(page.events.at(-1)?.position)
    })

    it('gives the events that the streams give, at the same positions', async () => {
      const before = await shared().head()
      const written2 = [await written(shared(), 3), await written(shared(), 2)]
      const streams = await Promise.all(written2.map(({ stream }) => shared().readStream(stream)))
      expect(await readAll(shared(), before)).toEqual(streams.flat())
    })

    it('shows an append as soon as it was answered', async () => {
      const { answer, stream } = await written(shared(), 1)
      const next = await append(shared(), eventsOf(stream, 1, 1))
      const page = await shared().readLog(answer.position, 10)
      expect(page.events.map(({ position }) => position)).toEqual([next.position])
    })

    it('does not move for a repeat or a refusal', async () => {
      const { events, stream } = await written(shared(), 2)
      const head = await shared().head()
      await append(shared(), events)
      await append(shared(), eventsOf(stream, 0, 1, 'other')).catch(() => {})
      expect(await shared().head()).toBe(head)
    })

    it.each([-1, 0.5, Number.NaN])('is refused for %s events', async (limit) => {
      await expect(shared().readLog(null, limit)).rejects.toThrow(RangeError)
    })

    it.each(['', '-1', '1.5', '01', 'abc', '1e3', ' 1'])(
      'is refused after "%s", which is no position',
      async (text) => {
        await expect(shared().readLog(text, 10)).rejects.toThrow(TypeError)
      },
    )
  })

  describe('positions', () => {
    it('increase from event to event, within one append too', async () => {
      const before = await shared().head()
      for (let size = 1; size < 6; size += 1) await written(shared(), size)
      for (const [earlier, later] of neighbours(await readAll(shared(), before)))
        expect(shared().comparePositions(earlier.position, later.position)).toBeLessThan(0)
    })

    it('compare as the log has them, and equal to themselves alone', async () => {
      const before = await shared().head()
      for (let time = 0; time < 5; time += 1) await written(shared(), 30)
      const events = await readAll(shared(), before)
      const inOrder = events.map(({ position }) => position)
      const sorted = inOrder.toReversed().sort((a, b) => shared().comparePositions(a, b))
      expect(sorted).toEqual(inOrder)
      expect(shared().comparePositions(inOrder[0] ?? '', inOrder[0] ?? '')).toBe(0)
    })

    it('compare as numbers, whatever their length', () => {
      expect(shared().comparePositions('9', '10')).toBeLessThan(0)
      expect(shared().comparePositions('9007199254740993', '9007199254740992')).toBeGreaterThan(0)
      expect(shared().comparePositions('9223372036854775807', '9223372036854775807')).toBe(0)
    })

    it('are decimal text', async () => {
      const { answer } = await written(shared(), 1)
      expect(answer.position).toMatch(/^(0|[1-9][0-9]{0,18})$/)
    })
  })
}
