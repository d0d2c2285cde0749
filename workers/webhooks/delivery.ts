/** The job that tells one webhook of one event. It may run twice: receivers tell repeats by the id of the delivery. */
import { z } from 'zod'
import { eventName } from '../../domain/events/shapes.ts'
import { webhookId } from '../../domain/events/webhooks.ts'
import { secretsAt, type WebhookCommand, type WebhookState } from '../../domain/webhook.ts'
import type { StoredEvent } from '../../eventstore/event.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Activity } from '../../projections/queries/activity.ts'
import type { Scope } from '../../projections/queries/scope.ts'
import { defineJob, type JobKind } from '../jobs.ts'
import type { JobEngine } from '../queue.ts'
import { messageOf } from './message.ts'
import type { SendOptions, Sent } from './send.ts'
import { sendTraced } from './trace-delivery.ts'

export const webhookQueue = 'webhooks'
export const deliveryName = 'webhook.deliver'

const minute = 60_000
const hour = 60 * minute
/** Milliseconds between tries: over a day altogether. */
const pauses = [
  5_000,
  30_000,
  2 * minute,
  10 * minute,
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  8 * hour,
  10 * hour,
]

export interface DeliveryParts {
  readonly engine: Pick<JobEngine, 'note'>
  readonly clock: Clock
  readonly deploymentId: string
  readonly sendOptions: SendOptions
  /** The webhook as the log has it now. */
  readonly webhookAt: (id: string) => Promise<WebhookState>
  /** A secret of it, opened. */
  readonly openSecret: (webhookId: string, secret: WebhookState['secrets'][number]) => string
  /** Null where there is no such event. */
  readonly eventNamed: (name: string) => Promise<StoredEvent | null>
  /** As it is seen in the feed. */
  readonly seenBy: (scope: Scope, event: StoredEvent) => Promise<Activity | null>
  /** `causedBy`: what the command's id derives from, so that it is given once. */
  readonly disable: (
    id: string,
    command: Extract<WebhookCommand, { type: 'DisableWebhook' }>,
    causedBy: string,
  ) => Promise<void>
  /** Milliseconds between tries; default: over a day. */
  readonly pauses?: readonly number[]
}

/** One try, as it is kept for people to look at. */
const attemptShape = z.object({
  delivery: z.string(),
  event: z.string(),
  type: z.string(),
  at: z.string(),
  /** From 1. */
  attempt: z.number(),
  outcome: z.enum(['DELIVERED', 'FAILED', 'GONE', 'NOT_SENT']),
  status: z.number().nullable(),
  problem: z.string().nullable(),
  milliseconds: z.number(),
})
export type Attempt = z.infer<typeof attemptShape>

export const attemptsKey = (id: string): string => `deliveries.${id}`

/** Undefined for what a newer version noted. */
export const attemptOf = (note: string): Attempt | undefined => attemptShape.safeParse(JSON.parse(note)).data

/** The delivery was not taken. It is tried again. */
class NotDelivered extends Error {
  override readonly name = 'NotDelivered'
}

const outcomeOf = (sent: Sent): Attempt['outcome'] => {
  if (sent.kind !== 'ANSWERED') return 'FAILED'
  if (sent.status === 410) return 'GONE'
  return sent.status >= 200 && sent.status < 300 ? 'DELIVERED' : 'FAILED'
}

const scopeOf = (organisation: string | null): Scope =>
  organisation === null
    ? { all: true, organisations: new Set() }
    : { all: false, organisations: new Set([organisation]) }

export const deliveryJob = (parts: DeliveryParts): JobKind => {
  const between = parts.pauses ?? pauses
  return defineJob({
    name: deliveryName,
    queue: webhookQueue,
    data: z.strictObject({ webhookId, event: eventName }),
    retry: {
      attempts: between.length + 1,
      delayMs: (failures) => between[failures - 1] ?? between.at(-1) ?? minute,
    },
    handle: async ({ webhookId: id, event }, { id: delivery, failures, isLast, signal }) => {
      const { engine, clock } = parts
      const state = await parts.webhookAt(id)
      if (state.subscribed === null || state.status !== 'ACTIVE') return
      const { organisation, url } = state.subscribed
      const stored = await parts.eventNamed(event)
      if (stored === null) return
      const activity = await parts.seenBy(scopeOf(organisation), stored)
      if (activity === null) return
      const now = clock.now()
      const secrets = secretsAt(state, new Date(now).toISOString()).map((held) => parts.openSecret(id, held))
      const { deploymentId } = parts
      const message = messageOf({ id: delivery, deploymentId, activity, secrets, now })
      const startedAt = performance.now()
      const sent = await sendTraced(stored, { url, ...message }, { ...parts.sendOptions, signal })
      // Interrupted by us: it says nothing of the receiver.
      if (sent.kind === 'NO_ANSWER') signal.throwIfAborted()
      const outcome = outcomeOf(sent)
      const status = sent.kind === 'ANSWERED' ? sent.status : null
      const problem = sent.kind === 'ANSWERED' ? null : sent.problem
      const attempt: Attempt = {
        delivery,
        event,
        type: activity.type,
        at: new Date(now).toISOString(),
        attempt: failures + 1,
        outcome: sent.kind === 'REFUSED' ? 'NOT_SENT' : outcome,
        status,
        problem,
        milliseconds: Math.round(performance.now() - startedAt),
      }
      await engine.note(attemptsKey(id), JSON.stringify(attempt))
      if (outcome === 'DELIVERED') return
      if (outcome === 'GONE') {
        await parts.disable(id, { type: 'DisableWebhook', why: 'GONE', delivery: event }, delivery)
        return
      }
      if (isLast)
        await parts.disable(id, { type: 'DisableWebhook', why: 'FAILING', delivery: event }, delivery)
      throw new NotDelivered(
        `The address answered ${status ?? 'nothing'}${problem === null ? '' : `: ${problem}`}.`,
      )
    },
  })
}
