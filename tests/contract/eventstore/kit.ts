/** What the event store's contract cases are written with. */
import { randomUUID } from 'node:crypto'
import type { EventMetadata, Position, SealedEvent, StoredEvent } from '../../../eventstore/event.ts'
import type { Append, Appended, EventStore } from '../../../eventstore/port.ts'
import { sealEvent } from '../../../eventstore/seal.ts'

/** A log of its own, empty when opened, on the engine under test. */
export interface OpenedStore {
  readonly store: EventStore
  /** Closes the store and opens the same log again, as after a restart. */
  readonly reopen: () => Promise<EventStore>
  /** Another store on the same log, as another process has. */
  readonly beside: () => Promise<EventStore>
  /** Why every log that can be had now is a part of one; left out where each is of its own. */
  readonly notAlone?: string
  /** Closes all stores on the log and removes it. */
  readonly close: () => Promise<void>
}

/** What a group of cases runs on. */
export interface Engine {
  /** The store that most cases share, each with streams of its own; its log is not empty. */
  readonly shared: () => EventStore
  /** An empty log, closed at the end of the test. Costly on some engines. */
  readonly fresh: () => Promise<OpenedStore>
}

export const newStream = (category = 'case'): string => `${category}-${randomUUID()}`

const metadata = (previousHash: string | null): EventMetadata => ({
  actor: { id: 'person_1', kind: 'PERSON', onBehalfOf: null },
  causationId: null,
  commandId: 'command_1',
  correlationId: 'command_1',
  occurredAt: '2026-01-01T00:00:00.000Z',
  payloadHash: '0'.repeat(64),
  previousHash,
  read: {},
  recordedAt: '2026-01-01T00:00:00.000Z',
  traceparent: null,
})

export interface Given {
  readonly type?: string
  readonly schemaVersion?: number
  readonly data?: unknown
  readonly metadata?: Partial<EventMetadata>
}

/** A sealed event; what is not given does not matter to the case. */
export const eventOf = (stream: string, revision: number, given: Given = {}): SealedEvent =>
  sealEvent({
    stream,
    revision,
    type: given.type ?? 'SomethingHappened',
    schemaVersion: given.schemaVersion ?? 1,
    data: given.data ?? { revision },
    metadata: { ...metadata(null), ...given.metadata },
  })

/** `count` events from `first` on, chained, all telling of `what`. */
export const eventsOf = (
  stream: string,
  first: number,
  count: number,
  what: unknown = 'it',
): SealedEvent[] => {
  const events: SealedEvent[] = []
  for (let revision = first; revision < first + count; revision += 1)
    events.push(
      eventOf(stream, revision, {
        data: { revision, what },
        metadata: { previousHash: events.at(-1)?.hash ?? null },
      }),
    )
  return events
}

/** The append that these events ask for. */
export const appendOf = (events: readonly SealedEvent[]): Append => {
  const [first] = events
  if (first === undefined) throw new TypeError('An append of no events is spelled out where it is tested.')
  return { stream: first.stream, expectedRevision: first.revision - 1, events }
}

export const append = (store: EventStore, events: readonly SealedEvent[]): Promise<Appended> =>
  store.append(appendOf(events))

/** A new stream of so many events. */
export const written = async (
  store: EventStore,
  count: number,
): Promise<{ stream: string; events: readonly SealedEvent[]; answer: Appended }> => {
  const stream = newStream()
  const events = eventsOf(stream, 0, count)
  return { stream, events, answer: await append(store, events) }
}

/** All that the log has after a position, in pages of `pageSize`. */
export const readAll = async (
  store: EventStore,
  after: Position | null = null,
  pageSize = 500,
): Promise<readonly StoredEvent[]> => {
  const events: StoredEvent[] = []
  for (let next = after; ; ) {
    const page = await store.readLog(next, pageSize)
    events.push(...page.events)
    next = page.next
    if (page.atHead) return events
  }
}

/** The events without their positions: as they were given. */
export const withoutPosition = (events: readonly StoredEvent[]): readonly SealedEvent[] =>
  events.map(({ position: _, ...event }) => event)

export const revisionsOf = (events: readonly SealedEvent[]): readonly number[] =>
  events.map(({ revision }) => revision)

export const settled = async <Value>(
  promises: readonly Promise<Value>[],
): Promise<{ answers: readonly Value[]; errors: readonly unknown[] }> => {
  const results = await Promise.allSettled(promises)
  return {
    answers: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    errors: results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])),
  }
}

/** Pairs of neighbours. */
export const neighbours = <Item>(items: readonly Item[]): readonly (readonly [Item, Item])[] =>
  items.slice(1).flatMap((item, index) => {
    const before = items[index]
    return before === undefined ? [] : [[before, item] as const]
  })
