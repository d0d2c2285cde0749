/** Joining a community, and who is bound to whom by it. */
import { type CommunityState, knownCommunity } from '../community.ts'
import { Rejection } from '../decider.ts'
import type { MembershipEvent } from '../events/members.ts'
import type { PersonState } from '../person.ts'
import { same } from '../same.ts'
import type { Join } from './commands.ts'
import { bindingAt, inviterAt, type MembershipRef, type MembershipState } from './state.ts'

const dayMs = 86_400_000

/** What a join looks at. */
export interface JoinContext {
  readonly community: CommunityState
  readonly person: PersonState
  readonly inviter: PersonState | null
  /** The inviter's own place in the community. */
  readonly inviterMembership: MembershipState | null
}

const checkPerson = ({ id, erased }: PersonState, path: string): void => {
  if (id === null || erased)
    throw new Rejection('NOT_FOUND', 'There is no such person. Register the person first.', [path])
}

/** Why nobody can be bound to this inviter, or null. */
const inviterProblem = (
  { inviterId, personId, joinedAt }: Join,
  { inviter, inviterMembership }: JoinContext,
): Rejection | null => {
  const path = ['inviterId']
  if (inviterId === personId)
    return new Rejection('OWN_CHAIN', 'Nobody is invited by themself. Leave the inviter out.', path)
  if (inviter === null || inviter.id === null || inviter.erased)
    return new Rejection('NOT_FOUND', 'There is no such inviter. Leave the inviter out.', path)
  if (inviterMembership !== null && inviterAt(inviterMembership, joinedAt) === personId)
    return new Rejection(
      'OWN_CHAIN',
      'This person invited the inviter, and is bound to them still. Leave the inviter out.',
      path,
    )
  return null
}

const binding = (
  state: MembershipState,
  ref: MembershipRef,
  command: Join,
  context: JoinContext,
): readonly MembershipEvent[] => {
  const { inviterId, joinedAt: from, bindingDays, stated, through } = command
  if (inviterId === null) return []
  const problem = inviterProblem(command, context)
  if (problem !== null) {
    if (stated) return []
    throw problem
  }
  // Leaving and coming back does not change who brought the member, while that counts.
  if (bindingAt(state, from) !== null) return []
  const until = new Date(Date.parse(from) + bindingDays * dayMs).toISOString()
  const data = { ...ref, inviterId, shareId: through?.shareId ?? null, from, until }
  return [{ type: 'ReferralBound', data }]
}

/** The join, and with an inviter the binding to them. */
export const join = (
  state: MembershipState,
  membershipId: string,
  command: Join,
  context: JoinContext | null,
): readonly MembershipEvent[] => {
  const { type: _, bindingDays: __, stated: ___, ...asked } = command
  const facts = { membershipId, ...asked }
  if (same(state.join, facts)) return []
  if (state.active) throw new Rejection('TAKEN', 'This person is a member of the community already.')
  if (context === null) throw new TypeError('A join was decided without its context.')
  knownCommunity(context.community, ['communityId'])
  checkPerson(context.person, 'personId')
  const ref = { membershipId, communityId: command.communityId, personId: command.personId }
  return [{ type: 'MemberJoined', data: facts }, ...binding(state, ref, command, context)]
}
