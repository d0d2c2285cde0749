/** Partners that sell, sold, only offer, or are suspended, in two communities: what the matrix and its gaps are asked about. */
import type { OfferFacts } from '../../domain/events/catalog-items.ts'
import { catalogueView } from '../../projections/views/catalogue.ts'
import { directory } from '../../projections/views/directory.ts'
import { matrix } from '../../projections/views/matrix.ts'
import { membersView } from '../../projections/views/members.ts'
import { recorded, type Unrecorded, viewOf } from './folded.ts'
import { placed, rate, saleOf } from './sold.ts'
import { idOf } from './world.ts'

export const [toys, shop] = [idOf('partner', 1), idOf('partner', 2)]
const late = idOf('partner', 3)
export const [here, there] = [idOf('community', 1), idOf('community', 2)]
export const [young, old] = [idOf('segment', 1), idOf('segment', 2)]
const member = idOf('person', 50)
export const now = '2026-03-01T00:00:00.000Z'

const partnerEvents = (partnerId: string, suspended = false): readonly Unrecorded[] => {
  const stream = `partner-${partnerId}`
  return [
    {
      stream,
      type: 'PartnerApplied',
      data: { partnerId, name: partnerId, categories: [], standards: [], source: null },
    },
    { stream, type: 'PartnerAdmitted', data: { partnerId } },
    ...(suspended ? [{ stream, type: 'PartnerSuspended', data: { partnerId, reason: 'unsafe' } }] : []),
  ]
}

const terms = (
  n: number,
  partnerId: string,
  communityId: string,
  effectiveFrom = '2025-01-01T00:00:00.000Z',
) => {
  const partnershipId = idOf('partnership', n)
  const stream = `partnership-${partnershipId}`
  const ref = { partnershipId, partnerId, communityId }
  return [
    {
      stream,
      type: 'PartnershipProposed',
      data: { ...ref, by: 'PARTNER', version: 1, effectiveFrom, terms: { rates: [rate] } },
    },
    { stream, type: 'PartnershipAccepted', data: { ...ref, by: 'COMMUNITY', version: 1, effectiveFrom } },
  ]
}

const offer = (
  n: number,
  partnerId: string,
  category: string,
  changes: Partial<OfferFacts> = {},
): Unrecorded => ({
  stream: `offer-${idOf('offer', n)}`,
  type: 'OfferPublished',
  data: {
    offerId: idOf('offer', n),
    partnerId,
    version: 1,
    facts: {
      title: 'A thing',
      media: [],
      sku: 'a',
      category,
      listPrice: 100,
      currency: 'BRL',
      validFrom: '2026-01-01T00:00:00.000Z',
      validUntil: null,
      communities: [],
      segments: [],
      poolOverride: null,
      stock: { policy: 'UNLIMITED' },
      ...changes,
    },
    source: null,
  },
})

const segment = (segmentId: string, category: string): Unrecorded => ({
  stream: `segments-${here}`,
  type: 'SegmentDefined',
  data: {
    segmentId,
    communityId: here,
    version: 1,
    name: segmentId,
    definition: { kind: 'RULE', rule: { kind: 'INTEREST', category } },
  },
})

const category = (code: string, parent: string | null): Unrecorded => ({
  stream: `category-${code}`,
  type: 'CategoryDefined',
  data: { code, parent, names: {} },
})

const events = recorded([
  ...partnerEvents(toys),
  ...partnerEvents(shop),
  ...partnerEvents(late, true),
  ...terms(1, toys, here),
  ...terms(2, shop, here),
  ...terms(3, shop, there),
  ...terms(4, late, here),
  offer(1, toys, 'games'),
  offer(2, toys, 'games', { validUntil: '2026-02-01T00:00:00.000Z' }),
  offer(3, toys, 'dolls', { communities: [here], segments: [young] }),
  offer(4, toys, 'dolls', { validFrom: '2026-06-01T00:00:00.000Z' }),
  offer(5, shop, 'soap', { communities: [there, idOf('community', 9)] }),
  offer(6, late, 'soap'),
  category('play', null),
  category('games', 'play'),
  category('soap', null),
  category('music', null),
  segment(young, 'play'),
  segment(old, 'music'),
  ...[
    saleOf({
      n: 1,
      day: '2026-01-10',
      community: here,
      person: member,
      segments: [young, old],
      lines: [
        { partner: toys, amount: 1_000, category: 'games', quantity: 2 },
        { partner: toys, amount: 100, category: null },
      ],
    }),
    saleOf({
      n: 2,
      day: '2026-02-10',
      community: here,
      person: member,
      segments: [young],
      lines: [{ partner: toys, amount: 500, category: 'dolls' }],
    }),
    saleOf({
      n: 3,
      day: '2025-06-10',
      community: there,
      lines: [{ partner: toys, amount: 300, category: 'games' }],
    }),
  ].map(placed),
])

export const readers = {
  matrix: await viewOf(matrix, events),
  catalogue: await viewOf(catalogueView, events),
  directory: await viewOf(directory, events),
  members: await viewOf(membersView, events),
}
