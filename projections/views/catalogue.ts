/**
 * What is sold: offers as they are now, bundles as they sell and as they are drafted. Earlier versions are read
 * from the streams.
 */
import { currencyCodes } from '../../domain/currency.ts'
import { bundleComponent, offerFacts } from '../../domain/events/catalog-items.ts'
import type { Change } from '../projection.ts'
import { type Collection, collection } from './collection.ts'
import { ALL, keyOf } from './keys.ts'
import { described, integer, list, nullable, object, oneOf, type Shaped, text } from './shape.ts'
import { type DataOf, type EventOf, view } from './view.ts'

/** Stands where an offer names several communities; ALL where it names none. */
export const SEVERAL = '+'
/** Stands for an offer without an end. */
export const FOREVER = '9999-12-31T23:59:59.999Z'

/** As in the event; checked by hand, since a page of the matrix reads hundreds. */
const facts = object({
  title: text,
  media: list(text),
  sku: text,
  category: text,
  listPrice: integer,
  currency: oneOf(currencyCodes),
  validFrom: text,
  validUntil: nullable(text),
  communities: list(text),
  segments: list(text),
  poolOverride: nullable(integer),
  stock: described(offerFacts.shape.stock),
})

export const offerStatuses = ['PUBLISHED', 'WITHDRAWN'] as const
const offer = object({
  offer: text,
  partner: text,
  version: integer,
  status: oneOf(offerStatuses),
  category: text,
  /** A community's id, ALL or SEVERAL. */
  community: text,
  /** 1 where only members of its segments may be shown it. */
  segmented: integer,
  from: text,
  /** Exclusive; FOREVER where it has no end. A withdrawal ends it. */
  until: text,
  facts,
  source: nullable(object({ system: text, id: text })),
  publishedAt: text,
  changedAt: text,
  withdrawnFor: nullable(text),
})
export type OfferDocument = Shaped<typeof offer>

export const offers: Collection<OfferDocument> = collection({
  name: 'offers',
  fields: {
    partner: 'text',
    status: 'text',
    category: 'text',
    community: 'text',
    segmented: 'integer',
    from: 'text',
    until: 'text',
  },
  indexes: [
    // Answers alone what of a partner is live where.
    ['partner', 'status', 'segmented', 'community', 'category', 'until', 'from'],
    ['category', 'community', 'partner'],
    ['community', 'status'],
    ['status', 'category'],
  ],
  shape: offer,
})

export const acceptances = ['PENDING', 'ACCEPTED', 'DECLINED'] as const
const component = object({
  part: described(bundleComponent),
  acceptance: oneOf(acceptances),
  reason: nullable(text),
})
const bundleVersion = object({
  version: integer,
  composedBy: text,
  name: text,
  price: integer,
  currency: text,
  allocation: text,
  segments: list(text),
  components: list(component),
})
export type BundleVersionDocument = Shaped<typeof bundleVersion>

export const bundleStatuses = ['DRAFT', 'LAUNCHED', 'RETIRED'] as const
const bundle = object({
  bundle: text,
  community: text,
  status: oneOf(bundleStatuses),
  name: text,
  /** Of the latest version. */
  partners: integer,
  launchedVersion: nullable(integer),
  latestVersion: integer,
  /** The launched one and the latest. */
  versions: list(bundleVersion),
  composedAt: text,
  changedAt: text,
  retiredFor: nullable(text),
})
export type BundleDocument = Shaped<typeof bundle>

export const bundles: Collection<BundleDocument> = collection({
  name: 'bundles',
  fields: { community: 'text', status: 'text', name: 'text' },
  indexes: [['community', 'status', 'name'], ['status'], ['name']],
  shape: bundle,
})

const part = object({ bundle: text, partner: text, community: text, version: integer })
export type BundlePartDocument = Shaped<typeof part>

/** Which bundles have, or had, components of a partner; the bundle itself says which still do. */
export const bundleParts: Collection<BundlePartDocument> = collection({
  name: 'bundleParts',
  fields: { partner: 'text' },
  indexes: [['partner']],
  shape: part,
})

const types = [
  'OfferPublished',
  'OfferRevised',
  'OfferWithdrawn',
  'BundleComposed',
  'BundleRevised',
  'BundleLaunched',
  'BundleRetired',
  'ComponentAccepted',
  'ComponentDeclined',
] as const

