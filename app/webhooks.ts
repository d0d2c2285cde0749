/** Webhooks put together: who is to be told of what, and how that is looked up. */
import { secretPlace } from '../domain/webhook.ts'
import type { StoredEvent } from '../eventstore/event.ts'
import { newCorrelationId } from '../platform/ids.ts'
import { activityAt, fedTypes } from '../projections/queries/activity.ts'
import { readLive } from '../projections/read-live.ts'
import { activity } from '../projections/views/activity.ts'
import { organisationsIn } from '../projections/views/activity-parts.ts'
import { PLATFORM } from '../projections/views/keys.ts'
import { webhooks, webhooksView } from '../projections/views/webhooks.ts'
import type { JobKind } from '../workers/jobs.ts'
import type { JobEngine } from '../workers/queue.ts'
import type { Reactor } from '../workers/reactor.ts'
import { deliveryJob } from '../workers/webhooks/delivery.ts'
import { createGate, type Gate } from '../workers/webhooks/gate.ts'
import type { SendOptions } from '../workers/webhooks/send.ts'
import { createWebhookReactor, type Subscription } from '../workers/webhooks/webhook-reactor.ts'
import type { Tributary } from './tributary.ts'

const pageSize = 500

/** The secret of a webhook cannot be opened: its key is gone. */
class SecretGone extends Error {
  override readonly name = 'SecretGone'
}

export interface WebhookOptions {
  readonly sendOptions: SendOptions
  /** Resolves once a view has come to an event. */
  readonly upTo: (view: string, event: StoredEvent) => Promise<void>
  /** Milliseconds between tries; default: over a day. */
  readonly pauses?: readonly number[]
}

const gateOf = ({ store }: Tributary, engine: JobEngine): Gate =>
  createGate({
    engine,
    name: 'webhooks',
    epoch: store.epoch,
    comparePositions: (a, b) => store.comparePositions(a, b),
  })

/** From now on events are told, wherever a worker begins. Again, it changes nothing. */
export const openGate = async (tributary: Tributary, engine: JobEngine): Promise<void> => {
  const { store, clock } = tributary
  await gateOf(tributary, engine).begin(await store.head(), new Date(clock.now()).toISOString())
}

const eventNamed = async ({ store }: Tributary, name: string): Promise<StoredEvent | null> => {
  const at = name.lastIndexOf('@')
  const from = Number(name.slice(at + 1))
  const [found] = await store.readStream(name.slice(0, at), { from, limit: 1 })
  return found ?? null
}

const activeSubscriptions = async ({ documents }: Tributary): Promise<readonly Subscription[]> => {
  const found: Subscription[] = []
  for (let after: readonly [string] | undefined; ; ) {
    const page = await readLive(documents, webhooksView.name, (reader) =>
      reader.find({
        collection: webhooks.name,
        where: { status: 'ACTIVE' },
        order: { fields: [] },
        limit: pageSize,
        ...(after === undefined ? {} : { after }),
      }),
    )
    for (const { document } of page) {
      const { webhook: webhookId, organisation, kinds, since } = webhooks.read(document)
      found.push({ webhookId, organisation: organisation === PLATFORM ? null : organisation, kinds, since })
    }
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return found
    after = [last.key]
  }
}

export const createWebhooks = (
  tributary: Tributary,
  engine: JobEngine,
  { sendOptions, upTo, pauses }: WebhookOptions,
): { readonly reactor: Reactor; readonly job: JobKind } => {
  const { handler, model, derive, store, clock, sealing, deployment, documents } = tributary
  const reactor = createWebhookReactor({
    engine,
    derive,
    gate: gateOf(tributary, engine),
    types: fedTypes,
    comparePositions: (a, b) => store.comparePositions(a, b),
    concerned: organisationsIn,
    subscriptions: async (through) => {
      await upTo(webhooksView.name, through)
      return await activeSubscriptions(tributary)
    },
  })
  const job = deliveryJob({
    engine,
    clock,
    deploymentId: deployment.id,
    sendOptions,
    ...(pauses === undefined ? {} : { pauses }),
    webhookAt: async (id) => (await handler.readFresh(model.webhook, id)).state,
    openSecret: (id, { secretId, secret }) => {
      const opened = sealing.open(secretPlace(id, secretId), secret)
      if (opened.state === 'FORGOTTEN')
        throw new SecretGone(`The secret of ${id} is gone. Rotate it, and try the delivery again.`)
      return opened.text
    },
    eventNamed: (name) => eventNamed(tributary, name),
    seenBy: async (scope, event) => {
      await upTo(activity.name, event)
      return await readLive(documents, activity.name, (reader) => activityAt(reader, scope, event.position))
    },
    disable: async (id, command, causedBy) => {
      await handler.execute(model.webhook, id, command, {
        commandId: derive('command', 'disable-webhook', id, causedBy),
        correlationId: newCorrelationId(),
        causationId: command.delivery,
        actor: { kind: 'SYSTEM', id: 'webhooks', onBehalfOf: null },
        occurredAt: null,
        traceparent: null,
      })
    },
  })
  return { reactor, job }
}
