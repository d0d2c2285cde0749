/**
 * Queues in Redis, by BullMQ.
 *
 * BullMQ ignores a job whose id it still keeps. So jobs that are done are not kept, and what was handled is remembered
 * in a set of our own, looked at when a job is put and again when it is taken up. Which failures may be tried again
 * is the handler's to say, and so said where it failed.
 */
import { type Job as BullJob, Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import {
  checkJobs,
  handledForMs,
  type JobEngine,
  type JobQueue,
  type JobState,
  type JobView,
  type JobWorker,
  jobLimits,
  keptNotes,
  type NewJob,
  type Progress,
  type QueueStats,
  type WorkOptions,
} from '../queue.ts'
import { BullmqWorker, bullIdOf, dataOf, failuresOf, idOf } from './bullmq-worker.ts'
import { type Handled, handledIn } from './handled.ts'
import { answered, asUnavailable, connectTo, type Life, type OpenRedis, openRedis } from './redis.ts'
import { together } from './together.ts'

const forgetEveryMs = 60_000

const stateOf = (state: string): JobState | null => {
  switch (state) {
    case 'active':
      return 'ACTIVE'
    case 'delayed':
      return 'DELAYED'
    case 'failed':
      return 'DEAD'
    case 'waiting':
    case 'prioritized':
      return 'WAITING'
    default:
      return null
  }
}

const progressOf = (value: unknown): Progress | null => {
  if (typeof value !== 'object' || value === null || !('done' in value) || !('total' in value)) return null
  const { done, total } = value
  if (typeof done !== 'number') return null
  return { done, total: typeof total === 'number' ? total : null }
}

const viewOf = (job: BullJob, state: JobState): JobView => ({
  id: idOf(job),
  name: job.name,
  data: dataOf(job),
  failures: failuresOf(job),
  createdAt: job.timestamp,
  state,
  progress: progressOf(job.progress),
  error: job.failedReason ?? null,
  deadAt: state === 'DEAD' ? (job.finishedOn ?? null) : null,
})

const optionsOf = ({ id, delayMs = 0 }: NewJob) => ({
  jobId: bullIdOf(id),
  ...(delayMs === 0 ? {} : { delay: delayMs }),
  removeOnComplete: true,
})

interface QueueParts {
  readonly url: string
  readonly prefix: string
  readonly connection: Redis
  readonly admit: OpenRedis['admit']
  readonly onError: (error: unknown) => void
}

class BullmqQueue implements JobQueue {
  readonly name: string
  readonly #parts: QueueParts
  readonly #queue: Queue
  readonly #handledKey: string
  readonly #handled: Handled
  readonly #workers = new Set<BullmqWorker>()
  readonly #put = together<NewJob, undefined>(jobLimits.jobs, (jobs) => answered(this.#add(jobs)))

  constructor(name: string, parts: QueueParts) {
    this.name = name
    this.#parts = parts
    this.#handledKey = `${parts.prefix}:${name}:handled`
    this.#handled = handledIn(parts.connection, this.#handledKey)
    this.#queue = new Queue(name, {
      connection: parts.connection,
      prefix: parts.prefix,
      skipVersionCheck: true,
    })
    this.#queue.on('error', parts.onError)
  }

  async put(jobs: readonly NewJob[]): Promise<void> {
    checkJobs(jobs)
    await Promise.all(jobs.map(this.#put))
  }

  async #add(jobs: readonly NewJob[]): Promise<readonly undefined[]> {
    await this.#parts.admit()
    const handled = await this.#handled.among(jobs.map(({ id }) => id))
    const fresh = jobs.filter((_, index) => handled[index] !== true)
    if (fresh.length > 0)
      await this.#queue.addBulk(
        fresh.map((job) => ({ name: job.name, data: job.data, opts: optionsOf(job) })),
      )
    return jobs.map(() => undefined)
  }

  work(options: WorkOptions): JobWorker {
    const { url, prefix } = this.#parts
    const life: Life = { isOver: false }
    const connection = connectTo(url, true, options.onError, life)
    const worker = new BullmqWorker(
      {
        queue: this.name,
        prefix,
        connection,
        life,
        handled: handledIn(connection, this.#handledKey),
        onStopped: (stopped) => this.#workers.delete(stopped),
      },
      options,
    )
    this.#workers.add(worker)
    return worker
  }

  find(id: string): Promise<JobView | null> {
    return answered(this.#find(id))
  }

  async #find(id: string): Promise<JobView | null> {
    const job = await this.#queue.getJob(bullIdOf(id))
    if (job === undefined) return null
    const state = stateOf(await job.getState())
    return state === null ? null : viewOf(job, state)
  }

  isHandled(id: string): Promise<boolean> {
    return answered(this.#handled.has(id))
  }

  forget(): Promise<void> {
    return answered(this.#handled.forget())
  }

  async dead({ offset, limit }: { readonly offset: number; readonly limit: number }) {
    const found = await answered(this.#queue.getJobs(['failed'], offset, offset + limit - 1, false))
    return found.map((job) => viewOf(job, 'DEAD'))
  }

  retry(id: string): Promise<boolean> {
    return answered(this.#retry(id))
  }

  async #retry(id: string): Promise<boolean> {
    const job = await this.#queue.getJob(bullIdOf(id))
    if (job === undefined || !(await job.isFailed())) return false
    // How often its workers died is BullMQ's own count, which a retry leaves.
    await this.#parts.connection.hdel(this.#queue.toKey(bullIdOf(id)), 'stc')
    await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true })
    return true
  }

  cancel(id: string): Promise<boolean> {
    return answered(this.#cancel(id))
  }

  async #cancel(id: string): Promise<boolean> {
    if ((await this.#queue.getJob(bullIdOf(id))) === undefined) return false
    await this.#handled.remember(id)
    // What a worker has cannot be removed: it looks whether it was handled meanwhile.
    if ((await this.#queue.remove(bullIdOf(id))) === 0) for (const worker of this.#workers) worker.look()
    return true
  }

  stats(): Promise<QueueStats> {
    return answered(this.#stats())
  }

  async #stats(): Promise<QueueStats> {
    const [counts, [oldest]] = await Promise.all([
      this.#queue.getJobCounts('waiting', 'delayed', 'active', 'failed'),
      this.#queue.getJobs(['waiting'], 0, 0, true),
    ])
    const { waiting = 0, delayed = 0, active = 0, failed = 0 } = counts
    const oldestMs = oldest === undefined ? 0 : Math.max(0, Date.now() - oldest.timestamp - oldest.delay)
    return { waiting, delayed, active, dead: failed, oldestMs }
  }

  close(): Promise<void> {
    return this.#queue.close()
  }
}

export interface BullmqJobsOptions {
  /** `redis://…` or, with TLS, `rediss://…`. */
  readonly url: string
  /** Whose jobs these are: a database that holds another's is refused. */
  readonly deploymentId: string
  /** Errors of connections, which come back by themselves. */
  readonly onError: (error: unknown) => void
}

/** @throws {QueueRefused} */
export const openBullmqJobs = async ({
  url,
  deploymentId,
  onError,
}: BullmqJobsOptions): Promise<JobEngine> => {
  const { connection, admit } = await openRedis(url, deploymentId, onError)
  // In braces: all of a deployment is in one slot of a cluster.
  const prefix = `{tributary:${deploymentId}}`
  const marks = `${prefix}:marks`
  const queues = new Map<string, BullmqQueue>()
  const forgetting = setInterval(() => {
    for (const queue of queues.values()) queue.forget().catch(onError)
  }, forgetEveryMs)
  forgetting.unref()
  return {
    queue: (name) => {
      const queue = queues.get(name) ?? new BullmqQueue(name, { url, prefix, connection, admit, onError })
      queues.set(name, queue)
      return queue
    },
    mark: (name) => answered(connection.hget(marks, name)),
    setMark: async (name, value) => {
      await answered(connection.hset(marks, name, value))
    },
    note: async (key, text) => {
      const list = `${prefix}:notes:${key}`
      const added = connection
        .pipeline()
        .lpush(list, text)
        .ltrim(list, 0, keptNotes - 1)
        .pexpire(list, handledForMs)
        .exec()
      for (const [error] of (await answered(added)) ?? []) if (error !== null) throw asUnavailable(error)
    },
    notes: (key, limit) => answered(connection.lrange(`${prefix}:notes:${key}`, 0, limit - 1)),
    close: async () => {
      clearInterval(forgetting)
      for (const queue of queues.values()) await queue.close()
      connection.disconnect()
    },
  }
}
