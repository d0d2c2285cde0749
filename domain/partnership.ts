/** The terms between one partner and one community: proposed by one side, accepted by the other. */
import { z } from 'zod'
import { type CommunityState, community, knownCommunity } from './community.ts'
import { type Decider, Rejection, type StateSource, unreachable } from './decider.ts'
import { type Derive, partnershipIdOf } from './derive.ts'
import { eventTypes } from './events/define.ts'
import { type PartnershipEvent, partnershipEvents, type Terms } from './events/organisations.ts'
import * as shape from './events/shapes.ts'
import { type PartnerState, partner } from './partner.ts'
import { askedTerms, checkedTerms } from './partnership/terms.ts'
import { same } from './same.ts'
import { checkAdmitted } from './standing.ts'
import { taxonomy } from './taxonomy.ts'

const proposal = {
  partnerId: shape.partnerId,
  communityId: shape.communityId,
  by: shape.side,
  effectiveFrom: shape.instant,
  terms: askedTerms,
}

export const partnershipCommand = z.discriminatedUnion('type', [
  /** The first terms, or the first after an end. */
  z.strictObject({ type: z.literal('ProposePartnership'), ...proposal }),
  /** `expectedVersion`: the latest version, accepted or not, that the amendment is made from. */
  z.strictObject({ type: z.literal('AmendPartnership'), ...proposal, expectedVersion: shape.version }),
  z.strictObject({ type: z.literal('AcceptPartnership'), by: shape.side, version: shape.version }),
  z.strictObject({
    type: z.literal('EndPartnership'),
    by: shape.side,
    effectiveAt: shape.instant,
    reason: shape.reason,
  }),
])
export type PartnershipCommand = z.infer<typeof partnershipCommand>
type Proposal = Extract<PartnershipCommand, { type: 'ProposePartnership' | 'AmendPartnership' }>

export interface TermsVersion {
  readonly version: number
  readonly by: z.infer<typeof shape.side>
  readonly effectiveFrom: string
  /** Set by an end: nothing is under these terms from then on. */
  readonly until: string | null
  readonly accepted: boolean
  readonly terms: Terms
}

export interface PartnershipState {
  readonly ref: {
    readonly partnershipId: string
    readonly partnerId: string
    readonly communityId: string
  } | null
  /** In order: the accepted ones, and the latest. A proposal that was amended before it was accepted is gone. */
  readonly versions: readonly TermsVersion[]
  /** When the terms end or ended, unless new ones were proposed since. */
  readonly endedAt: string | null
}

const initial: PartnershipState = { ref: null, versions: [], endedAt: null }

const evolve = (state: PartnershipState, event: PartnershipEvent): PartnershipState => {
  switch (event.type) {
    case 'PartnershipProposed':
    case 'PartnershipAmended': {
      const { partnershipId, partnerId, communityId, version, by, effectiveFrom, terms } = event.data
      const added = { version, by, effectiveFrom, until: null, accepted: false, terms }
      const versions = [...state.versions.filter(({ accepted }) => accepted), added]
      return { ref: { partnershipId, partnerId, communityId }, versions, endedAt: null }
    }
    case 'PartnershipAccepted': {
      const versions = state.versions.map((terms) =>
        terms.version === event.data.version ? { ...terms, accepted: true } : terms,
      )
      return { ...state, versions }
    }
    case 'PartnershipEnded': {
      const { effectiveAt } = event.data
      const versions = state.versions.map((terms) =>
        terms.until === null || effectiveAt < terms.until ? { ...terms, until: effectiveAt } : terms,
      )
      return { ...state, versions, endedAt: effectiveAt }
    }
    default:
      return unreachable(event)
  }
}

/** How other aggregates read a partnership. */
export const partnershipSource: StateSource<PartnershipState, PartnershipEvent> = {
  category: 'partnership',
  initial,
  evolve,
  types: eventTypes(partnershipEvents),
}

/**
 * The terms in force at an instant: of the accepted versions the one with the latest effective date (of equal dates
 * the higher version); null before the first, from the end on, and where nothing was accepted.
 */
export const termsAt = (
  { versions }: PartnershipState,
  instant: string,
): { readonly version: number; readonly terms: Terms } | null => {
  let found: TermsVersion | null = null
  for (const candidate of versions) {
    if (!candidate.accepted || candidate.effectiveFrom > instant) continue
    if (candidate.until !== null && candidate.until <= instant) continue
    if (found === null || candidate.effectiveFrom >= found.effectiveFrom) found = candidate
  }
  return found === null ? null : { version: found.version, terms: found.terms }
}

/** The accepted terms of a version, as a sale under them froze it. */
export const termsOfVersion = ({ versions }: PartnershipState, version: number): Terms | null =>
  versions.find((candidate) => candidate.accepted && candidate.version === version)?.terms ?? null

/** What a proposal looks at. */
export interface PartnershipContext {
  readonly partner: PartnerState
  readonly community: CommunityState
  /** Of the rates, those that the taxonomy does not define. */
  readonly unknownCategories: ReadonlySet<string>
}

