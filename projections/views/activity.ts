/**
 * What happened: one document per event, for the feed of the organisations that it concerns and for the explorer
 * (by type, correlation, cause). A purchase of several partners concerns them all: those after the first stand in
 * `alsoConcerned`. The bookkeeping of segment rolls concerns nobody. What an event says is read from the log.
 */
import { catalogue, type EventType, isEventType } from '../../domain/catalogue.ts'
import type { Change } from '../projection.ts'
import { type Collection, collection } from './collection.ts'
import { padded } from './keys.ts'
import { integer, nullable, object, oneOf, type Shaped, text } from './shape.ts'
import { type EventOf, view } from './view.ts'

const happened = object({
  position: text,
  event: text,
  type: text,
  category: text,
  recordedAt: text,
  occurredAt: text,
  actorKind: oneOf(['PERSON', 'SERVICE', 'SYSTEM']),
  actor: text,
  onBehalfOf: nullable(text),
  correlation: text,
  /** Name of the event that caused it. */
  causation: nullable(text),
  community: nullable(text),
  partner: nullable(text),
  /** What the feed says of it: the thing, and the amount in minor units where there is one. */
  subject: nullable(text),
  label: nullable(text),
  amount: nullable(integer),
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
    actor: 'text',
    community: 'text',
    partner: 'text',
  },
  indexes: [['type'], ['correlation'], ['causation'], ['community'], ['partner']],
  shape: happened,
})

const concern = object({ partner: text, event: text })
export type ConcernDocument = Shaped<typeof concern>

/** Keyed by padded position and number; `event` is the key of the event's document. */
export const alsoConcerned: Collection<ConcernDocument> = collection({
  name: 'alsoConcerned',
  fields: { partner: 'text' },
  indexes: [['partner']],
  shape: concern,
})

const types = Object.keys(catalogue).filter(isEventType)

type Data = Readonly<Record<string, unknown>>

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** Properties that name organisations, and lists whose items do. */
const named = ['partnerId', 'toPartnerId', 'organisation', 'party', 'composedBy'] as const
const lists = ['lines', 'components'] as const

const partnersOf = (data: Data): readonly string[] => {
  const found = new Set<string>()
  const note = (value: unknown): void => {
    if (typeof value === 'string' && value.startsWith('partner_')) found.add(value)
  }
  for (const name of named) note(data[name])
  for (const name of lists) {
    const items = data[name]
    if (Array.isArray(items)) for (const item of items) if (isData(item)) note(item.partnerId)
  }
  if (isData(data.recognises)) for (const partner of partnersOf(data.recognises)) found.add(partner)
  return [...found]
}

const communityOf = (data: Data): string | null => {
  for (const value of [data.communityId, data.organisation, data.party]) {
    if (typeof value === 'string' && value.startsWith('community_')) return value
  }
  return null
}

/** Names of things, the most particular first. */
const subjects = [
  'factId',
  'purchaseId',
  'bundleId',
  'offerId',
  'shareId',
  'touchId',
  'campaignId',
  'segmentId',
  'pickupPointId',
  'membershipId',
  'partnershipId',
  'partnerId',
  'communityId',
  'personId',
  'subject',
  'code',
  'deploymentId',
] as const

const subjectOf = (data: Data): string | null => {
  for (const name of subjects) {
    const value = data[name]
    if (typeof value === 'string') return value
  }
  return null
}

const labelOf = (data: Data): string | null => {
  if (isData(data.facts)) return textOf(data.facts.title)
  return textOf(data.name) ?? textOf(data.role) ?? textOf(data.stage) ?? textOf(data.why)
}

const amountOf = (data: Data): number | null => {
  const value = data.amount ?? data.total ?? data.price ?? (isData(data.fact) ? data.fact.amount : null)
  return typeof value === 'number' ? value : null
}

const changes = (event: EventOf<EventType>): readonly Change[] => {
  const { name, type, metadata, position } = event
  const data: unknown = event.data
  if (!isData(data)) return []
  const category = event.stream.slice(0, event.stream.indexOf('-'))
  const concerns = category !== 'roll'
  const [partner = null, ...others] = concerns ? partnersOf(data) : []
  const key = padded(position)
  const { actor, correlationId, causationId, recordedAt, occurredAt } = metadata
  const made = [
    activities.change(key, () => ({
      position,
      event: name,
      type,
      category,
      recordedAt,
      occurredAt,
      actorKind: actor.kind,
      actor: actor.id,
      onBehalfOf: actor.onBehalfOf,
      correlation: correlationId,
      causation: causationId,
      community: concerns ? communityOf(data) : null,
      partner,
      subject: subjectOf(data),
      label: labelOf(data),
      amount: amountOf(data),
      currency: textOf(data.currency),
    })),
  ]
  for (const [index, other] of others.entries()) {
    made.push(
      alsoConcerned.change(`${key}.${String(index).padStart(4, '0')}`, () => ({
        partner: other,
        event: key,
      })),
    )
  }
  return made
}

export const activity = view({
  name: 'activity',
  version: 1,
  collections: [activities, alsoConcerned],
  types,
  changes,
})
