/** Changes of the directory that partners, communities and the terms between them make. */
import type { Change } from '../projection.ts'
import {
  communities,
  type PartnerDocument,
  partners,
  partnerships,
  pickupPoints,
  termsVersions,
} from './directory-documents.ts'
import { keyOf } from './keys.ts'
import type { EventOf } from './view.ts'

export const partnerTypes = [
  'PartnerApplied',
  'PartnerAdmitted',
  'PartnerRefused',
  'PartnerSuspended',
  'PartnerReinstated',
  'PartnerProfileChanged',
  'SupplyLinked',
] as const
export const communityTypes = [
  'CommunityFounded',
  'CommunityDescribed',
  'AttributionPolicySet',
  'PickupPointOpened',
  'PickupPointClosed',
  'ContactPolicySet',
  'OperatorAppointed',
] as const
export const partnershipTypes = [
  'PartnershipProposed',
  'PartnershipAmended',
  'PartnershipAccepted',
  'PartnershipEnded',
] as const
export const partnerChange = (event: EventOf<(typeof partnerTypes)[number]>): Change => {
  const { occurredAt } = event.metadata
  const decided = (status: PartnerDocument['status'], reason: string | null): Change =>
    partners.update(event.data.partnerId, (before) => ({ ...before, status, reason, decidedAt: occurredAt }))
  switch (event.type) {
    case 'PartnerApplied': {
      const { partnerId, name, categories: supplied, standards, source } = event.data
      return partners.change(partnerId, () => ({
        partner: partnerId,
        name,
        status: 'APPLIED',
        reason: null,
        categories: supplied,
        standards,
        suppliesTo: [],
        payeeSet: false,
        appliedAt: occurredAt,
        decidedAt: null,
        source,
      }))
    }
    case 'PartnerAdmitted':
      return decided('ADMITTED', null)
    case 'PartnerRefused':
      return decided('REFUSED', event.data.reason)
    case 'PartnerSuspended':
      return decided('SUSPENDED', event.data.reason)
    case 'PartnerReinstated':
      return decided('ADMITTED', event.data.reason)
    case 'PartnerProfileChanged': {
      const { partnerId, name, categories: supplied } = event.data
      return partners.update(partnerId, (before) => ({ ...before, name, categories: supplied }))
    }
    case 'SupplyLinked': {
      const { partnerId, toPartnerId: partner, what } = event.data
      return partners.update(partnerId, (before) => ({
        ...before,
        suppliesTo: [...before.suppliesTo, { partner, what }],
      }))
    }
  }
}

export const communityChange = (event: EventOf<(typeof communityTypes)[number]>): Change => {
  switch (event.type) {
    case 'CommunityFounded': {
      const { communityId, name, zone, currency, ownerId, attribution, source } = event.data
      return communities.change(communityId, () => ({
        community: communityId,
        name,
        zone,
        currency,
        owner: ownerId,
        operators: [],
        attribution,
        positioning: null,
        culture: null,
        carriers: [],
        contact: null,
        payeeSet: false,
        foundedAt: event.metadata.occurredAt,
        source,
      }))
    }
    case 'CommunityDescribed': {
      const { communityId, positioning, culture, carriers } = event.data
      return communities.update(communityId, (before) => ({ ...before, positioning, culture, carriers }))
    }
    case 'AttributionPolicySet': {
      const { communityId, attribution } = event.data
      return communities.update(communityId, (before) => ({ ...before, attribution }))
    }
    case 'ContactPolicySet': {
      const { communityId, ...contact } = event.data
      return communities.update(communityId, (before) => ({ ...before, contact }))
    }
    case 'OperatorAppointed': {
      const { communityId, personId } = event.data
      return communities.update(communityId, (before) => ({
        ...before,
        operators: before.operators.includes(personId) ? before.operators : [...before.operators, personId],
      }))
    }
    case 'PickupPointOpened': {
      const { pickupPointId: pickupPoint, communityId: community, name, leaderId: leader } = event.data
      return pickupPoints.change(pickupPoint, () => ({ pickupPoint, community, name, leader, isOpen: true }))
    }
    case 'PickupPointClosed':
      return pickupPoints.update(event.data.pickupPointId, (before) => ({ ...before, isOpen: false }))
  }
}

const waiting = (status: 'PROPOSED' | 'ACCEPTED' | 'AMENDED') =>
  status === 'PROPOSED' ? 'PROPOSED' : 'AMENDED'

export const partnershipChanges = (event: EventOf<(typeof partnershipTypes)[number]>): readonly Change[] => {
  const { partnershipId: partnership, partnerId: partner, communityId: community } = event.data
  switch (event.type) {
    case 'PartnershipProposed':
    case 'PartnershipAmended': {
      const { version, by, effectiveFrom, terms } = event.data
      return [
        partnerships.change(partnership, (before) => ({
          partnership,
          partner,
          community,
          status: before === undefined || before.status === 'ENDED' ? 'PROPOSED' : waiting(before.status),
          version,
          proposedBy: by,
          accepted: before?.accepted ?? [],
          ends: before?.ends ?? [],
        })),
        termsVersions.change(keyOf(partnership, String(version).padStart(6, '0')), () => ({
          partnership,
          partner,
          community,
          version,
          by,
          effectiveFrom,
          acceptedAt: null,
          terms,
        })),
      ]
    }
    case 'PartnershipAccepted': {
      const { version, effectiveFrom } = event.data
      return [
        partnerships.update(partnership, (before) => ({
          ...before,
          status: 'ACCEPTED',
          accepted: [...before.accepted, { version, effectiveFrom }],
        })),
        termsVersions.update(keyOf(partnership, String(version).padStart(6, '0')), (before) => ({
          ...before,
          acceptedAt: event.metadata.occurredAt,
        })),
      ]
    }
    case 'PartnershipEnded': {
      const { effectiveAt: at, reason } = event.data
      return [
        partnerships.update(partnership, (before) => ({
          ...before,
          status: 'ENDED',
          ends: [...before.ends, { through: before.version, at, reason }],
        })),
      ]
    }
  }
}
