/** What is sold: a partner's own offers; for a community, those that may be shown in it, and its bundles. */
import type { DocumentReader } from '../documents.ts'
import {
  type BundleDocument,
  bundleParts,
  bundles,
  type OfferDocument,
  offers,
  SEVERAL,
} from '../views/catalogue.ts'
import { ALL } from '../views/keys.ts'
import { findPage, type Page, type PageRequest } from './page.ts'
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

/** By id. Pages may be shorter than asked for although more follow. @throws {OutOfScope | InvalidPage} */
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
  const page = await findPage(
    reader,
    offers,
    { where, order: [], descending: false },
    request,
    (each) => each,
  )
  if (places === null) return page
  return { ...page, edges: page.edges.filter(({ node }) => isFor(node, places)) }
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
  const where = { partner: partner === null ? (within(scope, 'partner') ?? []) : [partner] }
  const parts = await findPage(
    reader,
    bundleParts,
    { where, order: [], descending: false },
    request,
    (each) => each,
  )
  const edges = await Promise.all(
    parts.edges.map(async ({ cursor, node }) => ({
      cursor,
      node: await bundleById(reader, scope, node.bundle),
    })),
  )
  return {
    ...parts,
    edges: edges.flatMap(({ cursor, node }) =>
      node === null ||
      (status !== null && node.status !== status) ||
      (community !== null && node.community !== community)
        ? []
        : [{ cursor, node }],
    ),
  }
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
