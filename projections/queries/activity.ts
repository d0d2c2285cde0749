/**
 * The feed: what happened, for those whom it concerns. A community sees its events whole; a partner sees that they
 * happened, and its own part of the amount. People are named only to their own organisation and to the platform.
 */
import { catalogue, type EventType } from '../../domain/catalogue.ts'
import { eventTypes } from '../../domain/events/define.ts'
import type { DocumentReader } from '../documents.ts'
import { type ActivityDocument, alsoConcerned } from '../views/activity.ts'
import { padded } from '../views/keys.ts'
import { eventAt, type Indexed, merged, type Source } from './feed.ts'
import {
  checkFirst,
  cursorOf,
  type Edge,
  fingerprintOf,
  type Page,
  type PageRequest,
  readCursor,
} from './page.ts'
import { checkScope, type Scope } from './scope.ts'

export interface Activity {
  /** As the engine gave it; opaque, but for going on after it. */
  readonly position: string
  /** `stream@revision`. */
  readonly event: string
  readonly type: string
  readonly occurredAt: string
  readonly recordedAt: string
  readonly actorKind: ActivityDocument['actorKind']
  /** Null where it is a person of another organisation. */
  readonly actor: string | null
  /** The organisation that was acted for. */
  readonly onBehalfOf: string | null
  readonly community: string | null
  readonly subject: string | null
  readonly label: string | null
  /** Minor units: of the whole event, or of the partner's part of it. */
  readonly amount: number | null
  readonly currency: string | null
}

/** Null: any. `organisation`: as that one sees it. */
export interface ActivityAsked {
  readonly organisation: string | null
  readonly types: readonly EventType[] | null
}

/** Housekeeping of the log, which is in no feed. */
const quiet: ReadonlySet<string> = new Set<EventType>([
  'LogSealed',
  'IdentityClaimed',
  'IdentityReleased',
  'SegmentMembersEntered',
  'SegmentMembersLeft',
  'RollCompleted',
  'RollCarried',
  'FactClaimed',
  'WebhookRedeliveryAsked',
])

/** Types of events that are in feeds. */
export const fedTypes: readonly EventType[] = eventTypes(catalogue).filter((type) => !quiet.has(type))

const sourcesOf = (organisation: string, type: readonly EventType[] | null): readonly Source[] => {
  const ofType = type === null ? {} : { type }
  if (organisation.startsWith('community_'))
    return [{ kind: 'EVENTS', filter: { where: { community: organisation, ...ofType } } }]
  const filter = { where: { partner: organisation, ...ofType } }
  return [
    { kind: 'EVENTS', filter },
    { kind: 'ALSO_CONCERNED', filter },
  ]
}

/** One for each type: an index gives the order of one, not of several. */
const ofTypes = (types: readonly EventType[] | null): readonly Source[] =>
  types === null
    ? [{ kind: 'EVENTS', filter: {} }]
    : [...new Set(types)].map((type) => ({ kind: 'EVENTS', filter: { where: { type } } }))

/** Whose eyes the feed is seen with. */
const viewerOf = (scope: Scope, organisation: string | null): Scope =>
  organisation === null ? scope : { all: false, organisations: new Set([organisation]) }

const feedSources = (
  scope: Scope,
  { organisation, types }: ActivityAsked,
): { readonly viewer: Scope; readonly sources: readonly Source[] } => {
  if (organisation !== null) checkScope(scope, organisation)
  const viewer = viewerOf(scope, organisation)
  const sources: readonly Source[] = viewer.all
    ? ofTypes(types)
    : [...viewer.organisations].sort().flatMap((each) => sourcesOf(each, types))
  return { viewer, sources }
}

/** What several partners are in: the part of those within the scope. */
const partOf = async (
  reader: DocumentReader,
  viewer: Scope,
  { key, event }: Indexed,
): Promise<number | null> => {
  let sum: number | null = null
  const add = (amount: number | null): void => {
    if (amount !== null) sum = (sum ?? 0) + amount
  }
  if (event.partner !== null && viewer.organisations.has(event.partner)) add(event.partnerAmount)
  for (const organisation of viewer.organisations) {
    if (!organisation.startsWith('partner_') || organisation === event.partner) continue
    const found = await reader.get(alsoConcerned.name, `${key}.${organisation}`)
    if (found !== undefined) add(alsoConcerned.read(found.document).amount)
  }
  return sum
}

