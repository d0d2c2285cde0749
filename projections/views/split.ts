/**
 * How revenue is split (design section 6). One document per (currency, month, community, segment, partner), its
 * figures by role and party. Partner, and segment, and segment and community and partner together, may be ALL:
 * segments overlap, so totals are documents of their own, never sums of cells. A partner's are also kept for ALL
 * months.
 *
 * The month is the one of the books: a refund, a correction or a void counts where it took effect. `gross` is what
 * the legs stand at: a correction moves it from one party to another, a void takes out what refunds had left.
 * `reversed` is what refunds and lost disputes took back, `kept` the pool that they did not, which the line's
 * partner bears; `net` = gross − reversed − kept.
 *
 * By role, persons stand together as PERSONS. Each has documents of its own in `parties`: one per (currency, month,
 * community, partner), its figures by segment and role; never for ALL months, since a person's are few.
 */
import { type Role, roles } from '../../domain/events/shapes.ts'
import type { Change } from '../projection.ts'
import { type Collection, collection } from './collection.ts'
import { ALL, keyOf } from './keys.ts'
import { type LegMoved, type LineMoved, movementOf, movingTypes } from './movement.ts'
import { integer, list, object, oneOf, type Shaped, text, tuple } from './shape.ts'
import { plus } from './sums.ts'
import { type EventOf, view } from './view.ts'

/** Stands for all persons who have a role, sharers for example. */
export const PERSONS = 'persons'

const figures = { gross: integer, reversed: integer, kept: integer, legs: integer }

/** Role, party, and the figures: gross, reversed, kept, legs. */
const share = tuple([oneOf(roles), text, integer, integer, integer, integer])
type Share = Shaped<typeof share>

const split = object({
  currency: text,
  month: text,
  community: text,
  segment: text,
  partner: text,
  ...figures,
  /** By rank of the role, then party; in totals over partners the party is ALL. */
  shares: list(share),
})
export type SplitDocument = Shaped<typeof split>

export const splits: Collection<SplitDocument> = collection({
  name: 'splits',
  fields: { currency: 'text', month: 'text', community: 'text', segment: 'text', partner: 'text' },
  indexes: [
    ['community', 'segment', 'partner', 'month'],
    ['segment', 'partner', 'community', 'month'],
  ],
  fixed: ['currency', 'month', 'community', 'segment', 'partner'],
  shape: split,
})

/** Segment (ALL included), role, and the figures: gross, reversed, kept, legs. */
const personShare = tuple([text, oneOf(roles), integer, integer, integer, integer])
type PersonShare = Shaped<typeof personShare>

const person = object({
  currency: text,
  month: text,
  community: text,
  partner: text,
  party: text,
  /** By segment, then rank of the role. */
  shares: list(personShare),
})
export type PartyDocument = Shaped<typeof person>

export const parties: Collection<PartyDocument> = collection({
  name: 'parties',
  fields: { currency: 'text', month: 'text', community: 'text', partner: 'text' },
  indexes: [
    ['community', 'partner', 'month'],
    ['partner', 'community', 'month'],
  ],
  fixed: ['currency', 'month', 'community', 'partner'],
  shape: person,
})

interface Added {
  gross: number
  reversed: number
  kept: number
  legs: number
}

interface ShareMoved extends Added {
  readonly role: Role
  readonly party: string
}

interface PartnerMoved {
  readonly partnerId: string
  readonly shares: ShareMoved[]
}

const addTo = (shares: ShareMoved[], leg: LegMoved, party: string): void => {
  let found = shares.find((each) => each.role === leg.role && each.party === party)
  if (found === undefined) {
    found = { role: leg.role, party, gross: 0, reversed: 0, kept: 0, legs: 0 }
    shares.push(found)
  }
  found.gross += leg.gross
  found.reversed += leg.reversed
  found.kept += leg.kept
  found.legs += leg.legs
}

const isPerson = (party: string): boolean => party.startsWith('person_')

const byPartner = (lines: readonly LineMoved[], persons: boolean): readonly PartnerMoved[] => {
  const moved: PartnerMoved[] = []
  for (const { partnerId, legs } of lines) {
    let partner = moved.find((each) => each.partnerId === partnerId)
    if (partner === undefined) {
      partner = { partnerId, shares: [] }
      moved.push(partner)
    }
    for (const leg of legs) {
      if (!persons) addTo(partner.shares, leg, isPerson(leg.party) ? PERSONS : leg.party)
      else if (isPerson(leg.party)) addTo(partner.shares, leg, leg.party)
    }
  }
  return moved
}

const overall = (lines: readonly LineMoved[]): readonly ShareMoved[] => {
  const shares: ShareMoved[] = []
  for (const { legs } of lines) for (const leg of legs) addTo(shares, leg, ALL)
  return shares
}

