/** Webhooks, to be listed, and to be found by what follows the log. Secrets are in the log alone, sealed. */
import type { Change } from '../projection.ts'
import { type Collection, collection } from './collection.ts'
import { PLATFORM } from './keys.ts'
import { list, nullable, object, oneOf, type Shaped, text } from './shape.ts'
import { type EventOf, view } from './view.ts'

const statuses = ['ACTIVE', 'PAUSED', 'DISABLED', 'REMOVED'] as const

const webhook = object({
  webhook: text,
  /** A partner, a community, or PLATFORM. */
  organisation: text,
  url: text,
  kinds: list(text),
  status: oneOf(statuses),
  /** Why it is paused or removed, in the words of who did it; why it was disabled, as a code. */
  why: nullable(text),
  subscribedAt: text,
  changedAt: text,
  /** Of the event that subscribed or enabled it: what was there before is not sent. */
  since: text,
})
export type WebhookDocument = Shaped<typeof webhook>

export const webhooks: Collection<WebhookDocument> = collection({
  name: 'webhooks',
  fields: { organisation: 'text', status: 'text', subscribedAt: 'text' },
  indexes: [['organisation', 'subscribedAt'], ['subscribedAt'], ['status']],
  shape: webhook,
})

const types = [
  'WebhookSubscribed',
  'WebhookPaused',
  'WebhookDisabled',
  'WebhookEnabled',
  'WebhookRemoved',
] as const

const changes = (event: EventOf<(typeof types)[number]>): readonly Change[] => {
  const { position: since } = event
  const changedAt = event.metadata.recordedAt
  const { webhookId } = event.data
  switch (event.type) {
    case 'WebhookSubscribed': {
      const { organisation, url, kinds } = event.data
      return [
        webhooks.change(webhookId, () => ({
          webhook: webhookId,
          organisation: organisation ?? PLATFORM,
          url,
          kinds,
          status: 'ACTIVE',
          why: null,
          subscribedAt: changedAt,
          changedAt,
          since,
        })),
      ]
    }
    case 'WebhookPaused':
    case 'WebhookRemoved': {
      const why = event.data.reason
      const status = event.type === 'WebhookPaused' ? 'PAUSED' : 'REMOVED'
      return [webhooks.update(webhookId, (before) => ({ ...before, status, why, changedAt }))]
    }
    case 'WebhookDisabled': {
      const { why } = event.data
      return [webhooks.update(webhookId, (before) => ({ ...before, status: 'DISABLED', why, changedAt }))]
    }
    case 'WebhookEnabled':
      return [
        webhooks.update(webhookId, (before) => ({
          ...before,
          status: 'ACTIVE',
          why: null,
          changedAt,
          since,
        })),
      ]
  }
}

export const webhooksView = view({ name: 'webhooks', version: 1, collections: [webhooks], types, changes })
