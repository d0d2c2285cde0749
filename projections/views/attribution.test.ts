import { beforeEach, describe, expect, it } from 'vitest'
import { ids } from '../../tests/support/ecosystem.ts'
import { Projected } from '../../tests/support/projected.ts'
import { creditedTo, dimensionsOf, legsOf, refundOf, saleOf, voidOf } from '../../tests/support/sales.ts'
import { idOf } from '../../tests/support/world.ts'
import { attributionView } from './attribution.ts'
import { credits, funnel, sharers, shares } from './attribution-documents.ts'

const sharer = idOf('person', 2)
const other = idOf('person', 3)
const share = idOf('share')
const otherShare = idOf('share', 2)
const community = ids.community

let log: Projected

const shareCreated = (shareId: string, person: string) =>
  log.happened(`share-${shareId}`, 'ShareCreated', {
    shareId,
    communityId: community,
    sharer: { kind: 'MEMBER', id: person },
    target: { kind: 'OFFER', id: ids.offer },
    channel: 'wechat',
    createdAt: '2026-02-01T12:00:00.000Z',
  })

const touched = async (
  number: number,
  by: { readonly share: string; readonly person: string } | null,
  channel = 'wechat',
): Promise<string> => {
  const event = await log.happened(`journey-${idOf('person', 1)}.2026-02`, 'TouchRecorded', {
    touchId: idOf('touch', number),
    subject: idOf('person', 1),
    communityId: community,
    membershipId: null,
    segments: [],
    source: by === null ? 'PUBLIC' : 'PRIVATE',
    channel,
    campaignId: null,
    content: null,
    shareId: by?.share ?? null,
    sharer: by === null ? null : { kind: 'MEMBER', id: by.person },
    target: null,
    reached: [],
    at: `2026-02-${String(10 + number)}T12:00:00.000Z`,
    businessDate: `2026-02-${String(10 + number)}`,
  })
  return event.name
}

const candidate = (touch: string | null, sharerId: string | null, shareId: string | null) => ({
  touch,
  at: '2026-02-11T12:00:00.000Z',
  shareId,
  sharerId,
  verdict: 'CREDITED' as const,
})

const creditOf = async (purchase: string, person: string) => {
  const found = await log.reader.get(credits.name, `${purchase}|${person}`)
  return found === undefined ? undefined : credits.read(found.document)
}

beforeEach(async () => {
  log = new Projected(attributionView)
  await shareCreated(share, sharer)
  await shareCreated(otherShare, other)
})

describe('the funnel', () => {
  it('counts touches and joins by community, month, source and channel', async () => {
    await touched(1, null, 'douyin')
    await touched(2, null, 'douyin')
    await touched(3, { share, person: sharer })
    await log.happened('membership-1', 'MemberJoined', {
      membershipId: idOf('membership'),
      communityId: community,
      personId: idOf('person', 1),
      how: 'PRIVATE',
      channel: 'wechat',
      through: { touchId: idOf('touch', 3), shareId: share },
      inviterId: sharer,
      joinedAt: '2026-02-20T12:00:00.000Z',
    })
    const rows = (await log.dump(funnel.name)).map(({ document }) => document)
    expect(rows).toEqual([
      { community, month: '2026-02', source: 'PRIVATE', channel: 'wechat', touches: 1, joins: 1 },
      { community, month: '2026-02', source: 'PUBLIC', channel: 'douyin', touches: 2, joins: 0 },
    ])
    expect((await log.reader.get(shares.name, share))?.document).toMatchObject({ touches: 1, joins: 1 })
    expect((await log.reader.get(sharers.name, `${community}|${sharer}`))?.document).toMatchObject({
      touches: 1,
      joins: 1,
    })
  })
})

