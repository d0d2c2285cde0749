/**
 * The explorer's index of the log. It says where events stand and what led to what; what they say is read from the
 * log, by whoever may read them whole: the platform all, a community what concerns it, a partner what concerns it
 * and no community.
 */
import type { EventType } from '../../domain/catalogue.ts'
import type { DocumentReader, FieldValue } from '../documents.ts'
import type { ActivityDocument } from '../views/activity.ts'
import { padded } from '../views/keys.ts'
import { eventAt, merged, type Source } from './feed.ts'
import {
  checkFirst,
  cursorOf,
  type Edge,
  fingerprintOf,
  type Page,
  type PageRequest,
  readCursor,
} from './page.ts'
import type { Scope } from './scope.ts'

/** Null: any. `causation`: the name of an event; found are its effects. */
export interface EventsAsked {
  readonly type: EventType | null
  readonly category: string | null
  readonly correlation: string | null
  readonly causation: string | null
}

export const anyEvents: EventsAsked = { type: null, category: null, correlation: null, causation: null }

export type EventEntry = Pick<
  ActivityDocument,
  | 'position'
  | 'event'
  | 'type'
  | 'category'
  | 'recordedAt'
  | 'occurredAt'
  | 'actorKind'
  | 'actor'
  | 'onBehalfOf'
  | 'correlation'
  | 'causation'
  | 'community'
>

const entryOf = (event: ActivityDocument): EventEntry => ({
  position: event.position,
  event: event.event,
  type: event.type,
  category: event.category,
  recordedAt: event.recordedAt,
  occurredAt: event.occurredAt,
  actorKind: event.actorKind,
  actor: event.actor,
  onBehalfOf: event.onBehalfOf,
  correlation: event.correlation,
  causation: event.causation,
  community: event.community,
})

/** Whether a caller may read an event whole. */
const mayRead = (scope: Scope, { community, partner }: ActivityDocument): boolean => {
  if (scope.all) return true
  const owner = community ?? partner
  return owner !== null && scope.organisations.has(owner)
}

const sourcesOf = (scope: Scope, asked: Readonly<Record<string, FieldValue>>): readonly Source[] =>
  scope.all
    ? [{ kind: 'EVENTS', filter: { where: asked } }]
    : [...scope.organisations].sort().map((organisation) => ({
        kind: 'EVENTS',
        filter: {
          where: organisation.startsWith('community_')
            ? { ...asked, community: organisation }
            : { ...asked, partner: organisation, community: null },
        },
      }))

/** In the order of the log. @throws {InvalidPage} */
export const findEvents = async (
  reader: DocumentReader,
  scope: Scope,
  asked: EventsAsked,
  newestFirst: boolean,
  request: PageRequest,
): Promise<Page<EventEntry>> => {
  const first = checkFirst(request.first)
  const { type, category, correlation, causation } = asked
  const where = {
    ...(type === null ? {} : { type }),
    ...(category === null ? {} : { category }),
    ...(correlation === null ? {} : { correlation }),
    ...(causation === null ? {} : { causation }),
  }
  const fingerprint = fingerprintOf('events', { where, order: [], descending: newestFirst })
  const [after = null] = request.after === null ? [] : readCursor(fingerprint, 1, request.after)
  const edges: Edge<EventEntry>[] = []
  const from = after === null ? null : String(after)
  for await (const { key, event } of merged(reader, sourcesOf(scope, where), from, newestFirst)) {
    if (edges.length === first) return { edges, hasNextPage: true }
    edges.push({ cursor: cursorOf(fingerprint, [key]), node: entryOf(event) })
  }
  return { edges, hasNextPage: false }
}

/** The event at a position; null where there is none that the caller may read whole. */
export const readableEvent = async (
  reader: DocumentReader,
  scope: Scope,
  position: string,
): Promise<EventEntry | null> => {
  const event = await eventAt(reader, padded(position))
  return event !== null && mayRead(scope, event) ? entryOf(event) : null
}
