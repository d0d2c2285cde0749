/**
 * An event store in memory, for tests. It keeps the port's promises but durability.
 * Positions have holes on purpose, as a server's have: nothing may come to rely on their being dense.
 */
import { randomUUID } from 'node:crypto'
import { checkAppend } from '../check-append.ts'
import type { Position, StoredEvent } from '../event.ts'
import {
  type Append,
  type Appended,
  type EventStore,
  type LogPage,
  StoreUnavailable,
  type StreamRead,
  WrongExpectedRevision,
} from '../port.ts'
import { checkPosition, comparePositions } from '../positions.ts'
import { checkLimit, streamWindow } from '../reads.ts'
import { Waiters } from '../waiters.ts'

const stride = 10n

const positionOf = (index: number): Position => ((BigInt(index) + 1n) * stride).toString()

/** How many events stand at or before a position. */
const countThrough = (after: Position | null): number => {
  if (after === null) return 0
  checkPosition(after)
  return Number(BigInt(after) / stride)
}

/** What stores in memory keep their events in: several on one log are like processes on one file. */
export interface MemoryLog {
  readonly epoch: string
  readonly events: StoredEvent[]
  readonly streams: Map<string, StoredEvent[]>
  readonly waiters: Waiters
}

export const memoryLog = (): MemoryLog => ({
  epoch: randomUUID(),
  events: [],
  streams: new Map(),
  waiters: new Waiters(),
})

export class MemoryEventStore implements EventStore {
  readonly comparePositions = comparePositions
  readonly epoch: string
  readonly #events: StoredEvent[]
  readonly #streams: Map<string, StoredEvent[]>
  readonly #waiters: Waiters
  #closed = false

  constructor(log: MemoryLog = memoryLog()) {
    this.epoch = log.epoch
    this.#events = log.events
    this.#streams = log.streams
    this.#waiters = log.waiters
  }

  async append(append: Append): Promise<Appended> {
    this.#demandOpen()
    checkAppend(append)
    const stream = this.#streams.get(append.stream) ?? []
    if (append.expectedRevision !== stream.length - 1) {
      const repeated = append.events.every((event) => stream[event.revision]?.hash === event.hash)
      const last = stream[append.expectedRevision + append.events.length]
      if (!repeated || last === undefined)
        throw new WrongExpectedRevision(append.stream, append.expectedRevision, stream.length - 1)
      return { revision: last.revision, position: last.position }
    }
    for (const event of append.events) {
      const stored = { ...event, position: positionOf(this.#events.length) }
      stream.push(stored)
      this.#events.push(stored)
    }
    this.#streams.set(append.stream, stream)
    this.#waiters.wake()
    return { revision: stream.length - 1, position: positionOf(this.#events.length - 1) }
  }

  async readStream(stream: string, read: StreamRead = {}): Promise<readonly StoredEvent[]> {
    this.#demandOpen()
    const events = this.#streams.get(stream) ?? []
    const { first, count, backwards } = streamWindow(read, events.length - 1)
    const window = events.slice(first, first + count)
    return backwards ? window.reverse() : window
  }

  async headRevision(stream: string): Promise<number> {
    this.#demandOpen()
    return (this.#streams.get(stream)?.length ?? 0) - 1
  }

  async readLog(after: Position | null, limit: number): Promise<LogPage> {
    this.#demandOpen()
    checkLimit(limit)
    const first = countThrough(after)
    const events = this.#events.slice(first, first + limit)
    return {
      events,
      next: events.at(-1)?.position ?? after,
      atHead: first + events.length >= this.#events.length,
    }
  }

  async head(): Promise<Position | null> {
    this.#demandOpen()
    return this.#events.at(-1)?.position ?? null
  }

  async waitForAppend(after: Position | null, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    this.#demandOpen()
    if (this.#events.length > countThrough(after)) return
    await this.#waiters.wait(timeoutMs, signal)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#waiters.wake()
  }

  #demandOpen(): void {
    if (this.#closed) throw new StoreUnavailable('The event store is closed.')
  }
}
