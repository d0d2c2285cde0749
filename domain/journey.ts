/** A journey: the touches of one person or visitor in one calendar month (UTC). */
import { z } from 'zod'
import { type BundleState, bundleAt, bundleSource, launched } from './bundle/state.ts'
import { businessDate } from './business-date.ts'
import { type CampaignState, campaign } from './campaign.ts'
import { type CommunityState, community, knownCommunity } from './community.ts'
import { type Decider, Rejection } from './decider.ts'
import { type Derive, membershipIdOf } from './derive.ts'
import { type JourneyEvent, journeyEvents } from './events/traffic.ts'
import { type JourneyState, journeySource, type Target, type Touch } from './journey/state.ts'
import { answered, type Look } from './look.ts'
import { membershipFacts, membershipSource } from './membership/state.ts'
import { type OfferState, offer, offerAt } from './offer.ts'
import { same } from './same.ts'
import { segmentsHeld } from './segment-roll.ts'
import { type SegmentAt, segments } from './segments.ts'
import { type ShareState, shareSource } from './share.ts'
import { closureOf } from './taxonomy.ts'

const recorded = journeyEvents.TouchRecorded.data.shape

/** One command; a union as everywhere, so that callers need no exception. */
export const journeyCommand = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('RecordTouch'),
    touchId: recorded.touchId,
    subject: recorded.subject,
    communityId: recorded.communityId,
    source: recorded.source,
    channel: recorded.channel,
    campaignId: recorded.campaignId,
    content: recorded.content,
    shareId: recorded.shareId,
    /** Null: what the share points to. */
    target: recorded.target,
    at: recorded.at,
  }),
])
export type JourneyCommand = z.infer<typeof journeyCommand>

type Recorded = Extract<JourneyEvent, { type: 'TouchRecorded' }>['data']

/** Touches of one journey. */
const mostTouches = 10_000

/** What a touch looks at. */
export interface TouchContext {
  readonly community: CommunityState
  readonly share: ShareState | null
  readonly campaign: CampaignState | null
  readonly target: Target | null
  readonly offer: OfferState | null
  readonly bundle: BundleState | null
  /** The subject's membership, where it is a person who is a member now, and the segments that hold. */
  readonly membershipId: string | null
  readonly segments: readonly SegmentAt[]
}

const isPerson = (subject: string): boolean => subject.startsWith('person_')

const gather = (derive: Derive, command: JourneyCommand, look: Look): TouchContext => {
  const { communityId, subject } = command
  const share = command.shareId === null ? null : look(shareSource, command.shareId)
  const target = command.target ?? share?.created?.target ?? null
  const membership = isPerson(subject)
    ? look(membershipSource, membershipIdOf(derive, communityId, subject))
    : membershipSource.initial
  const facts = membershipFacts(membership, closureOf(membership.interests, look))
  return {
    community: look(community, communityId),
    share,
    campaign: command.campaignId === null ? null : look(campaign, command.campaignId),
    target,
    offer: target?.kind === 'OFFER' ? look(offer, target.id) : null,
    bundle: target?.kind === 'BUNDLE' ? look(bundleSource, target.id) : null,
    membershipId: membership.active ? facts.membershipId : null,
    segments: membership.active ? segmentsHeld(look(segments, communityId), facts, look) : [],
  }
}

/** Whether a touch under the same id was this very one. */
const isSameTouch = (touch: Touch, { type: _, subject: __, ...asked }: JourneyCommand): boolean => {
  const { sharerId: ___, ...kept } = touch
  return same(kept, { ...asked, target: asked.target ?? (asked.shareId === null ? null : touch.target) })
}

/** Which partners the touch showed, with the categories of what it showed. */
const reachedBy = (
  { communityId }: JourneyCommand,
  { target, offer: offered, bundle }: TouchContext,
): Recorded['reached'] => {
  if (target?.kind === 'OFFER') {
    if (offered === null || offered.partnerId === null)
      throw new Rejection('NOT_FOUND', 'There is no such offer.', ['target', 'id'])
    const category = offerAt(offered, offered.version)?.category ?? null
    return [{ partnerId: offered.partnerId, category }]
  }
  if (target?.kind === 'BUNDLE') {
    const version = bundle === null ? null : (launched(bundle) ?? bundleAt(bundle, bundle.version))
    if (version === null) throw new Rejection('NOT_FOUND', 'There is no such bundle.', ['target', 'id'])
    const shown = new Map(
      version.components.map(({ partnerId, category }) => [
        `${partnerId} ${category}`,
        { partnerId, category },
      ]),
    )
    return [...shown.values()]
  }
  if (target !== null && target.id !== communityId)
    throw new Rejection('INVALID', 'A touch that shows a community is one with that community.', [
      'target',
      'id',
    ])
  return []
}

const checkReferences = (
  { communityId, shareId, campaignId }: JourneyCommand,
  { community: home, share, campaign: named }: TouchContext,
): void => {
  knownCommunity(home, ['communityId'])
  if (shareId !== null && share?.created?.communityId !== communityId)
    throw new Rejection('NOT_FOUND', 'The community has no such share.', ['shareId'])
  if (campaignId !== null && named?.opened?.communityId !== communityId)
    throw new Rejection('NOT_FOUND', 'The community has no such campaign.', ['campaignId'])
}

const decide = (
  { subject, touches }: JourneyState,
  command: JourneyCommand,
  context: TouchContext,
): readonly JourneyEvent[] => {
  const known = touches.find(({ touchId }) => touchId === command.touchId)
  if (known !== undefined) {
    if (subject === command.subject && isSameTouch(known, command)) return []
    throw new Rejection('KEY_REUSED', 'Another touch was recorded under this id.', ['touchId'])
  }
  const month = touches[0]?.at.slice(0, 7)
  if (
    (subject ?? command.subject) !== command.subject ||
    (month ?? command.at.slice(0, 7)) !== command.at.slice(0, 7)
  )
    throw new Rejection('INVALID', 'This journey is of another subject or month.', ['subject'])
  checkReferences(command, context)
  if (touches.length >= mostTouches)
    throw new Rejection('CONFLICT', `At most ${mostTouches} touches of one subject count in a month.`)
  const { type: _, ...asked } = command
  const sharer = context.share?.revoked === false ? (context.share.created?.sharer ?? null) : null
  const data: Recorded = {
    ...asked,
    target: context.target,
    sharer,
    membershipId: context.membershipId,
    segments: [...context.segments],
    reached: reachedBy(command, context),
    businessDate: businessDate(command.at, context.community.zone),
  }
  return [{ type: 'TouchRecorded', data }]
}

/** Stream `journey-{person or visitor id}.{YYYY-MM}`, the month (UTC) of the touch: see `journeyIdOf`. */
export const makeJourney = (
  derive: Derive,
): Decider<JourneyState, JourneyCommand, JourneyEvent, TouchContext> => ({
  ...journeySource,
  gather: (command, read) => answered(read, (look) => gather(derive, command, look)),
  decide,
})
