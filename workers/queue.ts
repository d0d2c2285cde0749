/**
 * The port of jobs: work that happens later, perhaps in another process.
 *
 * - *At least once.* A job that was put is there until its handler has answered, whatever dies meanwhile. A worker
 *   holds a lease on what it works on and renews it; when it dies or stalls the lease runs out and the job comes
 *   again, to any worker. A handler may therefore run twice, even at the same time: it has to bear that.
 * - *Once under an id.* The caller names each job, by an id derived from what caused it. Putting an id that is there,
 *   waiting, worked on or dead, changes nothing; nor does one that was handled, for as long as that is remembered
 *   (30 days). What has to hold for longer belongs to the handler.
 * - *Durable.* A put that resolved survives the end of the process. Where the engine does not say whether a put
 *   happened, it rejects; putting the same jobs again is harmless.
 * - *No order.* Jobs that are due begin about in the order in which they became due.
 * - *Failures* are counted with the job: each `AGAIN`, and each worker that died over it. What to do after so many is
 *   the handler's to say: `AGAIN` after a while, or `DEAD`. Dead jobs stay until a person retries or cancels them.
 * - *Given back* jobs, which a stopping worker could not finish, count as no failure and are due at once.
 *
 * Any number of processes may put into and work on one queue. Times are milliseconds.
 */

/** Most of one job: UTF-8 bytes of its data, characters of its id and of its name; jobs of one `put`. */
export const jobLimits = { dataBytes: 64 * 1024, id: 128, name: 64, jobs: 1_000 } as const

/** How long a handled id is remembered, in milliseconds. */
export const handledForMs = 30 * 24 * 3_600_000

export const keptNotes = 1_000

export interface NewJob {
  /** What makes it one job: letters, digits, `_`, `-`, `.` and `@`, with a letter at the beginning. */
  readonly id: string
  readonly name: string
  /** JSON. Ids and codes only: engines keep it in the clear. */
  readonly data: string
  /** Milliseconds until it is due; default 0. */
  readonly delayMs?: number
}

export interface Job {
  readonly id: string
  readonly name: string
  readonly data: string
  /** How often it failed, or its worker died. */
  readonly failures: number
  /** When it was put, milliseconds since 1970. */
  readonly createdAt: number
}

export interface Progress {
  readonly done: number
  /** Null where it is not known yet. */
  readonly total: number | null
}

export type JobState = 'WAITING' | 'DELAYED' | 'ACTIVE' | 'DEAD'

/** A job as it is looked at from outside. */
export interface JobView extends Job {
  readonly state: JobState
  readonly progress: Progress | null
  /** Why it failed last. */
  readonly error: string | null
  /** When it died, milliseconds since 1970. */
  readonly deadAt: number | null
}

/** Why a handler's signal is aborted. */
export type AbortReason = 'CANCELLED' | 'LEASE_LOST' | 'STOPPING'

/** What a handler answers. `delayMs`: from now until it is due again. */
export type Outcome =
  | { readonly kind: 'DONE' }
  | { readonly kind: 'AGAIN'; readonly delayMs: number; readonly error: string }
  | { readonly kind: 'DEAD'; readonly error: string }
  | { readonly kind: 'GIVEN_BACK' }

export interface JobControls {
  /** Aborted, with an `AbortReason`, when going on has become pointless. */
  readonly signal: AbortSignal
  /** Shown to who looks at the job. Never rejects: progress that cannot be told is not told. */
  progress(progress: Progress): Promise<void>
}

export interface WorkOptions {
  /** Jobs worked on at once by this worker. */
  readonly concurrency: number
  /** Must not reject; what it rejects with is taken for `AGAIN` after a minute. */
  readonly handle: (job: Job, controls: JobControls) => Promise<Outcome>
  /** Milliseconds without renewal after which a job comes again; default 30,000. */
  readonly leaseMs?: number
  /** What goes wrong between the worker and the engine; it tries again by itself. */
  readonly onError: (error: unknown) => void
}

export interface JobWorker {
  /**
   * Takes up no more jobs, waits for those in work for `graceMs` (default 10,000), then aborts their signals with
   * `STOPPING` and waits until they have answered.
   */
  stop(graceMs?: number): Promise<void>
}

export interface QueueStats {
  readonly waiting: number
  readonly delayed: number
  readonly active: number
  readonly dead: number
  /** Milliseconds for which the oldest job that is due has waited; 0 where none waits. */
  readonly oldestMs: number
}

