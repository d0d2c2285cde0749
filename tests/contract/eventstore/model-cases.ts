import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SealedEvent } from '../../../eventstore/event.ts'
import { type Appended, type EventStore, WrongExpectedRevision } from '../../../eventstore/port.ts'
import { append, type Engine, eventsOf, newStream, readAll, revisionsOf, withoutPosition } from './kit.ts'

/** What to do with one of three streams: a new append, at an offset from its head, or an old part of it again. */
interface Step {
  readonly stream: number
  readonly offset: number
  readonly size: number
  readonly what: number
  readonly again: boolean
}

const step: fc.Arbitrary<Step> = fc.record({
  stream: fc.nat({ max: 2 }),
  offset: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: -3, max: 2 })),
  size: fc.integer({ min: 1, max: 4 }),
  what: fc.nat({ max: 3 }),
  again: fc.boolean(),
})

const eventsFor = (model: readonly SealedEvent[], name: string, { offset, size, what, again }: Step) => {
  const first = Math.max(0, model.length + offset)
  const old = model.slice(Math.max(0, first - size), first)
  return again && old.length > 0 ? old : eventsOf(name, first, size, what)
}

/** What the port says must come of it. */
const expected = (
  model: readonly SealedEvent[],
  events: readonly SealedEvent[],
): 'written' | 'repeated' | 'refused' => {
  if (events[0]?.revision === model.length) return 'written'
  return events.every(({ revision, hash }) => model[revision]?.hash === hash) ? 'repeated' : 'refused'
}

const outcome = async (store: EventStore, events: readonly SealedEvent[]): Promise<Appended | number> => {
  try {
    return await append(store, events)
  } catch (error) {
    if (error instanceof WrongExpectedRevision) return error.actual
    throw error
  }
}

export const modelCases = ({ shared }: Engine): void => {
  describe('any sequence of appends', () => {
    it('is answered, kept and read as a list of lists would', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
          const before = await shared().head()
          const names = [newStream(), newStream(), newStream()]
          const models: SealedEvent[][] = [[], [], []]
          const order: SealedEvent[] = []
          const positions = new Map<string, string>()
          for (const taken of steps) {
            const model = models[taken.stream] ?? []
            const events = eventsFor(model, names[taken.stream] ?? '', taken)
            const due = expected(model, events)
            const answer = await outcome(shared(), events)
            const last = events.at(-1)
            if (due === 'refused') expect(answer).toBe(model.length - 1)
            else expect(answer).toMatchObject({ revision: last?.revision })
            if (due === 'written') {
              model.push(...events)
              order.push(...events)
              for (const event of await shared().readStream(last?.stream ?? ''))
                positions.set(event.hash, event.position)
            }
            if (typeof answer !== 'number') expect(answer.position).toBe(positions.get(last?.hash ?? ''))
          }
          for (const [index, name] of names.entries())
            expect(withoutPosition(await shared().readStream(name))).toEqual(models[index])
          expect(withoutPosition(await readAll(shared(), before))).toEqual(order)
        }),
        { numRuns: 60 },
      )
    })
  })

  describe('any set of appends at the same moment', () => {
    it('leaves whole winners in contiguous streams, and nothing of the losers', async () => {
      const ask = fc.record({
        stream: fc.nat({ max: 2 }),
        first: fc.nat({ max: 4 }),
        size: fc.integer({ min: 1, max: 3 }),
        what: fc.nat({ max: 2 }),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(ask, { minLength: 2, maxLength: 24 }), async (asks) => {
          const names = [newStream(), newStream(), newStream()]
          const batches = asks.map(({ stream, first, size, what }) =>
            eventsOf(names[stream] ?? '', first, size, what),
          )
          const results = await Promise.allSettled(batches.map((events) => append(shared(), events)))
          for (const result of results)
            if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(WrongExpectedRevision)
          const won = batches.filter((_, index) => results[index]?.status === 'fulfilled').flat()
          const stored = (await Promise.all(names.map((name) => shared().readStream(name)))).flat()
          expect(new Set(stored.map(({ hash }) => hash))).toEqual(new Set(won.map(({ hash }) => hash)))
          for (const name of names) {
            const revisions = revisionsOf(stored.filter(({ stream }) => stream === name))
            expect(revisions).toEqual(revisions.map((_, index) => index))
          }
        }),
        { numRuns: 60 },
      )
    })
  })
}
