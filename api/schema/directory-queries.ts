/** Who there is: partners, communities, and the terms between them. */
import {
  communityById,
  findCommunities,
  findPartners,
  findPartnerships,
  findPickupPoints,
  partnerById,
  partnershipById,
  termsOf,
} from '../../projections/queries/directory.ts'
import { directory } from '../../projections/views/directory.ts'
import {
  type CommunityDocument,
  type PartnerDocument,
  type PartnershipDocument,
  type PickupPointDocument,
  partnerStatuses,
  partnershipStatuses,
} from '../../projections/views/directory-documents.ts'
import { pageArgs, readArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { defineConnection, readPage } from '../graphql/connection.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { readView } from '../graphql/reading.ts'
import { CommunityType, PickupPointType } from './community.ts'
import { PartnerType } from './partner.ts'
import { PartnershipType, TermsType } from './partnership.ts'

const PartnerConnection = defineConnection<PartnerDocument>(
  'Partner',
  (t) => t.field({ type: PartnerType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [PartnerType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)
const CommunityConnection = defineConnection<CommunityDocument>(
  'Community',
  (t) => t.field({ type: CommunityType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [CommunityType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)
const PickupPointConnection = defineConnection<PickupPointDocument>(
  'PickupPoint',
  (t) => t.field({ type: PickupPointType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [PickupPointType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)
const PartnershipConnection = defineConnection<PartnershipDocument>(
  'Partnership',
  (t) => t.field({ type: PartnershipType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [PartnershipType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

builder.objectField(PartnershipType, 'terms', (t) =>
  t.field({
    type: [TermsType],
    description: 'Every version, oldest first.',
    extensions: { cost: { points: 3 } },
    resolve: async ({ partnership }, _args, context) => {
      const { value } = await readView(context, directory.name, null, (reader) =>
        termsOf(reader, partnership),
      )
      return [...value]
    },
  }),
)

builder.queryFields((t) => ({
  partners: t.field({
    type: PartnerConnection,
    description: 'Partners, by name. A brand sees itself; communities and the platform all.',
    args: {
      status: t.arg({ type: enumNamed('PartnerStatus', partnerStatuses), required: false }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      return readPage(context, info, directory.name, { ...args }, (reader, request) =>
        findPartners(reader, reach, args.status ?? null, request),
      )
    },
  }),
  partner: t.field({
    type: PartnerType,
    nullable: true,
    description: 'One partner; null where there is none that you may see.',
    args: { id: t.arg.id(), ...readArgs() },
    resolve: async (_parent, { id, minPosition }, context, info) => {
      const reach = reachIn(context, info)
      return (
        await readView(context, directory.name, minPosition, (reader) => partnerById(reader, reach, id))
      ).value
    },
  }),
  communities: t.field({
    type: CommunityConnection,
    description: 'Communities, by name. A community sees itself; brands and the platform all.',
    args: pageArgs(),
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      return readPage(context, info, directory.name, { ...args }, (reader, request) =>
        findCommunities(reader, reach, request),
      )
    },
  }),
  community: t.field({
    type: CommunityType,
    nullable: true,
    description: 'One community; null where there is none that you may see.',
    args: { id: t.arg.id(), ...readArgs() },
    resolve: async (_parent, { id, minPosition }, context, info) => {
      const reach = reachIn(context, info)
      return (
        await readView(context, directory.name, minPosition, (reader) => communityById(reader, reach, id))
      ).value
    },
  }),
  pickupPoints: t.field({
    type: PickupPointConnection,
    description: 'Where purchases of a community are fetched, by name.',
    args: { communityId: t.arg.id(), ...pageArgs() },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      return readPage(context, info, directory.name, { ...args }, (reader, request) =>
        findPickupPoints(reader, reach, args.communityId, request),
      )
    },
  }),
  partnerships: t.field({
    type: PartnershipConnection,
    description: 'The terms between partners and communities; either side sees its own.',
    args: {
      partnerId: t.arg.id({ required: false }),
      communityId: t.arg.id({ required: false }),
      status: t.arg({ type: enumNamed('PartnershipStatus', partnershipStatuses), required: false }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = {
        partner: args.partnerId ?? null,
        community: args.communityId ?? null,
        status: args.status ?? null,
      }
      return readPage(context, info, directory.name, { ...args }, (reader, request) =>
        findPartnerships(reader, reach, asked, request),
      )
    },
  }),
  partnership: t.field({
    type: PartnershipType,
    nullable: true,
    description: 'One partnership; null where there is none that you may see.',
    args: { id: t.arg.id(), ...readArgs() },
    resolve: async (_parent, { id, minPosition }, context, info) => {
      const reach = reachIn(context, info)
      return (
        await readView(context, directory.name, minPosition, (reader) => partnershipById(reader, reach, id))
      ).value
    },
  }),
}))
