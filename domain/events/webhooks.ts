/** Events of webhooks: where an organisation wants to be told what happened. */
import { z } from 'zod'
import { type EventsOf, event } from './define.ts'
import * as shape from './shapes.ts'

export const webhookId = z.string().regex(/^webhook_[0-7][0-9a-hjkmnp-tv-z]{25}$/)
const secretId = z.string().regex(/^secret_[0-7][0-9a-hjkmnp-tv-z]{25}$/)

/** Whose webhook it is. Null: the platform's own. */
const owned = {
  webhookId,
  organisation: z.union([shape.partnerId, shape.communityId]).nullable(),
}

/** What deliveries are signed with, sealed for this webhook alone. */
const secret = { secretId, secret: shape.sealed }

/** Of the web, without a name or a password in it, which others would read. */
const target = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .regex(/^[^@#\s]+$/, 'Leave out user names, passwords, fragments and "@".')

export const webhookEvents = {
  WebhookSubscribed: event(
    'webhook',
    'An organisation wants to be told at an address what happens, as far as it may see it.',
    z.strictObject({
      ...owned,
      url: target,
      /** Types of events; empty: all. */
      kinds: z.array(z.string().regex(/^[A-Z][A-Za-z]{2,60}$/)).max(100),
      ...secret,
    }),
  ),
  WebhookSecretRotated: event(
    'webhook',
    'Deliveries are signed with a new secret, and until an instant with the one before, too.',
    z.strictObject({ ...owned, ...secret, previousUntil: shape.instant }),
  ),
  WebhookPaused: event(
    'webhook',
    'Nothing is sent until it is enabled; what happens meanwhile is not sent later.',
    z.strictObject({ ...owned, reason: shape.reason }),
  ),
  WebhookDisabled: event(
    'webhook',
    'Nothing is sent any more, since the address failed for too long or said that it is gone.',
    z.strictObject({ ...owned, why: z.enum(['FAILING', 'GONE']), delivery: shape.eventName }),
  ),
  WebhookEnabled: event('webhook', 'What happens from now on is sent again.', z.strictObject(owned)),
  WebhookRedeliveryAsked: event(
    'webhook',
    'Somebody wants it to be told of an event once more.',
    z.strictObject({ ...owned, delivery: shape.eventName }),
  ),
  WebhookRemoved: event(
    'webhook',
    'The address is told nothing any more, for ever.',
    z.strictObject({ ...owned, reason: shape.reason }),
  ),
} as const

export type WebhookEvent = EventsOf<typeof webhookEvents>
