import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { StoredEvent } from '../../../eventstore/event.ts'
import { type EventStore, InvalidAppend, WrongExpectedRevision } from '../../../eventstore/port.ts'
import { append, type Engine, eventOf, eventsOf, newStream, readAll, revisionsOf, settled } from './kit.ts'

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)

/** Appends `count` times to a stream, so many events at a time. */
const grow = async (store: EventStore, stream: string, count: number, size: number): Promise<void> => {
  for (const turn of upTo(count)) await append(store, eventsOf(stream, turn * size, size))
}

/** Reads the log from `after` as it grows, until `done` and all is read. */
const follow = async (
  store: EventStore,
  after: string | null,
  done: Promise<unknown>,
): Promise<StoredEvent[]> => {
  let over = false
  const end = done.finally(() => {
    over = true
  })
  const seen: StoredEvent[] = []
  for (let next = after; ; ) {
    const last = over
    const page = await store.readLog(next, 7)
    seen.push(...page.events)
    next = page.next
    if (last && page.atHead) break
    if (page.atHead) await store.waitForAppend(next, 20)
  }
  await end
  return seen
}

/** Appends one event at whatever revision is free, telling who did. */
const persist = async (store: EventStore, stream: string, who: number): Promise<number> => {
  for (;;) {
    const revision = (await store.headRevision(stream)) + 1
    try {
      return (await append(store, [eventOf(stream, revision, { data: { who } })])).revision
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error
    }
  }
}

export const concurrencyCases = ({ shared }: Engine): void => {
  describe('appends at the same time', () => {
    it('to 64 streams are all taken, and the log has each event once', async () => {
      const before = await shared().head()
      const streams = upTo(64).map(() => newStream())
      await Promise.all(streams.map((stream) => grow(shared(), stream, 4, 2)))
      const events = await readAll(shared(), before)
      expect(events).toHaveLength(64 * 8)
      for (const stream of streams)
        expect(revisionsOf(events.filter((event) => event.stream === stream))).toEqual(upTo(8))
    })

    it('never show a reader a part of one', async () => {
      const stream = newStream()
      let done = false
      const writing = grow(shared(), stream, 30, 10).finally(() => {
        done = true
      })
      const lengths: number[] = []
      while (!done) {
        lengths.push((await shared().readStream(stream)).length)
        await nextTurn()
      }
      await writing
      expect(lengths.filter((length) => length % 10 !== 0)).toEqual([])
    })

    it('never put an event at or before a position that a reader has passed', async () => {
      const before = await shared().head()
      const streams = upTo(64).map(() => newStream())
      const writing = Promise.all(streams.map((stream, index) => grow(shared(), stream, 5, (index % 3) + 1)))
      const seen = await follow(shared(), before, writing)
      expect(seen).toEqual(await readAll(shared(), before))
      expect(seen).toHaveLength(streams.reduce((sum, _, index) => sum + 5 * ((index % 3) + 1), 0))
    })

    it('to one revision have exactly one winner', async () => {
      const stream = newStream()
      for (const revision of upTo(8)) {
        const { answers, errors } = await settled(
          upTo(32).map((who) => append(shared(), [eventOf(stream, revision, { data: { who } })])),
        )
        expect(answers).toHaveLength(1)
        expect(errors).toHaveLength(31)
        for (const error of errors)
          expect(error).toMatchObject({ name: 'WrongExpectedRevision', actual: revision })
      }
      expect(await shared().headRevision(stream)).toBe(7)
    })

    it('to one stream all get in when each tries again, each once', async () => {
      const stream = newStream()
      const revisions = await Promise.all(upTo(24).map((who) => persist(shared(), stream, who)))
      expect(revisions.toSorted((a, b) => a - b)).toEqual(upTo(24))
      const stored = await shared().readStream(stream)
      for (const [who, revision] of revisions.entries()) expect(stored[revision]?.data).toBe(`{"who":${who}}`)
    })

    it('are each answered for themselves: one refusal leaves the others', async () => {
      const taken = newStream()
      await append(shared(), eventsOf(taken, 0, 1))
      const free = upTo(20).map(() => newStream())
      const { answers, errors } = await settled([
        ...free.slice(0, 10).map((stream) => append(shared(), eventsOf(stream, 0, 2))),
        append(shared(), eventsOf(taken, 0, 1, 'other')),
        ...free.slice(10).map((stream) => append(shared(), eventsOf(stream, 0, 2))),
      ])
      expect(errors).toEqual([expect.objectContaining({ name: 'WrongExpectedRevision', stream: taken })])
      expect(answers).toHaveLength(20)
      expect(await Promise.all(free.map((stream) => shared().headRevision(stream)))).toEqual(
        free.map(() => 1),
      )
    })

    it('are each answered for themselves: one out of form leaves the others', async () => {
      const free = upTo(4).map(() => newStream())
      const { answers, errors } = await settled([
        ...free.map((stream) => append(shared(), eventsOf(stream, 0, 1))),
        append(shared(), [eventOf('nowhere', 0)]),
      ])
      expect(answers).toHaveLength(4)
      expect(errors).toEqual([expect.any(InvalidAppend)])
    })

    it('of thousands of events are all answered', async () => {
      const streams = upTo(30).map(() => newStream())
      const answers = await Promise.all(streams.map((stream) => append(shared(), eventsOf(stream, 0, 100))))
      expect(answers.map(({ revision }) => revision)).toEqual(streams.map(() => 99))
      expect(await Promise.all(streams.map((stream) => shared().headRevision(stream)))).toEqual(
        streams.map(() => 99),
      )
    })

    it('are answered each with its own position', async () => {
      const streams = upTo(40).map(() => newStream())
      const answers = await Promise.all(streams.map((stream) => append(shared(), eventsOf(stream, 0, 3))))
      for (const [index, stream] of streams.entries())
        expect((await shared().readStream(stream)).at(-1)?.position).toBe(answers[index]?.position)
    })
  })
}
