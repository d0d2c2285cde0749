/** A worker of the embedded queue. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import type { JobWorker, Outcome, WorkOptions } from '../queue.ts'
import { handleJob, InWork, within } from '../working.ts'
import type { Claimed, JobTable } from './job-table.ts'
import type { Transactions } from './transactions.ts'

/** Milliseconds after which jobs of other processes are noticed. */
const pollMs = 100
const defaultLeaseMs = 30_000
const defaultGraceMs = 10_000

export interface WorkerParts {
  readonly queue: string
  readonly table: JobTable
  readonly transactions: Transactions
  readonly clock: Clock
  /** Told once it has stopped. */
  readonly onStopped: (worker: SqliteWorker) => void
}

/** A worker that takes jobs up while they are put, which spares looking for them. */
export interface Hand {
  /** Under which token, and until when; null where it can take no more. */
  readonly take: () => { readonly owner: string; readonly until: number } | null
  /** Has to be called with what it took once that is on disk; with nothing, where it could not be put. */
  readonly begin: (claimed: readonly Claimed[]) => void
}

export class SqliteWorker implements JobWorker {
  readonly #parts: WorkerParts
  readonly #options: WorkOptions
  readonly #leaseMs: number
  readonly #id = randomUUID().slice(0, 8)
  readonly #inWork = new Map<Claimed, InWork>()
  readonly #renewal: NodeJS.Timeout
  #claims = 0
  #isClaiming = false
  #isStopping = false
  #sawAll = false
  /** Jobs that are being put, and are this worker's once they are. */
  #handed = 0
  #answers: { readonly claimed: Claimed; readonly outcome: Outcome }[] = []
  #settling = 0
  #timer: NodeJS.Timeout | undefined
  #idle: (() => void)[] = []

  constructor(parts: WorkerParts, options: WorkOptions) {
    this.#parts = parts
    this.#options = options
    this.#leaseMs = options.leaseMs ?? defaultLeaseMs
    this.#renewal = setInterval(() => this.renew(), this.#leaseMs / 3)
    this.wake()
  }

  /** It found less than it could work on: what is put now may be given to it at once. */
  get isIdle(): boolean {
    return this.#sawAll && !this.#isStopping && this.#free() > 0
  }

  hand(): Hand {
    const owner = this.#owner()
    let taken = 0
    return {
      take: () => {
        if (this.#isStopping || this.#free() === 0) return null
        taken += 1
        this.#handed += 1
        return { owner, until: this.#parts.clock.now() + this.#leaseMs }
      },
      begin: (claimed) => {
        this.#handed -= taken
        for (const job of claimed) void this.#work(job)
        this.#settleIdle()
      },
    }
  }

  /** There may be something to take up. */
  wake(): void {
    if (this.#isStopping || this.#isClaiming || this.#free() === 0) return
    this.#isClaiming = true
    clearTimeout(this.#timer)
    this.#claim()
      .catch((error: unknown) => this.#options.onError(error))
      .finally(() => {
        this.#isClaiming = false
        this.#look()
      })
  }

  /** Renews all leases; what was cancelled or lost meanwhile is told to its handler. */
  renew(): void {
    const claimed = [...this.#inWork.keys()]
    if (claimed.length === 0) return
    const { table, transactions, clock } = this.#parts
    transactions
      .change(() => {
        const until = clock.now() + this.#leaseMs
        return claimed.map((job) => ({ job, stands: table.renew(job, until) }))
      })
      .then((renewed) => {
        for (const { job, stands } of renewed) {
          if (stands === 'CANCELLED') this.#inWork.get(job)?.abort('CANCELLED')
          else if (!stands) this.#inWork.get(job)?.abort('LEASE_LOST')
        }
      })
      .catch((error: unknown) => this.#options.onError(error))
  }

  async stop(graceMs = defaultGraceMs): Promise<void> {
    this.#isStopping = true
    clearTimeout(this.#timer)
    const finished = this.#finished()
    if (!(await within(finished, graceMs))) for (const work of this.#inWork.values()) work.abort('STOPPING')
    await finished
    clearInterval(this.#renewal)
    this.#parts.onStopped(this)
  }

  #free(): number {
    return this.#options.concurrency - this.#inWork.size - this.#handed
  }

  #owner(): string {
    this.#claims += 1
    return `${this.#id}.${this.#claims}`
  }

  #isAtRest(): boolean {
    return this.#inWork.size + this.#handed + this.#settling === 0 && !this.#isClaiming
  }

  #finished(): Promise<void> {
    if (this.#isAtRest()) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #settleIdle(): void {
    if (this.#isAtRest()) for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #claim(): Promise<void> {
    const { queue, table, transactions, clock } = this.#parts
    const owner = this.#owner()
    const claimed = await transactions.change(() => {
      const free = this.#isStopping ? 0 : this.#free()
      const found = table.claim(queue, owner, free, clock.now(), this.#leaseMs)
      // With no room nothing was looked for, and nothing learnt.
      if (free > 0) this.#sawAll = found.length < free
      return found
    })
    for (const job of claimed) void this.#work(job)
  }

  async #work(claimed: Claimed): Promise<void> {
    const { table, transactions } = this.#parts
    const work = new InWork()
    this.#inWork.set(claimed, work)
    const { id, name, data, failures, createdAt } = claimed
    const controls = work.controls((progress) =>
      transactions.change(() => table.tell(claimed, progress)).catch(() => undefined),
    )
    const outcome = await handleJob(this.#options, { id, name, data, failures, createdAt }, controls)
    this.#inWork.delete(claimed)
    this.#answer(claimed, outcome)
    // Others are taken up by the same transaction that settles this one.
    this.wake()
  }

  /** Answers of one turn are settled together. */
  #answer(claimed: Claimed, outcome: Outcome): void {
    if (this.#answers.push({ claimed, outcome }) > 1) return
    this.#settling += 1
    this.#parts.transactions
      .change(() => {
        const answers = this.#answers
        this.#answers = []
        for (const answer of answers) this.#settle(answer.claimed, answer.outcome)
      })
      // Their leases run out, and the jobs come again.
      .catch((error: unknown) => {
        this.#answers = []
        this.#options.onError(error)
      })
      .finally(() => {
        this.#settling -= 1
        this.#settleIdle()
      })
  }

  #settle(claimed: Claimed, outcome: Outcome): void {
    const { table, clock } = this.#parts
    const now = clock.now()
    switch (outcome.kind) {
      case 'DONE':
        table.done(claimed, now)
        break
      case 'AGAIN':
        table.again(claimed, now + outcome.delayMs, outcome.error, now)
        break
      case 'DEAD':
        table.die(claimed, outcome.error, now)
        break
      case 'GIVEN_BACK':
        table.again(claimed, now, null, now)
        break
    }
  }

  /** Waits until the next job is due, or until another process may have put one. */
  #look(): void {
    if (this.#isStopping) {
      this.#settleIdle()
      return
    }
    clearTimeout(this.#timer)
    if (this.#free() === 0) return
    try {
      const { queue, table, clock } = this.#parts
      const next = table.nextDue(queue)
      const wait = next === null ? pollMs : Math.min(pollMs, next - clock.now())
      if (wait <= 0) this.wake()
      else this.#timer = setTimeout(() => this.#look(), wait)
    } catch (error) {
      this.#options.onError(error)
      this.#timer = setTimeout(() => this.#look(), 1_000)
    }
  }
}
