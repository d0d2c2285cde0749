import { describe, expect, it } from 'vitest'
import { at, givenCommunity, givenPartner, givenPerson, ids } from '../../tests/support/ecosystem.ts'
import { derive, idOf, World } from '../../tests/support/world.ts'
import { community } from '../community.ts'
import { partnershipIdOf } from '../derive.ts'
import { makePartnership } from '../partnership.ts'
import { person } from '../person.ts'
import { makePurchase } from './purchase.ts'

const purchase = makePurchase({ derive, tolerance: 1 })
const partnership = makePartnership(derive)
const purchaseId = idOf('purchase')
const pickupPointId = idOf('pickup')
const [buyer, sharer, leader] = [1, 2, 3].map((number) => idOf('person', number))
if (!buyer || !sharer || !leader) throw new Error('No ids.')

const registered = (guest: boolean) =>
  ({ type: 'PersonRegistered', data: { personId: buyer, guest } }) as const
const opened = {
  type: 'PickupPointOpened',
  data: { communityId: ids.community, pickupPointId, name: 'Corner', leaderId: leader },
} as const

/** Terms that give a part to everybody there may be. */
const market = async (): Promise<World> => {
  const world = givenPerson(givenPartner(givenCommunity(new World())), sharer)
  const id = partnershipIdOf(derive, ids.partner, ids.community)
  const division = (['SHARER_1', 'LEADER', 'BUYER', 'PLATFORM'] as const).map((role) => ({
    role,
    basisPoints: 2_500,
    absentTo: 'PARTNER' as const,
  }))
  const rate = {
    category: null,
    poolBasisPoints: 4_000,
    division,
    base: 'GROSS',
    paymentFeeBearer: 'PARTNER',
    hold: { days: 0, from: 'CAPTURE' },
    keepPoolOnRefund: false,
  } as const
  await world.when(partnership, id, {
    type: 'ProposePartnership',
    partnerId: ids.partner,
    communityId: ids.community,
    by: 'PARTNER',
    effectiveFrom: '2026-01-01T00:00:00.000Z',
    terms: { rates: [rate] },
  })
  await world.when(partnership, id, { type: 'AcceptPartnership', by: 'COMMUNITY', version: 1 })
  return world
}

const sell = (world: World) =>
  world.when(purchase, purchaseId, {
    type: 'RecordPurchase',
    purchaseId,
    source: { system: 'shop', id: '1' },
    communityId: ids.community,
    personId: buyer,
    currency: 'BRL',
    lines: [
      {
        kind: 'GOODS',
        partnerId: ids.partner,
        offer: null,
        category: null,
        quantity: 1,
        listPrice: 10_000,
        discounts: [],
        tax: null,
        amount: 10_000,
      },
    ],
    payments: [],
    pickupPointId,
    occurredAt: at,
  })

/** Who has which part of the line, once the sharer is credited. */
const correctedLegs = async (world: World) => {
  const command = { type: 'CorrectAttribution', purchaseId, sharerId: sharer, reason: 'a call', at } as const
  await world.when(purchase, purchaseId, command)
  const [line] = world.state(purchase, purchaseId).lines
  return line?.legs.map(({ role, party, amount }) => [role, party, amount])
}

describe('crediting another sharer', () => {
  it('gives the others what they had: the buyer and the leader theirs', async () => {
    const world = (await market())
      .given(person, buyer, registered(false))
      .given(community, ids.community, opened)
    await sell(world)
    expect(await correctedLegs(world)).toEqual([
      ['PARTNER', ids.partner, 6_000],
      ['PLATFORM', 'platform', 1_000],
      ['SHARER_1', sharer, 1_000],
      ['LEADER', leader, 1_000],
      ['BUYER', buyer, 1_000],
    ])
  })

  it('gives nothing to who had no part at the sale: a guest who became known, a point that opened since', async () => {
    const world = (await market()).given(person, buyer, registered(true))
    await sell(world)
    world.given(person, buyer, registered(false)).given(community, ids.community, opened)
    expect(await correctedLegs(world)).toEqual([
      ['PARTNER', ids.partner, 8_000],
      ['PLATFORM', 'platform', 1_000],
      ['SHARER_1', sharer, 1_000],
    ])
  })
})
