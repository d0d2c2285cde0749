/** What placing or recording a purchase looks at: every state from the log, none from a view. */
import { type TouchSeen, windowStart } from '../attribution.ts'
import { type BundleState, bundleSource } from '../bundle/state.ts'
import { type CommunityState, community } from '../community.ts'
import { type Derive, journeyIdOf, membershipIdOf, partnershipIdOf } from '../derive.ts'
import { journeySource, touchesWithin } from '../journey/state.ts'
import type { Look } from '../look.ts'
import {
  bindingAt,
  inviterAt,
  type MembershipState,
  membershipFacts,
  membershipSource,
} from '../membership/state.ts'
import { type OfferState, offer, offerAt } from '../offer.ts'
import { type PartnerState, partner } from '../partner.ts'
import { type PartnershipState, partnershipSource } from '../partnership.ts'
import { type PersonState, person } from '../person.ts'
import { segmentsHeld } from '../segment-roll.ts'
import { segments } from '../segments.ts'
import { ancestors, closureOf } from '../taxonomy.ts'
import type { CommandOf } from './commands.ts'

/** The states that a sale is decided on. */
export interface Surroundings {
  readonly community: CommunityState
  readonly membership: MembershipState
  readonly buyer: PersonState
  readonly segments: readonly { readonly id: string; readonly version: number }[]
  readonly offers: ReadonlyMap<string, OfferState>
  readonly bundles: ReadonlyMap<string, BundleState>
  readonly partners: ReadonlyMap<string, PartnerState>
  /** By partner. */
  readonly partnerships: ReadonlyMap<string, PartnershipState>
  /** Category code: the code, then its ancestors. */
  readonly categoryPaths: ReadonlyMap<string, readonly string[]>
  readonly touches: readonly TouchSeen[]
  /** Sharer: who invited them into this community, under a binding unexpired at the sale. */
  readonly inviters: ReadonlyMap<string, string | null>
}

const each = <Value>(ids: Iterable<string>, load: (id: string) => Value): ReadonlyMap<string, Value> => {
  const loaded = new Map<string, Value>()
  for (const id of ids) if (!loaded.has(id)) loaded.set(id, load(id))
  return loaded
}

const monthAfter = (month: string): string => {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5))]
  return number === 12
    ? `${String(year + 1).padStart(4, '0')}-01`
    : `${month.slice(0, 4)}-${String(number + 1).padStart(2, '0')}`
}

/** Calendar months (UTC) that a window touches, oldest first. */
const monthsBetween = (from: string, to: string): readonly string[] => {
  const months: string[] = []
  const last = to.slice(0, 7)
  let month = from.slice(0, 7)
  // The month after the last that instants know sorts before it.
  for (; month < last; month = monthAfter(month)) months.push(month)
  months.push(month)
  return months
}

const touchesOf = (
  look: Look,
  subjects: readonly string[],
  communityId: string,
  window: { readonly from: string; readonly to: string },
): readonly TouchSeen[] => {
  const touches: TouchSeen[] = []
  const months = monthsBetween(window.from, window.to)
  for (const subject of subjects) {
    for (const month of months) {
      const id = journeyIdOf(subject, month)
      const journey = look(journeySource, id)
      if (journey.touches.length === 0) continue
      touches.push(...touchesWithin(journey, id, communityId, window.from, window.to))
    }
  }
  return touches
}

/** Who invited each of these people into the community. */
const invitersOf = (
  derive: Derive,
  look: Look,
  communityId: string,
  sharers: Iterable<string>,
  at: string,
): ReadonlyMap<string, string | null> =>
  each(sharers, (sharerId) =>
    inviterAt(look(membershipSource, membershipIdOf(derive, communityId, sharerId)), at),
  )

interface Wanted {
  readonly communityId: string
  readonly personId: string
  readonly at: string
  readonly offers: readonly string[]
  readonly bundles: readonly string[]
  readonly partners: readonly string[]
  readonly categories: readonly string[]
}

const wantedBy = (command: CommandOf<'PlacePurchase'> | CommandOf<'RecordPurchase'>): Wanted => {
  const { communityId, personId } = command
  if (command.type === 'RecordPurchase') {
    const offers: string[] = []
    const partners: string[] = []
    const categories: string[] = []
    for (const { offer, partnerId, category } of command.lines) {
      if (offer !== null) offers.push(offer.id)
      partners.push(partnerId)
      if (category !== null) categories.push(category)
    }
    return { communityId, personId, at: command.occurredAt, offers, bundles: [], partners, categories }
  }
  return {
    communityId,
    personId,
    at: command.at,
    offers: command.lines.flatMap((line) => (line.kind === 'OFFER' ? [line.offerId] : [])),
    bundles: command.lines.flatMap((line) => (line.kind === 'BUNDLE' ? [line.bundleId] : [])),
    partners: command.lines.flatMap((line) => (line.kind === 'FREIGHT' ? [line.partnerId] : [])),
    categories: [],
  }
}

export const gatherSale = (
  derive: Derive,
  command: CommandOf<'PlacePurchase'> | CommandOf<'RecordPurchase'>,
  look: Look,
): Surroundings => {
  const wanted = wantedBy(command)
  const { communityId, personId, at } = wanted
  const communityState = look(community, communityId)
  const membership = look(membershipSource, membershipIdOf(derive, communityId, personId))
  const buyer = look(person, personId)
  const bundles = each(wanted.bundles, (id) => look(bundleSource, id))
  const offerIds = [...wanted.offers]
  for (const { versions } of bundles.values())
    for (const { components } of versions) for (const { offerId } of components) offerIds.push(offerId)
  const offers = each(offerIds, (id) => look(offer, id))
  const partnerIds = [...wanted.partners]
  const categories = [...wanted.categories]
  for (const state of offers.values()) {
    if (state.partnerId !== null) partnerIds.push(state.partnerId)
    const facts = offerAt(state, state.version)
    if (facts !== null) categories.push(facts.category)
  }
  const partners = each(partnerIds, (id) => look(partner, id))
  const partnerships = each(partnerIds, (id) =>
    look(partnershipSource, partnershipIdOf(derive, id, communityId)),
  )
  const categoryPaths = each(categories, (code) => ancestors(code, look))
  const interests = closureOf(membership.interests, look)
  const held = membership.active
    ? segmentsHeld(look(segments, communityId), membershipFacts(membership, interests), look)
    : []
  const { levels, windowDays } = communityState.attribution
  const subjects = [personId, ...buyer.visitors]
  const window = { from: windowStart(at, windowDays), to: at }
  const touches = touchesOf(look, subjects, communityId, window)
  const binding = bindingAt(membership, at)
  const sharers = new Set<string>()
  for (const { sharerId } of touches) if (sharerId !== null) sharers.add(sharerId)
  if (binding !== null) sharers.add(binding.inviterId)
  const inviters = levels < 2 ? new Map<string, null>() : invitersOf(derive, look, communityId, sharers, at)
  return {
    community: communityState,
    membership,
    buyer,
    segments: held,
    offers,
    bundles,
    partners,
    partnerships,
    categoryPaths,
    touches,
    inviters,
  }
}
