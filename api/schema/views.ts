/** How far the views are, and that they come further. */

import type { GraphQLResolveInfo } from 'graphql'
import type { ProjectionStatus } from '../../projections/view-status.ts'
import { builder } from '../graphql/builder.ts'
import type { ApiContext } from '../graphql/context.ts'
import { type ReadAt, ReadAtType, readAtOf } from '../graphql/read-at.ts'
import { RequestError } from '../graphql/request-error.ts'
import { standingOf } from '../graphql/standing.ts'

const ViewType = builder.objectRef<ProjectionStatus>('View').implement({
  description: 'A view, and how far it has come.',
  fields: (t) => ({
    name: t.exposeString('name'),
    version: t.exposeInt('version'),
    state: t.exposeString('state', {
      description: 'building, catching-up, live, failing, superseded or stopped.',
    }),
    ready: t.exposeBoolean('ready', { description: 'Whether there is anything to read.' }),
    readAt: t.field({ type: ReadAtType, resolve: (status) => readAtOf([status]) }),
    scanned: t.field({ type: 'BigInt', resolve: ({ scanned }) => scanned }),
    parked: t.exposeInt('parked', {
      description: 'Streams set aside: an event of theirs could not be read.',
    }),
    incomplete: t.stringList({
      description: 'Collections whose answers lack what was set aside.',
      resolve: ({ incomplete }) => [...incomplete],
    }),
    error: t.exposeString('error', { nullable: true, description: 'Why it is failing.' }),
  }),
})

builder.queryField('views', (t) =>
  t.field({
    type: [ViewType],
    description: 'Every view, and how far it has come.',
    resolve: async (_parent, _args, { services }) => [...(await services.views.status())],
  }),
)

/** An item whenever the views named (all, where none are) have come further. */
const follow = async function* (
  context: ApiContext,
  info: GraphQLResolveInfo,
  names: readonly string[],
): AsyncGenerator<ReadAt, void, undefined> {
  const { services, signal, principal, subscriptions } = context
  const { store, views, limits } = services
  const known = (await views.status()).map(({ name }) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new RequestError('BAD_REQUEST', `There is no view ${unknown}. There are ${known.join(', ')}.`)
  const stillReaches = standingOf(context, info)
  const leave = subscriptions.enter(principal?.subject ?? '')
  try {
    let told: string | null | undefined
    while (signal?.aborted !== true) {
      await stillReaches()
      const head = await store.head()
      if (head !== null) await views.waitFor(head, limits.subscriptions.recheckMs, names)
      const all = await views.status()
      const readAt = readAtOf(names.length === 0 ? all : all.filter(({ name }) => names.includes(name)))
      if (readAt.position !== told) yield readAt
      told = readAt.position
      await store.waitForAppend(head, limits.subscriptions.recheckMs, signal ?? undefined)
    }
  } finally {
    leave()
  }
}

builder.subscriptionField('viewsAdvanced', (t) =>
  t.field({
    type: ReadAtType,
    description: 'Up to which event the views are true, now and whenever they come further.',
    args: { names: t.arg.stringList({ required: false, description: 'Left out: all.' }) },
    subscribe: (_parent, { names }, context, info) => follow(context, info, names ?? []),
    resolve: (readAt) => readAt,
  }),
)
