/** Puts a delivery for each event and each webhook that is to be told of it. */
import type { Derive } from '../../domain/derive.ts'
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

/** The same for the same event and webhook, for ever. */
export const deliveryIdOf = (
  derive: Derive,
  webhookId: string,
  event: string,
  again: string | null,
): string =>
  again === null ? derive('delivery', webhookId, event) : derive('delivery', webhookId, event, again)

export const deliveryOf = (id: string, webhookId: string, event: string): NewJob => ({
  id,
  name: deliveryName,
  data: JSON.stringify({ webhookId, event }),
})

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
    types,
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
        const whom = concerned(event)
        for (const subscription of active) {
          if (!wants(subscription, event, whom)) continue
          const { webhookId } = subscription
          jobs.push(deliveryOf(deliveryIdOf(derive, webhookId, event.name, null), webhookId, event.name))
        }
      }
      for (let at = 0; at < jobs.length; at += jobLimits.jobs)
        await queue.put(jobs.slice(at, at + jobLimits.jobs))
      const last = events.at(-1)
      if (last !== undefined) await gate.pass(last)
    },
  }
}
