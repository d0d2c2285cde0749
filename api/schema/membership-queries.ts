/** Members of communities, and who is in which segment. */
import { findMembers, membershipById, segmentMembers } from '../../projections/queries/members.ts'
import {
  type MembershipDocument,
  membersView,
  type RollEntryDocument,
} from '../../projections/views/members.ts'
import { pageArgs, readArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { defineConnection, readPage } from '../graphql/connection.ts'
import { reachIn } from '../graphql/guard.ts'
import { readView } from '../graphql/reading.ts'
import { MemberStageType, MembershipType } from './membership.ts'

const MembershipConnection = defineConnection<MembershipDocument>(
  'Membership',
  (t) => t.field({ type: MembershipType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [MembershipType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

builder.queryField('members', (t) =>
  t.field({
    type: MembershipConnection,
    description: 'Memberships, by when they began.',
    args: {
      communityId: t.arg.id({ required: false }),
      personId: t.arg.id({ required: false }),
      inviterId: t.arg.id({ required: false }),
      stage: t.arg({ type: MemberStageType, required: false }),
      active: t.arg.boolean({ required: false, description: 'False: who has left. Left out: both.' }),
      joinedFrom: t.arg({ type: 'DateTime', required: false }),
      joinedBefore: t.arg({ type: 'DateTime', required: false }),
      newestFirst: t.arg.boolean({ required: false, defaultValue: true }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const asked = {
        community: args.communityId ?? null,
        person: args.personId ?? null,
        inviter: args.inviterId ?? null,
        stage: args.stage ?? null,
        active: args.active ?? null,
        joinedFrom: args.joinedFrom ?? null,
        joinedBefore: args.joinedBefore ?? null,
      }
      return readPage(context, info, membersView.name, { ...args }, (reader, request) =>
        findMembers(reader, reach, asked, args.newestFirst ?? true, request),
      )
    },
  }),
)

builder.queryField('membership', (t) =>
  t.field({
    type: MembershipType,
    nullable: true,
    description: 'One membership; null where there is none that you may see.',
    args: { id: t.arg.id(), ...readArgs() },
    resolve: async (_parent, { id, minPosition }, context, info) => {
      const reach = reachIn(context, info)
      const { value } = await readView(context, membersView.name, minPosition, (reader) =>
        membershipById(reader, reach, id),
      )
      return value
    },
  }),
)

const SegmentMemberType = builder.objectRef<RollEntryDocument>('SegmentMember').implement({
  description: 'A member as last recorded in a segment.',
  fields: (t) => ({
    membershipId: t.exposeID('membership'),
    version: t.exposeInt('version', { description: 'Of the segment, under which the member came in.' }),
  }),
})

const SegmentMemberConnection = defineConnection<RollEntryDocument>(
  'SegmentMember',
  (t) => t.field({ type: SegmentMemberType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [SegmentMemberType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

builder.queryField('segmentMembers', (t) =>
  t.field({
    type: SegmentMemberConnection,
    description: 'Who is in a segment, as last recorded.',
    args: { segmentId: t.arg.id(), ...pageArgs() },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      return readPage(context, info, membersView.name, { ...args }, (reader, request) =>
        segmentMembers(reader, reach, args.segmentId, request),
      )
    },
  }),
)
