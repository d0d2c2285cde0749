import { describe, expect, it } from 'vitest'
import { append, eventOf, eventsOf } from '../tests/contract/eventstore/kit.ts'
import { type ChainBreakReason, verifyLog, verifyStream } from './chain.ts'
import type { StoredEvent } from './event.ts'
import { MemoryEventStore, memoryLog } from './memory/memory-event-store.ts'
import { hashOf } from './seal.ts'

/** Two streams of five events that take turns, and a third of one. */
const soundLog = async () => {
  const log = memoryLog()
  const store = new MemoryEventStore(log)
  const [one, other] = [eventsOf('case-one', 0, 5), eventsOf('case-other', 0, 5)]
  for (let revision = 0; revision < 5; revision += 1)
    for (const events of [one, other]) await append(store, events.slice(revision, revision + 1))
  await append(store, eventsOf('case-third', 0, 1))
  /** Puts other events in the place of one, as somebody with a hand on the file might. */
  const tamper = (name: string, change: (event: StoredEvent) => readonly StoredEvent[]): void => {
    for (const list of [log.events, ...log.streams.values()]) {
      const at = list.findIndex(({ stream, revision }) => `${stream}@${revision}` === name)
      const event = list[at]
      if (event !== undefined) list.splice(at, 1, ...change(event))
    }
  }
  return { store, tamper }
}

const resealed = (event: StoredEvent, metadata: Parameters<typeof eventOf>[2]): StoredEvent => ({
  ...eventOf(event.stream, event.revision, metadata),
  position: event.position,
})

const withHash = (event: StoredEvent): StoredEvent => ({ ...event, hash: hashOf(event) })

const faults: readonly (readonly [
  string,
  ChainBreakReason,
  string,
  (event: StoredEvent) => readonly StoredEvent[],
])[] = [
  ['its data were changed', 'CHANGED', 'case-other@2', (event) => [{ ...event, data: '{"forged":true}' }]],
  [
    'its metadata were changed',
    'CHANGED',
    'case-other@2',
    (event) => [{ ...event, metadata: event.metadata.replace('person_1', 'person_2') }],
  ],
  ['its type was changed', 'CHANGED', 'case-other@2', (event) => [{ ...event, type: 'Other' }]],
  ['its hash was changed', 'CHANGED', 'case-other@2', (event) => [{ ...event, hash: '0'.repeat(64) }]],
  ['the event ahead is gone', 'OUT_OF_STEP', 'case-other@3', () => []],
  ['it is there twice', 'OUT_OF_STEP', 'case-other@2', (event) => [event, event]],
  [
    'the event ahead was replaced by another whose hash fits',
    'UNCHAINED',
    'case-other@3',
    (event) => [
      resealed(event, {
        data: 'forged',
        metadata: { previousHash: JSON.parse(event.metadata).previousHash },
      }),
    ],
  ],
  ['it names no event ahead', 'UNCHAINED', 'case-other@2', (event) => [resealed(event, {})]],
  [
    'its metadata are no metadata',
    'UNREADABLE',
    'case-other@2',
    (event) => [withHash({ ...event, metadata: '[]' })],
  ],
  [
    'its metadata are no JSON',
    'UNREADABLE',
    'case-other@2',
    (event) => [withHash({ ...event, metadata: '{' })],
  ],
  [
    'it was recorded before the event ahead',
    'BACK_IN_TIME',
    'case-other@2',
    (event) => [
      resealed(event, {
        metadata: {
          previousHash: JSON.parse(event.metadata).previousHash,
          recordedAt: '2025-12-31T23:59:59.999Z',
        },
      }),
    ],
  ],
]

describe('verifying the log', () => {
  it('finds nothing wrong with what was written', async () => {
    const { store } = await soundLog()
    expect(await verifyLog(store)).toEqual({ events: 11, through: await store.head(), broken: null })
  })

  it('finds nothing wrong with an empty log', async () => {
    expect(await verifyLog(new MemoryEventStore())).toEqual({ events: 0, through: null, broken: null })
  })

  it.each(faults)('names the first event that is broken where %s', async (_, reason, event, change) => {
    const { store, tamper } = await soundLog()
    tamper('case-other@2', change)
    const { broken } = await verifyLog(store)
    expect(broken).toMatchObject({ event, reason })
    expect(broken?.detail).toMatch(/\.$/)
  })

  it('names the first of several in the order of the log', async () => {
    const { store, tamper } = await soundLog()
    tamper('case-one@3', (event) => [{ ...event, data: '{}' }])
    tamper('case-other@1', (event) => [{ ...event, data: '{}' }])
    expect((await verifyLog(store)).broken?.event).toBe('case-other@1')
  })

  it('names an event that stands in the log before the one it follows', async () => {
    const log = memoryLog()
    const store = new MemoryEventStore(log)
    const streams = ['a', 'b', 'c', 'd'].map((id) => eventsOf(`case-${id}`, 0, 3))
    for (let revision = 0; revision < 3; revision += 1)
      for (const events of streams) await append(store, events.slice(revision, revision + 1))
    const [first, second] = await store.readStream('case-a', { from: 1 })
    for (const [event, at] of [
      [first, second],
      [second, first],
    ]) {
      if (event === undefined || at === undefined) return expect.unreachable()
      const moved = { ...event, position: at.position }
      log.events[log.events.findIndex(({ position }) => position === at.position)] = moved
      log.streams.get('case-a')?.splice(event.revision, 1, moved)
    }
    expect((await verifyLog(store, undefined, 0)).broken).toMatchObject({
      event: 'case-a@2',
      reason: 'OUT_OF_STEP',
    })
  })

  it('tells how far it is', async () => {
    const { store } = await soundLog()
    const told: number[] = []
    await verifyLog(store, (events) => told.push(events))
    expect(told).toEqual([11])
  })

  it('holds no more than the latest streams in memory, and reads the others again', async () => {
    const store = new MemoryEventStore()
    const streams = Array.from({ length: 40 }, (_, index) => eventsOf(`case-${index}`, 0, 3))
    for (let revision = 0; revision < 3; revision += 1)
      for (const events of streams) await append(store, events.slice(revision, revision + 1))
    expect(await verifyLog(store, undefined, 4)).toMatchObject({ events: 120, broken: null })
  })
})

describe('verifying a stream', () => {
  it('finds nothing wrong with what was written', async () => {
    const { store } = await soundLog()
    const last = (await store.readStream('case-one')).at(-1)
    expect(await verifyStream(store, 'case-one')).toEqual({
      events: 5,
      through: last?.position,
      broken: null,
    })
    expect(await verifyStream(store, 'case-none')).toEqual({ events: 0, through: null, broken: null })
  })

  it('looks at all of a long stream', async () => {
    const store = new MemoryEventStore()
    const events = eventsOf('case-long', 0, 2_500)
    for (const first of [0, 1_000, 2_000]) await append(store, events.slice(first, first + 1_000))
    expect(await verifyStream(store, 'case-long')).toMatchObject({ events: 2_500, broken: null })
  })

  it.each(faults)('names the first event that is broken where %s', async (_, reason, event, change) => {
    const { store, tamper } = await soundLog()
    tamper('case-other@2', change)
    expect((await verifyStream(store, 'case-other')).broken).toMatchObject({ event, reason })
    expect((await verifyStream(store, 'case-one')).broken).toBeNull()
  })
})
