/** What partners offer where, now: the part of the serving matrix that depends on the clock. */
import type { DocumentReader, Filter, SumRow } from '../documents.ts'
import { type OfferDocument, offers, SEVERAL } from '../views/catalogue.ts'
import { type PartnershipDocument, partners, partnerships } from '../views/directory-documents.ts'
import { ALL } from '../views/keys.ts'
import { following } from './chunks.ts'

/** Where the supply is read: the live generations of these views. */
export interface SupplyReaders {
  readonly catalogue: DocumentReader
  readonly directory: DocumentReader
}

/** A partner in a community; segment and category may be ALL. */
export interface Place {
  readonly partner: string
  readonly community: string
  readonly segment: string
  readonly category: string
}

/** Whether accepted terms are in force: begun, and not under an end that has come. */
export const inForce = ({ accepted, ends }: PartnershipDocument, now: string): boolean =>
  accepted.some(
    ({ version, effectiveFrom }) =>
      effectiveFrom <= now && !ends.some(({ through, at }) => version <= through && at <= now),
  )

/** Counts by (partner, community, category) of offers for everybody. */
class Counts {
  readonly #counts = new Map<string, number>()

  add(rows: readonly SumRow[], sign: 1 | -1): void {
    for (const { group, count } of rows) {
      this.#change(String(group.partner), String(group.community), String(group.category), sign * count)
    }
  }

  #change(partner: string, community: string, category: string, by: number): void {
    for (const each of [category, ALL]) {
      const key = `${partner}|${community}|${each}`
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + by)
    }
  }

  of(partner: string, community: string, category: string): number {
    return this.#counts.get(`${partner}|${community}|${category}`) ?? 0
  }
}

/** Supply of some partners in some communities at an instant. */
export interface Supply {
  /** Offers that a member of the segment may be shown there now. */
  offersLive(place: Place): number
}

const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)].sort()

const showsIn = ({ facts, community }: OfferDocument, place: Place): boolean =>
  (community === ALL || community === place.community || facts.communities.includes(place.community)) &&
  (place.category === ALL || facts.category === place.category) &&
  (place.segment === ALL || facts.segments.length === 0 || facts.segments.includes(place.segment))

/** Offers that need a look at their lists, of one partner at a time at most. */
const chunk = 500

const special = async (
  { catalogue }: SupplyReaders,
  where: NonNullable<Filter['where']>,
  now: string,
): Promise<readonly OfferDocument[]> => {
  const found: OfferDocument[] = []
  const query = { where, range: { field: 'until', from: `${now}!` }, order: ['partner'] }
  for await (const { document } of following(catalogue, offers, query, null, chunk)) {
    if (document.from <= now) found.push(document)
  }
  return found
}

/** Reads the supply of these places. `now` is an ISO instant. */
export const supplyOf = async (
  readers: SupplyReaders,
  places: readonly Pick<Place, 'partner' | 'community'>[],
  now: string,
): Promise<Supply> => {
  const named = distinct(places.map(({ partner }) => partner))
  const communities = distinct(places.map(({ community }) => community))
  const admitted = await Promise.all(
    named.map(async (partner) => {
      const found = await readers.directory.get(partners.name, partner)
      return found !== undefined && partners.read(found.document).status === 'ADMITTED' ? [partner] : []
    }),
  )
  const partner = admitted.flat()
  const where = { partner, status: 'PUBLISHED', segmented: 0, community: [ALL, ...communities] }
  const counted = { collection: offers.name, where, groupBy: ['partner', 'community', 'category'], sums: [] }
  const counts = new Counts()
  // An offer ends after it begins: what has not ended, less what has not begun, is live.
  counts.add(await readers.catalogue.sum({ ...counted, range: { field: 'until', from: `${now}!` } }), 1)
  counts.add(await readers.catalogue.sum({ ...counted, range: { field: 'from', from: `${now}!` } }), -1)
  const status = 'PUBLISHED'
  const listed = [
    ...(await special(readers, { partner, status, segmented: 0, community: SEVERAL }, now)),
    ...(await special(
      readers,
      { partner, status, segmented: 1, community: [ALL, SEVERAL, ...communities] },
      now,
    )),
  ]
  const terms = new Set<string>()
  for await (const { document } of following(
    readers.directory,
    partnerships,
    { where: { partner, community: communities }, order: ['partner'] },
    null,
    chunk,
  )) {
    if (inForce(document, now)) terms.add(`${document.partner}|${document.community}`)
  }
  return {
    offersLive: (place) => {
      if (!terms.has(`${place.partner}|${place.community}`)) return 0
      const forAll =
        counts.of(place.partner, ALL, place.category) +
        counts.of(place.partner, place.community, place.category)
      return (
        forAll + listed.filter((offer) => offer.partner === place.partner && showsIn(offer, place)).length
      )
    },
  }
}
