/**
 * Logs on real servers. A server has one log and takes seconds to start, so the contract's logs follow one another:
 * each begins where its server's ended.
 */
import type { Position } from '../../../eventstore/event.ts'
import {
  type EventStoreDbEventStore,
  type EventStoreDbOptions,
  openEventStoreDb,
} from '../../../eventstore/eventstoredb/eventstoredb-event-store.ts'
import type { EventStore, LogPage } from '../../../eventstore/port.ts'
import {
  type EventStoreServer,
  hasOwnEventStore,
  startEventStore,
  startOwnEventStore,
} from '../../support/eventstore-server.ts'
import type { OpenedStore } from './kit.ts'

/** The end of the server's log, its own records included. */
const endOf = async (store: EventStore): Promise<Position | null> => {
  for (let next: Position | null = null; ; ) {
    const page: LogPage = await store.readLog(next, 5_000)
    next = page.next
    if (page.atHead) return next
  }
}

/** The store, of a log that begins behind a position. */
const beginningAfter = (store: EventStoreDbEventStore, base: Position | null): EventStore => ({
  get epoch() {
    return store.epoch
  },
  append: (append) => store.append(append),
  readStream: (stream, read) => store.readStream(stream, read),
  readAtOnce: (stream, from, withinMs) => store.readAtOnce(stream, from, withinMs),
  headRevision: (stream) => store.headRevision(stream),
  readLog: async (after, limit) => {
    const page = await store.readLog(after ?? base, limit)
    return after === null && page.next === base ? { ...page, next: null } : page
  },
  head: async () => {
    const head = await store.head()
    return head === null || (base !== null && store.comparePositions(head, base) <= 0) ? null : head
  },
  comparePositions: store.comparePositions,
  waitForAppend: (after, timeoutMs, signal) => store.waitForAppend(after ?? base, timeoutMs, signal),
  close: () => store.close(),
})

/** As the contract wants it, on the server at `url`. */
const openOnServer = async (url: string, options?: EventStoreDbOptions): Promise<OpenedStore> => {
  const stores: EventStoreDbEventStore[] = []
  let base: Position | null = null
  const openOne = async (): Promise<EventStore> => {
    const store = await openEventStoreDb(url, options)
    stores.push(store)
    return beginningAfter(store, base)
  }
  const first = await openEventStoreDb(url, options)
  stores.push(first)
  base = await endOf(first)
  const closeAll = async (): Promise<void> => {
    for (const store of stores) await store.close()
  }
  return {
    store: beginningAfter(first, base),
    beside: openOne,
    reopen: async () => {
      await closeAll()
      return openOne()
    },
    close: closeAll,
  }
}

export interface Servers {
  /** A log on the next server, in turn: where there are two, those that follow each other have nothing in common. */
  open(options?: EventStoreDbOptions): Promise<OpenedStore>
  stop(): Promise<void>
}

/** Two servers, started when a log is first asked for; the given one alone where no other can be started. */
export const contractServers = (): Servers => {
  let started: Promise<readonly EventStoreServer[]> | null = null
  let turn = 0
  return {
    open: async (options) => {
      started ??= Promise.all([startEventStore(), ...(hasOwnEventStore ? [startOwnEventStore()] : [])])
      const servers = await started
      turn += 1
      const server = servers[turn % servers.length]
      if (server === undefined) throw new TypeError('There is a server.')
      const opened = await openOnServer(server.url, options)
      return servers.length > 1
        ? opened
        : { ...opened, notAlone: 'the server at EVENTSTORE_URL is the only one' }
    },
    stop: async () => {
      for (const server of (await started) ?? []) await server.stop()
    },
  }
}
