/**
 * What happened: one document per event, in the order of the log, for the feed of the organisations that it
 * concerns and for the explorer (by type, category, correlation, cause). What an event says is read from the log;
 * what it caused are the events whose `causation` is its name.
 *
 * An event concerns its community and each of its partners. The first partner stands in the document, the others
 * in `alsoConcerned`; each with what is its own of the amount, since the whole is the community's to see. The
 * log's own housekeeping, and who entered or left segments, concerns nobody.
 */
import { catalogue, type EventType } from '../../domain/catalogue.ts'
import { eventTypes } from '../../domain/events/define.ts'
import type { Change } from '../projection.ts'
import { concernedBy, labelOf, moneyOf, subjectOf } from './activity-parts.ts'
import { type Collection, collection } from './collection.ts'
import { padded } from './keys.ts'
import { integer, nullable, object, oneOf, type Shaped, text } from './shape.ts'
import { type EventOf, view } from './view.ts'

const actorKinds = ['PERSON', 'SERVICE', 'SYSTEM'] as const

const happened = object({
  /** As the engine gave it. */
  position: text,
  /** `stream@revision`. */
  event: text,
  type: text,
  category: text,
  recordedAt: text,
  occurredAt: text,
  actorKind: oneOf(actorKinds),
  actor: text,
  onBehalfOf: nullable(text),
  correlation: text,
  /** Name of the event that caused it. */
  causation: nullable(text),
  community: nullable(text),
  partner: nullable(text),
  /** The purchase, offer, membership … that it happened to, and a word of it where it has one. */
  subject: nullable(text),
  label: nullable(text),
  /** Minor units of the whole event, and what of it is the partner's; null: no money in it. */
  amount: nullable(integer),
  partnerAmount: nullable(integer),
  currency: nullable(text),
})
export type ActivityDocument = Shaped<typeof happened>

/** Keyed by padded position: key order is log order. */
export const activities: Collection<ActivityDocument> = collection({
  name: 'events',
  fields: {
    type: 'text',
    category: 'text',
    correlation: 'text',
    causation: 'text',
    community: 'text',
    partner: 'text',
  },
  indexes: [['type'], ['category'], ['correlation'], ['causation'], ['community'], ['partner']],
  shape: happened,
})

const concern = object({ partner: text, event: text, type: text, amount: nullable(integer) })
export type ConcernDocument = Shaped<typeof concern>

/** Keyed by padded position and partner; `event` is the key of the event's document. */
export const alsoConcerned: Collection<ConcernDocument> = collection({
  name: 'alsoConcerned',
  fields: { partner: 'text', type: 'text' },
  indexes: [['partner']],
  shape: concern,
})

const changes = (event: EventOf<EventType>): readonly Change[] => {
  const { name, type, metadata, position, stream } = event
  const { actor, correlationId, causationId, recordedAt, occurredAt } = metadata
  const { community, partners } = concernedBy(event)
  const money = moneyOf(event)
  const [first = null, ...others] = partners
  const key = padded(position)
  return [
    activities.change(key, () => ({
      position,
      event: name,
      type,
      category: stream.slice(0, stream.indexOf('-')),
      recordedAt,
      occurredAt,
      actorKind: actor.kind,
      actor: actor.id,
      onBehalfOf: actor.onBehalfOf,
      correlation: correlationId,
      causation: causationId,
      community,
      partner: first?.id ?? null,
      subject: subjectOf(event),
      label: labelOf(event),
      amount: money?.amount ?? null,
      partnerAmount: money === null ? null : (first?.amount ?? null),
      currency: money?.currency ?? null,
    })),
    ...others.map(({ id: partner, amount }) =>
      alsoConcerned.change(`${key}.${partner}`, () => ({
        partner,
        event: key,
        type,
        amount: money === null ? null : amount,
      })),
    ),
  ]
}

export const activity = view({
  name: 'activity',
  version: 1,
  collections: [activities, alsoConcerned],
  types: eventTypes(catalogue),
  changes,
})
