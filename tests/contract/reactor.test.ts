import { expect, it } from 'vitest'
import { createCodec } from '../../eventstore/codec.ts'
import type { SealedEvent } from '../../eventstore/event.ts'
import { MemoryEventStore } from '../../eventstore/memory/memory-event-store.ts'
import { systemClock } from '../../platform/clock.ts'
import { openMemoryDocumentStore } from '../../projections/memory/document-store.ts'
import { type ReactorParts, startReactor } from '../../workers/reactor.ts'
import { append, eventOf, eventsOf, newStream } from './eventstore/kit.ts'

const codec = createCodec({ current: () => 1, upcast: (_type, _version, data) => data })
const documents = openMemoryDocumentStore()

/** What a reactor saw of a log, once it stands at the head. */
const seenOf = async (store: MemoryEventStore, name: string): Promise<readonly string[]> => {
  const seen: string[] = []
  const onError: ReactorParts['onError'] = (_name, error) => {
    throw error
  }
  const parts = { store, documents, codec, clock: systemClock, onError }
  const reactor = await startReactor(
    {
      name,
      types: ['SomethingHappened'],
      react: async (events) => {
        seen.push(...events.map((event) => event.name))
      },
    },
    parts,
  )
  expect(await reactor.waitFor((await store.head()) ?? '', 10_000)).toBe(true)
  await reactor.stop()
  return seen
}

const logOf = async (...batches: readonly (readonly SealedEvent[])[]): Promise<MemoryEventStore> => {
  const store = new MemoryEventStore()
  for (const events of batches) await append(store, events)
  return store
}

it('a reactor goes on behind its last event on another engine, whatever the positions are there', async () => {
  const stream = newStream()
  const old = await logOf(eventsOf(stream, 0, 3))
  expect(await seenOf(old, 'moved')).toHaveLength(3)
  // The same events stand elsewhere, and more has come.
  const moved = await logOf(eventsOf(newStream(), 0, 2), eventsOf(stream, 0, 5))
  expect(await seenOf(moved, 'moved')).toEqual([`${stream}@3`, `${stream}@4`])
})

it('a reactor begins again where its last event is not in the log any more, or another stands there', async () => {
  const stream = newStream()
  expect(await seenOf(await logOf(eventsOf(stream, 0, 3)), 'restored')).toHaveLength(3)
  expect(await seenOf(await logOf(eventsOf(stream, 0, 2)), 'restored')).toHaveLength(2)
  const other = eventOf(stream, 1, { metadata: { recordedAt: '2026-01-02T00:00:00.000Z' } })
  expect(await seenOf(await logOf(eventsOf(stream, 0, 1), [other]), 'restored')).toHaveLength(2)
})