const sum = (before: Added | undefined, added: Added): Added => ({
  gross: plus(before?.gross ?? 0, added.gross),
  reversed: plus(before?.reversed ?? 0, added.reversed),
  kept: plus(before?.kept ?? 0, added.kept),
  legs: (before?.legs ?? 0) + added.legs,
})

const ranks: ReadonlyMap<string, number> = new Map(roles.map((role, index) => [role, index]))
const rankOf = (role: Role): number => ranks.get(role) ?? roles.length

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/** Adds to a list of one's own, in the order of roles and parties. */
const addShare = (shares: Share[], added: ShareMoved): void => {
  const { role, party, gross, reversed, kept, legs } = added
  const order = ([aRole, aParty]: Share): number => rankOf(aRole) - rankOf(role) || compare(aParty, party)
  const at = placeIn(shares, order)
  const found = shares[at]
  if (found === undefined || order(found) !== 0)
    shares.splice(at, 0, [role, party, gross, reversed, kept, legs])
  else
    shares[at] = [
      role,
      party,
      plus(found[2], gross),
      plus(found[3], reversed),
      plus(found[4], kept),
      found[5] + legs,
    ]
}

/** Adds to a list of one's own, in the order of segments and roles. */
const addPersonShare = (shares: PersonShare[], segment: string, added: ShareMoved): void => {
  const { role, gross, reversed, kept, legs } = added
  const order = ([aSegment, aRole]: PersonShare): number =>
    compare(aSegment, segment) || rankOf(aRole) - rankOf(role)
  const at = placeIn(shares, order)
  const found = shares[at]
  if (found === undefined || order(found) !== 0)
    shares.splice(at, 0, [segment, role, gross, reversed, kept, legs])
  else
    shares[at] = [
      segment,
      role,
      plus(found[2], gross),
      plus(found[3], reversed),
      plus(found[4], kept),
      found[5] + legs,
    ]
}

/** The index of the first that `order` does not put before what is looked for. */
const placeIn = <T>(shares: readonly T[], order: (share: T) => number): number => {
  const at = shares.findIndex((share) => order(share) >= 0)
  return at === -1 ? shares.length : at
}

interface SplitKey {
  readonly currency: string
  readonly month: string
  readonly community: string
  readonly segment: string
  readonly partner: string
}

const changeOf = (key: SplitKey, moved: readonly ShareMoved[]): Change => {
  const total: Added = { gross: 0, reversed: 0, kept: 0, legs: 0 }
  for (const { gross, reversed, kept, legs } of moved) {
    total.gross += gross
    total.reversed += reversed
    total.kept += kept
    total.legs += legs
  }
  const { currency, month, community, segment, partner } = key
  return splits.change(keyOf(currency, month, community, segment, partner), (before) => {
    const shares = [...(before?.shares ?? [])]
    for (const each of moved) addShare(shares, each)
    return { ...key, ...sum(before, total), shares }
  })
}

/** What one person moved with one partner, by role. */
interface PersonMoved {
  readonly party: string
  readonly shares: readonly ShareMoved[]
}

const byPerson = (shares: readonly ShareMoved[]): readonly PersonMoved[] =>
  [...new Set(shares.map(({ party }) => party))].map((party) => ({
    party,
    shares: shares.filter((share) => share.party === party),
  }))

const personChange = (
  key: Omit<SplitKey, 'segment'>,
  segments: readonly string[],
  { party, shares: moved }: PersonMoved,
): Change => {
  const { currency, month, community, partner } = key
  return parties.change(keyOf(currency, month, community, partner, party), (before) => {
    const shares = [...(before?.shares ?? [])]
    for (const segment of segments) for (const each of moved) addPersonShare(shares, segment, each)
    return { currency, month, community, partner, party, shares }
  })
}

const changes = (event: EventOf<(typeof movingTypes)[number]>): readonly Change[] => {
  const movement = movementOf(event)
  if (movement === null) return []
  const { currency, booked, communityId: community, segments, lines } = movement
  const partners = byPartner(lines, false)
  const persons = byPartner(lines, true)
  const total = overall(lines)
  const made = [changeOf({ currency, month: booked, community: ALL, segment: ALL, partner: ALL }, total)]
  for (const segment of segments) {
    made.push(changeOf({ currency, month: booked, community, segment, partner: ALL }, total))
    for (const month of [ALL, booked]) {
      for (const { partnerId: partner, shares } of partners) {
        made.push(changeOf({ currency, month, community, segment, partner }, shares))
      }
    }
  }
  for (const { partnerId: partner, shares } of persons)
    for (const person of byPerson(shares))
      made.push(personChange({ currency, month: booked, community, partner }, segments, person))
  return made
}

export const revenueSplit = view({
  name: 'split',
  version: 2,
  collections: [splits, parties],
  types: movingTypes,
  changes,
})
