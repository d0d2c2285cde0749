/** What is sold: a partner's own offers; for a community, those that may be shown in it, and its bundles. */
import type { DocumentReader } from '../documents.ts'
import {
  type BundleDocument,
  type BundlePartDocument,
  bundleParts,
  bundles,
  type OfferDocument,
  offers,
  SEVERAL,
} from '../views/catalogue.ts'
import { ALL, keyOf } from '../views/keys.ts'
import { findKeptPage, findPage, type Page, type PageRequest } from './page.ts'
import { checkScope, maySee, OutOfScope, type Scope, within } from './scope.ts'

/** Null: any. */
export interface OffersAsked {
  readonly partner: string | null
  readonly community: string | null
  readonly status: OfferDocument['status'] | null
  readonly category: string | null
}

const isFor = ({ facts }: OfferDocument, places: readonly string[]): boolean =>
  facts.communities.length === 0 || facts.communities.some((id) => places.includes(id))

/** Where offers may be shown that are asked for: null, anywhere. */
const placesOf = (scope: Scope, { partner, community }: OffersAsked): readonly string[] | null => {
  if (community !== null) {
    checkScope(scope, community)
    return [community]
  }
  if (scope.all || (partner !== null && maySee(scope, partner))) return null
  const own = within(scope, 'community') ?? []
  return own.length > 0 ? own : null
}

/** By id. @throws {OutOfScope | InvalidPage} */
export const findOffers = async (
  reader: DocumentReader,
  scope: Scope,
  asked: OffersAsked,
  request: PageRequest,
): Promise<Page<OfferDocument>> => {
  const { partner, status, category } = asked
  const places = placesOf(scope, asked)
  const partners = places === null && !scope.all ? (within(scope, 'partner') ?? []) : null
  if (partners !== null && partner !== null && !partners.includes(partner)) throw new OutOfScope(partner)
  const where = {
    ...(partner === null ? (partners === null ? {} : { partner: partners }) : { partner }),
    ...(places === null ? {} : { community: [ALL, SEVERAL, ...places] }),
    ...(status === null ? {} : { status }),
    ...(category === null ? {} : { category }),
  }
  const query = { where, order: [], descending: false }
  if (places === null) return findPage(reader, offers, query, request, (each) => each)
  // Which ones an offer for several communities names, the offer alone says.
  return findKeptPage(reader, offers, query, request, {
    by: { places },
    nodesOf: async (found) => found.map((each) => (isFor(each, places) ? each : null)),
  })
}

/** Null where there is none that the caller may see. */
export const offerById = async (
  reader: DocumentReader,
  scope: Scope,
  id: string,
): Promise<OfferDocument | null> => {
  const found = await reader.get(offers.name, id)
  if (found === undefined) return null
  const offer = offers.read(found.document)
  const places = within(scope, 'community') ?? []
  return maySee(scope, offer.partner) || (places.length > 0 && isFor(offer, places)) ? offer : null
}

/** Null: any. */
export interface BundlesAsked {
  readonly community: string | null
  readonly partner: string | null
  readonly status: BundleDocument['status'] | null
}

/** Whether a partner has, or had, a part in it. */
const hasPart = ({ versions }: BundleDocument, scope: Scope): boolean =>
  versions.some(
    ({ composedBy, components }) =>
      maySee(scope, composedBy) || components.some(({ part }) => maySee(scope, part.partnerId)),
  )

/** Bundles of a community's, by name; or those that a partner has a part in, by id. @throws {OutOfScope | InvalidPage} */
export const findBundles = async (
  reader: DocumentReader,
  scope: Scope,
  asked: BundlesAsked,
  request: PageRequest,
): Promise<Page<BundleDocument>> => {
  const { community, partner, status } = asked
  const own = within(scope, 'community')
  const ofPartner = partner !== null || (own !== null && own.length === 0 && community === null)
  if (!ofPartner) {
    if (community !== null) checkScope(scope, community)
    const where = {
      ...(community === null ? (own === null ? {} : { community: own }) : { community }),
      ...(status === null ? {} : { status }),
    }
    return findPage(reader, bundles, { where, order: ['name'], descending: false }, request, (each) => each)
  }
  if (partner !== null) checkScope(scope, partner)
  const partners = partner === null ? (within(scope, 'partner') ?? []) : [partner]
  const query = { where: { partner: partners }, order: [], descending: false }
  return findKeptPage(reader, bundleParts, query, request, {
    by: { status, community },
    nodesOf: (parts) =>
      Promise.all(
        parts.map(async (part) => {
          if (!(await isFirstPart(reader, part, partners))) return null
          const bundle = await bundleById(reader, scope, part.bundle)
          if (bundle === null || (status !== null && bundle.status !== status)) return null
          return community !== null && bundle.community !== community ? null : bundle
        }),
      ),
  })
}

/** A bundle that several of the partners have parts in is found by the part of the first of them. */
const isFirstPart = async (
  reader: DocumentReader,
  { bundle, partner }: BundlePartDocument,
  partners: readonly string[],
): Promise<boolean> => {
  for (const ahead of partners)
    if (ahead < partner && (await reader.get(bundleParts.name, keyOf(bundle, ahead))) !== undefined)
      return false
  return true
}

/** Null where there is none that the caller may see: a community its own, a partner those it has a part in. */
export const bundleById = async (
  reader: DocumentReader,
  scope: Scope,
  id: string,
): Promise<BundleDocument | null> => {
  const found = await reader.get(bundles.name, id)
  if (found === undefined) return null
  const bundle = bundles.read(found.document)
  return maySee(scope, bundle.community) || hasPart(bundle, scope) ? bundle : null
}
