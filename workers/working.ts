/** What workers of every engine do around a handler. */
import {
  type AbortReason,
  errorText,
  type Job,
  type JobControls,
  type Outcome,
  type WorkOptions,
} from './queue.ts'

/** Milliseconds after which a job comes again whose handler broke its word and rejected. */
const brokenDelayMs = 60_000

/** A job in work. Most handlers never look at their signal, and one costs as much as the rest of what is done here. */
export class InWork {
  #abort: AbortController | undefined
  #reason: AbortReason | undefined

  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    if (this.#reason !== undefined) this.#abort.abort(this.#reason)
    return this.#abort.signal
  }

  abort(reason: AbortReason): void {
    this.#reason ??= reason
    this.#abort?.abort(this.#reason)
  }

  /** What its handler is given. */
  controls(progress: JobControls['progress']): JobControls {
    const signal = () => this.signal
    return {
      get signal() {
        return signal()
      },
      progress,
    }
  }
}

export const handleJob = async (
  { handle }: Pick<WorkOptions, 'handle'>,
  job: Job,
  controls: JobControls,
): Promise<Outcome> => {
  try {
    return await handle(job, controls)
  } catch (error) {
    return { kind: 'AGAIN', delayMs: brokenDelayMs, error: errorText(error) }
  }
}

/** Resolves true once `done` has, or false after `timeoutMs`. */
export const within = async (done: Promise<unknown>, timeoutMs: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs)
  })
  try {
    return await Promise.race([done.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
