import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventName } from '../../eventstore/codec.ts'
import type { RecordedEvent, StoredEvent } from '../../eventstore/event.ts'
import { MemoryEventStore } from '../../eventstore/memory/memory-event-store.ts'
import type { EventStore } from '../../eventstore/port.ts'
import { sealEvent } from '../../eventstore/seal.ts'
import type { DocumentStore, Generation } from '../../projections/documents.ts'
import { unclaimed } from '../../projections/leases.ts'
import { openMemoryDocumentStore } from '../../projections/memory/document-store.ts'
import type { Projection } from '../../projections/projection.ts'
import { Lane } from '../../projections/runner-lane.ts'
import { followerOf } from '../../projections/runner-resume.ts'
import { allProjections } from '../../projections/views/all.ts'
import { folded, recorded } from '../support/folded.ts'
import { followPartitions } from './partitioned.ts'
import { type Chance, Crash, frail } from './projection-crash.ts'
import { play, scripts } from './views-world.ts'

const logOf = async (events: readonly RecordedEvent[]): Promise<EventStore> => {
  const store = new MemoryEventStore()
  for (const { stream, revision, type, schemaVersion, data, metadata } of events) {
    if (typeof data !== 'object' || data === null) throw new TypeError(`${type} has no data.`)
    const sealed = sealEvent({ stream, revision, type, schemaVersion, data, metadata })
    await store.append({ stream, expectedRevision: revision - 1, events: [sealed] })
  }
  return store
}

/** The events as they were recorded, but for what the store adds. */
const decoderOf = (events: readonly RecordedEvent[]) => {
  const byName = new Map(events.map((event) => [event.name, event]))
  return ({ stream, revision, position }: StoredEvent): RecordedEvent | undefined => {
    const event = byName.get(eventName(stream, revision))
    return event && { ...event, position }
  }
}

/** Numbers that look random and are the same for the same seed (xorshift). */
const chanceOf = (seed: number): Chance => {
  let state = seed | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

interface Following {
  readonly events: EventStore
  readonly documents: DocumentStore
  readonly projection: Projection
  readonly decode: (stored: StoredEvent) => RecordedEvent | undefined
  readonly chance: Chance
}

/** Follows the log to its head in batches of any size; begins again, cold, whenever it dies. */
const follow = async ({ events, documents, projection, decode, chance }: Following): Promise<void> => {
  for (;;) {
    const tally = { eventsScanned: 0, documentsWritten: 0 }
    const generation = await documents.live(projection.name)
    if (!generation) throw new Error('There is nothing to go on from.')
    const now = () => 0
    const follower = await followerOf({ events, projection, generation, hold: unclaimed, tally, now })
    const lane = new Lane(events, decode, chance(12))
    lane.add(follower)
    for (;;) {
      const { atHead, failed } = await lane.step(1 + chance(20))
      const [first] = failed
      if (first && !(first.error instanceof Crash)) throw first.error
      if (first) break
      if (atHead) return
    }
  }
}

const contentsOf = async (generation: Generation): Promise<readonly string[]> => {
  const contents: string[] = []
  for (const { name } of generation.collections) {
    for (const { key, document } of await generation.scan(name, null, 10_000)) {
      contents.push(`${name} ${key} ${JSON.stringify(document)}`)
    }
  }
  return contents.sort()
}

const once = (projection: Projection, events: readonly RecordedEvent[]): readonly string[] =>
  [...folded(projection, events)]
    .flatMap(([name, documents]) =>
      [...documents].map(([key, { document }]) => `${name} ${key} ${JSON.stringify(document)}`),
    )
    .sort()

describe.each(allProjections.map((projection) => ({ name: projection.name, projection })))(
  '$name',
  ({ projection }) => {
    it('I25: says the same, byte for byte, whatever part of a write is lost and delivered again', async () => {
      await fc.assert(
        fc.asyncProperty(
          scripts,
          fc.integer({ min: 2, max: 6 }),
          fc.integer(),
          async (script, oneIn, seed) => {
            const events = recorded(play(script).happened)
            const log = await logOf(events)
            const decode = decoderOf(events)
            const documents = openMemoryDocumentStore()
            const generation = await documents.begin(projection)
            await documents.publish(generation)
            const chance = chanceOf(seed)
            await follow({
              events: log,
              documents: frail(documents, chance, oneIn, true),
              projection,
              decode,
              chance,
            })
            expect(await generation.parked()).toEqual([])
            const { events: stored } = await log.readLog(null, 10_000)
            const kept = stored.flatMap((each) => decode(each) ?? [])
            expect(await contentsOf(generation)).toEqual(once(projection, kept))
          },
        ),
        { numRuns: 60 },
      )
    })

    it('says the same, byte for byte, folded by several partitions that die and are superseded', async () => {
      await fc.assert(
        fc.asyncProperty(
          scripts,
          fc.integer({ min: 2, max: 5 }),
          fc.integer(),
          async (script, partitions, seed) => {
            const events = recorded(play(script).happened)
            const log = await logOf(events)
            const decode = decoderOf(events)
            const inner = openMemoryDocumentStore()
            const generation = await inner.begin(projection, { partitions })
            await inner.publish(generation)
            const chance = chanceOf(seed)
            const documents = frail(inner, chance, 4, true)
            await followPartitions({ events: log, documents, projection, decode, chance }, partitions)
            expect(await generation.parked()).toEqual([])
            const { events: stored } = await log.readLog(null, 10_000)
            const kept = stored.flatMap((each) => decode(each) ?? [])
            expect(await contentsOf(generation)).toEqual(once(projection, kept))
          },
        ),
        { numRuns: 30 },
      )
    })
  },
)
