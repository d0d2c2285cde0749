/**
 * Which streams there are and where they end, kept in memory and brought up to date from the log's tail where others
 * have written. Shared by the reader and the writer of one store.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Recent } from '../recent.ts'
import { isBusy } from './errors.ts'
import { integerAt, integerOrNullAt, textAt } from './rows.ts'
import { NameStatements, type StreamNames } from './stream-names.ts'

/** Streams whose heads are kept. */
const headsKept = 32_768

/** Most events of others that are looked at one by one: after more, all is looked up anew. */
const mostFollowed = 4_096

/** `revision` -1: there is no such stream, and `id` means nothing. */
export interface StreamHead {
  readonly id: number
  readonly revision: number
}

const nowhere: StreamHead = { id: 0, revision: -1 }

/** What a transaction came to, once it is committed. */
export interface Committed {
  /** Where the streams end that it changed. Of several for one stream the furthest counts. */
  readonly heads: Iterable<readonly [stream: string, head: StreamHead]>
  /** The streams that it made, in the order of their numbers, each once or more. */
  readonly arrived: readonly (readonly [name: string, id: number])[]
  /** Positions of its first and its last event; null where it wrote none. */
  readonly span: { readonly first: number; readonly last: number } | null
}

/** The look-ups of one connection. */
export class HeadStatements {
  readonly names: NameStatements
  readonly revision: StatementSync
  readonly last: StatementSync
  readonly after: StatementSync

  constructor(database: DatabaseSync) {
    this.names = new NameStatements(database)
    this.revision = database.prepare('SELECT max(revision) FROM events WHERE stream = ?')
    this.last = database.prepare('SELECT max(position) FROM events')
    // CROSS JOIN keeps SQLite from turning the order of the join around.
    this.after = database.prepare(
      `SELECT e.position, e.stream, e.revision, s.name FROM events e CROSS JOIN streams s ON s.id = e.stream
       WHERE e.position > ? ORDER BY e.position LIMIT ?`,
    )
  }
}

export class StreamHeads {
  readonly #names: StreamNames
  readonly #known = new Recent<StreamHead>(headsKept)
  readonly #dataVersion: StatementSync
  #seenVersion = -1
  /** What is known is true to the log up to this position; null where nothing is known. */
  #through: number | null = null
  /** When `notice` was last sure, on the process's own clock. */
  #noticedAt = Number.NEGATIVE_INFINITY

  /** @param writer SQLite tells it whether others have committed: all but this very connection */
  constructor(writer: DatabaseSync, names: StreamNames) {
    this.#names = names
    this.#dataVersion = writer.prepare('PRAGMA data_version')
  }

  /**
   * To be called before `find`, which is then true to the log as it is now: takes over what others have written since
   * the last time. False where that cannot be told at once: then `find` may not be relied on.
   */
  notice(statements: HeadStatements): boolean {
    const now = performance.now()
    const version = this.#version()
    if (version === null) {
      this.forget()
      this.#names.refresh(statements.names)
      return false
    }
    if (version !== this.#seenVersion) {
      // In this order: each stream of which an event was followed is known by name.
      this.#follow(statements)
      this.#names.refresh(statements.names)
      this.#seenVersion = version
    }
    this.#noticedAt = now
    return true
  }

  #follow(statements: HeadStatements): void {
    const rows = this.#through === null ? [] : statements.after.all(this.#through, mostFollowed)
    if (this.#through === null || rows.length === mostFollowed) {
      this.#known.clear()
      this.#through = integerOrNullAt(statements.last.get() ?? [null], 0) ?? 0
      return
    }
    for (const row of rows) {
      this.#known.set(textAt(row, 3), { id: integerAt(row, 1), revision: integerAt(row, 2) })
      this.#through = integerAt(row, 0)
    }
  }

  /** As `notice`, where the last time was longer ago: `find` is true to the log as it was then, or later. */
  noticedWithin(milliseconds: number, statements: HeadStatements): boolean {
    return performance.now() - this.#noticedAt < milliseconds || this.notice(statements)
  }

  /** Another number after each commit of others; null while SQLite would have to wait to tell. */
  #version(): number | null {
    try {
      return integerAt(this.#dataVersion.get() ?? [], 0)
    } catch (error) {
      if (isBusy(error)) return null
      throw error
    }
  }

  find(stream: string, statements: HeadStatements): StreamHead {
    const known = this.#known.get(stream)
    if (known !== undefined) return known
    const head = this.lookUp(stream, statements)
    this.#known.set(stream, head)
    return head
  }

  /** As `find`, from the file; streams that other processes have made are known since the last `notice`. */
  lookUp(stream: string, statements: HeadStatements): StreamHead {
    const id = this.#names.find(stream, statements.names)
    if (id === undefined) return nowhere
    return { id, revision: integerOrNullAt(statements.revision.get(id) ?? [null], 0) ?? -1 }
  }

  /**
   * After COMMIT of this store, on whichever connection. Where others have written just before, all of it is followed
   * at the next look, which comes before anything is told.
   */
  committed({ heads, arrived, span }: Committed): void {
    if (span === null || (this.#through !== null && span.last <= this.#through)) return
    if (this.#through === null || span.first !== this.#through + 1) {
      this.#noticedAt = Number.NEGATIVE_INFINITY
      this.#seenVersion = -1
      return
    }
    for (const [stream, head] of heads) {
      // Looked up in the meantime, a stream may be known to end after a later COMMIT.
      const known = this.#known.get(stream)
      if (known === undefined || known.revision < head.revision) this.#known.set(stream, head)
    }
    this.#names.hold(arrived)
    this.#through = span.last
  }

  /** What is known may be wrong, since a COMMIT is in doubt. */
  forget(): void {
    this.#seenVersion = -1
    this.#through = null
    this.#noticedAt = Number.NEGATIVE_INFINITY
    this.#known.clear()
  }
}
