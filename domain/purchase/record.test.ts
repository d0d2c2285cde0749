import { describe, expect, it } from 'vitest'
import {
  at,
  givenCategory,
  givenCommunity,
  givenMember,
  givenOffer,
  givenPartner,
  ids,
  membershipOf,
} from '../../tests/support/ecosystem.ts'
import { derive, idOf, refusal, World } from '../../tests/support/world.ts'
import { definitionOf } from '../catalogue.ts'
import { community } from '../community.ts'
import { membershipSource } from '../membership/state.ts'
import { partner } from '../partner.ts'
import { person } from '../person.ts'
import type { CommandOf, RecordedLine } from './commands.ts'
import { makePurchase } from './purchase.ts'

const purchase = makePurchase({ derive, tolerance: 1 })
const buyer = idOf('person', 1)

const ecosystem = (): World => {
  const world = givenMember(givenPartner(givenCommunity(new World())), buyer)
  givenCategory(world, 'home')
  return givenOffer(givenCategory(world, 'furniture', 'home'))
}

const chair: RecordedLine = {
  kind: 'GOODS',
  partnerId: ids.partner,
  offer: { id: ids.offer, version: null },
  category: 'furniture',
  quantity: 1,
  listPrice: 25_000,
  discounts: [],
  tax: null,
  amount: 25_000,
}

type Sketch = Partial<CommandOf<'RecordPurchase'>>

const recorded = (changes: Sketch = {}): CommandOf<'RecordPurchase'> => ({
  type: 'RecordPurchase',
  purchaseId: idOf('purchase', 1),
  source: { system: 'shop', id: '1' },
  communityId: ids.community,
  personId: buyer,
  currency: 'BRL',
  lines: [chair],
  payments: [],
  pickupPointId: null,
  occurredAt: at,
  statedAt: at,
  ...changes,
})

const saleOf = async (changes: Sketch, world = ecosystem()) => {
  const [placed] = await world.asking(purchase, idOf('purchase', 1), recorded(changes))
  if (placed?.type !== 'PurchasePlaced') throw new TypeError('Nothing was recorded.')
  return placed.data
}

/** Each flag with its line, but for the absence of terms, which is not what these tests are about. */
const flagged = async (changes: Sketch, world?: World): Promise<readonly string[]> =>
  (await saleOf(changes, world)).flags
    .filter(({ flag }) => flag !== 'NO_TERMS')
    .map(({ flag, line }) => (line === null ? flag : `${flag} ${line}`))

const paidAt = (instant: string): Sketch => ({
  payments: [
    {
      captureId: 'c1',
      provider: 'pix',
      account: 'main',
      transactionId: 't1',
      method: 'pix',
      instalments: null,
      amount: 25_000,
      at: instant,
    },
  ],
})

