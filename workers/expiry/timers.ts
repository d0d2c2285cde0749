/** Jobs that are due at an instant which an event names. */
import type { Clock } from '../../platform/clock.ts'
import { doubling, type Retry } from '../jobs.ts'
import { type JobEngine, jobLimits, type NewJob } from '../queue.ts'

export const timerQueue = 'timers'

/** Patient: the machine's clock may be behind that of the engine. */
export const timerRetry: Retry = { attempts: 50, delayMs: doubling(1_000, 3_600_000) }

export interface Timer extends Omit<NewJob, 'delayMs'> {
  /** When it is due. */
  readonly until: string
}

/** @throws (rejects) {QueueUnavailable} Some may be there; putting all of them again is harmless. */
export const putTimers = async (engine: JobEngine, clock: Clock, timers: readonly Timer[]): Promise<void> => {
  const now = clock.now()
  const jobs = timers.map(({ until, ...job }) => ({
    ...job,
    delayMs: Math.max(0, Date.parse(until) - now),
  }))
  for (let at = 0; at < jobs.length; at += jobLimits.jobs)
    await engine.queue(timerQueue).put(jobs.slice(at, at + jobLimits.jobs))
}

/** The clocks of this process and of the engine differ. The job is tried again. */
class NotYet extends Error {
  override readonly name = 'NotYet'
}

/** The instant that it is, where the time has come. @throws {NotYet} */
export const nowThatItIsDue = (until: string, clock: Clock): string => {
  const now = new Date(clock.now()).toISOString()
  if (now < until) throw new NotYet(`It is due at ${until}, and it is ${now}.`)
  return now
}
