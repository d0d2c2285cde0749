/**
 * Which streams there are and where they end, kept in memory for as long as no other process has written. Shared
 * by the reader and the writer of one store.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Recent } from '../recent.ts'
import { isBusy } from './errors.ts'
import { integerAt, integerOrNullAt } from './rows.ts'
import { NameStatements, type StreamNames } from './stream-names.ts'

/** Streams whose heads are kept. */
const headsKept = 32_768

/** `revision` -1: there is no such stream, and `id` means nothing. */
export interface StreamHead {
  readonly id: number
  readonly revision: number
}

const nowhere: StreamHead = { id: 0, revision: -1 }

/** The look-ups of one connection. */
export class HeadStatements {
  readonly names: NameStatements
  readonly revision: StatementSync

  constructor(database: DatabaseSync) {
    this.names = new NameStatements(database)
    this.revision = database.prepare('SELECT max(revision) FROM events WHERE stream = ?')
  }
}

export class StreamHeads {
  readonly #names: StreamNames
  readonly #known = new Recent<StreamHead>(headsKept)
  readonly #dataVersion: StatementSync
  #seenVersion = -1
  /** When `notice` was last sure, on the process's own clock. */
  #noticedAt = Number.NEGATIVE_INFINITY

  /** @param writer the one connection of this process that commits: SQLite tells it whether others did */
  constructor(writer: DatabaseSync, names: StreamNames) {
    this.#names = names
    this.#dataVersion = writer.prepare('PRAGMA data_version')
  }

  /**
   * To be called before `find`, which is then true to the log as it is now: forgets all, should another process
   * have written since the last time. False where that cannot be told at once: then `find` may not be relied on.
   */
  notice(statements: HeadStatements): boolean {
    const now = performance.now()
    const version = this.#version()
    if (version === null || version !== this.#seenVersion) {
      this.forget()
      this.#names.refresh(statements.names)
      if (version === null) return false
      this.#seenVersion = version
    }
    this.#noticedAt = now
    return true
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

  /** After COMMIT: the stream ends here now. */
  set(stream: string, head: StreamHead): void {
    this.#known.set(stream, head)
  }

  /** What is known may be wrong, since a COMMIT is in doubt. */
  forget(): void {
    this.#seenVersion = -1
    this.#noticedAt = Number.NEGATIVE_INFINITY
    this.#known.clear()
  }
}
