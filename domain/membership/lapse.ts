/** That the latest referral binding came to its end, told once. */
import type { MembershipEvent } from '../events/members.ts'
import type { MembershipCommand } from './commands.ts'
import type { MembershipRef, MembershipState } from './state.ts'

/** Nothing, where the binding named is no longer the latest as it was bound, was told of before, or is not over. */
export const lapse = (
  { bindings, lapsed }: MembershipState,
  ref: MembershipRef,
  { from, until, now }: Extract<MembershipCommand, { type: 'LapseReferral' }>,
): readonly MembershipEvent[] => {
  const latest = bindings.at(-1)
  if (latest === undefined || latest.from !== from || latest.until !== until) return []
  if (lapsed || now < until) return []
  return [{ type: 'ReferralLapsed', data: { ...ref, inviterId: latest.inviterId, at: until } }]
}
