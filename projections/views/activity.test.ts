import { beforeEach, describe, expect, it } from 'vitest'
import { catalogue } from '../../domain/catalogue.ts'
import { ids, offerFacts } from '../../tests/support/ecosystem.ts'
import { Projected } from '../../tests/support/projected.ts'
import { refundOf, saleOf } from '../../tests/support/sales.ts'
import { idOf } from '../../tests/support/world.ts'
import { activities, activity, alsoConcerned } from './activity.ts'

const first = idOf('partner', 1)
const second = idOf('partner', 2)

let log: Projected
beforeEach(() => {
  log = new Projected(activity)
})

const shown = async () => (await log.dump(activities.name)).map(({ document }) => activities.read(document))
const others = async () =>
  (await log.dump(alsoConcerned.name)).map(({ document }) => alsoConcerned.read(document))

it('looks at every event that there is', () => {
  expect(activity.types).toEqual(Object.keys(catalogue))
})

it('keeps the order of the log in its keys, also where positions get longer', async () => {
  for (const number of [1, 2, 3, 4])
    await log.happened(`partner-${number}`, 'PartnerAdmitted', { partnerId: idOf('partner', number) })
  expect((await shown()).map(({ position }) => position)).toEqual(['8', '9', '10', '11'])
})

it('says who did it, for whom, and what led to it', async () => {
  const partnerId = ids.partner
  const actor = { kind: 'PERSON' as const, id: idOf('person', 7), onBehalfOf: partnerId }
  const circumstances = {
    actor,
    correlationId: 'c1',
    causationId: 'partner-x@0',
    occurredAt: '2026-01-01T00:00:00.000Z',
  }
  await log.happened(`partner-${partnerId}`, 'PartnerAdmitted', { partnerId }, circumstances)
  expect(await shown()).toEqual([
    {
      position: '8',
      event: `partner-${partnerId}@0`,
      type: 'PartnerAdmitted',
      category: 'partner',
      recordedAt: '2026-01-01T00:00:00.000Z',
      occurredAt: '2026-01-01T00:00:00.000Z',
      actorKind: 'PERSON',
      actor: actor.id,
      onBehalfOf: partnerId,
      correlation: 'c1',
      causation: 'partner-x@0',
      community: null,
      partner: partnerId,
      subject: partnerId,
      label: null,
      amount: null,
      partnerAmount: null,
      currency: null,
    },
  ])
})

describe('a purchase of several partners', () => {
  const sale = saleOf({ lines: { [first]: 7_000, [second]: 3_000 } })

  it('concerns its community with the whole, each partner with what is its own', async () => {
    await log.happened('purchase-1', 'PurchasePlaced', sale)
    expect(await shown()).toMatchObject([
      {
        community: ids.community,
        partner: first,
        subject: sale.purchaseId,
        amount: 10_000,
        partnerAmount: 7_000,
        currency: 'BRL',
      },
    ])
    expect(await others()).toEqual([
      { partner: second, event: '8'.padStart(20, '0'), type: 'PurchasePlaced', amount: 3_000 },
    ])
  })

  it('concerns them again when it is refunded', async () => {
    await log.happened('purchase-1', 'PurchaseRefunded', refundOf(sale, 0.5))
    expect(await shown()).toMatchObject([{ amount: 5_000, partnerAmount: 3_500 }])
    expect(await others()).toMatchObject([{ partner: second, amount: 1_500 }])
  })
})

it('adds up lines of one partner: it is concerned once', async () => {
  const sale = saleOf({ lines: { [first]: 7_000 } })
  const [line] = sale.lines
  if (line === undefined) throw new Error('A sale has a line.')
  await log.happened('purchase-1', 'PurchasePlaced', {
    ...sale,
    lines: [line, { ...line, line: 2, kind: 'FREIGHT', amount: 500 }],
    total: 7_500,
  })
  expect(await shown()).toMatchObject([{ partner: first, partnerAmount: 7_500 }])
  expect(await others()).toEqual([])
})

it('shows an offer with its title and price', async () => {
  const { offer: offerId, partner: partnerId } = ids
  const facts = offerFacts()
  const data = { offerId, partnerId, version: 1, facts, source: null }
  await log.happened(`offer-${offerId}`, 'OfferPublished', data)
  expect(await shown()).toMatchObject([
    { partner: partnerId, subject: offerId, label: 'Nursing chair', amount: 25_000, partnerAmount: 25_000 },
  ])
})

it('concerns the organisation that a role is granted for, the platform where there is none', async () => {
  const subject = idOf('person', 1)
  for (const organisation of [ids.partner, ids.community, null])
    await log.happened(`access-${subject}`, 'RoleGranted', { subject, role: 'SERVICE', organisation })
  const concerned = (await shown()).map(({ partner, community }) => [partner, community])
  expect(concerned).toEqual([
    [ids.partner, null],
    [null, ids.community],
    [null, null],
  ])
})

it('concerns nobody with who entered or left a segment', async () => {
  await log.happened('roll-1', 'SegmentMembersEntered', {
    segmentId: idOf('segment'),
    communityId: ids.community,
    version: 1,
    bucket: 0,
    members: [idOf('membership')],
  })
  expect(await shown()).toMatchObject([{ category: 'roll', community: null, partner: null }])
})
