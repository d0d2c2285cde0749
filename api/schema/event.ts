/**
 * The explorer: events as they were recorded, found by stream, type or correlation, each with what led to it and what
 * it led to. Whole events are for whoever they concern as a whole; the index says who that is.
 */
import { isEventType } from '../../domain/catalogue.ts'
import type { RecordedEvent } from '../../eventstore/event.ts'
import { anyEvents, type EventEntry, findEvents, readableEvent } from '../../projections/queries/events.ts'
import type { Scope } from '../../projections/queries/scope.ts'
import { activity } from '../../projections/views/activity.ts'
import { pageArgs, readArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { defineConnection, readPage } from '../graphql/connection.ts'
import type { ApiContext } from '../graphql/context.ts'
import { reachIn } from '../graphql/guard.ts'
import { writePosition } from '../graphql/position-token.ts'
import { readView } from '../graphql/reading.ts'
import { RequestError } from '../graphql/request-error.ts'
import { PurchaseType } from './purchase.ts'
import { shownData } from './shown-data.ts'

const nameShape = /^([a-z_]+-[!-?A-~]{1,200})@(\d{1,9})$/

/** An event by its name, whoever asks; undefined where there is none that this program can read. */
const recorded = async ({ services: { store, codec } }: ApiContext, name: string) => {
  const [, stream = '', revision = ''] = nameShape.exec(name) ?? []
  if (stream === '') return undefined
  const [stored] = await store.readStream(stream, { from: Number(revision), limit: 1 })
  return stored === undefined || stored.revision !== Number(revision) ? undefined : codec.decode(stored)
}

const ActorType = builder.objectRef<RecordedEvent['metadata']['actor']>('Actor').implement({
  fields: (t) => ({
    kind: t.exposeString('kind', { description: 'PERSON, SERVICE or SYSTEM.' }),
    id: t.exposeID('id'),
    onBehalfOf: t.exposeID('onBehalfOf', { nullable: true, description: 'The organisation acted for.' }),
  }),
})

const EventType = builder.objectRef<RecordedEvent>('Event').implement({
  description: 'An event as it was recorded. It never changes.',
  fields: (t) => ({
    name: t.exposeID('name', { description: 'stream@revision.' }),
    type: t.exposeString('type'),
    schemaVersion: t.exposeInt('schemaVersion'),
    stream: t.exposeString('stream'),
    revision: t.exposeInt('revision'),
    position: t.string({
      resolve: ({ position, name }, _args, { services: { store } }) =>
        writePosition({ epoch: store.epoch, position, event: name }),
    }),
    occurredAt: t.field({ type: 'DateTime', resolve: ({ metadata }) => metadata.occurredAt }),
    recordedAt: t.field({ type: 'DateTime', resolve: ({ metadata }) => metadata.recordedAt }),
    actor: t.field({ type: ActorType, resolve: ({ metadata }) => metadata.actor }),
    commandId: t.id({ resolve: ({ metadata }) => metadata.commandId }),
    correlationId: t.id({ resolve: ({ metadata }) => metadata.correlationId }),
    causationId: t.id({ nullable: true, resolve: ({ metadata }) => metadata.causationId }),
    data: t.field({
      type: 'JSON',
      description: 'As it was recorded, but for hashes of secrets and sealed texts, which are (not shown).',
      resolve: ({ data }) => shownData(data),
    }),
    hash: t.exposeString('hash', { description: 'SHA-256 over all of it, chained to the one before.' }),
    previousHash: t.string({ nullable: true, resolve: ({ metadata }) => metadata.previousHash }),
  }),
})

const EventConnection = defineConnection<RecordedEvent>(
  'Event',
  (t) => t.field({ type: EventType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [EventType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

/** The events of index entries, read from the log; those that a newer program wrote are left out. */
const wholeEvents = async (context: ApiContext, entries: readonly EventEntry[]): Promise<RecordedEvent[]> => {
  const found = await Promise.all(entries.map(({ event }) => recorded(context, event)))
  return found.filter((event) => event !== undefined)
}

/** Null where the caller may not read it whole. */
const seen = async (
  context: ApiContext,
  scope: Scope,
  event: RecordedEvent,
): Promise<RecordedEvent | null> => {
  if (scope.all) return event
  const { value } = await readView(context, activity.name, null, (reader) =>
    readableEvent(reader, scope, event.position),
  )
  return value === null ? null : event
}

builder.objectFields(EventType, (t) => ({
  cause: t.field({
    type: EventType,
    nullable: true,
    description: 'The event that led to this one, where you may see it.',
    extensions: { cost: { points: 2 } },
    resolve: async ({ metadata: { causationId } }, _args, context, info) => {
      const reach = reachIn(context, info)
      const cause = causationId === null ? undefined : await recorded(context, causationId)
      return cause === undefined ? null : await seen(context, reach, cause)
    },
  }),
  effects: t.field({
    type: [EventType],
    description: 'What this one led to, of what you may see; the first 100.',
    extensions: { cost: { points: 5 } },
    resolve: async ({ name }, _args, context, info) => {
      const reach = reachIn(context, info)
      const { value } = await readView(context, activity.name, null, (reader) =>
        findEvents(reader, reach, { ...anyEvents, causation: name }, false, { first: 100, after: null }),
      )
      return await wholeEvents(
        context,
        value.edges.map(({ node }) => node),
      )
    },
  }),
}))

builder.queryField('event', (t) =>
  t.field({
    type: EventType,
    nullable: true,
    description: 'One event by its name, stream@revision; null where there is none that you may see.',
    args: { name: t.arg.id(), ...readArgs() },
    resolve: async (_parent, { name }, context, info) => {
      const reach = reachIn(context, info)
      const event = await recorded(context, name)
      return event === undefined ? null : await seen(context, reach, event)
    },
  }),
)

builder.queryField('events', (t) =>
  t.field({
    type: EventConnection,
    description: 'Events in the order of the log.',
    args: {
      type: t.arg.string({ required: false, description: 'Of this type: PurchasePlaced.' }),
      category: t.arg.string({ required: false, description: 'Of streams of this category: purchase.' }),
      correlationId: t.arg.id({ required: false, description: 'All that one request caused.' }),
      causationId: t.arg.id({ required: false, description: 'What this event led to.' }),
      newestFirst: t.arg.boolean({ required: false, defaultValue: true }),
      ...pageArgs(),
    },
    extensions: { cost: { points: 5 } },
    resolve: async (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const { type = null, category = null, correlationId = null, causationId = null } = args
      if (type !== null && !isEventType(type))
        throw new RequestError(
          'BAD_REQUEST',
          `There is no type of event ${type}. The query eventTypes lists them.`,
        )
      const asked = { type, category, correlation: correlationId, causation: causationId }
      const page = await readPage(context, info, activity.name, { ...args }, (reader, request) =>
        findEvents(reader, reach, asked, args.newestFirst ?? true, request),
      )
      const whole = await Promise.all(
        page.edges.map(async ({ cursor, node }) => ({ cursor, node: await recorded(context, node.event) })),
      )
      return {
        ...page,
        edges: whole.flatMap(({ cursor, node }) => (node === undefined ? [] : [{ cursor, node }])),
      }
    },
  }),
)

builder.queryField('streamEvents', (t) =>
  t.field({
    type: [EventType],
    description: 'Events of one stream, oldest first: from a revision on, 100 at most, of what you may see.',
    args: {
      stream: t.arg.string({ description: 'As purchase-purchase_01h…' }),
      from: t.arg.int({ required: false, defaultValue: 0, description: 'The first revision wanted.' }),
    },
    extensions: { cost: { points: 5, items: 20 } },
    resolve: async (_parent, { stream, from }, context, info) => {
      const reach = reachIn(context, info)
      if (!/^[a-z_]+-[!-?A-~]{1,200}$/.test(stream) || (from ?? 0) < 0)
        throw new RequestError(
          'BAD_REQUEST',
          'A stream is named like purchase-purchase_01h…, a revision is 0 or more.',
        )
      const { store, codec } = context.services
      const stored = await store.readStream(stream, { from: from ?? 0, limit: 100 })
      const events = stored.map((each) => codec.decode(each)).filter((each) => each !== undefined)
      const shown = await Promise.all(events.map((event) => seen(context, reach, event)))
      return shown.filter((event) => event !== null)
    },
  }),
)

builder.objectField(PurchaseType, 'events', (t) =>
  t.field({
    type: [EventType],
    description: 'All that happened to it, oldest first; the first 200.',
    extensions: { cost: { points: 5 } },
    resolve: async ({ purchase }, _args, { services: { store, codec } }) => {
      const stored = await store.readStream(`purchase-${purchase}`, { limit: 200 })
      return stored.map((each) => codec.decode(each)).filter((each) => each !== undefined)
    },
  }),
)
