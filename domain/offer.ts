/** An offer: a partner's terms for one product, in versions; purchases keep the one they were made under. */
import { z } from 'zod'
import { type CommunityState, community, knownCommunity } from './community.ts'
import { type Decider, type Read, Rejection, unreachable } from './decider.ts'
import { type OfferEvent, type OfferFacts, offerEvents, offerFacts } from './events/catalog-items.ts'
import { eventTypes } from './events/define.ts'
import * as shape from './events/shapes.ts'
import { type PartnerState, partner } from './partner.ts'
import { same } from './same.ts'
import { segments } from './segments.ts'
import { checkAdmitted, checkCurrency } from './standing.ts'
import { type CategoryState, taxonomy } from './taxonomy.ts'

const stated = {
  offerId: shape.offerId,
  partnerId: shape.partnerId,
  facts: offerFacts,
  source: shape.source.nullable(),
}

export const offerCommand = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('PublishOffer'), ...stated }),
  /** `expectedVersion`: the one that the revision is made from. */
  z.strictObject({ type: z.literal('ReviseOffer'), ...stated, expectedVersion: shape.version }),
  /** Nothing, where that version is no longer the latest, was withdrawn, was told of before, or is not over by `now`. */
  z.strictObject({ type: z.literal('ExpireOffer'), version: shape.version, now: shape.instant }),
  z.strictObject({ type: z.literal('WithdrawOffer'), at: shape.instant, reason: shape.reason }),
])
export type OfferCommand = z.infer<typeof offerCommand>
type Statement = Extract<OfferCommand, { type: 'PublishOffer' | 'ReviseOffer' }>

export interface OfferVersion {
  readonly version: number
  readonly facts: OfferFacts
}

export interface OfferState {
  readonly id: string | null
  readonly partnerId: string | null
  /** The latest; 0 before the first. */
  readonly version: number
  /** As published: what a repeat is compared with. */
  readonly published: { readonly facts: OfferFacts; readonly source: z.infer<typeof stated.source> } | null
  /** The last of them, oldest first. */
  readonly versions: readonly OfferVersion[]
  /** The version whose end was told last; null: none. */
  readonly expired: number | null
  readonly withdrawn: boolean
  readonly withdrawnAt: string | null
}

/** Versions kept for what is stated late. */
const keptVersions = 50

const initial: OfferState = {
  id: null,
  partnerId: null,
  version: 0,
  published: null,
  versions: [],
  expired: null,
  withdrawn: false,
  withdrawnAt: null,
}

const evolve = (state: OfferState, event: OfferEvent): OfferState => {
  switch (event.type) {
    case 'OfferPublished':
    case 'OfferRevised': {
      const { offerId: id, partnerId, version, facts, source } = event.data
      return {
        ...state,
        id,
        partnerId,
        version,
        published: state.published ?? { facts, source },
        versions: [...state.versions, { version, facts }].slice(-keptVersions),
      }
    }
    case 'OfferExpired':
      return { ...state, expired: event.data.version }
    case 'OfferWithdrawn':
      return { ...state, withdrawn: true, withdrawnAt: event.data.at }
    default:
      return unreachable(event)
  }
}

/** The facts of a version; null where there is none, or it is too old to be kept. */
export const offerAt = ({ versions }: OfferState, version: number): OfferFacts | null =>
  versions.find((candidate) => candidate.version === version)?.facts ?? null

const isWithin = ({ validFrom, validUntil }: OfferFacts, at: string): boolean =>
  validFrom <= at && (validUntil === null || at < validUntil)

/** The version that a sale at an instant was under: the latest valid then, else the latest of all; null: no offer. */
export const offerInForce = ({ versions, version }: OfferState, at: string): number | null =>
  versions.findLast(({ facts }) => isWithin(facts, at))?.version ?? (version === 0 ? null : version)

/** Where and when somebody would buy under an offer. `version`: the latest where it is not named. */
export interface Showing {
  readonly version?: number
  readonly at: string
  readonly communityId: string
  /** Segments that the buyer is in. */
  readonly segmentIds: readonly string[]
}

/** Why an offer is not for this buyer, here and then; null where it is. */
export const offerProblem = (
  state: OfferState,
  { version = state.version, at, communityId, segmentIds }: Showing,
): 'OFFER_WITHDRAWN' | 'OUTSIDE_DATES' | 'OFFER_NOT_SHOWN_HERE' | null => {
  const facts = offerAt(state, version)
  if (facts === null || (state.withdrawnAt !== null && state.withdrawnAt <= at)) return 'OFFER_WITHDRAWN'
  if (!isWithin(facts, at)) return 'OUTSIDE_DATES'
  const { communities, segments: picked } = facts
  if (communities.length > 0 && !communities.includes(communityId)) return 'OFFER_NOT_SHOWN_HERE'
  if (picked.length > 0 && !picked.some((id) => segmentIds.includes(id))) return 'OFFER_NOT_SHOWN_HERE'
  return null
}

