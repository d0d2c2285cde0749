/** Loads what placing or recording a purchase looks at: every state from the log, none from a view. */
import { type TouchSeen, windowStart } from '../attribution.ts'
import { type BundleState, bundleSource } from '../bundle/state.ts'
import { type CommunityState, community } from '../community.ts'
import type { Read } from '../decider.ts'
import { type Derive, journeyIdOf, membershipIdOf, partnershipIdOf } from '../derive.ts'
import { journeySource, touchesWithin } from '../journey/state.ts'
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
import { person } from '../person.ts'
import { segmentsHeld } from '../segment-roll.ts'
import { segments } from '../segments.ts'
import { ancestors, closureOf } from '../taxonomy.ts'
import type { CommandOf } from './commands.ts'

/** The states that a sale is decided on. */
export interface Surroundings {
  readonly community: CommunityState
  readonly membership: MembershipState
  readonly guest: boolean
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

const loadAll = async <Value>(
  ids: Iterable<string>,
  load: (id: string) => Promise<Value>,
): Promise<ReadonlyMap<string, Value>> => {
  const loaded = new Map<string, Value>()
  for (const id of ids) if (!loaded.has(id)) loaded.set(id, await load(id))
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

const readTouches = async (
  read: Read,
  subjects: readonly string[],
  communityId: string,
  window: { readonly from: string; readonly to: string },
): Promise<readonly TouchSeen[]> => {
  const touches: TouchSeen[] = []
  const months = monthsBetween(window.from, window.to)
  for (const subject of subjects) {
    for (const month of months) {
      const id = journeyIdOf(subject, month)
      touches.push(...touchesWithin(await read(journeySource, id), id, communityId, window.from, window.to))
    }
  }
  return touches
}

/** Who invited each of these people into the community. */
const readInviters = (
  derive: Derive,
  read: Read,
  communityId: string,
  sharers: Iterable<string>,
  at: string,
): Promise<ReadonlyMap<string, string | null>> =>
  loadAll(sharers, async (sharerId) => {
    const membership = await read(membershipSource, membershipIdOf(derive, communityId, sharerId))
    return inviterAt(membership, at)
  })

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
    return {
      communityId,
      personId,
      at: command.occurredAt,
      offers: command.lines.flatMap(({ offer }) => (offer === null ? [] : [offer.id])),
      bundles: [],
      partners: command.lines.map(({ partnerId }) => partnerId),
      categories: command.lines.flatMap(({ category }) => (category === null ? [] : [category])),
    }
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

export const gatherSale = async (
  derive: Derive,
  command: CommandOf<'PlacePurchase'> | CommandOf<'RecordPurchase'>,
  read: Read,
): Promise<Surroundings> => {
  const wanted = wantedBy(command)
  const { communityId, personId, at } = wanted
  const communityState = await read(community, communityId)
  const membership = await read(membershipSource, membershipIdOf(derive, communityId, personId))
  const buyer = await read(person, personId)
  const bundles = await loadAll(wanted.bundles, (id) => read(bundleSource, id))
  const components = [...bundles.values()].flatMap(({ versions }) =>
    versions.flatMap((each) => each.components),
  )
  const offers = await loadAll([...wanted.offers, ...components.map(({ offerId }) => offerId)], (id) =>
    read(offer, id),
  )
  const partnerIds = [
    ...wanted.partners,
    ...[...offers.values()].flatMap(({ partnerId }) => (partnerId === null ? [] : [partnerId])),
  ]
  const partners = await loadAll(partnerIds, (id) => read(partner, id))
  const partnerships = await loadAll(partnerIds, (id) =>
    read(partnershipSource, partnershipIdOf(derive, id, communityId)),
  )
  const categories = [...offers.values()].flatMap((state) => {
    const facts = state.version === 0 ? null : offerAt(state, state.version)
    return facts === null ? [] : [facts.category]
  })
  const categoryPaths = await loadAll([...wanted.categories, ...categories], (code) => ancestors(code, read))
  const interests = await closureOf(membership.interests, read)
  const held = membership.active
    ? await segmentsHeld(await read(segments, communityId), membershipFacts(membership, interests), read)
    : []
  const { levels, windowDays } = communityState.attribution
  const subjects = [personId, ...buyer.visitors]
  const window = { from: windowStart(at, windowDays), to: at }
  const touches = await readTouches(read, subjects, communityId, window)
  const binding = bindingAt(membership, at)
  const sharers = new Set(touches.flatMap(({ sharerId }) => (sharerId === null ? [] : [sharerId])))
  if (binding !== null) sharers.add(binding.inviterId)
  const inviters =
    levels < 2 ? new Map<string, null>() : await readInviters(derive, read, communityId, sharers, at)
  return {
    community: communityState,
    membership,
    guest: buyer.guest,
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