const offerOf = (
  data: DataOf<'OfferPublished'>,
  at: string,
  before: OfferDocument | undefined,
): OfferDocument => {
  const { facts: stated } = data
  const [first, ...more] = stated.communities
  return {
    offer: data.offerId,
    partner: data.partnerId,
    version: data.version,
    status: 'PUBLISHED',
    category: stated.category,
    community: first === undefined ? ALL : more.length === 0 ? first : SEVERAL,
    segmented: stated.segments.length === 0 ? 0 : 1,
    from: stated.validFrom,
    until: stated.validUntil ?? FOREVER,
    facts: stated,
    source: data.source ?? before?.source ?? null,
    publishedAt: before?.publishedAt ?? at,
    changedAt: at,
    withdrawnFor: null,
  }
}

const versionOf = (data: DataOf<'BundleComposed'>): BundleVersionDocument => ({
  version: data.version,
  composedBy: data.composedBy,
  name: data.name,
  price: data.price,
  currency: data.currency,
  allocation: data.allocation,
  segments: data.segments,
  components: data.components.map((each) => ({ part: each, acceptance: 'PENDING', reason: null })),
})

const composed = (data: DataOf<'BundleComposed'>, at: string): readonly Change[] => {
  const { bundleId, communityId: community, version } = data
  const partners = [...new Set(data.components.map(({ partnerId }) => partnerId))]
  return [
    bundles.change(bundleId, (before) => ({
      bundle: bundleId,
      community,
      status: before?.status ?? 'DRAFT',
      name: before?.launchedVersion == null ? data.name : before.name,
      partners: partners.length,
      launchedVersion: before?.launchedVersion ?? null,
      latestVersion: version,
      versions: [...kept(before), versionOf(data)],
      composedAt: before?.composedAt ?? at,
      changedAt: at,
      retiredFor: null,
    })),
    ...partners.map((partner) =>
      bundleParts.change(keyOf(bundleId, partner), () => ({ bundle: bundleId, partner, community, version })),
    ),
  ]
}

/** Of the versions before a new one, the launched. */
const kept = (before: BundleDocument | undefined): readonly BundleVersionDocument[] =>
  before === undefined ? [] : before.versions.filter(({ version }) => version === before.launchedVersion)

const answered = (
  data: DataOf<'ComponentAccepted'>,
  acceptance: 'ACCEPTED' | 'DECLINED',
  reason: string | null,
): Change =>
  bundles.update(data.bundleId, (before) => ({
    ...before,
    versions: before.versions.map((version) =>
      version.version !== data.bundleVersion
        ? version
        : {
            ...version,
            components: version.components.map((each) =>
              each.part.component === data.component ? { ...each, acceptance, reason } : each,
            ),
          },
    ),
  }))

const launched = (before: BundleDocument, version: number, at: string): BundleDocument => {
  const selling = before.versions.find((each) => each.version === version)
  return {
    ...before,
    status: 'LAUNCHED',
    name: selling?.name ?? before.name,
    launchedVersion: version,
    versions: before.versions.filter(
      (each) => each.version === version || each.version === before.latestVersion,
    ),
    changedAt: at,
  }
}

const changes = (event: EventOf<(typeof types)[number]>): readonly Change[] => {
  const at = event.metadata.occurredAt
  switch (event.type) {
    case 'OfferPublished':
    case 'OfferRevised': {
      const { data } = event
      return [offers.change(data.offerId, (before) => offerOf(data, at, before))]
    }
    case 'OfferWithdrawn': {
      const { offerId, at: ended, reason } = event.data
      return [
        offers.update(offerId, (before) => ({
          ...before,
          status: 'WITHDRAWN',
          until: ended < before.until ? ended : before.until,
          changedAt: at,
          withdrawnFor: reason,
        })),
      ]
    }
    case 'BundleComposed':
    case 'BundleRevised':
      return composed(event.data, at)
    case 'BundleLaunched': {
      const { bundleId, version } = event.data
      return [bundles.update(bundleId, (before) => launched(before, version, at))]
    }
    case 'BundleRetired': {
      const { bundleId, reason } = event.data
      return [
        bundles.update(bundleId, (before) => ({
          ...before,
          status: 'RETIRED',
          changedAt: at,
          retiredFor: reason,
        })),
      ]
    }
    case 'ComponentAccepted':
      return [answered(event.data, 'ACCEPTED', null)]
    case 'ComponentDeclined':
      return [answered(event.data, 'DECLINED', event.data.reason)]
  }
}

export const catalogueView = view({
  name: 'catalogue',
  version: 1,
  collections: [offers, bundles, bundleParts],
  types,
  changes,
})
