/**
 * What jobs there are: for each name the form of its data, what is done, and how often it is tried. Data is parsed here,
 * at the edge, and nowhere else.
 */
import type { z } from 'zod'
import {
  errorText,
  type Job,
  type JobControls,
  type JobEngine,
  type JobWorker,
  type NewJob,
  type Outcome,
} from './queue.ts'

export interface Retry {
  /** Tries altogether, deaths of workers among them. */
  readonly attempts: number
  /** Milliseconds until the next try after so many failures, from 1; a tenth of it more or less is added by chance. */
  readonly delayMs: (failures: number) => number
}

/** Doubling from `firstMs` up to `mostMs`. */
export const doubling =
  (firstMs: number, mostMs: number): Retry['delayMs'] =>
  (failures) =>
    Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 40))

/** Trying again is pointless: the job is dead at once, for a person to look at. */
export class Hopeless extends Error {
  override readonly name = 'Hopeless'
}

/** What a handler is told besides its data. */
export interface JobContext extends JobControls {
  readonly id: string
  readonly failures: number
  /** The last try: what it throws is the end. */
  readonly isLast: boolean
}

/** A kind of job. Made by `defineJob`. */
export interface JobKind {
  readonly name: string
  /** The queue that it waits in: kinds of one queue share its workers. */
  readonly queue: string
  readonly run: (job: Job, controls: JobControls) => Promise<Outcome>
}

export interface JobDefinition<Schema extends z.ZodType> {
  readonly name: string
  readonly queue: string
  readonly data: Schema
  readonly retry: Retry
  /** What it throws is tried again; `Hopeless` is not. Harmless when done twice. */
  readonly handle: (data: z.output<Schema>, context: JobContext) => Promise<void>
}

const jitter = (delayMs: number): number => Math.round(delayMs * (0.9 + Math.random() * 0.2))

const failed = ({ retry }: Pick<JobDefinition<z.ZodType>, 'retry'>, job: Job, error: unknown): Outcome => {
  const failures = job.failures + 1
  if (error instanceof Hopeless || failures >= retry.attempts)
    return { kind: 'DEAD', error: errorText(error) }
  return { kind: 'AGAIN', delayMs: jitter(retry.delayMs(failures)), error: errorText(error) }
}

export const defineJob = <Schema extends z.ZodType>(definition: JobDefinition<Schema>): JobKind => ({
  name: definition.name,
  queue: definition.queue,
  run: async (job, controls) => {
    const { data: schema, retry, handle } = definition
    // A job that ends its worker each time is stopped here, before it does so again.
    if (job.failures >= retry.attempts)
      return { kind: 'DEAD', error: `Its worker died each of ${job.failures} times.` }
    let given: unknown
    try {
      given = JSON.parse(job.data)
    } catch {
      return { kind: 'DEAD', error: 'Its data is no JSON.' }
    }
    const parsed = schema.safeParse(given)
    if (!parsed.success) {
      const where = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
      return { kind: 'DEAD', error: `Its data cannot be read: ${where.join('; ').slice(0, 300)}` }
    }
    try {
      const isLast = job.failures + 1 >= retry.attempts
      await handle(parsed.data, {
        id: job.id,
        failures: job.failures,
        isLast,
        signal: controls.signal,
        progress: controls.progress,
      })
      return { kind: 'DONE' }
    } catch (error) {
      if (controls.signal.aborted && controls.signal.reason === 'STOPPING') return { kind: 'GIVEN_BACK' }
      return failed(definition, job, error)
    }
  },
})

/** A job of a kind, to put. */
export const jobFor = (
  { name }: Pick<JobKind, 'name'>,
  id: string,
  data: Readonly<Record<string, unknown>>,
  delayMs = 0,
): NewJob => ({ id, name, data: JSON.stringify(data), delayMs })

/** Milliseconds until a job is looked at again that this version does not know: a newer process may. */
const unknownDelayMs = 60_000
const unknownAttempts = 60

export interface RunJobsOptions {
  readonly engine: JobEngine
  readonly kinds: readonly JobKind[]
  /** Jobs worked on at once, of each queue; default 8. */
  readonly concurrency?: Readonly<Record<string, number>>
  readonly onError: (name: string, error: unknown) => void
}

/** Works on the queues of these kinds until it is stopped. */
export const runJobs = ({ engine, kinds, concurrency = {}, onError }: RunJobsOptions): JobWorker => {
  const byName = new Map(kinds.map((kind) => [`${kind.queue} ${kind.name}`, kind]))
  const workers = [...new Set(kinds.map(({ queue }) => queue))].map((queue) =>
    engine.queue(queue).work({
      concurrency: concurrency[queue] ?? 8,
      onError: (error) => onError(`jobs of ${queue}`, error),
      handle: async (job, controls) => {
        const kind = byName.get(`${queue} ${job.name}`)
        if (kind !== undefined) return kind.run(job, controls)
        const error = `This version knows no job ${job.name}.`
        return job.failures < unknownAttempts
          ? { kind: 'AGAIN', delayMs: unknownDelayMs, error }
          : { kind: 'DEAD', error }
      },
    }),
  )
  return {
    stop: async (graceMs) => {
      await Promise.all(workers.map((worker) => worker.stop(graceMs)))
    },
  }
}
