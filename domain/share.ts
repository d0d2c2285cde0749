/** A share: a sharer's link to an offer, a bundle, or a community itself. */
import { z } from 'zod'
import { type AccessState, access } from './access.ts'
import { type BundleState, bundleSource, launched } from './bundle/state.ts'
import { type CommunityState, community, knownCommunity } from './community.ts'
import { type Decider, type Read, Rejection, type StateSource, unreachable } from './decider.ts'
import { type Derive, membershipIdOf } from './derive.ts'
import { eventTypes } from './events/define.ts'
import * as shape from './events/shapes.ts'
import { type ShareEvent, shareEvents } from './events/traffic.ts'
import { type MembershipState, membershipSource } from './membership/state.ts'
import { type OfferState, offer, offerAt, offerProblem } from './offer.ts'
import { same } from './same.ts'

export const shareCommand = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('CreateShare'), ...shareEvents.ShareCreated.data.shape }),
  z.strictObject({ type: z.literal('RevokeShare'), reason: shape.reason }),
])
export type ShareCommand = z.infer<typeof shareCommand>
type Create = Extract<ShareCommand, { type: 'CreateShare' }>

export interface ShareState {
  readonly created: Extract<ShareEvent, { type: 'ShareCreated' }>['data'] | null
  readonly revoked: boolean
}

const initial: ShareState = { created: null, revoked: false }

const evolve = (state: ShareState, event: ShareEvent): ShareState => {
  switch (event.type) {
    case 'ShareCreated':
      return { ...state, created: event.data }
    case 'ShareRevoked':
      return { ...state, revoked: true }
    default:
      return unreachable(event)
  }
}

/** How other aggregates read a share. */
export const shareSource: StateSource<ShareState, ShareEvent> = {
  category: 'share',
  initial,
  evolve,
  types: eventTypes(shareEvents),
}

/** What a new share looks at. */
export interface ShareContext {
  readonly community: CommunityState
  /** The target, where it is one of these. */
  readonly offer: OfferState | null
  readonly bundle: BundleState | null
  /** The sharer's place in the community, and their roles: whichever the kind of sharer asks for. */
  readonly membership: MembershipState | null
  readonly access: AccessState | null
}

/** The partners whose goods the target shows, once it is found to be live. */
const livePartners = (
  { target, communityId, createdAt }: Create,
  { offer: offered, bundle }: ShareContext,
): readonly string[] => {
  const path = ['target', 'id']
  switch (target.kind) {
    case 'OFFER': {
      if (offered === null || offered.id === null || offered.partnerId === null)
        throw new Rejection('NOT_FOUND', 'There is no such offer.', path)
      // Which members see it is asked when they buy, not when it is shared.
      const segmentIds = offerAt(offered, offered.version)?.segments ?? []
      const problem = offerProblem(offered, { at: createdAt, communityId, segmentIds })
      if (problem !== null)
        throw new Rejection(
          problem,
          'The offer is not for sale in this community now. Share another one.',
          path,
        )
      return [offered.partnerId]
    }
    case 'BUNDLE': {
      if (bundle === null || bundle.id === null)
        throw new Rejection('NOT_FOUND', 'There is no such bundle.', path)
      const selling = launched(bundle)
      if (selling === null)
        throw new Rejection('WRONG_STATE', `The bundle is ${bundle.status}: it has to be launched.`, path)
      if (bundle.communityId !== communityId)
        throw new Rejection('OFFER_NOT_SHOWN_HERE', 'The bundle is of another community.', path)
      return selling.components.map(({ partnerId }) => partnerId)
    }
    case 'COMMUNITY':
      if (target.id !== communityId)
        throw new Rejection('INVALID', 'A share of a community is made in that community.', path)
      return []
    default:
      return unreachable(target)
  }
}

const staffRoles: ReadonlySet<string> = new Set(['BRAND_ADMIN', 'BRAND_VIEWER'])

const checkSharer = (
  { sharer }: Create,
  { community: home, membership, access: held }: ShareContext,
  partners: readonly string[],
): void => {
  const path = ['sharer']
  switch (sharer.kind) {
    case 'MEMBER':
      if (membership === null || !membership.active)
        throw new Rejection('NOT_A_MEMBER', 'The sharer is no member of the community.', path)
      return
    case 'OWNER':
      if (home.ownerId !== sharer.id)
        throw new Rejection('NOT_ALLOWED', 'The sharer does not own the community.', path)
      return
    case 'COMMUNITY_STAFF':
      if (!home.operators.includes(sharer.id))
        throw new Rejection(
          'NOT_ALLOWED',
          'The sharer is no operator of the community. Appoint them first.',
          path,
        )
      return
    case 'PARTNER_STAFF': {
      const isStaff = held?.grants.some(
        ({ role, organisation }) =>
          staffRoles.has(role) &&
          organisation !== null &&
          (partners.length === 0 || partners.includes(organisation)),
      )
      if (isStaff !== true)
        throw new Rejection(
          'NOT_ALLOWED',
          'The sharer acts for no partner of what is shared. Grant a role first.',
          path,
        )
      return
    }
    default:
      unreachable(sharer.kind)
  }
}

const create = (state: ShareState, command: Create, context: ShareContext | null): readonly ShareEvent[] => {
  const { type: _, ...data } = command
  if (same(state.created, data)) return []
  if (state.created !== null)
    throw new Rejection('KEY_REUSED', 'A share with this id was created otherwise.', ['shareId'])
  if (context === null) throw new TypeError('A share was created without its context.')
  knownCommunity(context.community, ['communityId'])
  checkSharer(command, context, livePartners(command, context))
  return [{ type: 'ShareCreated', data }]
}

const gather = async (
  derive: Derive,
  { communityId, target, sharer }: Create,
  read: Read,
): Promise<ShareContext> => ({
  community: await read(community, communityId),
  offer: target.kind === 'OFFER' ? await read(offer, target.id) : null,
  bundle: target.kind === 'BUNDLE' ? await read(bundleSource, target.id) : null,
  membership:
    sharer.kind === 'MEMBER'
      ? await read(membershipSource, membershipIdOf(derive, communityId, sharer.id))
      : null,
  access: sharer.kind === 'PARTNER_STAFF' ? await read(access, sharer.id) : null,
})

/** Stream `share-{share id}`. */
export const makeShare = (
  derive: Derive,
): Decider<ShareState, ShareCommand, ShareEvent, ShareContext | null> => ({
  ...shareSource,
  gather: async (command, read) => (command.type === 'CreateShare' ? gather(derive, command, read) : null),
  decide: (state, command, context) => {
    switch (command.type) {
      case 'CreateShare':
        return create(state, command, context)
      case 'RevokeShare': {
        if (state.created === null) throw new Rejection('NOT_FOUND', 'There is no such share.')
        if (state.revoked) return []
        const { shareId, communityId } = state.created
        return [{ type: 'ShareRevoked', data: { shareId, communityId, reason: command.reason } }]
      }
      default:
        return unreachable(command)
    }
  },
})