export interface JobQueue {
  readonly name: string
  /** Some may be there and others not where it rejects. @throws {InvalidJob | QueueUnavailable} */
  put(jobs: readonly NewJob[]): Promise<void>
  work(options: WorkOptions): JobWorker
  /** Null where it is not there: never put, handled, or cancelled. @throws {QueueUnavailable} */
  find(id: string): Promise<JobView | null>
  /** Whether the id was handled, or cancelled, within `handledForMs`. @throws {QueueUnavailable} */
  isHandled(id: string): Promise<boolean>
  /** Dead jobs, latest death first. @throws {QueueUnavailable} */
  dead(page: { readonly offset: number; readonly limit: number }): Promise<readonly JobView[]>
  /** Makes a dead job due now, with no failures. False where there is no dead one of this id. @throws {QueueUnavailable} */
  retry(id: string): Promise<boolean>
  /**
   * Takes a job away for good, a dead one too; it counts as handled. One in work has its signal aborted within about
   * a second, and does not come again whatever it answers. False where it is not there. @throws {QueueUnavailable}
   */
  cancel(id: string): Promise<boolean>
  /** @throws {QueueUnavailable} */
  stats(): Promise<QueueStats>
}

/** What opens queues, and keeps with them how far those have come who put jobs. */
export interface JobEngine {
  /** The queue of a name: lower-case letters and dashes. The same one each time. */
  queue(name: string): JobQueue
  /** What was last kept under a name; null where nothing was. @throws {QueueUnavailable} */
  mark(name: string): Promise<string | null>
  /** @throws {QueueUnavailable} */
  setMark(name: string, value: string): Promise<void>
  /**
   * Adds a line about something, to be shown to people: the last `keptNotes` of each key are kept, for as long as
   * handled ids are. @throws {QueueUnavailable}
   */
  note(key: string, text: string): Promise<void>
  /** The last of them, newest first. @throws {QueueUnavailable} */
  notes(key: string, limit: number): Promise<readonly string[]>
  /** Workers have to be stopped before. */
  close(): Promise<void>
}

/** A job is malformed or over `jobLimits`. Nothing was put. */
export class InvalidJob extends Error {
  override readonly name = 'InvalidJob'
}

/** The engine cannot take or answer anything now: server away, disk or memory full. Try again. */
export class QueueUnavailable extends Error {
  override readonly name = 'QueueUnavailable'
}

export type QueueRefusal =
  | 'BAD_ADDRESS'
  | 'NOT_REACHED'
  | 'NOT_ALLOWED'
  | 'EVICTS'
  | 'OTHER_DEPLOYMENT'
  | 'UNSUPPORTED'

/** The engine must not be used as it is. The message says what to change. */
export class QueueRefused extends Error {
  override readonly name = 'QueueRefused'
  readonly code: QueueRefusal
  constructor(code: QueueRefusal, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

const idShape = /^[A-Za-z][A-Za-z0-9_.@-]*$/

/** What every engine checks before it puts anything. @throws {InvalidJob} */
export const checkJobs = (jobs: readonly NewJob[]): void => {
  if (jobs.length > jobLimits.jobs)
    throw new InvalidJob(`${jobs.length} jobs are put at once; at most ${jobLimits.jobs} can be.`)
  for (const { id, name, data, delayMs = 0 } of jobs) {
    if (id.length > jobLimits.id || !idShape.test(id))
      throw new InvalidJob(
        `"${id.slice(0, jobLimits.id)}" is no id of a job: a letter is expected, then letters, digits, "_", "-", "." and "@", ${jobLimits.id} at most.`,
      )
    if (name.length > jobLimits.name || !idShape.test(name))
      throw new InvalidJob(`"${name.slice(0, jobLimits.name)}" is no name of a job.`)
    // A character takes three bytes at most.
    if (data.length * 3 > jobLimits.dataBytes && Buffer.byteLength(data) > jobLimits.dataBytes)
      throw new InvalidJob(
        `The data of job ${id} takes ${Buffer.byteLength(data)} bytes; at most ${jobLimits.dataBytes} can be kept. Put ids, and look up the rest.`,
      )
    if (!Number.isSafeInteger(delayMs) || delayMs < 0)
      throw new InvalidJob(`The delay of job ${id} is ${delayMs}; whole milliseconds from 0 are expected.`)
  }
}

/** Characters of an error's message that are kept with a job. */
const errorLength = 1_000

export const errorText = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, errorLength)
