/** Reads committed events, on a connection of its own. Synchronous. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Position, StoredEvent } from '../event.ts'
import type { LogPage, StreamRead } from '../port.ts'
import { checkPosition } from '../positions.ts'
import { checkLimit, streamWindow } from '../reads.ts'
import { eventColumns, integerOrNullAt, storedEvent, streamNameColumn, textAt } from './rows.ts'
import { HeadStatements, type StreamHead, type StreamHeads } from './stream-heads.ts'

/** A page of the log ends once it has this much text (UTF-16 units), so that its memory is bounded. */
const pageUnits = 16_000_000
const rowsAtOnce = 256

/** Most events of a stream that are read at once. */
const pageEvents = 1_000
const nothing: readonly StoredEvent[] = []

export class LogReader {
  readonly #heads: StreamHeads
  readonly #headStatements: HeadStatements
  readonly #head: StatementSync
  readonly #forwards: StatementSync
  readonly #backwards: StatementSync
  readonly #log: StatementSync

  constructor(database: DatabaseSync, heads: StreamHeads) {
    this.#heads = heads
    this.#headStatements = new HeadStatements(database)
    const ofStream = `SELECT ${eventColumns} FROM events e WHERE e.stream = ? AND e.revision BETWEEN ? AND ?`
    this.#head = database.prepare('SELECT max(position) FROM events')
    this.#forwards = database.prepare(`${ofStream} ORDER BY e.revision`)
    this.#backwards = database.prepare(`${ofStream} ORDER BY e.revision DESC`)
    // CROSS JOIN keeps SQLite from turning the order of the join around.
    this.#log = database.prepare(
      `SELECT ${eventColumns}, s.name FROM events e CROSS JOIN streams s ON s.id = e.stream
       WHERE e.position > ? ORDER BY e.position LIMIT ?`,
    )
  }

  head(): Position | null {
    return integerOrNullAt(this.#head.get() ?? [null], 0)?.toString() ?? null
  }

  headRevision(stream: string): number {
    return this.#headOf(stream).revision
  }

  readStream(stream: string, read: StreamRead): readonly StoredEvent[] {
    const { id, revision } = this.#headOf(stream)
    const { first, count, backwards } = streamWindow(read, revision)
    if (count === 0) return []
    const statement = backwards ? this.#backwards : this.#forwards
    return statement.all(id, first, first + count - 1).map((row) => storedEvent(row, stream))
  }

  /** See `EventStore.readAtOnce`. */
  readAtOnce(stream: string, from: number, withinMs: number): readonly StoredEvent[] {
    const { id, revision } = this.#headOf(stream, withinMs)
    if (revision < from) return nothing
    return this.#forwards
      .all(id, from, Math.min(revision, from + pageEvents - 1))
      .map((row) => storedEvent(row, stream))
  }

  readLog(after: Position | null, limit: number): LogPage {
    checkLimit(limit)
    if (after !== null) checkPosition(after)
    const events: StoredEvent[] = []
    let next = after
    let units = 0
    while (events.length < limit && units < pageUnits) {
      const wanted = Math.min(limit - events.length, rowsAtOnce)
      const rows = this.#log.all(BigInt(next ?? 0), wanted)
      for (const row of rows) {
        const event = storedEvent(row, textAt(row, streamNameColumn))
        units += event.data.length + event.metadata.length
        next = event.position
        events.push(event)
      }
      if (rows.length < wanted) return { events, next, atHead: true }
    }
    return { events, next, atHead: this.#nothingAfter(next) }
  }

  /** True where the log has an event after the position. */
  hasAfter(after: Position | null): boolean {
    if (after !== null) checkPosition(after)
    return !this.#nothingAfter(after)
  }

  #nothingAfter(position: Position | null): boolean {
    const head = this.head()
    return head === null || (position !== null && BigInt(head) <= BigInt(position))
  }

  #headOf(stream: string, withinMs = 0): StreamHead {
    return this.#heads.noticedWithin(withinMs, this.#headStatements)
      ? this.#heads.find(stream, this.#headStatements)
      : this.#heads.lookUp(stream, this.#headStatements)
  }
}