const seenBy = async (reader: DocumentReader, viewer: Scope, indexed: Indexed): Promise<Activity> => {
  const { event } = indexed
  const { actorKind, actor, onBehalfOf, community } = event
  const whole = viewer.all || (community !== null && viewer.organisations.has(community))
  const isNamed =
    viewer.all || actorKind !== 'PERSON' || (onBehalfOf !== null && viewer.organisations.has(onBehalfOf))
  const amount = whole || event.amount === null ? event.amount : await partOf(reader, viewer, indexed)
  return {
    position: event.position,
    event: event.event,
    type: event.type,
    occurredAt: event.occurredAt,
    recordedAt: event.recordedAt,
    actorKind,
    actor: isNamed ? actor : null,
    onBehalfOf,
    community,
    subject: event.subject,
    label: event.label,
    amount,
    currency: amount === null ? null : event.currency,
  }
}

/** @throws {OutOfScope | InvalidPage} */
export const findActivity = async (
  reader: DocumentReader,
  scope: Scope,
  asked: ActivityAsked,
  newestFirst: boolean,
  request: PageRequest,
): Promise<Page<Activity>> => {
  const first = checkFirst(request.first)
  const { viewer, sources } = feedSources(scope, asked)
  const { organisation, types } = asked
  const where = { organisation, types: types === null ? null : [...types].sort().join() }
  const fingerprint = fingerprintOf('activity', { where, order: [], descending: newestFirst })
  const [after = null] = request.after === null ? [] : readCursor(fingerprint, 1, request.after)
  const edges: Edge<Activity>[] = []
  for await (const indexed of merged(reader, sources, after === null ? null : String(after), newestFirst)) {
    if (quiet.has(indexed.event.type)) continue
    if (edges.length === first) return { edges, hasNextPage: true }
    edges.push({
      cursor: cursorOf(fingerprint, [indexed.key]),
      node: await seenBy(reader, viewer, indexed),
    })
  }
  return { edges, hasNextPage: false }
}

/** Whether one of the viewer's organisations is in it. */
const concerns = async (reader: DocumentReader, viewer: Scope, { key, event }: Indexed): Promise<boolean> => {
  if (viewer.all) return true
  for (const organisation of viewer.organisations) {
    if (organisation === event.community || organisation === event.partner) return true
    if (!organisation.startsWith('partner_')) continue
    if ((await reader.get(alsoConcerned.name, `${key}.${organisation}`)) !== undefined) return true
  }
  return false
}

/** The event at a position as the viewer sees it in the feed; null where it is in no feed of theirs. */
export const activityAt = async (
  reader: DocumentReader,
  viewer: Scope,
  position: string,
): Promise<Activity | null> => {
  const key = padded(position)
  const event = await eventAt(reader, key)
  if (event === null || quiet.has(event.type)) return null
  const indexed = { key, event }
  return (await concerns(reader, viewer, indexed)) ? seenBy(reader, viewer, indexed) : null
}

/**
 * At most `limit` of what follows a position (null: the beginning), in the order of the log: what a subscription
 * sends. Fewer than `limit`: the view had no more. @throws {OutOfScope}
 */
export const activityAfter = async (
  reader: DocumentReader,
  scope: Scope,
  asked: ActivityAsked,
  position: string | null,
  limit: number,
): Promise<readonly Activity[]> => {
  const { viewer, sources } = feedSources(scope, asked)
  const found: Activity[] = []
  const after = position === null ? null : padded(position)
  for await (const indexed of merged(reader, sources, after, false)) {
    if (quiet.has(indexed.event.type)) continue
    found.push(await seenBy(reader, viewer, indexed))
    if (found.length === limit) break
  }
  return found
}
