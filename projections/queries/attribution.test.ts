import { beforeEach, describe, expect, it } from 'vitest'
import { ids } from '../../tests/support/ecosystem.ts'
import { Projected } from '../../tests/support/projected.ts'
import { creditedTo, refundOf, saleOf } from '../../tests/support/sales.ts'
import { idOf } from '../../tests/support/world.ts'
import { attributionView } from '../views/attribution.ts'
import {
  type FunnelAsked,
  findCredits,
  findSharers,
  findShares,
  findTouches,
  readFunnel,
  shareById,
} from './attribution.ts'
import { everything, type Scope } from './scope.ts'

const here = ids.community
const there = idOf('community', 2)
const [ana, bob] = [idOf('person', 2), idOf('person', 3)]
const [anas, bobs] = [idOf('share', 1), idOf('share', 2)]
const only = (...organisations: readonly string[]): Scope => ({
  all: false,
  organisations: new Set(organisations),
})
const request = { first: 100, after: null }

let log: Projected
const touched = async (number: number, communityId: string, day: string, by: string | null) => {
  const sharer = by === anas ? ana : bob
  const event = await log.happened(`journey-${number}`, 'TouchRecorded', {
    touchId: idOf('touch', number),
    subject: idOf('person', 1),
    communityId,
    membershipId: null,
    segments: [],
    source: by === null ? 'COMMERCIAL' : 'PRIVATE',
    channel: by === bobs ? 'moments' : 'wechat',
    campaignId: null,
    content: null,
    shareId: by,
    sharer: by === null ? null : { kind: 'MEMBER', id: sharer },
    target: null,
    reached: [],
    at: `${day}T12:00:00.000Z`,
    businessDate: day,
  })
  return {
    touch: event.name,
    at: `${day}T12:00:00.000Z`,
    shareId: by,
    sharerId: sharer,
    verdict: 'CREDITED' as const,
  }
}

beforeEach(async () => {
  log = new Projected(attributionView)
  const created = [
    [anas, here, ana, '2026-01-01'],
    [bobs, there, bob, '2026-01-02'],
  ] as const
  for (const [shareId, communityId, id, day] of created) {
    await log.happened(`share-${shareId}`, 'ShareCreated', {
      shareId,
      communityId,
      sharer: { kind: 'MEMBER', id },
      target: { kind: 'COMMUNITY', id: communityId },
      channel: 'wechat',
      createdAt: `${day}T12:00:00.000Z`,
    })
  }
  const first = await touched(1, here, '2026-02-10', anas)
  const second = await touched(2, there, '2026-03-10', bobs)
  await touched(3, here, '2026-02-11', null)
  const one = saleOf({ number: 1, attribution: creditedTo({ [ana]: 10_000 }, [first]) })
  const two = saleOf({
    number: 2,
    attribution: creditedTo({ [ana]: 10_000 }, [first]),
    businessDate: '2026-04-01',
  })
  const three = saleOf({ number: 3, community: there, attribution: creditedTo({ [bob]: 10_000 }, [second]) })
  for (const sale of [one, two, three])
    await log.happened(`purchase-${sale.purchaseId}`, 'PurchasePlaced', sale)
  await log.happened(`purchase-${two.purchaseId}`, 'PurchaseRefunded', refundOf(two, 0.5))
})

const one = { currency: 'BRL', credits: 1, points: 10_000, gross: 10_000, earned: 1_000, reversed: 0 }
const both = { currency: 'BRL', credits: 2, points: 20_000, gross: 20_000, earned: 2_000, reversed: 500 }

describe('the funnel', () => {
  const asked: FunnelAsked = { community: null, from: null, through: null, by: [] }
  const read = (scope: Scope, changes: Partial<FunnelAsked> = {}) =>
    readFunnel(log.reader, scope, { ...asked, ...changes })

  it('puts touches, joins and what was credited of a channel side by side', async () => {
    expect(await read(everything, { community: here })).toEqual([
      {
        community: null,
        month: null,
        source: 'COMMERCIAL',
        channel: 'wechat',
        touches: 1,
        joins: 0,
        credits: [],
      },
      {
        community: null,
        month: null,
        source: 'PRIVATE',
        channel: 'wechat',
        touches: 1,
        joins: 0,
        credits: [both],
      },
    ])
  })

  it('is of the months asked for, both included', async () => {
    const rows = await read(everything, { from: '2026-02', through: '2026-03', by: ['month'] })
    expect(rows.map(({ month, channel, touches, credits }) => [month, channel, touches, credits])).toEqual([
      ['2026-02', 'wechat', 1, []],
      ['2026-02', 'wechat', 1, []],
      ['2026-03', 'moments', 1, [one]],
      ['2026-03', 'wechat', 0, [one]],
    ])
  })

  it('is of the communities within the scope', async () => {
    const rows = await read(only(there), { by: ['community'] })
    expect(rows).toMatchObject([{ community: there, channel: 'moments', touches: 1, credits: [one] }])
    await expect(read(only(there), { community: here })).rejects.toMatchObject({ name: 'OutOfScope' })
    expect(await read(only(ids.partner))).toEqual([])
  })
})

describe('shares', () => {
  const found = async (scope: Scope) => {
    const page = await findShares(log.reader, scope, { community: null, person: null }, true, request)
    return page.edges.map(({ node }) => [node.share.share, node.share.touches, node.credits])
  }

  it('come with what they brought', async () => {
    expect(await found(everything)).toEqual([
      [bobs, 1, [one]],
      [anas, 1, [both]],
    ])
    expect(await found(only(there))).toEqual([[bobs, 1, [one]]])
  })

  it('are found one by one, within the scope', async () => {
    expect(await shareById(log.reader, only(here), anas)).toMatchObject({ credits: [both] })
    expect(await shareById(log.reader, only(there), anas)).toBeNull()
    expect(await shareById(log.reader, everything, idOf('share', 9))).toBeNull()
  })

  it('open the touches and the purchases behind their figures', async () => {
    const touches = await findTouches(log.reader, only(here), anas, false, request)
    expect(touches.edges.map(({ node }) => node.touch)).toEqual([idOf('touch', 1)])
    expect((await findTouches(log.reader, only(there), anas, false, request)).edges).toEqual([])
    const asked = { community: null, share: anas, sharer: null }
    const behind = await findCredits(log.reader, only(here), asked, false, request)
    expect(behind.edges.map(({ node }) => node.purchase)).toEqual([idOf('purchase', 1), idOf('purchase', 2)])
    expect((await findCredits(log.reader, only(there), asked, false, request)).edges).toEqual([])
  })
})

it('sharers come by what they earned, most first', async () => {
  const page = await findSharers(log.reader, everything, { community: null, person: null }, request)
  expect(page.edges.map(({ node }) => [node.person, node.earned, node.reversed])).toEqual([
    [ana, 2_000, 500],
    [bob, 1_000, 0],
  ])
  const mine = await findSharers(log.reader, only(there), { community: null, person: ana }, request)
  expect(mine.edges).toEqual([])
})