/** What a statement of an offer looks at. */
export interface OfferContext {
  readonly partner: PartnerState
  readonly category: CategoryState
  /** The communities named, in their order. */
  readonly communities: readonly CommunityState[]
  /** All segments of these communities, by id. */
  readonly segments: ReadonlySet<string>
}

const check = ({ facts }: Statement, context: OfferContext | null): void => {
  if (context === null) throw new TypeError('An offer was decided without its context.')
  if (facts.validUntil !== null && facts.validFrom >= facts.validUntil)
    throw new Rejection('INVALID', 'An offer ends after it begins. Set validUntil later than validFrom.', [
      'facts',
      'validUntil',
    ])
  checkAdmitted(context.partner, ['partnerId'])
  const { code, retired } = context.category
  if (code === null)
    throw new Rejection('NOT_FOUND', `There is no category ${facts.category}. Define it first.`, [
      'facts',
      'category',
    ])
  if (retired)
    throw new Rejection('WRONG_STATE', `The category ${code} is retired. Choose another one.`, [
      'facts',
      'category',
    ])
  for (const [index, home] of context.communities.entries()) {
    const path = ['facts', 'communities', String(index)]
    knownCommunity(home, path)
    checkCurrency(home, facts.currency, path)
  }
  for (const [index, id] of facts.segments.entries()) {
    if (!context.segments.has(id))
      throw new Rejection(
        'NOT_FOUND',
        'The communities of the offer have no such segment. Name the community of each segment.',
        ['facts', 'segments', String(index)],
      )
  }
}

const publish = (
  state: OfferState,
  command: Extract<Statement, { type: 'PublishOffer' }>,
  context: OfferContext | null,
): readonly OfferEvent[] => {
  const { offerId, partnerId, facts, source } = command
  if (state.published !== null) {
    if (state.partnerId === partnerId && same(state.published, { facts, source })) return []
    throw new Rejection('KEY_REUSED', 'An offer with this id was published otherwise. Revise it instead.', [
      'offerId',
    ])
  }
  check(command, context)
  return [{ type: 'OfferPublished', data: { offerId, partnerId, version: 1, facts, source } }]
}

const revise = (
  state: OfferState,
  command: Extract<Statement, { type: 'ReviseOffer' }>,
  context: OfferContext | null,
): readonly OfferEvent[] => {
  const { offerId, partnerId, facts, source, expectedVersion } = command
  if (state.partnerId !== partnerId)
    throw new Rejection('NOT_ALLOWED', 'The offer belongs to another partner.', ['partnerId'])
  const isSame = same(offerAt(state, state.version), facts)
  if (isSame && (state.version === expectedVersion || state.version === expectedVersion + 1)) return []
  if (state.withdrawn)
    throw new Rejection('OFFER_WITHDRAWN', 'The offer is withdrawn. Publish another one.', ['offerId'])
  if (state.version !== expectedVersion)
    throw new Rejection(
      'VERSION_CHANGED',
      `The offer is at version ${state.version} now. Look at it again.`,
      ['expectedVersion'],
      { version: state.version },
    )
  check(command, context)
  return [{ type: 'OfferRevised', data: { offerId, partnerId, version: expectedVersion + 1, facts, source } }]
}

const decide = (
  state: OfferState,
  command: OfferCommand,
  context: OfferContext | null,
): readonly OfferEvent[] => {
  if (command.type === 'PublishOffer') return publish(state, command, context)
  const { id: offerId, partnerId } = state
  if (offerId === null || partnerId === null)
    throw new Rejection('NOT_FOUND', 'There is no such offer. Publish it first.')
  switch (command.type) {
    case 'ReviseOffer':
      return revise(state, command, context)
    case 'ExpireOffer': {
      const { version, now } = command
      const at = offerAt(state, version)?.validUntil ?? null
      if (version !== state.version || state.withdrawn || state.expired === version) return []
      if (at === null || now < at) return []
      return [{ type: 'OfferExpired', data: { offerId, partnerId, version, at } }]
    }
    case 'WithdrawOffer': {
      const { at, reason } = command
      return state.withdrawn ? [] : [{ type: 'OfferWithdrawn', data: { offerId, partnerId, at, reason } }]
    }
    default:
      return unreachable(command)
  }
}

const gather = async (command: OfferCommand, read: Read): Promise<OfferContext | null> => {
  if (command.type === 'WithdrawOffer' || command.type === 'ExpireOffer') return null
  const { partnerId, facts } = command
  const communities: CommunityState[] = []
  const known = new Set<string>()
  for (const id of facts.communities) {
    communities.push(await read(community, id))
    if (facts.segments.length === 0) continue
    for (const segment of (await read(segments, id)).segments) if (!segment.retired) known.add(segment.id)
  }
  return {
    partner: await read(partner, partnerId),
    category: await read(taxonomy, facts.category),
    communities,
    segments: known,
  }
}

/** Stream `offer-{offer id}`. */
export const offer: Decider<OfferState, OfferCommand, OfferEvent, OfferContext | null> = {
  category: 'offer',
  initial,
  evolve,
  types: eventTypes(offerEvents),
  gather,
  decide,
}