describe('a stated sale', () => {
  it('has no flag where all of it is known and in its time', async () => {
    expect(await flagged({})).toEqual([])
  })

  it.each([
    ['2026-03-02T12:00:00.000Z', []],
    ['2026-03-02T12:00:00.001Z', ['OCCURRED_IN_FUTURE']],
    ['9999-12-31T23:00:00.000Z', ['OCCURRED_IN_FUTURE']],
  ])('at %s, stated on the 1st of March at noon, is flagged with %j', async (occurredAt, flags) => {
    expect(await flagged({ occurredAt })).toEqual(flags)
  })

  it('that was paid more than a day after it was stated is flagged as the future', async () => {
    expect(await flagged(paidAt('2026-03-02T12:00:00.000Z'))).toEqual([])
    expect(await flagged(paidAt('2062-03-01T12:00:00.000Z'))).toEqual(['OCCURRED_IN_FUTURE'])
  })

  it('of which nobody says when it was stated is not compared with any clock', async () => {
    const { statedAt: _, ...old } = recorded({ occurredAt: '2062-03-01T12:00:00.000Z' })
    const [placed] = await ecosystem().asking(purchase, idOf('purchase', 1), old)
    expect(placed?.data).not.toMatchObject({ flags: [{ flag: 'OCCURRED_IN_FUTURE', line: null }] })
  })

  it.each([
    ['2000-01-01T00:00:00.000Z', false],
    ['1999-12-31T23:59:59.999Z', true],
    ['0206-03-01T12:00:00.000Z', true],
  ])('at %s is flagged as too early for any community: %s', async (occurredAt, early) => {
    expect((await flagged({ occurredAt })).includes('OCCURRED_TOO_EARLY')).toBe(early)
  })

  it('to a person who was never registered is flagged', async () => {
    expect(await flagged({ personId: idOf('person', 7) })).toEqual(['PERSON_UNKNOWN', 'NOT_A_MEMBER'])
  })

  it('to a person who was erased is flagged', async () => {
    const world = ecosystem().given(person, buyer, {
      type: 'PersonErased',
      data: { personId: buyer, reason: 'asked' },
    })
    expect(await flagged({}, world)).toEqual(['PERSON_UNKNOWN'])
  })

  it('to a person who has left is flagged for that alone', async () => {
    const world = ecosystem().given(membershipSource, membershipOf(buyer), {
      type: 'MemberLeft',
      data: {
        membershipId: membershipOf(buyer),
        communityId: ids.community,
        personId: buyer,
        leftAt: '2026-02-01T00:00:00.000Z',
        reason: 'moved',
      },
    })
    expect(await flagged({}, world)).toEqual(['NOT_A_MEMBER'])
  })

  it('with a category that the taxonomy does not define is flagged at its line', async () => {
    const other = { ...chair, offer: null }
    const lines = [
      { ...other, category: 'home' },
      { ...other, category: 'nonsense' },
      { ...other, category: null },
      { ...chair, category: null },
    ]
    expect(await flagged({ lines })).toEqual(['CATEGORY_UNKNOWN 2'])
    expect((await saleOf({ lines })).lines.map(({ category }) => category)).toEqual([
      'home',
      'nonsense',
      null,
      'furniture',
    ])
  })

  it.each([
    ['its own partner', ids.partner, ['BEARER_UNCONFIRMED 1']],
    ['the community', ids.community, []],
    ['the platform', 'platform', []],
  ])('with a discount that %s bears is flagged with the partner alone', async (_, bearer, flags) => {
    const discounts = [{ amount: 1_000, bearer }]
    expect(await flagged({ lines: [{ ...chair, discounts, amount: 24_000 }] })).toEqual(flags)
    expect(await flagged({ lines: [{ ...chair, discounts: [{ amount: 0, bearer }] }] })).toEqual([])
  })

  it('takes no discount that somebody else is to bear', async () => {
    const discounts = [{ amount: 1_000, bearer: idOf('partner', 2) }]
    await expect(flagged({ lines: [{ ...chair, discounts, amount: 24_000 }] })).rejects.toMatchObject(
      refusal('INVALID', 'lines', '0', 'discounts', '0', 'bearer'),
    )
  })

  it('fetched where the community has no open pickup point is flagged, and one that is open is not', async () => {
    const pickupPointId = idOf('pickup')
    expect(await flagged({ pickupPointId })).toEqual(['PICKUP_POINT_UNKNOWN'])
    const place = { communityId: ids.community, pickupPointId }
    const world = ecosystem().given(community, ids.community, {
      type: 'PickupPointOpened',
      data: { ...place, name: 'Corner', leaderId: buyer },
    })
    expect(await flagged({ pickupPointId }, world)).toEqual([])
    world.given(community, ids.community, { type: 'PickupPointClosed', data: { ...place, reason: 'moved' } })
    expect(await flagged({ pickupPointId }, world)).toEqual(['PICKUP_POINT_UNKNOWN'])
  })

  it('of as many lines as there may be holds every flag that each may have', async () => {
    const line: RecordedLine = {
      ...chair,
      category: 'nonsense',
      listPrice: 2,
      discounts: [{ amount: 1, bearer: ids.partner }],
      amount: 1,
    }
    const lines = Array.from({ length: 200 }, () => line)
    const world = givenOffer(givenCommunity(new World()), { validUntil: '2026-01-02T00:00:00.000Z' })
    const applied = { partnerId: ids.partner, name: 'New', categories: [], standards: [], source: null }
    world.given(partner, ids.partner, { type: 'PartnerApplied', data: applied })
    const sale = await saleOf({ lines }, world)
    expect(sale.flags).toHaveLength(200 * 6 + 2)
    expect(definitionOf('PurchasePlaced')?.data.safeParse(sale).success).toBe(true)
  })
})
