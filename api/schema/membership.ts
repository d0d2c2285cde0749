/** Memberships: one person's place in one community. */
import { membershipIdOf } from '../../domain/derive.ts'
import { consentPurpose } from '../../domain/events/members.ts'
import * as shape from '../../domain/events/shapes.ts'
import { membershipCommand } from '../../domain/membership/commands.ts'
import { type MembershipDocument, memberships, membersView } from '../../projections/views/members.ts'
import { builder } from '../graphql/builder.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { loadAfter } from '../graphql/load.ts'
import { definePayload } from '../graphql/outcome.ts'
import { NodeType } from './node.ts'

export const TrafficSourceType = enumNamed('TrafficSource', shape.trafficSource.options)
export const MemberStageType = enumNamed('MemberStage', shape.stage.options)

const ReferralBindingType = builder
  .objectRef<NonNullable<MembershipDocument['binding']>>('ReferralBinding')
  .implement({
    description: 'Who counts as having brought the member, and until when.',
    fields: (t) => ({
      inviterId: t.exposeID('inviter'),
      shareId: t.exposeID('shareId', { nullable: true }),
      from: t.field({ type: 'DateTime', resolve: ({ from }) => from }),
      until: t.field({ type: 'DateTime', resolve: ({ until }) => until }),
    }),
  })

const ConsentType = builder.objectRef<MembershipDocument['consents'][number]>('Consent').implement({
  fields: (t) => ({
    purpose: t.field({
      type: enumNamed('ConsentPurpose', consentPurpose.options),
      resolve: ({ purpose }) => purpose,
    }),
    wording: t.exposeString('wording', { description: 'Code of the text that was agreed to.' }),
  }),
})

export const MembershipType = builder.objectRef<MembershipDocument>('Membership').implement({
  description: 'One person in one community. Nothing in it says who the person is.',
  interfaces: [NodeType],
  fields: (t) => ({
    id: t.exposeID('membership'),
    communityId: t.exposeID('community'),
    personId: t.exposeID('person'),
    how: t.field({ type: TrafficSourceType, resolve: ({ how }) => how }),
    channel: t.exposeString('channel'),
    inviterId: t.exposeID('inviter', { nullable: true }),
    binding: t.field({ type: ReferralBindingType, nullable: true, resolve: ({ binding }) => binding }),
    joinedAt: t.field({ type: 'DateTime', resolve: ({ joinedAt }) => joinedAt }),
    active: t.boolean({
      description: 'False once the member has left.',
      resolve: ({ active }) => active === 1,
    }),
    leftAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ leftAt }) => leftAt }),
    stage: t.field({ type: MemberStageType, resolve: ({ stage }) => stage }),
    interests: t.stringList({ resolve: ({ interests }) => [...interests] }),
    tags: t.stringList({ resolve: ({ tags }) => [...tags] }),
    consents: t.field({ type: [ConsentType], resolve: ({ consents }) => [...consents] }),
    becamePartnerId: t.exposeID('partner', {
      nullable: true,
      description: 'The partner that the member became.',
    }),
  }),
})

const MembershipPayload = definePayload('MembershipPayload', (t) => ({
  membership: t.field({
    type: MembershipType,
    nullable: true,
    resolve: (outcome, _args, context) => loadAfter(context, membersView.name, memberships, outcome),
  }),
}))

const mutation = mutationsOn({
  decider: (model) => model.membership,
  commands: membershipCommand,
  payload: MembershipPayload,
})

mutation('joinCommunity', 'JoinCommunity', 'A person joins a community; who invited them is bound to it.', {
  target: {
    kind: 'DERIVED',
    idOf: ({ derive }, { communityId, personId }) => membershipIdOf(derive, communityId, personId),
  },
  owners: { by: 'COMMAND', of: ({ communityId }) => [communityId], path: 'communityId' },
  key: 'REQUIRED',
  defaulted: ['joinedAt', 'stated'],
  fill: ({ input, now }) => ({
    ...(input.joinedAt == null ? { joinedAt: now } : {}),
    ...(input.stated == null ? { stated: false } : {}),
  }),
})

const named = { kind: 'NAMED', input: 'membershipId', id: shape.membershipId, thing: 'membership' } as const
const own = {
  by: 'STATE',
  of: ({ ref }: { readonly ref: { readonly communityId: string } | null }) =>
    ref === null ? [] : [ref.communityId],
} as const
/** Instants that the client may state; else it is now. */
const nowAs = (property: string) => ({
  defaulted: [property],
  fill: ({ input, now }: { readonly input: Readonly<Record<string, unknown>>; readonly now: string }) =>
    input[property] == null ? { [property]: now } : {},
})

mutation('unbindReferral', 'UnbindReferral', 'Ends a referral binding before its time.', {
  target: named,
  owners: own,
  ...nowAs('at'),
})
mutation('declareInterests', 'DeclareInterests', 'States all interests of the member, as categories.', {
  target: named,
  owners: own,
  ...nowAs('declaredAt'),
})
mutation('tagMember', 'TagMember', 'Staff tags the member.', { target: named, owners: own })
mutation('untagMember', 'UntagMember', 'Takes a tag off.', { target: named, owners: own })
mutation('reachStage', 'ReachStage', 'The member came to a stage, by the evidence named.', {
  target: named,
  owners: own,
})
mutation('loseStage', 'LoseStage', 'The member fell back to a stage.', { target: named, owners: own })
mutation('giveConsent', 'GiveConsent', 'The member agrees to a use of data.', { target: named, owners: own })
mutation('withdrawConsent', 'WithdrawConsent', 'The member takes a consent back.', {
  target: named,
  owners: own,
})
mutation('memberBecomesPartner', 'BecomePartner', 'The member now also supplies.', {
  target: named,
  owners: own,
})
mutation('leaveCommunity', 'LeaveCommunity', 'The member leaves; what happened stays.', {
  target: named,
  owners: own,
  ...nowAs('leftAt'),
})
