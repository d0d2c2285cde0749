/** One person's place in one community. */
import { community } from './community.ts'
import { type Decider, type Read, Rejection, unreachable } from './decider.ts'
import { type Derive, membershipIdOf } from './derive.ts'
import type { MembershipEvent } from './events/members.ts'
import type { Join, MembershipCommand } from './membership/commands.ts'
import { type JoinContext, join } from './membership/join.ts'
import { lapse } from './membership/lapse.ts'
import { inviterAt, type MembershipRef, type MembershipState, membershipSource } from './membership/state.ts'
import { type PartnerState, partner } from './partner.ts'
import { person } from './person.ts'
import { same, sortedSet } from './same.ts'
import { isAtLeast } from './segment-rule.ts'
import { taxonomy } from './taxonomy.ts'

const most = { tags: 100, partners: 20 } as const

type Others = Exclude<MembershipCommand, Join>

const moveStage = (
  { stage }: MembershipState,
  ref: MembershipRef,
  command: Extract<Others, { type: 'ReachStage' | 'LoseStage' }>,
): readonly MembershipEvent[] => {
  if (stage === null || command.stage === stage) return []
  const isUp = isAtLeast(command.stage, stage)
  if (isUp !== (command.type === 'ReachStage'))
    throw new Rejection(
      'WRONG_STATE',
      `The member is at ${stage}; ${command.stage} is ${isUp ? 'above' : 'below'} it.`,
      ['stage'],
      { stage },
    )
  if (command.type === 'LoseStage')
    return [{ type: 'StageLost', data: { ...ref, stage: command.stage, reason: command.reason } }]
  const { evidence, reason } = command
  return [{ type: 'StageReached', data: { ...ref, stage: command.stage, evidence, reason } }]
}

const decideMember = (
  state: MembershipState,
  ref: MembershipRef,
  command: Exclude<
    Others,
    { type: 'LeaveCommunity' | 'UnbindReferral' | 'LapseReferral' | 'WithdrawConsent' }
  >,
  context: MembershipContext,
): readonly MembershipEvent[] => {
  switch (command.type) {
    case 'DeclareInterests': {
      const categories = sortedSet(command.categories)
      if (same(state.interests, categories)) return []
      const unknown = context !== null && 'unknown' in context ? context.unknown : []
      const index = command.categories.findIndex((code) => unknown.includes(code))
      if (index !== -1)
        throw new Rejection('NOT_FOUND', `There is no category ${command.categories[index]}.`, [
          'categories',
          String(index),
        ])
      return [{ type: 'InterestsDeclared', data: { ...ref, categories, declaredAt: command.declaredAt } }]
    }
    case 'TagMember': {
      if (state.tags.includes(command.tag)) return []
      if (state.tags.length >= most.tags)
        throw new Rejection('CONFLICT', `A member has at most ${most.tags} tags. Take one off first.`)
      return [{ type: 'MemberTagged', data: { ...ref, tag: command.tag } }]
    }
    case 'UntagMember':
      return state.tags.includes(command.tag)
        ? [{ type: 'MemberUntagged', data: { ...ref, tag: command.tag } }]
        : []
    case 'ReachStage':
    case 'LoseStage':
      return moveStage(state, ref, command)
    case 'GiveConsent': {
      const { purpose, wording } = command
      if (state.consents[purpose] === wording) return []
      return [{ type: 'ConsentGiven', data: { ...ref, purpose, wording } }]
    }
    case 'BecomePartner': {
      const { partnerId } = command
      if (state.partners.includes(partnerId)) return []
      const partnerState = context !== null && 'partner' in context ? context.partner : null
      if (partnerState === null || partnerState.id === null)
        throw new Rejection('NOT_FOUND', 'There is no such partner. Apply first.', ['partnerId'])
      if (state.partners.length >= most.partners)
        throw new Rejection('CONFLICT', `A member becomes at most ${most.partners} partners.`)
      return [{ type: 'MemberBecamePartner', data: { ...ref, partnerId } }]
    }
    default:
      return unreachable(command)
  }
}

const decideKnown = (
  state: MembershipState,
  command: Others,
  context: MembershipContext,
): readonly MembershipEvent[] => {
  const { ref } = state
  if (ref === null) throw new Rejection('NOT_FOUND', 'There is no such membership. Join first.')
  switch (command.type) {
    case 'LeaveCommunity': {
      const { leftAt, reason } = command
      if (state.active && state.joinedAt !== null && leftAt < state.joinedAt)
        throw new Rejection('INVALID', 'Nobody leaves before they joined.', ['leftAt'])
      return state.active ? [{ type: 'MemberLeft', data: { ...ref, leftAt, reason } }] : []
    }
    case 'UnbindReferral': {
      const { at, reason } = command
      const inviterId = inviterAt(state, at)
      return inviterId === null ? [] : [{ type: 'ReferralUnbound', data: { ...ref, inviterId, at, reason } }]
    }
    case 'LapseReferral':
      return lapse(state, ref, command)
    case 'WithdrawConsent': {
      const { purpose } = command
      return state.consents[purpose] === undefined
        ? []
        : [{ type: 'ConsentWithdrawn', data: { ...ref, purpose } }]
    }
    default:
      if (!state.active)
        throw new Rejection('NOT_A_MEMBER', 'The member has left the community. Join again first.')
      return decideMember(state, ref, command, context)
  }
}

/** What a decision on a membership looks at, besides itself. */
export type MembershipContext =
  | { readonly join: JoinContext }
  | { readonly partner: PartnerState }
  /** Categories that the taxonomy does not define. */
  | { readonly unknown: readonly string[] }
  | null

/** Stream `membership-{derived from community and person}`. */
export const makeMembership = (
  derive: Derive,
): Decider<MembershipState, MembershipCommand, MembershipEvent, MembershipContext> => ({
  ...membershipSource,
  gather: async (command, read: Read) => {
    if (command.type === 'BecomePartner') return { partner: await read(partner, command.partnerId) }
    if (command.type === 'DeclareInterests') {
      const unknown: string[] = []
      for (const code of new Set(command.categories))
        if ((await read(taxonomy, code)).code === null) unknown.push(code)
      return { unknown }
    }
    if (command.type !== 'JoinCommunity') return null
    const { communityId, personId, inviterId } = command
    const invited = inviterId !== null && inviterId !== personId
    return {
      join: {
        community: await read(community, communityId),
        person: await read(person, personId),
        inviter: invited ? await read(person, inviterId) : null,
        inviterMembership: invited
          ? await read(membershipSource, membershipIdOf(derive, communityId, inviterId))
          : null,
      },
    }
  },
  decide: (state, command, context) => {
    if (command.type !== 'JoinCommunity') return decideKnown(state, command, context)
    const membershipId = membershipIdOf(derive, command.communityId, command.personId)
    return join(state, membershipId, command, context !== null && 'join' in context ? context.join : null)
  },
})
