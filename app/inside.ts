/** What the API shows of jobs and webhooks, and does with them: its ports, on the engine of jobs. */
import { RequestError } from '../api/graphql/request-error.ts'
import type { JobAdmin, WebhookPort } from '../api/services.ts'
import { timerQueue } from '../workers/expiry/timers.ts'
import { exportQueue } from '../workers/exports/export-record.ts'
import { type JobEngine, QueueRefused, QueueUnavailable } from '../workers/queue.ts'
import { attemptOf, attemptsKey, webhookQueue } from '../workers/webhooks/delivery.ts'
import { refusalOf } from '../workers/webhooks/target.ts'

/** Of all queues that there are. */
export const queueNames: readonly string[] = [webhookQueue, timerQueue, exportQueue]

/** In the words of the API. @throws (rejects) {RequestError} UNAVAILABLE */
export const asked = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof QueueUnavailable || error instanceof QueueRefused)
      throw new RequestError('UNAVAILABLE', error.message, { retryAfterMs: 1_000 })
    throw error
  }
}

const instant = (at: number): string => new Date(at).toISOString()

/** @param open the engine, opened when it is first asked for */
export const jobAdmin = (open: () => Promise<JobEngine>): JobAdmin => ({
  figures: () =>
    asked(async () => {
      const engine = await open()
      return Promise.all(queueNames.map(async (name) => ({ name, ...(await engine.queue(name).stats()) })))
    }),
  dead: (queue, offset, limit) =>
    asked(async () => {
      if (!queueNames.includes(queue)) return []
      const found = await (await open()).queue(queue).dead({ offset, limit })
      return found.map(({ id, name, data, failures, error, createdAt, deadAt }) => ({
        id,
        queue,
        name,
        data,
        failures,
        error,
        createdAt: instant(createdAt),
        diedAt: deadAt === null ? null : instant(deadAt),
      }))
    }),
  retry: (queue, id) =>
    asked(async () => queueNames.includes(queue) && (await open()).queue(queue).retry(id)),
  drop: (queue, id) =>
    asked(async () => {
      if (!queueNames.includes(queue)) return false
      const held = (await open()).queue(queue)
      return (await held.find(id))?.state === 'DEAD' && (await held.cancel(id))
    }),
})

export const webhookPort = (open: () => Promise<JobEngine>, allowPrivate: boolean): WebhookPort => ({
  refusalOf: (url) => refusalOf(url, allowPrivate),
  attempts: (webhookId, limit) =>
    asked(async () => {
      const notes = await (await open()).notes(attemptsKey(webhookId), limit)
      return notes.flatMap((note) => attemptOf(note) ?? [])
    }),
})
