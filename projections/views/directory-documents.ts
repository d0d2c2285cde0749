/** Documents of the directory: organisations, the terms between them, and what they define. */
import {
  attributionPolicy,
  standardEvidence,
  terms as termsSchema,
} from '../../domain/events/organisations.ts'
import { segmentDefinition, side, trafficSource } from '../../domain/events/shapes.ts'
import { type Collection, collection } from './collection.ts'
import { described, flag, integer, list, nullable, object, oneOf, type Shaped, table, text } from './shape.ts'

const source = nullable(object({ system: text, id: text }))

export const partnerStatuses = ['APPLIED', 'ADMITTED', 'REFUSED', 'SUSPENDED'] as const
export type PartnerStatus = (typeof partnerStatuses)[number]
const partner = object({
  partner: text,
  name: text,
  status: oneOf(partnerStatuses),
  /** Why it was refused, suspended or reinstated. */
  reason: nullable(text),
  categories: list(text),
  standards: list(described(standardEvidence)),
  suppliesTo: list(object({ partner: text, what: text })),
  payeeSet: flag,
  appliedAt: text,
  decidedAt: nullable(text),
  source,
})
export type PartnerDocument = Shaped<typeof partner>
export const partners: Collection<PartnerDocument> = collection({
  name: 'partners',
  fields: { name: 'text', status: 'text' },
  indexes: [['name'], ['status', 'name']],
  shape: partner,
})

const community = object({
  community: text,
  name: text,
  zone: text,
  currency: text,
  owner: text,
  operators: list(text),
  attribution: described(attributionPolicy),
  positioning: nullable(text),
  culture: nullable(text),
  carriers: list(text),
  contact: nullable(object({ maxPerWeek: integer, quietFromHour: integer, quietUntilHour: integer })),
  payeeSet: flag,
  foundedAt: text,
  source,
})
export type CommunityDocument = Shaped<typeof community>
export const communities: Collection<CommunityDocument> = collection({
  name: 'communities',
  fields: { name: 'text', owner: 'text' },
  indexes: [['name']],
  shape: community,
})

const pickupPoint = object({ pickupPoint: text, community: text, name: text, leader: text, isOpen: flag })
export type PickupPointDocument = Shaped<typeof pickupPoint>
export const pickupPoints: Collection<PickupPointDocument> = collection({
  name: 'pickupPoints',
  fields: { community: 'text', name: 'text' },
  indexes: [['community', 'name']],
  shape: pickupPoint,
})

export const partnershipStatuses = ['PROPOSED', 'ACCEPTED', 'AMENDED', 'ENDED'] as const
export type PartnershipStatus = (typeof partnershipStatuses)[number]
const partnership = object({
  partnership: text,
  partner: text,
  community: text,
  /** AMENDED: accepted terms, and a later version that waits for the other side. */
  status: oneOf(partnershipStatuses),
  version: integer,
  proposedBy: described(side),
  accepted: list(object({ version: integer, effectiveFrom: text })),
  /** An end holds for the versions up to `through`. */
  ends: list(object({ through: integer, at: text, reason: text })),
})
export type PartnershipDocument = Shaped<typeof partnership>
export const partnerships: Collection<PartnershipDocument> = collection({
  name: 'partnerships',
  fields: { partner: 'text', community: 'text', status: 'text' },
  indexes: [
    ['partner', 'community'],
    ['community', 'partner'],
  ],
  shape: partnership,
})

const termsVersion = object({
  partnership: text,
  partner: text,
  community: text,
  version: integer,
  by: described(side),
  effectiveFrom: text,
  acceptedAt: nullable(text),
  terms: described(termsSchema),
})
export type TermsDocument = Shaped<typeof termsVersion>
/** Keyed by partnership and version. */
export const termsVersions: Collection<TermsDocument> = collection({
  name: 'terms',
  fields: { partnership: 'text', version: 'integer' },
  indexes: [['partnership', 'version']],
  shape: termsVersion,
})

const category = object({ category: text, parent: nullable(text), names: table(text), retired: flag })
export type CategoryDocument = Shaped<typeof category>
export const categories: Collection<CategoryDocument> = collection({
  name: 'categories',
  fields: { parent: 'text' },
  indexes: [['parent']],
  shape: category,
})

const segment = object({
  segment: text,
  community: text,
  version: integer,
  name: text,
  definition: described(segmentDefinition),
  /** Categories that its rule asks an interest in, those it rules out aside. */
  interests: list(text),
  retired: flag,
})
export type SegmentDocument = Shaped<typeof segment>
export const segments: Collection<SegmentDocument> = collection({
  name: 'segments',
  fields: { community: 'text', name: 'text' },
  indexes: [['community', 'name']],
  shape: segment,
})

const campaign = object({
  campaign: text,
  community: text,
  name: text,
  source: described(trafficSource),
  channel: text,
  startsAt: text,
  endsAt: nullable(text),
  /** Sums by currency, in minor units. */
  costs: list(object({ currency: text, amount: integer, records: integer })),
})
export type CampaignDocument = Shaped<typeof campaign>
export const campaigns: Collection<CampaignDocument> = collection({
  name: 'campaigns',
  fields: { community: 'text', startsAt: 'text' },
  indexes: [['community', 'startsAt']],
  shape: campaign,
})
