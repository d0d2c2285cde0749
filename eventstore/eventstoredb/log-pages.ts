/** Pages of the log, by pull: position, page and checkpoint are one value, and back-pressure comes for free. */
import { BACKWARDS, END, FORWARDS, START } from '@eventstore/db-client'
import type { Position, StoredEvent } from '../event.ts'
import type { LogPage } from '../port.ts'
import { Recent } from '../recent.ts'
import { type ServerPosition, type ServerRecord, serverPosition, storedOf } from './mapping.ts'
import type { Reader } from './reader.ts'

/** Records looked through at a time for the last of our own. */
const lookBack = { first: 1, most: 1_024 } as const

export class LogPages {
  readonly #reader: Reader
  /**
   * What is told is where an event of ours stands, so that a checkpoint always names one. What the server and others
   * wrote behind it was scanned too: here is how far.
   */
  readonly #scanned = new Recent<ServerPosition>(256)

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** How far the log was scanned by the page that told this position: nothing of ours stands in between. */
  scannedThrough(told: Position | null): Position | null {
    return this.#scanned.get(keyOf(told))?.commit.toString() ?? told
  }

  /** @throws {StoreUnavailable} */
  async page(after: Position | null, limit: number): Promise<LogPage> {
    const from = this.#from(after)
    // A reading gives the record that stands at its beginning; and one more tells whether the page ends at the head.
    const read = await this.#read(from, limit + (from === null ? 1 : 2))
    const scanned = from === null || !isAt(read[0], from) ? read : read.slice(1)
    const atHead = scanned.length <= limit
    const records = scanned.slice(0, limit)
    const events = eventsOf(records)
    const next = events.at(-1)?.position ?? after
    const end = records.at(-1)?.position
    if (end !== undefined) this.#scanned.set(keyOf(next), end)
    return { events, next, atHead }
  }

  /** The last of our own events. @throws {StoreUnavailable} */
  async last(): Promise<StoredEvent | null> {
    let from: ServerPosition | null = null
    for (let count: number = lookBack.first; ; count = Math.min(lookBack.most, count * 8)) {
      const records: readonly ServerRecord[] = await this.#backwards(from, count)
      for (const record of records) {
        const stored = storedOf(record)
        if (stored !== undefined) return stored
      }
      const last = records.at(-1)?.position
      if (records.length < count || last === undefined) return null
      from = last
    }
  }

  /** Of whatever stands last. @throws {StoreUnavailable} */
  async end(): Promise<Position | null> {
    const [last] = await this.#backwards(null, 1)
    return last?.position === undefined ? null : last.position.commit.toString()
  }

  #from(after: Position | null): ServerPosition | null {
    return this.#scanned.get(keyOf(after)) ?? (after === null ? null : serverPosition(after))
  }

  #read(from: ServerPosition | null, maxCount: number): Promise<readonly ServerRecord[]> {
    return this.#reader.records('Reading the log', (client) =>
      client.readAll({ direction: FORWARDS, fromPosition: from ?? START, maxCount }),
    )
  }

  #backwards(from: ServerPosition | null, maxCount: number): Promise<readonly ServerRecord[]> {
    return this.#reader.records('Reading the end of the log', (client) =>
      client.readAll({ direction: BACKWARDS, fromPosition: from ?? END, maxCount, requiresLeader: true }),
    )
  }
}

const keyOf = (told: Position | null): string => told ?? ''

const isAt = (record: ServerRecord | undefined, { commit, prepare }: ServerPosition): boolean =>
  record?.position?.commit === commit && record.position.prepare === prepare

const eventsOf = (records: readonly ServerRecord[]): readonly StoredEvent[] => {
  const events: StoredEvent[] = []
  for (const record of records) {
    const stored = storedOf(record)
    if (stored !== undefined) events.push(stored)
  }
  return events
}
