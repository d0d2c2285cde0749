/**
 * What a webhook is told: one event as its organisation sees it in the feed, as a CloudEvent 1.0 in JSON, signed as
 * Standard Webhooks 1.0 asks (id, timestamp, a `v1` signature for each secret in use).
 */
import { Webhook } from 'standardwebhooks'
import type { Activity } from '../../projections/queries/activity.ts'

export interface MessageParts {
  /** Of the delivery: the same for each attempt, by which receivers tell repeats. */
  readonly id: string
  /** Of the deployment: events of two may carry the same names. */
  readonly deploymentId: string
  readonly activity: Activity
  /** `whsec_…`, the newest first. */
  readonly secrets: readonly string[]
  /** Milliseconds since 1970. */
  readonly now: number
}

const money = ({ amount, currency }: Activity) =>
  amount === null || currency === null ? null : { minor: String(amount), currency }

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
const cloudEventOf = (deploymentId: string, activity: Activity): string =>
  JSON.stringify({
    specversion: '1.0',
    id: activity.event,
    source: `urn:tributary:${deploymentId}`,
    type: `tributary.${activity.type}`,
    ...(activity.subject === null ? {} : { subject: activity.subject }),
    time: activity.occurredAt,
    datacontenttype: 'application/json',
    data: {
      event: activity.event,
      type: activity.type,
      occurredAt: activity.occurredAt,
      recordedAt: activity.recordedAt,
      communityId: activity.community,
      subject: activity.subject,
      label: activity.label,
      amount: money(activity),
      actor: { kind: activity.actorKind, id: activity.actor, onBehalfOf: activity.onBehalfOf },
    },
  })

export const messageOf = ({ id, deploymentId, activity, secrets, now }: MessageParts) => {
  const body = cloudEventOf(deploymentId, activity)
  const at = new Date(now)
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, at, body))
  return {
    body,
    headers: {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'Tributary-Webhooks/1',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now / 1_000)),
      'webhook-signature': signatures.join(' '),
    },
  }
}
