import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { chair, component, compose, other, pram, worldOfTwo } from '../../tests/support/bundles.ts'
import {
  at,
  type Compose,
  givenOffer,
  givenSuspendedPartner,
  ids,
  offerFacts,
} from '../../tests/support/ecosystem.ts'
import { idOf, refusal, type World } from '../../tests/support/world.ts'
import { bundle } from '../bundle.ts'
import type { OfferFacts } from '../events/catalog-items.ts'
import { largestAmount } from '../events/shapes.ts'
import { offer } from '../offer.ts'
import type { BundleCommand } from './commands.ts'
import { bundleAt } from './state.ts'

let world: World
const asked = (command: BundleCommand) => world.when(bundle, ids.bundle, command)
const state = () => world.state(bundle, ids.bundle)
beforeEach(() => {
  world = worldOfTwo()
})

const refused = (changes: Partial<Compose>, code: string, ...path: string[]) =>
  expect(asked(compose(changes))).rejects.toMatchObject(refusal(code, ...path))

describe('composing', () => {
  it('gives the price to the components and says who bears each discount', async () => {
    const components = [
      component(chair, { discountBearer: 'COMMUNITY' }),
      component(pram, { discountBearer: 'PLATFORM' }),
    ]
    const [composed] = await asked(compose({ components }))
    expect(composed).toMatchObject({
      type: 'BundleComposed',
      data: {
        version: 1,
        components: [
          { component: 1, partnerId: ids.partner, listPrice: 25_000, amount: 20_000, discount: 5_000 },
          { component: 2, partnerId: other, category: 'prams', amount: 40_000, discount: 10_000 },
        ],
      },
    })
    expect(composed).toMatchObject({
      data: { components: [{ discountBearer: ids.community }, { discountBearer: 'platform' }] },
    })
    expect(state()).toMatchObject({ status: 'DRAFT', version: 1 })
  })

  it('again changes nothing; otherwise under the same id it is refused', async () => {
    await asked(compose())
    expect(await asked(compose())).toEqual([])
    await refused({ price: 59_999 }, 'KEY_REUSED', 'bundleId')
    await refused({ components: [component(chair)], price: 1 }, 'KEY_REUSED', 'bundleId')
  })

  it('by a partner accepts its own components with the composition', async () => {
    const events = await asked(compose({ composedBy: ids.partner }))
    expect(events).toMatchObject([
      { type: 'BundleComposed', data: { composedBy: ids.partner } },
      {
        type: 'ComponentAccepted',
        data: { component: 1, bundleVersion: 1, offerVersion: 1, amount: 20_000 },
      },
    ])
    expect(state().accepted).toEqual([1])
  })

  it('is for its community or an admitted partner', async () => {
    await refused({ composedBy: idOf('community', 2) }, 'NOT_ALLOWED', 'composedBy')
    await refused({ composedBy: idOf('partner', 9) }, 'NOT_FOUND', 'composedBy')
    givenSuspendedPartner(world, idOf('partner', 3))
    await refused({ composedBy: idOf('partner', 3) }, 'PARTNER_SUSPENDED', 'composedBy')
  })

  it('is in a community that is there, in its currency, for segments of it', async () => {
    const nowhere = idOf('community', 9)
    await refused({ communityId: nowhere, composedBy: nowhere }, 'NOT_FOUND', 'communityId')
    await refused({ currency: 'EUR' }, 'CURRENCY_MISMATCH', 'currency')
    await refused({ segments: [idOf('segment')] }, 'NOT_FOUND', 'segments', '0')
  })

  it.each<[string, Partial<OfferFacts>, string]>([
    ['has ended', { validUntil: at }, 'OUTSIDE_DATES'],
    ['is shown elsewhere', { communities: [idOf('community', 2)] }, 'OFFER_NOT_SHOWN_HERE'],
    ['is in another currency', { currency: 'EUR' }, 'CURRENCY_MISMATCH'],
  ])('takes no offer that %s', async (_, changes, code) => {
    world = worldOfTwo(changes)
    await refused({}, code, 'components', '0', 'offerId')
  })

  it('takes no offer that has changed, was withdrawn, or is of a suspended partner', async () => {
    givenSuspendedPartner(world)
    await refused({}, 'PARTNER_SUSPENDED', 'components', '0', 'offerId')
    const offerRef = { offerId: chair, partnerId: ids.partner }
    world.given(offer, chair, {
      type: 'OfferRevised',
      data: { ...offerRef, version: 2, facts: offerFacts(), source: null },
    })
    await refused({}, 'VERSION_CHANGED', 'components', '0', 'offerVersion')
    world.given(offer, chair, { type: 'OfferWithdrawn', data: { ...offerRef, at, reason: 'Sold out' } })
    await refused({}, 'OFFER_WITHDRAWN', 'components', '0', 'offerId')
  })

  it('takes no offer that is not there', async () => {
    await refused({ components: [component(idOf('offer', 9))] }, 'NOT_FOUND', 'components', '0', 'offerId')
  })
})

