/** Communities: people who share an interest, with an owner. */
import { communityCommand } from '../../domain/community.ts'
import * as shape from '../../domain/events/shapes.ts'
import { directory } from '../../projections/views/directory.ts'
import {
  type CommunityDocument,
  communities,
  type PickupPointDocument,
} from '../../projections/views/directory-documents.ts'
import { reaches } from '../auth/reach.ts'
import { builder } from '../graphql/builder.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import type { Filled, Filling } from '../graphql/command-spec.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { loadAfter } from '../graphql/load.ts'
import { definePayload } from '../graphql/outcome.ts'
import { Unprepared } from '../graphql/prepare.ts'
import { inputError } from '../graphql/user-error.ts'
import { NodeType } from './node.ts'
import { hashPayee, payeeInput, sealPayee } from './payee.ts'
import { SourceType } from './source.ts'

const AttributionPolicyType = builder
  .objectRef<CommunityDocument['attribution']>('AttributionPolicy')
  .implement({
    description: 'How touches are credited. Purchases keep the policy that was in force.',
    fields: (t) => ({
      model: t.field({
        type: enumNamed('AttributionModel', shape.attributionModel.options),
        resolve: ({ model }) => model,
      }),
      windowDays: t.exposeInt('windowDays'),
      levels: t.exposeInt('levels', { description: 'Levels of sharers that are paid: 0, 1 or 2.' }),
    }),
  })

const ContactPolicyType = builder
  .objectRef<NonNullable<CommunityDocument['contact']>>('ContactPolicy')
  .implement({
    description: 'How often, and at which hours of the community, members may be written to.',
    fields: (t) => ({
      maxPerWeek: t.exposeInt('maxPerWeek'),
      quietFromHour: t.exposeInt('quietFromHour'),
      quietUntilHour: t.exposeInt('quietUntilHour'),
    }),
  })

export const PickupPointType = builder.objectRef<PickupPointDocument>('PickupPoint').implement({
  description: 'Where purchases are fetched; its leader may earn.',
  fields: (t) => ({
    id: t.exposeID('pickupPoint'),
    name: t.exposeString('name'),
    leaderId: t.exposeID('leader'),
    isOpen: t.exposeBoolean('isOpen'),
  }),
})

export const CommunityType = builder.objectRef<CommunityDocument>('Community').implement({
  description: 'People who share an interest, with an owner.',
  interfaces: [NodeType],
  fields: (t) => ({
    id: t.exposeID('community'),
    name: t.exposeString('name'),
    zone: t.exposeString('zone', { description: 'IANA zone of its business dates.' }),
    currency: t.field({ type: 'CurrencyCode', resolve: ({ currency }) => currency }),
    attribution: t.field({ type: AttributionPolicyType, resolve: ({ attribution }) => attribution }),
    positioning: t.exposeString('positioning', { nullable: true }),
    culture: t.exposeString('culture', { nullable: true }),
    carriers: t.stringList({
      description: 'Where it meets: chat groups, shops, live streams.',
      resolve: ({ carriers }) => [...carriers],
    }),
    contactPolicy: t.field({ type: ContactPolicyType, nullable: true, resolve: ({ contact }) => contact }),
    ownerId: t.id({
      nullable: true,
      description: 'Of the person who owns it. Told to the community and the platform alone.',
      resolve: ({ owner, community }, _args, context, info) =>
        reaches(reachIn(context, info), [community]) ? owner : null,
    }),
    operatorIds: t.idList({
      nullable: true,
      description: 'Of the people who run it with its owner. Told to the community and the platform alone.',
      resolve: ({ operators, community }, _args, context, info) =>
        reaches(reachIn(context, info), [community]) ? [...operators] : null,
    }),
    payeeSet: t.boolean({
      nullable: true,
      description: 'Whether it is known where to pay it. Told to the community and the platform alone.',
      resolve: ({ payeeSet, community }, _args, context, info) =>
        reaches(reachIn(context, info), [community]) ? payeeSet : null,
    }),
    foundedAt: t.field({ type: 'DateTime', resolve: ({ foundedAt }) => foundedAt }),
    source: t.field({ type: SourceType, nullable: true, resolve: ({ source }) => source }),
  }),
})

const CommunityPayload = definePayload('CommunityPayload', (t) => ({
  community: t.field({
    type: CommunityType,
    nullable: true,
    resolve: (outcome, _args, context) => loadAfter(context, directory.name, communities, outcome),
  }),
}))

const named = { kind: 'NAMED', input: 'communityId', id: shape.communityId, thing: 'community' } as const
const own = { by: 'ID' } as const

const mutation = mutationsOn({
  decider: (model) => model.community,
  commands: communityCommand,
  payload: CommunityPayload,
})

/** The ledger is kept in the currencies that the deployment was founded with. */
const founding = ({ input, key, services }: Filling): Filled => {
  const { currencies } = services.deployment
  if (typeof input.currency === 'string' && !currencies.includes(input.currency)) {
    const some = currencies.length > 12 ? '' : ` There are ${currencies.join(', ')}.`
    throw new Unprepared([
      inputError('INVALID', `The ledger knows no currency ${input.currency}.${some}`, ['input', 'currency']),
    ])
  }
  return { deploymentId: null, ...(input.source == null ? { source: key?.external ?? null } : {}) }
}

mutation(
  'foundCommunity',
  'FoundCommunity',
  'Founds a community, with its zone, its currency and its owner.',
  {
    target: { kind: 'NEW', prefix: 'community', property: 'communityId', within: () => ['platform'] },
    owners: { by: 'NOBODY' },
    key: 'REQUIRED',
    filled: ['deploymentId'],
    defaulted: ['source'],
    fill: founding,
  },
)
mutation(
  'describeCommunity',
  'DescribeCommunity',
  'Says what the community stands for, and where it meets.',
  {
    target: named,
    owners: own,
    versioned: true,
  },
)
mutation(
  'setAttributionPolicy',
  'SetAttributionPolicy',
  'Sets how touches are credited from now on. Purchases keep what was in force.',
  { target: named, owners: own, versioned: true },
)
mutation('openPickupPoint', 'OpenPickupPoint', 'Opens a place where purchases are fetched.', {
  target: named,
  owners: own,
  key: 'REQUIRED',
  filled: ['pickupPointId'],
  fill: ({ services, streamId, key }) => ({
    pickupPointId: services.derive('pickup', streamId, ...(key?.parts ?? [])),
  }),
})
mutation('closePickupPoint', 'ClosePickupPoint', 'The pickup point serves no new purchase.', {
  target: named,
  owners: own,
})
mutation('setContactPolicy', 'SetContactPolicy', 'Sets how often, and when, members may be written to.', {
  target: named,
  owners: own,
  versioned: true,
})
mutation('appointOperator', 'AppointOperator', 'A person runs the community with its owner.', {
  target: named,
  owners: own,
})
mutation('setCommunityPayee', 'SetCommunityPayee', 'Says where the community is to be paid.', {
  target: named,
  owners: own,
  key: 'REQUIRED',
  versioned: true,
  filled: ['details'],
  extra: payeeInput,
  fill: sealPayee,
  hashed: hashPayee,
})
