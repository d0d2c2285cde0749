/** Who there is: partners, communities, the terms between them, the taxonomy, segments and campaigns. */
import type { SegmentRule } from '../../domain/events/shapes.ts'
import type { Change } from '../projection.ts'
import {
  campaigns,
  categories,
  communities,
  partners,
  partnerships,
  pickupPoints,
  type SegmentDocument,
  segments,
  termsVersions,
} from './directory-documents.ts'
import {
  communityChange,
  communityTypes,
  partnerChange,
  partnershipChanges,
  partnershipTypes,
  partnerTypes,
} from './directory-organisations.ts'
import { plus } from './sums.ts'
import { type DataOf, type EventOf, view } from './view.ts'

const otherTypes = [
  'PayeeDetailsSet',
  'CategoryDefined',
  'CategoryRetired',
  'SegmentDefined',
  'SegmentRevised',
  'SegmentRetired',
  'CampaignOpened',
  'CampaignCostRecorded',
] as const
const types = [...partnerTypes, ...communityTypes, ...partnershipTypes, ...otherTypes] as const

/** Categories that a rule asks an interest in, in the order of the rule. */
const interestsOf = (rule: SegmentRule): readonly string[] => {
  switch (rule.kind) {
    case 'ALL':
    case 'ANY':
      return [...new Set(rule.of.flatMap(interestsOf))]
    case 'INTEREST':
      return [rule.category]
    default:
      return []
  }
}

const segmentOf = (data: DataOf<'SegmentDefined'>): SegmentDocument => ({
  segment: data.segmentId,
  community: data.communityId,
  version: data.version,
  name: data.name,
  definition: data.definition,
  interests: data.definition.kind === 'RULE' ? interestsOf(data.definition.rule) : [],
  retired: false,
})

const otherChanges = (event: EventOf<(typeof otherTypes)[number]>): readonly Change[] => {
  switch (event.type) {
    case 'PayeeDetailsSet': {
      const { party } = event.data
      if (party.startsWith('partner_'))
        return [partners.update(party, (before) => ({ ...before, payeeSet: true }))]
      if (!party.startsWith('community_')) return []
      return [communities.update(party, (before) => ({ ...before, payeeSet: true }))]
    }
    case 'CategoryDefined': {
      const { code: category, parent, names } = event.data
      return [categories.change(category, () => ({ category, parent, names, retired: false }))]
    }
    case 'CategoryRetired':
      return [categories.update(event.data.code, (before) => ({ ...before, retired: true }))]
    case 'SegmentDefined':
    case 'SegmentRevised':
      return [segments.change(event.data.segmentId, () => segmentOf(event.data))]
    case 'SegmentRetired':
      return [segments.update(event.data.segmentId, (before) => ({ ...before, retired: true }))]
    case 'CampaignOpened': {
      const { campaignId: campaign, communityId: community, ...facts } = event.data
      const { name, source, channel, startsAt, endsAt } = facts
      return [
        campaigns.change(campaign, () => ({
          campaign,
          community,
          name,
          source,
          channel,
          startsAt,
          endsAt,
          costs: [],
        })),
      ]
    }
    case 'CampaignCostRecorded': {
      const { campaignId, currency, amount } = event.data
      return [
        campaigns.update(campaignId, (before) => {
          const found = before.costs.find((cost) => cost.currency === currency)
          const others = before.costs.filter((cost) => cost !== found)
          const sum = {
            currency,
            amount: plus(found?.amount ?? 0, amount),
            records: (found?.records ?? 0) + 1,
          }
          return { ...before, costs: [...others, sum].sort((a, b) => (a.currency < b.currency ? -1 : 1)) }
        }),
      ]
    }
  }
}

const changes = (event: EventOf<(typeof types)[number]>): readonly Change[] => {
  switch (event.type) {
    case 'PartnerApplied':
    case 'PartnerAdmitted':
    case 'PartnerRefused':
    case 'PartnerSuspended':
    case 'PartnerReinstated':
    case 'PartnerProfileChanged':
    case 'SupplyLinked':
      return [partnerChange(event)]
    case 'CommunityFounded':
    case 'CommunityDescribed':
    case 'AttributionPolicySet':
    case 'PickupPointOpened':
    case 'PickupPointClosed':
    case 'ContactPolicySet':
    case 'OperatorAppointed':
      return [communityChange(event)]
    case 'PartnershipProposed':
    case 'PartnershipAmended':
    case 'PartnershipAccepted':
    case 'PartnershipEnded':
      return partnershipChanges(event)
    default:
      return otherChanges(event)
  }
}

export const directory = view({
  name: 'directory',
  version: 1,
  collections: [
    partners,
    communities,
    pickupPoints,
    partnerships,
    termsVersions,
    categories,
    segments,
    campaigns,
  ],
  types,
  changes,
})