describe('allocation', () => {
  const fixed = (...amounts: (number | null)[]) => ({
    allocation: 'FIXED' as const,
    components: [chair, pram].map((id, index) => component(id, { amount: amounts[index] ?? null })),
  })
  const weighed = (...weights: (number | null)[]) => ({
    allocation: 'WEIGHT' as const,
    components: [chair, pram].map((id, index) => component(id, { weight: weights[index] ?? null })),
  })

  it('that is fixed sums to the price', async () => {
    await refused(fixed(10_000, 49_999), 'SPLIT_NOT_WHOLE', 'price')
    expect(await asked(compose(fixed(10_001, 49_999)))).toHaveLength(1)
  })

  it('never gives more than the list price', async () => {
    await refused(fixed(25_001, 34_999), 'INVALID', 'components', '0', 'amount')
    await refused(weighed(1, 1), 'INVALID', 'components', '0', 'amount')
    await refused({ price: 75_001 }, 'INVALID', 'components', '1', 'amount')
  })

  it('by weight gives by weight', async () => {
    await asked(compose({ ...weighed(1, 2), price: 100 }))
    expect(bundleAt(state(), 1)?.components.map(({ amount }) => amount)).toEqual([33, 67])
    await refused({ ...weighed(2, 1), price: 100 }, 'KEY_REUSED', 'bundleId')
  })

  it('needs something that weighs', async () => {
    await refused(weighed(0, 0), 'SPLIT_NOT_WHOLE', 'price')
    expect(await asked(compose({ ...weighed(0, 0), price: 0 }))).toHaveLength(1)
  })

  it('takes amounts and weights for every component where they count, and only there', async () => {
    await refused(fixed(60_000, null), 'INVALID', 'components', '1', 'amount')
    await refused(weighed(1, null), 'INVALID', 'components', '1', 'weight')
    await refused({ components: [component(chair, { amount: 1 })] }, 'INVALID', 'components', '0', 'amount')
    await refused({ components: [component(chair, { weight: 1 })] }, 'INVALID', 'components', '0', 'weight')
  })

  it('by list price always sums to the price, each part within its list price', async () => {
    const quantities = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }))
    await fc.assert(
      fc.asyncProperty(quantities, fc.nat({ max: 10_000 }), async ([chairs, prams], points) => {
        const list = chairs * 25_000 + prams * 50_000
        const price = Math.floor((list * points) / 10_000)
        const components = [component(chair, { quantity: chairs }), component(pram, { quantity: prams })]
        const [event] = await world.asking(bundle, ids.bundle, compose({ price, components }))
        if (event?.type !== 'BundleComposed') throw new Error('The bundle was not composed.')
        const { components: parts } = event.data
        expect(parts.reduce((sum, { amount }) => sum + amount, 0)).toBe(price)
        for (const each of parts) {
          expect(each.discount).toBe(each.listPrice * each.quantity - each.amount)
          expect(each.discount).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })

  it('refuses a list price times quantity beyond the largest amount', async () => {
    givenOffer(world, { listPrice: largestAmount }, idOf('offer', 3))
    await refused(
      { components: [component(idOf('offer', 3), { quantity: 2 })] },
      'AMOUNT_OUT_OF_RANGE',
      'components',
      '0',
      'quantity',
    )
  })
})
