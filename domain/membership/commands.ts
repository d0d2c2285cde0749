/** What may be asked of a membership. */
import { z } from 'zod'
import { consentPurpose, membershipEvents } from '../events/members.ts'
import * as shape from '../events/shapes.ts'

const joined = membershipEvents.MemberJoined.data.shape

export const membershipCommand = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('JoinCommunity'),
    communityId: shape.communityId,
    personId: shape.personId,
    how: joined.how,
    channel: joined.channel,
    through: joined.through,
    inviterId: joined.inviterId,
    joinedAt: joined.joinedAt,
    /** Days that the referral binding lasts. */
    bindingDays: z.int().min(1).max(3_650).default(365),
    /** It happened elsewhere: an inviter who cannot be bound leaves the join without a binding. */
    stated: z.boolean(),
  }),
  z.strictObject({ type: z.literal('UnbindReferral'), at: shape.instant, reason: shape.reason }),
  /**
   * Nothing, where the latest binding is another one, was unbound, was told of before, or is not over by `now`.
   * `from` and `until` as it was bound.
   */
  z.strictObject({
    type: z.literal('LapseReferral'),
    from: shape.instant,
    until: shape.instant,
    now: shape.instant,
  }),
  z.strictObject({
    type: z.literal('DeclareInterests'),
    categories: z.array(shape.code).max(100),
    declaredAt: shape.instant,
  }),
  z.strictObject({ type: z.literal('TagMember'), tag: shape.code }),
  z.strictObject({ type: z.literal('UntagMember'), tag: shape.code }),
  z.strictObject({
    type: z.literal('ReachStage'),
    stage: shape.stage,
    evidence: z.array(shape.eventName).max(20),
    reason: shape.reason,
  }),
  z.strictObject({ type: z.literal('LoseStage'), stage: shape.stage, reason: shape.reason }),
  z.strictObject({ type: z.literal('GiveConsent'), purpose: consentPurpose, wording: shape.code }),
  z.strictObject({ type: z.literal('WithdrawConsent'), purpose: consentPurpose }),
  z.strictObject({ type: z.literal('BecomePartner'), partnerId: shape.partnerId }),
  z.strictObject({ type: z.literal('LeaveCommunity'), leftAt: shape.instant, reason: shape.reason }),
])
export type MembershipCommand = z.infer<typeof membershipCommand>

export type Join = Extract<MembershipCommand, { type: 'JoinCommunity' }>
