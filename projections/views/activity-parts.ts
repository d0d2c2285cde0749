/** What an event says for a feed: whom it concerns, what it happened to, how much money is in it. */
import { type EventType, isEventType } from '../../domain/catalogue.ts'
import type { RecordedEvent } from '../../eventstore/event.ts'
import type { EventOf } from './view.ts'

type AnyEvent = EventOf<EventType>

/** A partner that an event concerns; `amount`: minor units that are its own, null where nothing is. */
export interface ConcernedPartner {
  readonly id: string
  readonly amount: number | null
}

export interface Concerned {
  readonly community: string | null
  /** Each once, in the order in which the event names them. */
  readonly partners: readonly ConcernedPartner[]
}

const nobody: Concerned = { community: null, partners: [] }

/** Of events that name one organisation, of either kind. */
const organisationIn = ({ data }: AnyEvent): string | null => {
  if ('organisation' in data) return data.organisation
  return 'party' in data ? data.party : null
}

interface Part {
  readonly partnerId: string
  readonly amount: number | null
}

const without = (partnerId: string): Part => ({ partnerId, amount: null })

const partsOf = (event: AnyEvent): readonly Part[] => {
  switch (event.type) {
    case 'PurchasePlaced':
    case 'PurchaseRefunded':
    case 'PurchaseVoided':
    case 'DisputeLost':
      return event.data.lines
    case 'PaymentCaptured':
      return event.data.recognises?.lines ?? []
    case 'BundleComposed':
    case 'BundleRevised':
      return event.data.components
    case 'OfferPublished':
    case 'OfferRevised':
      return [{ partnerId: event.data.partnerId, amount: event.data.facts.listPrice }]
    case 'AttributionCorrected':
      return event.data.lines.map(({ partnerId }) => without(partnerId))
    case 'TouchRecorded':
      return event.data.reached.map(({ partnerId }) => without(partnerId))
    case 'SupplyLinked':
      return [without(event.data.partnerId), without(event.data.toPartnerId)]
    default: {
      const { data } = event
      if ('partnerId' in data) return [without(data.partnerId)]
      const organisation = organisationIn(event)
      return organisation?.startsWith('partner_') === true ? [without(organisation)] : []
    }
  }
}

const byPartner = (parts: readonly Part[]): readonly ConcernedPartner[] => {
  const sums = new Map<string, number | null>()
  for (const { partnerId, amount } of parts) {
    const before = sums.get(partnerId) ?? null
    sums.set(partnerId, amount === null ? before : (before ?? 0) + amount)
  }
  return [...sums].map(([id, amount]) => ({ id, amount }))
}

const communityOf = (event: AnyEvent): string | null => {
  if ('communityId' in event.data) return event.data.communityId
  const organisation = organisationIn(event)
  return organisation?.startsWith('community_') === true ? organisation : null
}

export const concernedBy = (event: AnyEvent): Concerned => {
  switch (event.type) {
    case 'SegmentMembersEntered':
    case 'SegmentMembersLeft':
    case 'RollCompleted':
    case 'RollCarried':
      return nobody
    default:
      return { community: communityOf(event), partners: byPartner(partsOf(event)) }
  }
}

const isCatalogued = (event: RecordedEvent): event is AnyEvent => isEventType(event.type)

/** Partners and communities that an event concerns; none: nobody but the platform. */
export const organisationsIn = (event: RecordedEvent): readonly string[] => {
  if (!isCatalogued(event)) return []
  const { community, partners } = concernedBy(event)
  const ids = partners.map(({ id }) => id)
  return community === null ? ids : [community, ...ids]
}

/** The most particular thing that the event names. */
export const subjectOf = ({ data }: AnyEvent): string | null => {
  if ('factId' in data) return data.factId
  if ('purchaseId' in data) return data.purchaseId
  if ('bundleId' in data) return data.bundleId
  if ('offerId' in data) return data.offerId
  if ('touchId' in data) return data.touchId
  if ('membershipId' in data) return data.membershipId
  if ('shareId' in data) return data.shareId
  if ('campaignId' in data) return data.campaignId
  if ('segmentId' in data) return data.segmentId
  if ('pickupPointId' in data) return data.pickupPointId
  if ('partnershipId' in data) return data.partnershipId
  if ('webhookId' in data) return data.webhookId
  if ('partnerId' in data) return data.partnerId
  if ('communityId' in data) return data.communityId
  if ('personId' in data) return data.personId
  if ('subject' in data) return data.subject
  if ('party' in data) return data.party
  if ('code' in data) return data.code
  return 'deploymentId' in data ? data.deploymentId : null
}

/** A word about it: a title, a name, a role, a stage, a reason code. Never what a person wrote. */
export const labelOf = (event: AnyEvent): string | null => {
  // Of a purchase, the stage is the buyer's.
  if (event.type === 'StageReached' || event.type === 'StageLost') return event.data.stage
  const { data } = event
  if ('facts' in data) return data.facts.title
  if ('name' in data) return data.name
  if ('role' in data) return data.role
  if ('tag' in data) return data.tag
  return 'why' in data ? data.why : null
}

export interface Money {
  /** Minor units. */
  readonly amount: number
  readonly currency: string
}

/** What the whole event comes to; null: there is no money in it. */
export const moneyOf = (event: AnyEvent): Money | null => {
  switch (event.type) {
    case 'PurchasePlaced':
      return { amount: event.data.total, currency: event.data.currency }
    case 'PurchaseVoided': {
      let amount = 0
      for (const line of event.data.lines) amount += line.amount
      return { amount, currency: event.data.currency }
    }
    case 'OfferPublished':
    case 'OfferRevised':
      return { amount: event.data.facts.listPrice, currency: event.data.facts.currency }
    case 'BundleComposed':
    case 'BundleRevised':
      return { amount: event.data.price, currency: event.data.currency }
    case 'FactParked':
    case 'FactClaimed':
    case 'FactResolved':
    case 'FactDismissed': {
      const { fact, currency } = event.data
      return fact.kind === 'ROW' ? null : { amount: fact.amount, currency }
    }
    case 'PaymentCaptured':
    case 'PaymentFeeRecorded':
    case 'PurchaseRefunded':
    case 'VarianceBooked':
    case 'PaymentDisputed':
    case 'DisputeWon':
    case 'DisputeLost':
    case 'CampaignCostRecorded':
      return { amount: event.data.amount, currency: event.data.currency }
    default:
      return null
  }
}
