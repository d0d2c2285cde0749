/** What the tests of the command handler share: a wallet to decide about, a store to look into, time to move. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Catalogue, createCodec } from '../../eventstore/codec.ts'
import type { CommandMeta } from '../../eventstore/command.ts'
import type { EventMetadata, StoredEvent } from '../../eventstore/event.ts'
import { type CommandHandler, createCommandHandler, type HandlerLimits } from '../../eventstore/handler.ts'
import { MemoryEventStore } from '../../eventstore/memory/memory-event-store.ts'
import type { Append, Appended, EventStore, StreamRead } from '../../eventstore/port.ts'
import { hashOf, sealEvent } from '../../eventstore/seal.ts'
import { openSqliteEventStore } from '../../eventstore/sqlite/sqlite-event-store.ts'
import { type FakeClock, fakeClock } from '../../platform/clock.ts'
import { walletCatalogue } from './command-handler-wallet.ts'

let ids = 0

/** Metadata with a command id of its own. */
export const meta = (over: Partial<CommandMeta> = {}): CommandMeta => {
  ids += 1
  return {
    commandId: `command-${ids}`,
    correlationId: 'correlation',
    causationId: null,
    actor: { kind: 'PERSON', id: 'person_1', onBehalfOf: null },
    occurredAt: null,
    traceparent: null,
    ...over,
  }
}

type AppendHook = (append: Append, proceed: () => Promise<Appended>) => Promise<Appended>
type ReadHook = (
  stream: string,
  read: StreamRead,
  proceed: () => Promise<readonly StoredEvent[]>,
) => Promise<readonly StoredEvent[]>

/** A store that shows what it is asked, and lets a test come between. */
export class HookedStore implements EventStore {
  readonly inner: EventStore
  readonly epoch: string
  /** What was asked, in order. */
  readonly appends: Append[] = []
  readonly reads: string[] = []
  onAppend: AppendHook = (_append, proceed) => proceed()
  onRead: ReadHook = (_stream, _read, proceed) => proceed()

  constructor(inner: EventStore) {
    this.inner = inner
    this.epoch = inner.epoch
  }

  append(append: Append): Promise<Appended> {
    this.appends.push(append)
    return this.onAppend(append, () => this.inner.append(append))
  }

  readStream(stream: string, read: StreamRead = {}): Promise<readonly StoredEvent[]> {
    this.reads.push(stream)
    return this.onRead(stream, read, () => this.inner.readStream(stream, read))
  }

  headRevision(stream: string): Promise<number> {
    return this.inner.headRevision(stream)
  }

  readLog(...asked: Parameters<EventStore['readLog']>): ReturnType<EventStore['readLog']> {
    return this.inner.readLog(...asked)
  }

  head(): ReturnType<EventStore['head']> {
    return this.inner.head()
  }

  comparePositions(a: string, b: string): number {
    return this.inner.comparePositions(a, b)
  }

  waitForAppend(...asked: Parameters<EventStore['waitForAppend']>): Promise<void> {
    return this.inner.waitForAppend(...asked)
  }

  close(): Promise<void> {
    return this.inner.close()
  }
}

export interface Bench {
  readonly store: HookedStore
  readonly handler: CommandHandler
  readonly clock: FakeClock
  /** Another process on the same log. */
  other(limits?: Partial<HandlerLimits>): CommandHandler
}

/** A handler on a store, with time that moves when told, and whenever the handler waits. */
export const bench = (
  inner: EventStore = new MemoryEventStore(),
  limits: Partial<HandlerLimits> = {},
  catalogue: Catalogue = walletCatalogue,
): Bench => {
  const store = new HookedStore(inner)
  const clock = fakeClock()
  const make = (over: EventStore, bounds: Partial<HandlerLimits>): CommandHandler =>
    createCommandHandler({
      store: over,
      clock,
      codec: createCodec(catalogue),
      limits: bounds,
      elapsed: () => clock.now(),
      wait: async (milliseconds) => clock.advance(milliseconds),
      random: () => 0.5,
    })
  return { store, handler: make(store, limits), clock, other: (bounds = {}) => make(inner, bounds) }
}

/** The engines that the handler is tried on. `open` gives an empty store, which goes when the test has ended. */
export const engines: readonly { readonly name: string; readonly open: () => Promise<EventStore> }[] = [
  { name: 'memory', open: async () => new MemoryEventStore() },
  {
    name: 'SQLite',
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'command-handler-'))
      const store = await openSqliteEventStore(join(folder, 'log.db'))
      onTestFinished(async () => {
        await store.close()
        await rm(folder, { recursive: true })
      })
      return store
    },
  },
]

/** A door that stays shut until it is opened. */
export const door = (): { readonly opened: Promise<void>; readonly open: () => void } => {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}

/** Waits until it holds, giving everything else its turn; what never holds runs into the test's time limit. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

export const everything = async (store: EventStore, stream: string): Promise<readonly StoredEvent[]> => {
  const events: StoredEvent[] = []
  for (;;) {
    const page = await store.readStream(stream, { from: events.length })
    if (page.length === 0) return events
    events.push(...page)
  }
}

const textOf = (value: unknown, key: string): string | null => {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  return typeof found === 'string' ? found : null
}

/** One text of an event's metadata. */
export const metadataText = (event: StoredEvent, key: keyof EventMetadata & string): string | null =>
  textOf(JSON.parse(event.metadata), key)

/** Where the chain of a stream is broken first; null: nowhere. */
export const brokenAt = (events: readonly StoredEvent[]): number | null => {
  let previousHash: string | null = null
  for (const [index, event] of events.entries()) {
    const linked = metadataText(event, 'previousHash') === previousHash && event.revision === index
    if (!linked || hashOf(event) !== event.hash) return index
    previousHash = event.hash
  }
  return null
}

/** An event as some other program would append it. */
export const foreignEvent = async (
  store: EventStore,
  stream: string,
  event: { readonly type: string; readonly data: object; readonly schemaVersion?: number },
  over: Partial<EventMetadata> = {},
): Promise<Append> => {
  const ahead = (await store.readStream(stream, { direction: 'backwards', limit: 1 })).at(0)
  const revision = (ahead?.revision ?? -1) + 1
  const metadata: EventMetadata = {
    actor: { id: 'other', kind: 'SYSTEM', onBehalfOf: null },
    causationId: null,
    commandId: `foreign-${stream}-${revision}`,
    correlationId: 'foreign',
    occurredAt: '2026-01-01T00:00:00.000Z',
    payloadHash: '0'.repeat(64),
    previousHash: ahead?.hash ?? null,
    read: {},
    recordedAt: '2026-01-01T00:00:00.000Z',
    traceparent: null,
    ...over,
  }
  const { type, data, schemaVersion = 1 } = event
  return {
    stream,
    expectedRevision: revision - 1,
    events: [sealEvent({ stream, revision, type, schemaVersion, data, metadata })],
  }
}

/** Somebody else appends to the stream. */
export const appendForeign = async (...parts: Parameters<typeof foreignEvent>): Promise<Appended> =>
  parts[0].append(await foreignEvent(...parts))
