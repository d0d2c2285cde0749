/** Queues of the embedded engine: a table in a file of its own, in the data folder. */
import { type Clock, systemClock } from '../../platform/clock.ts'
import {
  checkJobs,
  type JobEngine,
  type JobQueue,
  type JobWorker,
  type NewJob,
  QueueUnavailable,
  type WorkOptions,
} from '../queue.ts'
import { openJobFile, unavailable } from './job-file.ts'
import { type JobTable, jobTable } from './job-table.ts'
import { type Hand, SqliteWorker } from './sqlite-worker.ts'
import { Transactions } from './transactions.ts'

const forgetEveryMs = 60_000

class SqliteQueue implements JobQueue {
  readonly name: string
  readonly #table: JobTable
  readonly #transactions: Transactions
  readonly #clock: Clock
  readonly #read: <T>(read: () => T) => Promise<T>
  readonly #workers = new Set<SqliteWorker>()

  constructor(
    name: string,
    parts: {
      readonly table: JobTable
      readonly transactions: Transactions
      readonly clock: Clock
      readonly read: <T>(read: () => T) => Promise<T>
    },
  ) {
    this.name = name
    this.#table = parts.table
    this.#transactions = parts.transactions
    this.#clock = parts.clock
    this.#read = parts.read
  }

  async put(jobs: readonly NewJob[]): Promise<void> {
    checkJobs(jobs)
    let hand: Hand | undefined
    const put = () => {
      hand = this.#idle()?.hand()
      return this.#table.put(this.name, jobs, this.#clock.now(), hand?.take ?? (() => null))
    }
    try {
      const handed = await this.#transactions.change(put)
      hand?.begin(handed)
    } catch (error) {
      hand?.begin([])
      throw error
    }
    for (const worker of this.#workers) worker.wake()
  }

  #idle(): SqliteWorker | undefined {
    for (const worker of this.#workers) if (worker.isIdle) return worker
    return undefined
  }

  work(options: WorkOptions): JobWorker {
    const worker = new SqliteWorker(
      {
        queue: this.name,
        table: this.#table,
        transactions: this.#transactions,
        clock: this.#clock,
        onStopped: (stopped) => this.#workers.delete(stopped),
      },
      options,
    )
    this.#workers.add(worker)
    return worker
  }

  find(id: string) {
    return this.#read(() => this.#table.find(this.name, id, this.#clock.now()))
  }

  isHandled(id: string) {
    return this.#read(() => this.#table.isHandled(this.name, id))
  }

  dead({ offset, limit }: { readonly offset: number; readonly limit: number }) {
    return this.#read(() => this.#table.dead(this.name, offset, limit, this.#clock.now()))
  }

  async retry(id: string): Promise<boolean> {
    const isThere = await this.#transactions.change(() => this.#table.retry(this.name, id, this.#clock.now()))
    for (const worker of this.#workers) worker.wake()
    return isThere
  }

  async cancel(id: string): Promise<boolean> {
    const found = await this.#transactions.change(() => this.#table.cancel(this.name, id, this.#clock.now()))
    if (found === 'FLAGGED') for (const worker of this.#workers) worker.renew()
    return found !== 'GONE'
  }

  stats() {
    return this.#read(() => this.#table.stats(this.name, this.#clock.now()))
  }
}

export interface SqliteJobsOptions {
  readonly file: string
  /** Whose jobs these are: a file that holds another's is refused. */
  readonly deploymentId: string
  readonly clock?: Clock
}

/** @throws {QueueRefused | QueueUnavailable} */
export const openSqliteJobs = ({ file, deploymentId, clock = systemClock }: SqliteJobsOptions): JobEngine => {
  const database = openJobFile(file, deploymentId)
  const table = jobTable(database)
  const transactions = new Transactions(database, file)
  const queues = new Map<string, JobQueue>()
  const read = async <T>(work: () => T): Promise<T> => {
    if (!database.isOpen) throw new QueueUnavailable(`${file} is closed.`)
    try {
      return work()
    } catch (error) {
      throw unavailable(file, error)
    }
  }
  const forget = (): void => {
    const sweep = async (): Promise<void> => {
      for (let after: number | null = 0; after !== null; ) {
        const from: number = after
        after = await transactions.change(() => table.forget(clock.now(), from))
      }
    }
    // What could not be forgotten now is forgotten later.
    sweep().catch(() => undefined)
  }
  const forgetting = setInterval(forget, forgetEveryMs)
  forgetting.unref()
  return {
    queue: (name) => {
      const queue = queues.get(name) ?? new SqliteQueue(name, { table, transactions, clock, read })
      queues.set(name, queue)
      return queue
    },
    mark: (name) => read(() => table.mark(name)),
    setMark: (name, value) => transactions.change(() => table.setMark(name, value)),
    note: (key, text) => transactions.change(() => table.note(key, text, clock.now())),
    notes: (key, limit) => read(() => table.notes(key, limit)),
    close: async () => {
      clearInterval(forgetting)
      await transactions.drained()
      database.close()
    },
  }
}
