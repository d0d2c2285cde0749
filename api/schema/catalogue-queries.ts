/** What is sold, and to whom: offers, bundles, categories, segments, campaigns. */
import { bundleById, findBundles, findOffers, offerById } from '../../projections/queries/catalogue.ts'
import {
  categoryByCode,
  findCampaigns,
  findCategories,
  findSegments,
  segmentById,
} from '../../projections/queries/directory.ts'
import { segmentSize } from '../../projections/queries/members.ts'
import {
  type BundleDocument,
  bundleStatuses,
  catalogueView,
  type OfferDocument,
  offerStatuses,
} from '../../projections/views/catalogue.ts'
import { directory } from '../../projections/views/directory.ts'
import type {
  CampaignDocument,
  CategoryDocument,
  SegmentDocument,
} from '../../projections/views/directory-documents.ts'
import { membersView } from '../../projections/views/members.ts'
import { reaches } from '../auth/reach.ts'
import { pageArgs, readArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { defineConnection, readPage } from '../graphql/connection.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { readView } from '../graphql/reading.ts'
import { BundleType } from './bundle.ts'
import { CampaignType } from './campaign.ts'
import { OfferType } from './offer.ts'
import { SegmentType } from './segment.ts'
import { CategoryType } from './taxonomy.ts'

const OfferConnection = defineConnection<OfferDocument>(
  'Offer',
  (t) => t.field({ type: OfferType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [OfferType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)
const BundleConnection = defineConnection<BundleDocument>(
  'Bundle',
  (t) => t.field({ type: BundleType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [BundleType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)
const SegmentConnection = defineConnection<SegmentDocument>(
  'Segment',
  (t) => t.field({ type: SegmentType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [SegmentType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)
const CategoryConnection = defineConnection<CategoryDocument>(
  'Category',
  (t) => t.field({ type: CategoryType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [CategoryType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)
const CampaignConnection = defineConnection<CampaignDocument>(
  'Campaign',
  (t) => t.field({ type: CampaignType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [CampaignType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

builder.objectField(SegmentType, 'size', (t) =>
  t.int({
    nullable: true,
    description: 'Members in it, as last recorded. Told to the community and the platform alone.',
    extensions: { cost: { points: 3 } },
    resolve: async ({ segment, community }, _args, context, info) => {
      const reach = reachIn(context, info)
      if (!reaches(reach, [community])) return null
      return (
        await readView(context, membersView.name, null, (reader) => segmentSize(reader, reach, segment))
      ).value
    },
  }),
)

builder.queryFields((t) => ({
  offers: t.field({
    type: OfferConnection,
    description: "A brand's own offers; for a community, those that may be shown in it.",
    args: {
      partnerId: t.arg.id({ required: false }),
      communityId: t.arg.id({ required: false, description: 'That may be shown in this community.' }),
      status: t.arg({ type: enumNamed('OfferStatus', offerStatuses), required: false }),
      category: t.arg.string({ required: false }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = {
        partner: args.partnerId ?? null,
        community: args.communityId ?? null,
        status: args.status ?? null,
        category: args.category ?? null,
      }
      return readPage(context, info, catalogueView.name, { ...args }, (reader, request) =>
        findOffers(reader, reach, asked, request),
      )
    },
  }),
  offer: t.field({
    type: OfferType,
    nullable: true,
    description: 'One offer; null where there is none that you may see.',
    args: { id: t.arg.id(), ...readArgs() },
    resolve: async (_parent, { id, minPosition }, context, info) => {
      const reach = reachIn(context, info)
      return (
        await readView(context, catalogueView.name, minPosition, (reader) => offerById(reader, reach, id))
      ).value
    },
  }),
  bundles: t.field({
    type: BundleConnection,
    description: "A community's bundles, by name; for a brand, those that it has a part in.",
    args: {
      communityId: t.arg.id({ required: false }),
      partnerId: t.arg.id({ required: false, description: 'That this partner has a part in.' }),
      status: t.arg({ type: enumNamed('BundleStatus', bundleStatuses), required: false }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = {
        community: args.communityId ?? null,
        partner: args.partnerId ?? null,
        status: args.status ?? null,
      }
      return readPage(context, info, catalogueView.name, { ...args }, (reader, request) =>
        findBundles(reader, reach, asked, request),
      )
    },
  }),
  bundle: t.field({
    type: BundleType,
    nullable: true,
    description: 'One bundle; null where there is none that you may see.',
    args: { id: t.arg.id(), ...readArgs() },
    resolve: async (_parent, { id, minPosition }, context, info) => {
      const reach = reachIn(context, info)
      return (
        await readView(context, catalogueView.name, minPosition, (reader) => bundleById(reader, reach, id))
      ).value
    },
  }),
  segments: t.field({
    type: SegmentConnection,
    description: 'Segments, by name. A community sees its own; brands and the platform all.',
    args: { communityId: t.arg.id({ required: false }), ...pageArgs() },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      return readPage(context, info, directory.name, { ...args }, (reader, request) =>
        findSegments(reader, reach, args.communityId ?? null, request),
      )
    },
  }),
  segment: t.field({
    type: SegmentType,
    nullable: true,
    description: 'One segment; null where there is none that you may see.',
    args: { id: t.arg.id(), ...readArgs() },
    resolve: async (_parent, { id, minPosition }, context, info) => {
      const reach = reachIn(context, info)
      return (
        await readView(context, directory.name, minPosition, (reader) => segmentById(reader, reach, id))
      ).value
    },
  }),
  categories: t.field({
    type: CategoryConnection,
    description: 'Categories, in the order of their codes.',
    args: {
      parent: t.arg.string({
        required: false,
        description: 'Those below it; null: the roots; left out: all.',
      }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) =>
      readPage(context, info, directory.name, { ...args }, (reader, request) =>
        findCategories(reader, args.parent, request),
      ),
  }),
  category: t.field({
    type: CategoryType,
    nullable: true,
    description: 'One category; null where there is none.',
    args: { code: t.arg.string(), ...readArgs() },
    resolve: async (_parent, { code, minPosition }, context) =>
      (await readView(context, directory.name, minPosition, (reader) => categoryByCode(reader, code))).value,
  }),
  campaigns: t.field({
    type: CampaignConnection,
    description: 'Campaigns, newest first.',
    args: { communityId: t.arg.id({ required: false }), ...pageArgs() },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      return readPage(context, info, directory.name, { ...args }, (reader, request) =>
        findCampaigns(reader, reach, args.communityId ?? null, request),
      )
    },
  }),
}))
