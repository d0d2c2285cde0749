/** One reactor in several processes: each event is reacted to by one of them. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createCodec } from '../../eventstore/codec.ts'
import { MemoryEventStore } from '../../eventstore/memory/memory-event-store.ts'
import { systemClock } from '../../platform/clock.ts'
import type { DocumentStore } from '../../projections/documents.ts'
import { LeaseKeeper } from '../../projections/lease-keeper.ts'
import { openMemoryDocumentStore } from '../../projections/memory/document-store.ts'
import { type RunningReactor, startReactor } from '../../workers/reactor.ts'
import { append, eventsOf, newStream } from './eventstore/kit.ts'

const codec = createCodec({ current: () => 1, upcast: (_type, _version, data) => data })
const longest = 10_000
const leaseMs = 100

let store: MemoryEventStore
let documents: DocumentStore
let stream: string
let length: number
let running: { readonly reactor: RunningReactor; readonly keeper: LeaseKeeper }[]

beforeEach(() => {
  store = new MemoryEventStore()
  documents = openMemoryDocumentStore()
  stream = newStream()
  length = 0
  running = []
})
afterEach(async () => {
  for (const { reactor, keeper } of running) {
    await reactor.stop()
    await keeper.stop()
  }
})

const grow = async (count: number): Promise<string> => {
  await append(store, eventsOf(stream, length, count))
  length += count
  return (await store.head()) ?? ''
}

/** A process; `asleep`: while it is a promise, the process stands still with what it has in hand. */
const start = async (seen: string[], process: { asleep: Promise<void> | null } = { asleep: null }) => {
  const leases = {
    ...documents.leases,
    beat: async (owner: string, role: string) => {
      await process.asleep
      await documents.leases.beat(owner, role)
    },
  }
  const keeper = new LeaseKeeper({ leases, role: 'worker', leaseMs })
  await keeper.start()
  const reactor = await startReactor(
    {
      name: 'shared',
      types: ['SomethingHappened'],
      react: async (events) => {
        seen.push(...events.map(({ name }) => name))
        await process.asleep
      },
    },
    { store, documents, codec, clock: systemClock, keeper, onError: () => undefined, pageSize: 3 },
  )
  running.push({ reactor, keeper })
  return { reactor, keeper }
}

const all = (): readonly string[] => Array.from({ length }, (_, revision) => `${stream}@${revision}`)

it('of several that start on nothing one reacts, the others stand by and know how far it is', async () => {
  await grow(10)
  const seen: string[] = []
  const started = await Promise.all([start(seen), start(seen), start(seen)])
  const head = await grow(10)
  for (const { reactor } of started) expect(await reactor.waitFor(head, longest)).toBe(true)
  expect(seen).toEqual(all())
  expect(started.filter(({ reactor }) => reactor.status().isActive)).toHaveLength(1)
})

it('what one that ends in order did not do, another does at once, and nothing of it twice', async () => {
  const seen: string[] = []
  const [first, second] = [await start(seen), await start(seen)]
  expect(await second.reactor.waitFor(await grow(7), longest)).toBe(true)
  await first.reactor.stop()
  await first.keeper.stop()
  expect(await second.reactor.waitFor(await grow(7), longest)).toBe(true)
  expect(seen).toEqual(all())
  expect(second.reactor.status().isActive).toBe(true)
})

it('one that stands still is relieved; awake again it begins nothing, and its checkpoint is refused', async () => {
  const [sleepy, awake]: [string[], string[]] = [[], []]
  let wake = () => {}
  const process: { asleep: Promise<void> | null } = { asleep: null }
  const first = await start(sleepy, process)
  expect(await first.reactor.waitFor(await grow(4), longest)).toBe(true)
  process.asleep = new Promise((resolve) => {
    wake = resolve
  })
  await grow(5)
  await vi.waitFor(() => expect(sleepy).toHaveLength(7), longest)
  const second = await start(awake)
  expect(await second.reactor.waitFor(await grow(5), longest)).toBe(true)
  // What the first had in hand is done again: it may not have come to the end of it.
  expect(awake).toEqual(all().slice(4))
  process.asleep = null
  wake()
  const head = await grow(5)
  expect(await second.reactor.waitFor(head, longest)).toBe(true)
  expect(await first.reactor.waitFor(head, longest)).toBe(true)
  expect(sleepy).toEqual(all().slice(0, 7))
  expect(first.reactor.status().isActive).toBe(false)
})
