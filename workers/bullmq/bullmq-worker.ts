/** A worker of a queue in Redis. */
import { type Job as BullJob, UnrecoverableError, WaitingError, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { errorText, type Job, type JobWorker, type Outcome, type WorkOptions } from '../queue.ts'
import { handleJob, InWork, within } from '../working.ts'
import type { Handled } from './handled.ts'
import type { Life } from './redis.ts'

/** Milliseconds between looks at what was cancelled meanwhile, and after which a failed command is tried again. */
const watchMs = 1_000
const retryMs = 1_000
const mostAttempts = 1_000_000
const defaultLeaseMs = 30_000
const defaultGraceMs = 10_000
/** Milliseconds for which a stopping worker waits to hear from Redis at all, and for it to take the last answers. */
const pingMs = 2_000
const lastWordsMs = 5_000

export interface BullmqWorkerParts {
  readonly queue: string
  readonly prefix: string
  /** Of this worker alone; it is closed with it. */
  readonly connection: Redis
  readonly life: Life
  readonly handled: Handled
  readonly onStopped: (worker: BullmqWorker) => void
}

/** Tells the engine to try a job again after so long. */
class Again extends Error {
  override readonly name = 'Again'
  readonly delayMs: number
  constructor(message: string, delayMs: number) {
    super(message)
    this.delayMs = delayMs
  }
}

/**
 * BullMQ keeps a job under a key made of its id, beside keys of its own such as `wait` and `active`: a prefix keeps
 * ours apart from those.
 */
const idPrefix = 'job.'

export const bullIdOf = (id: string): string => `${idPrefix}${id}`

export const idOf = (job: BullJob): string => job.id?.slice(idPrefix.length) ?? ''

export const failuresOf = (job: BullJob): number => job.attemptsMade + job.stalledCounter

export const dataOf = (job: BullJob): string =>
  typeof job.data === 'string' ? job.data : JSON.stringify(job.data)

const jobOf = (job: BullJob): Job => ({
  id: idOf(job),
  name: job.name,
  data: dataOf(job),
  failures: failuresOf(job),
  createdAt: job.timestamp,
})

export class BullmqWorker implements JobWorker {
  readonly #parts: BullmqWorkerParts
  readonly #options: WorkOptions
  readonly #worker: Worker
  readonly #watch: NodeJS.Timeout
  readonly #inWork = new Map<string, InWork>()
  #settle: (() => void)[] = []

  constructor(parts: BullmqWorkerParts, options: WorkOptions) {
    this.#parts = parts
    this.#options = options
    const leaseMs = options.leaseMs ?? defaultLeaseMs
    this.#worker = new Worker(parts.queue, (job, token) => this.#process(job, token), {
      connection: parts.connection,
      prefix: parts.prefix,
      concurrency: options.concurrency,
      lockDuration: leaseMs,
      stalledInterval: leaseMs / 2,
      // Deaths count as failures, and the handler says after how many a job is dead.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: retryMs,
      skipVersionCheck: true,
      settings: {
        backoffStrategy: (_attempts, _type, error) => (error instanceof Again ? error.delayMs : retryMs),
      },
    })
    this.#worker.on('error', options.onError)
    this.#worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) this.#inWork.get(id.slice(idPrefix.length))?.abort('LEASE_LOST')
    })
    this.#watch = setInterval(() => this.look(), watchMs)
  }

  /** Looks whether jobs in work were cancelled. */
  look(): void {
    const ids = [...this.#inWork.keys()]
    if (ids.length === 0) return
    this.#parts.handled
      .among(ids)
      .then((found) => {
        for (const [index, id] of ids.entries()) if (found[index]) this.#inWork.get(id)?.abort('CANCELLED')
      })
      .catch(this.#options.onError)
  }

  async stop(graceMs = defaultGraceMs): Promise<void> {
    const { connection, life, onStopped } = this.#parts
    // Takes up no more; what is in work goes on.
    await this.#worker.pause(true)
    if (!(await within(this.#settled(), graceMs))) {
      for (const work of this.#inWork.values()) work.abort('STOPPING')
      await this.#settled()
    }
    clearInterval(this.#watch)
    // Where Redis does not answer, the last answers are lost: the leases run out, and the jobs come again.
    const answers = await within(
      connection.ping().catch(() => undefined),
      pingMs,
    )
    const closed = this.#worker.close(!answers || connection.status !== 'ready')
    await within(closed, lastWordsMs)
    life.isOver = true
    connection.disconnect()
    onStopped(this)
  }

  #settled(): Promise<void> {
    if (this.#inWork.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#settle.push(resolve))
  }

  async #process(job: BullJob, token: string | undefined): Promise<void> {
    const { handled } = this.#parts
    const id = idOf(job)
    // It may have been put again just as it was done, or cancelled in work.
    if (await handled.has(id)) return
    const work = new InWork()
    this.#inWork.set(id, work)
    let outcome: Outcome
    try {
      const controls = work.controls((progress) => job.updateProgress({ ...progress }).catch(() => undefined))
      outcome = await handleJob(this.#options, jobOf(job), controls)
    } finally {
      this.#inWork.delete(id)
      if (this.#inWork.size === 0) for (const resolve of this.#settle.splice(0)) resolve()
    }
    if (outcome.kind === 'DONE') {
      // Goes ahead of the command that takes the job away, on the same connection: it need not be waited for.
      handled.remember(id).catch(this.#options.onError)
      return
    }
    if (await handled.has(id)) return
    // Said here and not when the job was put, so that each job carries less.
    Object.assign(job.opts, { attempts: mostAttempts, backoff: { type: 'custom' }, stackTraceLimit: 0 })
    if (outcome.kind === 'AGAIN') throw new Again(errorText(outcome.error), outcome.delayMs)
    if (outcome.kind === 'DEAD') throw new UnrecoverableError(errorText(outcome.error))
    await job.moveToWait(token)
    throw new WaitingError()
  }
}