describe('a credit', () => {
  it('has the source and channel of the touch, the gross of the purchase and the legs of its sharer', async () => {
    const touch = await touched(1, { share, person: sharer }, 'moments')
    const sale = saleOf({ attribution: creditedTo({ [sharer]: 10_000 }, [candidate(touch, sharer, share)]) })
    await log.happened('purchase-1', 'PurchasePlaced', sale)
    expect(await creditOf(sale.purchaseId, sharer)).toMatchObject({
      month: '2026-03',
      source: 'PRIVATE',
      channel: 'moments',
      share,
      touch,
      points: 10_000,
      gross: 10_000,
      earned: 1_000,
      reversed: 0,
    })
  })

  it('is private traffic without a channel, where a binding gave it', async () => {
    const sale = saleOf({ attribution: creditedTo({ [sharer]: 10_000 }, [candidate(null, sharer, null)]) })
    await log.happened('purchase-1', 'PurchasePlaced', sale)
    expect(await creditOf(sale.purchaseId, sharer)).toMatchObject({
      source: 'PRIVATE',
      channel: '-',
      share: null,
      touch: null,
      earned: 1_000,
    })
  })

  it('comes with recognition: not when a sale is asked for, but at its first capture', async () => {
    const sale = saleOf({
      stated: false,
      attribution: creditedTo({ [sharer]: 10_000 }, [candidate(null, sharer, null)]),
    })
    await log.happened('purchase-1', 'PurchasePlaced', sale)
    expect(await creditOf(sale.purchaseId, sharer)).toBeUndefined()
    await log.happened('purchase-1', 'PaymentCaptured', {
      ...dimensionsOf(sale),
      at: '2026-04-01T12:00:00.000Z',
      businessDate: '2026-04-01',
      captureId: 'c1',
      provider: 'stripe',
      account: 'main',
      transactionId: 't1',
      method: 'card',
      instalments: null,
      amount: 10_000,
      captured: 10_000,
      lines: [{ line: 1, captured: 10_000 }],
      covered: [1],
      stated: false,
      recognises: sale,
    })
    expect(await creditOf(sale.purchaseId, sharer)).toMatchObject({ month: '2026-04', gross: 10_000 })
  })

  it('divides the gross of a weighted purchase between its sharers, to the unit', async () => {
    const first = await touched(1, { share, person: sharer }, 'moments')
    const second = await touched(2, { share: otherShare, person: other }, 'douyin')
    const attribution = creditedTo({ [sharer]: 3_333, [other]: 6_667 }, [
      candidate(first, sharer, share),
      candidate(second, other, otherShare),
    ])
    const sale = saleOf({ lines: { [ids.partner]: 10_001 }, attribution })
    await log.happened('purchase-1', 'PurchasePlaced', sale)
    const one = await creditOf(sale.purchaseId, sharer)
    const two = await creditOf(sale.purchaseId, other)
    expect([one?.channel, two?.channel]).toEqual(['moments', 'douyin'])
    expect((one?.gross ?? 0) + (two?.gross ?? 0)).toBe(10_001)
    expect((one?.points ?? 0) + (two?.points ?? 0)).toBe(10_000)
  })

  it('shows what refunds took back of the legs, and stays', async () => {
    const sale = saleOf({ attribution: creditedTo({ [sharer]: 10_000 }, [candidate(null, sharer, null)]) })
    await log.happened('purchase-1', 'PurchasePlaced', sale)
    await log.happened('purchase-1', 'PurchaseRefunded', refundOf(sale, 0.5, 'r1'))
    await log.happened('purchase-1', 'PurchaseRefunded', refundOf(sale, 0.5, 'r2'))
    expect(await creditOf(sale.purchaseId, sharer)).toMatchObject({ earned: 1_000, reversed: 1_000 })
    expect((await log.reader.get(sharers.name, `${community}|${sharer}`))?.document).toMatchObject({
      earned: 1_000,
      reversed: 1_000,
    })
  })

  it('goes with a void, also where refunds left nothing of the legs', async () => {
    const sale = saleOf({ attribution: creditedTo({ [sharer]: 10_000 }, [candidate(null, sharer, null)]) })
    await log.happened('purchase-1', 'PurchasePlaced', sale)
    await log.happened('purchase-1', 'PurchaseRefunded', refundOf(sale, 1))
    await log.happened('purchase-1', 'PurchaseVoided', voidOf(sale, 0))
    expect(await creditOf(sale.purchaseId, sharer)).toBeUndefined()
  })

  it('moves to whom a correction names, with the month of the recognition and the touch that there was', async () => {
    const touch = await touched(1, { share: otherShare, person: other }, 'douyin')
    const lost = { ...candidate(touch, other, otherShare), verdict: 'LATER_TOUCH_WINS' as const }
    const sale = saleOf({
      attribution: creditedTo({ [sharer]: 10_000 }, [lost, candidate(null, sharer, null)]),
    })
    await log.happened('purchase-1', 'PurchasePlaced', sale)
    const attribution = {
      ...sale.attribution,
      credited: [{ sharerId: other, inviterId: null, basisPoints: 10_000 }],
    }
    await log.happened('purchase-1', 'AttributionCorrected', {
      ...dimensionsOf(sale),
      at: '2026-04-05T12:00:00.000Z',
      businessDate: '2026-04-05',
      reason: 'The shop assistant scanned the wrong code',
      attribution,
      formerSharers: [sharer],
      total: sale.total,
      recognisedOn: sale.businessDate,
      lines: sale.lines.map(({ line, kind, partnerId, category, amount, legs }) => ({
        line,
        kind,
        partnerId,
        category,
        before: legs,
        after: legsOf(partnerId, amount, attribution.credited),
      })),
    })
    expect(await creditOf(sale.purchaseId, sharer)).toBeUndefined()
    expect(await creditOf(sale.purchaseId, other)).toMatchObject({
      month: '2026-03',
      channel: 'douyin',
      share: otherShare,
      touch,
      gross: 10_000,
      earned: 1_000,
    })
    expect((await log.reader.get(sharers.name, `${community}|${sharer}`))?.document).toMatchObject({
      earned: 0,
    })
  })
})

it('prefers a touch to the binding, for whom a correction names', async () => {
  const touch = await touched(1, { share: otherShare, person: other }, 'douyin')
  const lost = { ...candidate(touch, other, otherShare), verdict: 'LATER_TOUCH_WINS' as const }
  const bound = { ...candidate(null, other, null), verdict: 'BINDING_NOT_NEEDED' as const }
  const sale = saleOf({ attribution: creditedTo({ [other]: 10_000 }, [lost, bound]) })
  await log.happened('purchase-1', 'PurchasePlaced', sale)
  expect(await creditOf(sale.purchaseId, other)).toMatchObject({ touch, channel: 'douyin' })
})

it('is the same when everything is delivered again, and after crashes in between', async () => {
  const touch = await touched(1, { share, person: sharer })
  const sale = saleOf({ attribution: creditedTo({ [sharer]: 10_000 }, [candidate(touch, sharer, share)]) })
  await log.happened('purchase-1', 'PurchasePlaced', sale)
  await log.happened('purchase-1', 'PurchaseRefunded', refundOf(sale, 0.5))
  const crashed = await log.withCrashes()
  for (const { name } of attributionView.collections) {
    const before = await log.dump(name)
    expect(before.length).toBeGreaterThan(0)
    await log.again()
    expect(await log.dump(name)).toEqual(before)
    expect(await crashed.scan(name, null, 10_000)).toEqual(before)
  }
})
