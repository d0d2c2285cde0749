import { describe, expect, it } from 'vitest'
import { documentsOf, recorded, type Unrecorded } from '../../tests/support/folded.ts'
import { rate } from '../../tests/support/sold.ts'
import { idOf } from '../../tests/support/world.ts'
import { inForce } from '../queries/matrix-supply.ts'
import { directory } from './directory.ts'
import { campaigns, partnerships, segments } from './directory-documents.ts'

const [partnerId, communityId, partnershipId] = [idOf('partner'), idOf('community'), idOf('partnership')]
const ref = { partnershipId, partnerId, communityId }
const inPartnership = (type: string, data: object): Unrecorded => ({
  stream: `partnership-${partnershipId}`,
  type,
  data: { ...ref, ...data },
})
const proposed = (version: number, effectiveFrom: string, type = 'PartnershipAmended') =>
  inPartnership(type, { by: 'PARTNER', version, effectiveFrom, terms: { rates: [rate] } })
const accepted = (version: number, effectiveFrom: string) =>
  inPartnership('PartnershipAccepted', { by: 'COMMUNITY', version, effectiveFrom })
const ended = (effectiveAt: string) =>
  inPartnership('PartnershipEnded', { by: 'COMMUNITY', effectiveAt, reason: 'over' })

const [january, march, june] = ['2026-01-01', '2026-03-01', '2026-06-01'].map((day) => `${day}T00:00:00.000Z`)
if (!january || !march || !june) throw new Error('No instants.')

const after = (...events: readonly Unrecorded[]) => documentsOf(directory, recorded(events), partnerships)[0]
const statusAfter = (...events: readonly Unrecorded[]) => after(...events)?.status

describe('a partnership', () => {
  const first = proposed(1, january, 'PartnershipProposed')

  it('is proposed until the other side accepts, amended while a later version waits', () => {
    expect(statusAfter(first)).toBe('PROPOSED')
    expect(statusAfter(first, proposed(2, march))).toBe('PROPOSED')
    expect(statusAfter(first, accepted(1, january))).toBe('ACCEPTED')
    expect(statusAfter(first, accepted(1, january), proposed(2, march))).toBe('AMENDED')
    expect(statusAfter(first, accepted(1, january), ended(march))).toBe('ENDED')
    expect(
      statusAfter(first, accepted(1, january), ended(march), proposed(2, june, 'PartnershipProposed')),
    ).toBe('PROPOSED')
  })

  it('is in force from the effective date of accepted terms until its end, and again under new ones', () => {
    const document = after(
      first,
      accepted(1, january),
      ended(march),
      proposed(2, june, 'PartnershipProposed'),
      accepted(2, june),
    )
    if (document === undefined) throw new Error('There is no partnership.')
    const at = (day: string) => inForce(document, `${day}T00:00:00.000Z`)
    expect(
      ['2025-12-31', '2026-01-01', '2026-02-28', '2026-03-01', '2026-05-31', '2026-06-01'].map(at),
    ).toEqual([false, true, true, false, false, true])
  })
})

it('a segment names the categories that its rule asks an interest in, those it rules out aside', () => {
  const interest = (category: string) => ({ kind: 'INTEREST', category })
  const rule = {
    kind: 'ALL',
    of: [
      interest('toys'),
      { kind: 'ANY', of: [interest('books'), interest('toys')] },
      { kind: 'NOT', of: interest('wine') },
    ],
  }
  const data = {
    segmentId: idOf('segment'),
    communityId,
    version: 1,
    name: 'Young',
    definition: { kind: 'RULE', rule },
  }
  const events = recorded([{ stream: `segments-${communityId}`, type: 'SegmentDefined', data }])
  expect(documentsOf(directory, events, segments).map(({ interests }) => interests)).toEqual([
    ['toys', 'books'],
  ])
})

it('costs of a campaign are summed by currency', () => {
  const campaignId = idOf('campaign')
  const stream = `campaign-${campaignId}`
  const cost = (costId: string, amount: number, currency: string): Unrecorded => ({
    stream,
    type: 'CampaignCostRecorded',
    data: { campaignId, communityId, costId, amount, currency, at: january },
  })
  const opened = {
    campaignId,
    communityId,
    name: 'Spring',
    source: 'COMMERCIAL',
    channel: 'ads',
    startsAt: january,
    endsAt: null,
  }
  const events = recorded([
    { stream, type: 'CampaignOpened', data: opened },
    cost('a', 100, 'EUR'),
    cost('b', 50, 'BRL'),
    cost('c', 25, 'EUR'),
  ])
  expect(documentsOf(directory, events, campaigns)[0]?.costs).toEqual([
    { currency: 'BRL', amount: 50, records: 1 },
    { currency: 'EUR', amount: 125, records: 2 },
  ])
})
