/** Who there is: partners, communities, the terms between them, segments, categories, campaigns. */
import type { DocumentReader } from '../documents.ts'
import type { Collection, Row } from '../views/collection.ts'
import {
  type CampaignDocument,
  type CategoryDocument,
  type CommunityDocument,
  campaigns,
  categories,
  communities,
  type PartnerDocument,
  type PartnerStatus,
  type PartnershipDocument,
  type PartnershipStatus,
  type PickupPointDocument,
  partners,
  partnerships,
  pickupPoints,
  type SegmentDocument,
  segments,
  type TermsDocument,
  termsVersions,
} from '../views/directory-documents.ts'
import {
  checkFirst,
  cursorOf,
  findPage,
  fingerprintOf,
  type Page,
  type PageRequest,
  readCursor,
} from './page.ts'
import { maySee, type Scope, scoped, within } from './scope.ts'
import { type Pair, pairFilter } from './tenancy.ts'

interface Named extends Row {
  readonly name: string
}

/** Organisations by name: all of them, or those of the caller's, which are few. */
const namedPage = async <T extends Named>(
  reader: DocumentReader,
  collection: Collection<T>,
  own: readonly string[] | null,
  where: Readonly<Record<string, string>>,
  request: PageRequest,
): Promise<Page<T>> => {
  const query = { where, order: ['name'], descending: false }
  if (own === null) return findPage(reader, collection, query, request, (each) => each)
  const first = checkFirst(request.first)
  const fingerprint = fingerprintOf(collection.name, { ...query, where: { ...where, own } })
  const [name = null, key = null] = request.after === null ? [] : readCursor(fingerprint, 2, request.after)
  const found = await Promise.all(own.map((id) => reader.get(collection.name, id)))
  const rest = found
    .filter((each) => each !== undefined)
    .map((each) => ({ key: each.key, document: collection.read(each.document) }))
    .filter(({ document }) => Object.entries(where).every(([field, value]) => document[field] === value))
    .sort((a, b) => (`${a.document.name}\n${a.key}` < `${b.document.name}\n${b.key}` ? -1 : 1))
    .filter((each) => name === null || `${each.document.name}\n${each.key}` > `${name}\n${key}`)
  const edges = rest
    .slice(0, first)
    .map((each) => ({ cursor: cursorOf(fingerprint, [each.document.name, each.key]), node: each.document }))
  return { edges, hasNextPage: rest.length > first }
}

/** Those within the scope, by name. @throws {InvalidPage} */
export const findPartners = (
  reader: DocumentReader,
  scope: Scope,
  status: PartnerStatus | null,
  request: PageRequest,
): Promise<Page<PartnerDocument>> =>
  namedPage(reader, partners, within(scope, 'partner'), status === null ? {} : { status }, request)

/** Those within the scope, by name. @throws {InvalidPage} */
export const findCommunities = (
  reader: DocumentReader,
  scope: Scope,
  request: PageRequest,
): Promise<Page<CommunityDocument>> => namedPage(reader, communities, within(scope, 'community'), {}, request)

const byId = async <T extends Row>(
  reader: DocumentReader,
  collection: Collection<T>,
  id: string,
  isSeen: (document: T) => boolean,
): Promise<T | null> => {
  const found = await reader.get(collection.name, id)
  if (found === undefined) return null
  const document = collection.read(found.document)
  return isSeen(document) ? document : null
}

/** Null where there is none within the scope; so are the others by id. */
export const partnerById = (
  reader: DocumentReader,
  scope: Scope,
  id: string,
): Promise<PartnerDocument | null> => byId(reader, partners, id, ({ partner }) => maySee(scope, partner))

export const communityById = (
  reader: DocumentReader,
  scope: Scope,
  id: string,
): Promise<CommunityDocument | null> =>
  byId(reader, communities, id, ({ community }) => maySee(scope, community))

export const segmentById = (
  reader: DocumentReader,
  scope: Scope,
  id: string,
): Promise<SegmentDocument | null> => byId(reader, segments, id, ({ community }) => maySee(scope, community))

export const campaignById = (
  reader: DocumentReader,
  scope: Scope,
  id: string,
): Promise<CampaignDocument | null> =>
  byId(reader, campaigns, id, ({ community }) => maySee(scope, community))

export const partnershipById = (
  reader: DocumentReader,
  scope: Scope,
  id: string,
): Promise<PartnershipDocument | null> =>
  byId(
    reader,
    partnerships,
    id,
    ({ partner, community }) => maySee(scope, partner) || maySee(scope, community),
  )

/** Categories are nobody's. */
export const categoryByCode = (reader: DocumentReader, code: string): Promise<CategoryDocument | null> =>
  byId(reader, categories, code, () => true)

/** In the order of codes. `parent`: undefined, any; null: the roots. @throws {InvalidPage} */
export const findCategories = (
  reader: DocumentReader,
  parent: string | null | undefined,
  request: PageRequest,
): Promise<Page<CategoryDocument>> =>
  findPage(
    reader,
    categories,
    { where: parent === undefined ? {} : { parent }, order: [], descending: false },
    request,
    (each) => each,
  )

/** Of communities within the scope, by name. @throws {OutOfScope | InvalidPage} */
export const findSegments = (
  reader: DocumentReader,
  scope: Scope,
  community: string | null,
  request: PageRequest,
): Promise<Page<SegmentDocument>> =>
  findPage(
    reader,
    segments,
    { where: scoped(scope, 'community', 'community', community), order: ['name'], descending: false },
    request,
    (each) => each,
  )

/** @throws {OutOfScope | InvalidPage} */
export const findPickupPoints = (
  reader: DocumentReader,
  scope: Scope,
  community: string,
  request: PageRequest,
): Promise<Page<PickupPointDocument>> =>
  findPage(
    reader,
    pickupPoints,
    { where: scoped(scope, 'community', 'community', community), order: ['name'], descending: false },
    request,
    (each) => each,
  )

/** By when they start, newest first. @throws {OutOfScope | InvalidPage} */
export const findCampaigns = (
  reader: DocumentReader,
  scope: Scope,
  community: string | null,
  request: PageRequest,
): Promise<Page<CampaignDocument>> =>
  findPage(
    reader,
    campaigns,
    { where: scoped(scope, 'community', 'community', community), order: ['startsAt'], descending: true },
    request,
    (each) => each,
  )

/** Those that either side may see. @throws {OutOfScope | InvalidPage} */
export const findPartnerships = (
  reader: DocumentReader,
  scope: Scope,
  asked: Pair & { readonly status: PartnershipStatus | null },
  request: PageRequest,
): Promise<Page<PartnershipDocument>> => {
  const { status, ...pair } = asked
  const where = { ...pairFilter(scope, pair), ...(status === null ? {} : { status }) }
  return findPage(reader, partnerships, { where, order: [], descending: false }, request, (each) => each)
}

const mostVersions = 1_000

/** All versions of the terms of a partnership that the caller may see, oldest first. */
export const termsOf = async (
  reader: DocumentReader,
  partnership: string,
): Promise<readonly TermsDocument[]> => {
  const found = await reader.find({
    collection: termsVersions.name,
    where: { partnership },
    order: { fields: ['version'] },
    limit: mostVersions,
  })
  return found.map(({ document }) => termsVersions.read(document))
}
