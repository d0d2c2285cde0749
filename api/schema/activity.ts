/** The feed: what happened, for those whom it concerns; as a list, and as it happens. */
import { isEventType } from '../../domain/catalogue.ts'
import { type Activity, findActivity } from '../../projections/queries/activity.ts'
import { activity } from '../../projections/views/activity.ts'
import { pageArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { defineConnection, readPage } from '../graphql/connection.ts'
import { reachIn } from '../graphql/guard.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { writePosition } from '../graphql/position-token.ts'
import { RequestError } from '../graphql/request-error.ts'
import { followActivity } from './follow-activity.ts'

const ActivityType = builder.objectRef<Activity>('Activity').implement({
  description: 'Something that happened. People are named to their own organisation and the platform alone.',
  fields: (t) => ({
    position: t.string({
      description: 'To go on after it: `after` of the subscription.',
      resolve: ({ position, event }, _args, { services: { store } }) =>
        writePosition({ epoch: store.epoch, position, event }),
    }),
    event: t.exposeID('event', { description: 'stream@revision.' }),
    type: t.exposeString('type'),
    occurredAt: t.field({ type: 'DateTime', resolve: ({ occurredAt }) => occurredAt }),
    recordedAt: t.field({ type: 'DateTime', resolve: ({ recordedAt }) => recordedAt }),
    actorKind: t.exposeString('actorKind'),
    actorId: t.exposeID('actor', { nullable: true }),
    onBehalfOf: t.exposeID('onBehalfOf', { nullable: true }),
    communityId: t.exposeID('community', { nullable: true }),
    subjectId: t.exposeID('subject', {
      nullable: true,
      description: 'The purchase, offer, membership … it happened to.',
    }),
    label: t.exposeString('label', { nullable: true }),
    amount: t.field({
      type: MoneyType,
      nullable: true,
      description: 'Of the whole, or for a brand its part.',
      resolve: ({ amount, currency }) =>
        amount === null || currency === null ? null : moneyOf(amount, currency),
    }),
  }),
})

const ActivityConnection = defineConnection<Activity>(
  'Activity',
  (t) => t.field({ type: ActivityType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [ActivityType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

const feedArgs = () =>
  builder.args((t) => ({
    organisation: t.id({ required: false, description: 'As this partner or community sees it.' }),
    types: t.stringList({ required: false, description: 'Types of events: PurchasePlaced.' }),
  }))

interface FeedArgs {
  readonly organisation?: string | null | undefined
  readonly types?: readonly string[] | null | undefined
}

const askedOf = ({ organisation = null, types = null }: FeedArgs) => {
  const unknown = types?.find((type) => !isEventType(type))
  if (unknown !== undefined)
    throw new RequestError(
      'BAD_REQUEST',
      `There is no type of event ${unknown}. The query eventTypes lists them.`,
    )
  return { organisation, types: types === null ? null : types.filter(isEventType) }
}

builder.queryField('activity', (t) =>
  t.field({
    type: ActivityConnection,
    description: 'What happened, for those whom it concerns.',
    args: {
      ...feedArgs(),
      newestFirst: t.arg.boolean({ required: false, defaultValue: true }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = askedOf(args)
      return readPage(context, info, activity.name, { ...args }, (reader, request) =>
        findActivity(reader, reach, asked, args.newestFirst ?? true, request),
      )
    },
  }),
)

builder.subscriptionField('activity', (t) =>
  t.field({
    type: ActivityType,
    description:
      'What happens, as it happens. Goes on after a position without leaving anything out; ends where the roles that it rests on are taken back.',
    args: {
      after: t.arg.string({
        required: false,
        description: 'The last position you have seen. Left out: from now on.',
      }),
      ...feedArgs(),
    },
    subscribe: (_parent, args, context, info) =>
      followActivity(context, info, askedOf(args), args.after ?? null),
    resolve: (happened) => happened,
  }),
)
