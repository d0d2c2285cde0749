import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { asStoreError } from './errors.ts'

/** As measured to pay. A larger cache gained nothing, and there is one for each open generation. */
const pragmas = (busyTimeout: number) => `
  PRAGMA busy_timeout = ${busyTimeout};
  PRAGMA page_size = 8192;
  PRAGMA cache_size = -4000;
  PRAGMA wal_autocheckpoint = 2000;
  PRAGMA journal_size_limit = 16777216;
`

/** WAL survives the death of the process; NORMAL may lose the last batches on power loss, with their checkpoint. */
const durable = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;'
/** No journal and no fsync: a file that nobody reads and that a crash throws away. */
const bulk = 'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;'

/** Statements kept prepared; beyond, the one unused for longest goes. */
const maxStatements = 200

/** One connection to one file. Synchronous: a transaction never spans an await. */
export class Connection {
  readonly path: string
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  // Most statements are run many times in a row.
  #lastText = ''
  #lastStatement: StatementSync | null = null

  constructor(path: string, mode: 'durable' | 'bulk' = 'durable', busyTimeout = 2_000) {
    this.path = path
    try {
      this.#db = new DatabaseSync(path)
    } catch (error) {
      throw asStoreError(path, error)
    }
    try {
      this.#db.exec(pragmas(busyTimeout) + (mode === 'bulk' ? bulk : durable))
    } catch (error) {
      this.#db.close()
      throw asStoreError(path, error)
    }
  }

  get db(): DatabaseSync {
    return this.#db
  }

  get isOpen(): boolean {
    return this.#db.isOpen
  }

  /** Prepared once and kept. */
  prepare(text: string): StatementSync {
    if (text === this.#lastText && this.#lastStatement) return this.#lastStatement
    const statement = this.#statements.get(text) ?? this.#db.prepare(text)
    this.#statements.delete(text)
    this.#statements.set(text, statement)
    if (this.#statements.size > maxStatements) {
      const [oldest] = this.#statements.keys()
      if (oldest !== undefined) this.#statements.delete(oldest)
    }
    this.#lastText = text
    this.#lastStatement = statement
    return statement
  }

  /** Runs `work` with the engine's errors made ours. */
  run<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw asStoreError(this.path, error)
    }
  }

  /** All of `work`, or nothing of it. `IMMEDIATE` takes the write lock before it reads. */
  transaction<T>(kind: 'IMMEDIATE' | 'DEFERRED', work: () => T): T {
    return this.run(() => {
      this.#db.exec(`BEGIN ${kind}`)
      try {
        const result = work()
        this.#db.exec('COMMIT')
        return result
      } catch (error) {
        // SQLite rolls back by itself on some errors (a full disk); then there is nothing left to roll back.
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
        throw error
      }
    })
  }

  /** The schema version of the file; 0 where nothing was ever made in it. */
  get userVersion(): number {
    const row = this.run(() => this.#db.prepare('PRAGMA user_version').get())
    return typeof row?.user_version === 'number' ? row.user_version : 0
  }

  close(): void {
    this.#statements.clear()
    this.#lastStatement = null
    if (this.#db.isOpen) this.#db.close()
  }
}
