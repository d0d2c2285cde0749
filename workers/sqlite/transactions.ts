/** Changes that arrive in one turn of the event loop share one transaction, and so one fsync. */
import type { DatabaseSync } from 'node:sqlite'
import { QueueUnavailable } from '../queue.ts'
import { isBusy, unavailable } from './job-file.ts'

/** Changes of one transaction at most: it blocks the event loop while it is written. */
const mostChanges = 1_024

/** Milliseconds between attempts while another process writes, about, and for how long at most. */
const busyPause = 5
const patience = 5_000

interface Waiting {
  readonly run: () => void
  readonly settle: () => void
  readonly reject: (error: QueueUnavailable) => void
}

export class Transactions {
  readonly #database: DatabaseSync
  readonly #file: string
  #queue: Waiting[] = []
  #scheduled = false
  #busySince: number | null = null
  #idle: (() => void)[] = []

  constructor(database: DatabaseSync, file: string) {
    this.#database = database
    this.#file = file
  }

  /** Runs `change` within the next transaction; resolves once that is on disk. @throws {QueueUnavailable} */
  change<T>(change: () => T): Promise<T> {
    if (!this.#database.isOpen) return Promise.reject(new QueueUnavailable(`${this.#file} is closed.`))
    return new Promise((resolve, reject) => {
      let result: T
      this.#queue.push({
        run: () => {
          result = change()
        },
        settle: () => resolve(result),
        reject,
      })
      this.#schedule()
    })
  }

  /** Resolves once all changes have their answer. */
  drained(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    if (this.#busySince === null) setImmediate(() => this.#flush())
    else setTimeout(() => this.#flush(), busyPause * (0.5 + Math.random()))
  }

  #flush(): void {
    this.#scheduled = false
    const batch = this.#queue.slice(0, mostChanges)
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      for (const { run } of batch) run()
      this.#database.exec('COMMIT')
    } catch (error) {
      // SQLite rolls back by itself on some errors (a full disk).
      if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec('ROLLBACK')
      if (this.#mayRetry(error)) {
        this.#schedule()
        return
      }
      this.#next(batch)
      const refused = unavailable(this.#file, error)
      for (const { reject } of batch) reject(refused)
      return
    }
    this.#next(batch)
    for (const { settle } of batch) settle()
  }

  #next(batch: readonly Waiting[]): void {
    this.#busySince = null
    this.#queue = this.#queue.slice(batch.length)
    if (this.#queue.length > 0) this.#schedule()
    else for (const resolve of this.#idle.splice(0)) resolve()
  }

  #mayRetry(error: unknown): boolean {
    if (!isBusy(error)) return false
    this.#busySince ??= performance.now()
    return performance.now() - this.#busySince < patience
  }
}