const propose = (
  state: PartnershipState,
  partnershipId: string,
  command: Proposal,
  context: PartnershipContext | null,
): readonly PartnershipEvent[] => {
  const { partnerId, communityId, by, effectiveFrom } = command
  const terms = checkedTerms(command.terms)
  const latest = state.versions.at(-1)
  const isProposal = command.type === 'ProposePartnership'
  const isOpen = latest !== undefined && state.endedAt === null
  const isRepeat = isOpen && same([latest.by, latest.effectiveFrom, latest.terms], [by, effectiveFrom, terms])
  if (isRepeat && (isProposal || latest.version - command.expectedVersion <= 1)) return []
  if (isProposal && isOpen)
    throw new Rejection('TAKEN', 'These two have a partnership already. Amend it instead.')
  if (!isProposal && latest === undefined)
    throw new Rejection('NOT_FOUND', 'There is no such partnership. Propose it first.')
  if (!isProposal && !isOpen)
    throw new Rejection('WRONG_STATE', 'The partnership was ended. Propose a new one.')
  if (!isProposal && latest?.version !== command.expectedVersion)
    throw new Rejection(
      'VERSION_CHANGED',
      `The latest terms are of version ${latest?.version ?? 0}. Look at them again.`,
      ['expectedVersion'],
      { version: latest?.version ?? 0 },
    )
  if (context === null) throw new TypeError('A proposal was decided without its context.')
  checkAdmitted(context.partner, ['partnerId'])
  knownCommunity(context.community, ['communityId'])
  for (const [index, { category }] of terms.rates.entries()) {
    if (category === null || !context.unknownCategories.has(category)) continue
    const path = ['terms', 'rates', String(index), 'category']
    throw new Rejection('NOT_FOUND', `There is no category ${category}. Define it first.`, path)
  }
  const version = (latest?.version ?? 0) + 1
  const data = { partnershipId, partnerId, communityId, by, version, effectiveFrom, terms }
  return [{ type: isProposal ? 'PartnershipProposed' : 'PartnershipAmended', data }]
}

const accept = (
  { ref, versions, endedAt }: PartnershipState,
  { by, version }: Extract<PartnershipCommand, { type: 'AcceptPartnership' }>,
): readonly PartnershipEvent[] => {
  const latest = versions.at(-1)
  if (ref === null || latest === undefined)
    throw new Rejection('NOT_FOUND', 'There is no such partnership. Propose it first.')
  if (versions.some((terms) => terms.version === version && terms.accepted && terms.by !== by)) return []
  if (endedAt !== null) throw new Rejection('WRONG_STATE', 'The partnership was ended. Propose a new one.')
  if (version !== latest.version)
    throw new Rejection(
      'VERSION_CHANGED',
      `The latest terms are of version ${latest.version}. Look at them again.`,
      ['version'],
      { version: latest.version },
    )
  if (latest.by === by)
    throw new Rejection('NOT_ALLOWED', 'Who proposed these terms cannot accept them: the other side does.', [
      'by',
    ])
  return [{ type: 'PartnershipAccepted', data: { ...ref, by, version, effectiveFrom: latest.effectiveFrom } }]
}

const end = (
  { ref, endedAt }: PartnershipState,
  { by, effectiveAt, reason }: Extract<PartnershipCommand, { type: 'EndPartnership' }>,
): readonly PartnershipEvent[] => {
  if (ref === null) throw new Rejection('NOT_FOUND', 'There is no such partnership. Propose it first.')
  if (endedAt === effectiveAt) return []
  if (endedAt !== null)
    throw new Rejection('WRONG_STATE', `The partnership ends at ${endedAt} already.`, ['effectiveAt'])
  return [{ type: 'PartnershipEnded', data: { ...ref, by, effectiveAt, reason } }]
}

/** Stream `partnership-{derived from partner and community}`. */
export const makePartnership = (
  derive: Derive,
): Decider<PartnershipState, PartnershipCommand, PartnershipEvent, PartnershipContext | null> => ({
  ...partnershipSource,
  gather: async (command, read) => {
    if (command.type === 'AcceptPartnership' || command.type === 'EndPartnership') return null
    const unknownCategories = new Set<string>()
    for (const { category } of command.terms.rates)
      if (category !== null && (await read(taxonomy, category)).code === null) unknownCategories.add(category)
    return {
      partner: await read(partner, command.partnerId),
      community: await read(community, command.communityId),
      unknownCategories,
    }
  },
  decide: (state, command, context) => {
    switch (command.type) {
      case 'ProposePartnership':
      case 'AmendPartnership': {
        const { partnerId, communityId } = command
        return propose(state, partnershipIdOf(derive, partnerId, communityId), command, context)
      }
      case 'AcceptPartnership':
        return accept(state, command)
      case 'EndPartnership':
        return end(state, command)
      default:
        return unreachable(command)
    }
  },
})
