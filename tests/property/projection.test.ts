import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventStore } from '../../eventstore/port.ts'
import { compareGenerations } from '../../projections/compare.ts'
import type { Document, DocumentStore, Generation } from '../../projections/documents.ts'
import { unclaimed } from '../../projections/leases.ts'
import { openMemoryDocumentStore } from '../../projections/memory/document-store.ts'
import type { Projection } from '../../projections/projection.ts'
import { build } from '../../projections/rebuild.ts'
import { Lane } from '../../projections/runner-lane.ts'
import { followerOf } from '../../projections/runner-resume.ts'
import { verifyProjection } from '../../projections/verify.ts'
import { type Chance, Crash, frail } from './projection-crash.ts'
import {
  append,
  decode,
  type Happening,
  logOf,
  logs,
  oracle,
  soundLogs,
  watchers,
  world,
} from './projection-kit.ts'

const now = () => 0

const buildOf = (
  events: EventStore,
  documents: DocumentStore,
  projections: readonly Projection[],
  page: number,
  cached: number,
): Promise<Lane> =>
  build({
    events,
    documents,
    projections,
    decode,
    now,
    page,
    cachedWhileBuilding: cached,
    cachedAfter: cached,
    tallyOf: () => ({ eventsScanned: 0, documentsWritten: 0 }),
    signal: new AbortController().signal,
  })

const contentsOf = async (generation: Generation): Promise<unknown> => {
  const documents: Record<string, Record<string, Document>> = {}
  for (const { name } of generation.collections) {
    const found = await generation.scan(name, null, 10_000)
    documents[name] = Object.fromEntries(
      found.map(({ key, document }): [string, Document] => [key, document]),
    )
  }
  return { documents, parked: (await generation.parked()).map(({ event }) => event).sort() }
}

/** Follows the log from the live generation's checkpoint to the head; begins again, cold, whenever it dies. */
const follow = async (
  events: EventStore,
  documents: DocumentStore,
  projection: Projection,
  chance: Chance,
): Promise<void> => {
  for (;;) {
    const tally = { eventsScanned: 0, documentsWritten: 0 }
    const generation = await documents.live(projection.name)
    if (!generation) throw new Error('There is nothing to go on from.')
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

const begun = async (documents: DocumentStore, projection: Projection): Promise<Generation> => {
  const generation = await documents.begin(projection)
  await documents.publish(generation)
  return generation
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
const chanceOf = (seed: number): Chance => {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

describe.each(world.map((projection) => ({ name: projection.name, projection })))(
  '$name',
  ({ projection }) => {
    it('batches of any size, with any redelivery and any part of a write lost, say what one pass says', async () => {
      await fc.assert(
        fc.asyncProperty(
          logs,
          fc.integer({ min: 2, max: 6 }),
          fc.integer(),
          async (happenings, oneIn, seed) => {
            const events = await logOf(happenings)
            const documents = openMemoryDocumentStore()
            const generation = await begun(documents, projection)
            const chance = chanceOf(seed)
            await follow(events, frail(documents, chance, oneIn, true), projection, chance)
            expect(await contentsOf(generation)).toEqual(await oracle(projection, events))
          },
        ),
        { numRuns: 400 },
      )
    })

    it('a rebuild says what one pass says, whatever memory it may use', async () => {
      await fc.assert(
        fc.asyncProperty(
          logs,
          fc.nat(8),
          fc.integer({ min: 1, max: 30 }),
          async (happenings, cached, page) => {
            const events = await logOf(happenings)
            const documents = openMemoryDocumentStore()
            const [follower] = (await buildOf(events, documents, [projection], page, cached)).followers
            expect(follower && (await contentsOf(follower.generation))).toEqual(
              await oracle(projection, events),
            )
            expect(follower?.checkpoint).toMatchObject({
              position: await events.head(),
              scanned: happenings.length,
            })
          },
        ),
        { numRuns: 150 },
      )
    })

    it('I25: a rebuilt view equals the live one, byte for byte', async () => {
      await fc.assert(
        fc.asyncProperty(logs, logs, fc.nat(30), fc.integer(), async (before, after, cached, seed) => {
          const events = await logOf(before)
          const documents = openMemoryDocumentStore()
          const live = await begun(documents, projection)
          const chance = chanceOf(seed)
          await follow(events, frail(documents, chance, 4, true), projection, chance)
          await append(events, after)
          await follow(events, frail(documents, chance, 4, true), projection, chance)
          const [rebuilt] = (await buildOf(events, documents, [projection], 1 + chance(20), cached)).followers
          expect(rebuilt && (await compareGenerations(live, rebuilt.generation))).toBeNull()
          expect(await verifyProjection({ events, documents, projection, decode })).toEqual({
            outcome: 'EQUAL',
            position: await events.head(),
            difference: null,
          })
        }),
        { numRuns: 100 },
      )
    })

    it('poison parks its own stream from there on, and nothing else', async () => {
      await fc.assert(
        fc.asyncProperty(
          soundLogs,
          fc.nat(59),
          fc.constantFrom('decode' as const, 'changes' as const, 'fold' as const, 'field' as const),
          fc.integer(),
          async (sound, at, poison, seed) => {
            const index = Math.min(at, sound.length - 1)
            const victim = sound[index]
            const happenings = sound.map(
              (happening, each): Happening => (each === index ? { ...happening, poison } : happening),
            )
            const without = sound.filter((happening, each) => each < index || happening.who !== victim?.who)
            const [poisonedLog, soundLog] = [await logOf(happenings), await logOf(without)]
            const documents = openMemoryDocumentStore()
            const generation = await begun(documents, projection)
            const chance = chanceOf(seed)
            await follow(poisonedLog, frail(documents, chance, 5, true), projection, chance)
            const isTouched = victim !== undefined && projection.types.includes(victim.type)
            const parked = await generation.parked()
            expect(parked.map(({ stream }) => stream)).toEqual(isTouched ? [`person-${victim.who}`] : [])
            if (!isTouched) return
            // Positions differ between the two logs, and some documents hold positions: compare how much there is.
            const expected = await oracle(projection, soundLog)
            for (const { name } of projection.collections)
              expect((await generation.scan(name, null, 1_000)).map(({ key }) => key)).toEqual(
                Object.keys(expected.documents[name] ?? {}).sort(),
              )
          },
        ),
        { numRuns: 150 },
      )
    })
  },
)

it('one pass over the log feeds projections of different pace to the same end', async () => {
  await fc.assert(
    fc.asyncProperty(logs, fc.nat(20), async (happenings, cached) => {
      const events = await logOf(happenings)
      const documents = openMemoryDocumentStore()
      const { followers } = await buildOf(events, documents, world, 7, cached)
      for (const { projection, generation } of followers)
        expect(await contentsOf(generation)).toEqual(await oracle(projection, events))
    }),
    { numRuns: 50 },
  )
})

it('after a crash, each fold sees what it saw the first time, even where projections keep no positions', async () => {
  await fc.assert(
    fc.asyncProperty(logs, fc.integer({ min: 2, max: 6 }), fc.integer(), async (happenings, oneIn, seed) => {
      const events = await logOf(happenings)
      const documents = openMemoryDocumentStore()
      const generation = await begun(documents, watchers)
      const chance = chanceOf(seed)
      await follow(events, frail(documents, chance, oneIn, false), watchers, chance)
      expect(await contentsOf(generation)).toEqual(await oracle(watchers, events))
    }),
    { numRuns: 1_000 },
  )
})
