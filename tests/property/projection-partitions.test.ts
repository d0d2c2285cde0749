import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Document, Generation } from '../../projections/documents.ts'
import { openMemoryDocumentStore } from '../../projections/memory/document-store.ts'
import type { Projection } from '../../projections/projection.ts'
import { verifyProjection } from '../../projections/verify.ts'
import { looselyFenced } from './loose-fencing.ts'
import { followPartitions } from './partitioned.ts'
import { type Chance, frail } from './projection-crash.ts'
import { accounts, decode, logOf, logs, members, oracle, soundLogs, watchers } from './projection-kit.ts'

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

const contentsOf = async (generation: Generation): Promise<unknown> => {
  const documents: Record<string, Record<string, Document>> = {}
  for (const { name } of generation.collections) {
    const found = await generation.scan(name, null, 10_000)
    documents[name] = Object.fromEntries(
      found.map(({ key, document }): [string, Document] => [key, document]),
    )
  }
  return documents
}

const begun = async (
  documents: ReturnType<typeof openMemoryDocumentStore>,
  projection: Projection,
  partitions: number,
): Promise<Generation> => {
  const generation = await documents.begin(projection, { partitions })
  await documents.publish(generation)
  return generation
}

it.each([accounts, members].map((projection) => [projection.name, projection] as const))(
  '%s: any number of partitions, interleaved, crashed, superseded and redelivered, say what one pass says',
  async (_, projection) => {
    await fc.assert(
      fc.asyncProperty(
        soundLogs,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 2, max: 6 }),
        fc.integer(),
        async (happenings, partitions, oneIn, seed) => {
          const events = await logOf(happenings)
          const documents = openMemoryDocumentStore()
          const generation = await begun(documents, projection, partitions)
          const chance = chanceOf(seed)
          const frailly = frail(documents, chance, oneIn, true)
          await followPartitions({ events, documents: frailly, projection, decode, chance }, partitions)
          expect(await contentsOf(generation)).toEqual((await oracle(projection, events)).documents)
          expect((await generation.checkpoint())?.position ?? null).toBe(await events.head())
        },
      ),
      { numRuns: 300 },
    )
  },
)

it('what is given stays with what it is given to, even where projections keep no positions', async () => {
  const unclosed = soundLogs.map((log) => log.filter(({ type }) => type !== 'Closed'))
  await fc.assert(
    fc.asyncProperty(
      unclosed,
      fc.integer({ min: 2, max: 4 }),
      fc.integer(),
      async (log, partitions, seed) => {
        const events = await logOf(log)
        const documents = openMemoryDocumentStore()
        const generation = await begun(documents, watchers, partitions)
        const chance = chanceOf(seed)
        const frailly = frail(documents, chance, 3, false)
        await followPartitions(
          { events, documents: frailly, projection: watchers, decode, chance },
          partitions,
        )
        expect(await contentsOf(generation)).toEqual((await oracle(watchers, events)).documents)
      },
    ),
    { numRuns: 300 },
  )
})

/** Members who come and go all the time: whatever is folded twice, or with a row from another time, is miscounted. */
const turning = fc.array(
  fc.record({
    type: fc.constantFrom('Joined' as const, 'Left' as const),
    who: fc.nat(4),
    group: fc.nat(1),
    amount: fc.constant(0),
  }),
  { minLength: 20, maxLength: 80, size: 'max' },
)

it('an engine that fences document by document, as the port says, is fenced enough', async () => {
  await fc.assert(
    fc.asyncProperty(turning, fc.integer({ min: 1, max: 3 }), fc.integer(), async (log, partitions, seed) => {
      const events = await logOf(log)
      const inner = openMemoryDocumentStore()
      const generation = await begun(inner, members, partitions)
      const chance = chanceOf(seed)
      const documents = looselyFenced(inner, chance)
      await followPartitions({ events, documents, projection: members, decode, chance }, partitions)
      expect(await contentsOf(generation)).toEqual((await oracle(members, events)).documents)
    }),
    { numRuns: 300 },
  )
})

it('a rebuild equals the partitions that were followed, poison included', async () => {
  await fc.assert(
    fc.asyncProperty(logs, fc.integer({ min: 1, max: 4 }), fc.integer(), async (log, partitions, seed) => {
      const events = await logOf(log)
      const documents = openMemoryDocumentStore()
      await begun(documents, accounts, partitions)
      const chance = chanceOf(seed)
      const frailly = frail(documents, chance, 5, true)
      await followPartitions({ events, documents: frailly, projection: accounts, decode, chance }, partitions)
      expect(await verifyProjection({ events, documents, projection: accounts, decode })).toMatchObject({
        outcome: 'EQUAL',
        difference: null,
      })
    }),
    { numRuns: 150 },
  )
})

it('a superseded follower is stopped from writing', async () => {
  let stopped = 0
  for (let seed = 1; seed <= 40; seed++) {
    const log = Array.from({ length: 60 }, (_, index) => ({
      type: 'Paid' as const,
      who: index % 5,
      group: index % 3,
      amount: index,
    }))
    const events = await logOf(log)
    const documents = openMemoryDocumentStore()
    await begun(documents, accounts, 2)
    const chance = chanceOf(seed)
    stopped += await followPartitions({ events, documents, projection: accounts, decode, chance }, 2)
  }
  expect(stopped).toBeGreaterThan(10)
})

it('parks what gives a document to one of another route, rather than fold it wrong', async () => {
  const events = await logOf([{ type: 'Joined', who: 1, group: 1, amount: 0 }])
  const documents = openMemoryDocumentStore()
  const scattered: Projection = { ...members, route: undefined }
  const generation = await begun(documents, scattered, 2)
  const chance = chanceOf(1)
  await followPartitions({ events, documents, projection: scattered, decode, chance }, 2)
  const [parked] = await generation.parked()
  expect(parked?.reason).toContain('which has another route')
  expect(await contentsOf(generation)).toEqual({ rows: {}, cells: {}, overall: {} })
})
