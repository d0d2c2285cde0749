/** Puts a delivery for each event and each webhook that is to be told of it. */
import { z } from 'zod'
import type { Derive } from '../../domain/derive.ts'
import { eventName } from '../../domain/events/shapes.ts'
import { type WebhookEvent, webhookId } from '../../domain/events/webhooks.ts'
import type { Position, RecordedEvent, StoredEvent } from '../../eventstore/event.ts'
import { type JobEngine, jobLimits, type NewJob } from '../queue.ts'
import type { Reactor } from '../reactor.ts'
import { deliveryName, webhookQueue } from './delivery.ts'
import type { Gate } from './gate.ts'

/** A webhook that is active, as a view knows it. */
export interface Subscription {
  readonly webhookId: string
  /** Null: the platform. */
  readonly organisation: string | null
  /** Empty: all. */
  readonly kinds: readonly string[]
  /** What stands at this position or before it is not sent. */
  readonly since: Position
}

export interface WebhookReactorParts {
  readonly engine: JobEngine
  readonly derive: Derive
  readonly gate: Gate
  /** Of events that may be told. */
  readonly types: readonly string[]
  readonly comparePositions: (a: Position, b: Position) => number
  /** The active ones, as of an event at least. */
  readonly subscriptions: (through: StoredEvent) => Promise<readonly Subscription[]>
  /** Partners and communities that an event concerns; none: nobody but the platform. */
  readonly concerned: (event: RecordedEvent<string, object>) => readonly string[]
}

/** `again`: the event that asked for it once more; null the first time. */
const deliveryOf = (derive: Derive, webhookId: string, event: string, again: string | null): NewJob => ({
  // The same for the same event and webhook, for ever.
  id: derive('delivery', webhookId, event, ...(again === null ? [] : [again])),
  name: deliveryName,
  data: JSON.stringify({ webhookId, event }),
})

const redeliveryType = 'WebhookRedeliveryAsked' satisfies WebhookEvent['type']
const askedFor = z.object({ webhookId, delivery: eventName })

export const createWebhookReactor = (parts: WebhookReactorParts): Reactor => {
  const { engine, derive, gate, types, comparePositions, subscriptions, concerned } = parts
  const queue = engine.queue(webhookQueue)
  let active: readonly Subscription[] = []

  const wants = (
    { organisation, kinds, since }: Subscription,
    event: RecordedEvent<string, object>,
    whom: readonly string[],
  ): boolean =>
    (organisation === null || whom.includes(organisation)) &&
    (kinds.length === 0 || kinds.includes(event.type)) &&
    comparePositions(since, event.position) < 0

  return {
    name: 'webhook-reactor',
    types: [...types, redeliveryType],
    choose: async (events) => {
      const last = events.at(-1)
      active = last === undefined ? [] : await subscriptions(last)
      return active.length === 0 ? [] : events
    },
    react: async (events) => {
      const passed = await gate.passed()
      const jobs: NewJob[] = []
      for (const event of events) {
        if (passed(event)) continue
        if (event.type === redeliveryType) {
          const asked = askedFor.parse(event.data)
          jobs.push(deliveryOf(derive, asked.webhookId, asked.delivery, event.name))
          continue
        }
        const whom = concerned(event)
        for (const subscription of active) {
          if (!wants(subscription, event, whom)) continue
          jobs.push(deliveryOf(derive, subscription.webhookId, event.name, null))
        }
      }
      for (let at = 0; at < jobs.length; at += jobLimits.jobs)
        await queue.put(jobs.slice(at, at + jobLimits.jobs))
      const last = events.at(-1)
      if (last !== undefined) await gate.pass(last)
    },
  }
}
