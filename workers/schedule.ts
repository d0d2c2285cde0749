/**
 * Work at times that a cron expression names, in a time zone. Each occurrence is a job of its own, due then, under an id
 * made of its time: whoever puts it again puts the same one. The job puts the next before it does its work, so that the
 * chain breaks nowhere; occurrences that were missed while nothing ran come as one.
 */
import { CronExpressionParser } from 'cron-parser'
import { z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import { defineJob, type JobContext, type JobKind, type Retry } from './jobs.ts'
import type { JobEngine, NewJob } from './queue.ts'

export interface ScheduleDefinition {
  /** Of the kind of job; the same for the life of the deployment. */
  readonly name: string
  readonly queue: string
  /** Five fields, or six with seconds in front. */
  readonly cron: string
  /** IANA. Where clocks change, the expression means what they show. */
  readonly zone: string
  readonly retry: Retry
  /** `due`: milliseconds since 1970. Harmless when done twice. */
  readonly handle: (due: number, context: JobContext) => Promise<void>
}

export interface Schedule {
  readonly kind: JobKind
  /** Puts the next occurrence. From any process, as often as wanted. @throws {QueueUnavailable} */
  begin(): Promise<void>
}

/** The first occurrence after an instant, in milliseconds since 1970. @throws {Error} where the expression or the zone cannot be */
export const nextOccurrence = (cron: string, zone: string, after: number): number =>
  CronExpressionParser.parse(cron, { tz: zone, currentDate: new Date(after) })
    .next()
    .getTime()

const occurrence = z.strictObject({ cron: z.string(), zone: z.string(), due: z.int() })

/** @throws {Error} where the expression or the zone cannot be */
export const schedule = (
  { name, queue, cron, zone, retry, handle }: ScheduleDefinition,
  { engine, clock }: { readonly engine: Pick<JobEngine, 'queue'>; readonly clock: Clock },
): Schedule => {
  const putAfter = async (instant: number): Promise<void> => {
    const now = clock.now()
    const due = nextOccurrence(cron, zone, Math.max(instant, now))
    const job: NewJob = {
      id: `${name}@${due}`,
      name,
      data: JSON.stringify({ cron, zone, due } satisfies z.infer<typeof occurrence>),
      delayMs: Math.max(0, due - now),
    }
    await engine.queue(queue).put([job])
  }
  nextOccurrence(cron, zone, 0)
  return {
    begin: () => putAfter(clock.now()),
    kind: defineJob({
      name,
      queue,
      data: occurrence,
      retry,
      handle: async (said, context) => {
        // Put under an expression that has changed since: the new one has a chain of its own.
        if (said.cron !== cron || said.zone !== zone) return
        await putAfter(said.due)
        await handle(said.due, context)
      },
    }),
  }
}
