import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allocate } from '../../domain/allocation.ts'
import type { Composition } from '../../domain/bundle/commands.ts'
import { amountsOf } from '../../domain/bundle/compose.ts'
import { community } from '../../domain/community.ts'
import { partnershipIdOf } from '../../domain/derive.ts'
import type { Rate } from '../../domain/events/organisations.ts'
import type { PurchaseEvent } from '../../domain/events/purchases.ts'
import type { SaleLine } from '../../domain/events/sale.ts'
import { offer } from '../../domain/offer.ts'
import { partner } from '../../domain/partner.ts'
import { makePartnership } from '../../domain/partnership.ts'
import { makePurchase } from '../../domain/purchase/purchase.ts'
import { taxonomy } from '../../domain/taxonomy.ts'
import {
  at,
  givenCategory,
  givenCommunity,
  givenMember,
  givenOffer,
  givenPartner,
  givenPerson,
  ids,
  offerFacts,
} from '../support/ecosystem.ts'
import { derive, idOf, World } from '../support/world.ts'
import { rate, saleOf } from './sales.ts'

const sum = (amounts: Iterable<number>): number => [...amounts].reduce((all, amount) => all + amount, 0)

const partnership = makePartnership(derive)
const purchase = makePurchase({ derive, tolerance: 1 })
const partnershipId = partnershipIdOf(derive, ids.partner, ids.community)
const purchaseId = idOf('purchase', 1)
const [buyer, sharer] = [idOf('person', 1), idOf('person', 2)]
const before = '2026-01-01T00:00:00.000Z'
const terms = (stated: Rate) => ({ rates: [stated] })

/** A partner with terms in a community, an offer of it, and a buyer. */
const market = async (stated: Rate): Promise<World> => {
  const world = givenMember(givenPartner(givenCommunity(new World())), buyer)
  givenPerson(world, sharer)
  givenCategory(world, 'home')
  givenCategory(world, 'garden')
  givenOffer(givenCategory(world, 'furniture', 'home'))
  const proposal = { partnerId: ids.partner, communityId: ids.community, effectiveFrom: before }
  await world.when(partnership, partnershipId, {
    type: 'ProposePartnership',
    ...proposal,
    by: 'PARTNER',
    terms: terms(stated),
  })
  await world.when(partnership, partnershipId, { type: 'AcceptPartnership', by: 'COMMUNITY', version: 1 })
  return world
}

const sell = (world: World, quantity: number, discount: number) =>
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
        offer: { id: ids.offer, version: null },
        category: null,
        quantity,
        listPrice: 25_000,
        discounts: [{ amount: discount, bearer: ids.community }],
        tax: null,
        amount: 25_000 * quantity - discount,
      },
    ],
    payments: [],
    pickupPointId: null,
    occurredAt: at,
  })

/** Everything that a sale looked at is made another, from before the sale on where that can be said. */
const editAll = async (world: World, other: Rate): Promise<void> => {
  await world.when(partnership, partnershipId, {
    type: 'AmendPartnership',
    partnerId: ids.partner,
    communityId: ids.community,
    effectiveFrom: before,
    by: 'PARTNER',
    terms: terms(other),
    expectedVersion: 1,
  })
  const version = world.state(partnership, partnershipId).versions.at(-1)?.version ?? 1
  await world.when(partnership, partnershipId, { type: 'AcceptPartnership', by: 'COMMUNITY', version })
  const facts = offerFacts({ listPrice: 1, category: 'garden', poolOverride: 10_000 })
  const revision = { offerId: ids.offer, partnerId: ids.partner, facts, source: null, expectedVersion: 1 }
  await world.when(offer, ids.offer, { type: 'ReviseOffer', ...revision })
  const policy = { model: 'WEIGHTED', windowDays: 7, levels: 1 } as const
  await world.when(community, ids.community, { type: 'SetAttributionPolicy', attribution: policy })
  const moved = { code: 'furniture', parent: 'garden', names: { en: 'Furniture' } }
  await world.when(taxonomy, 'furniture', { type: 'DefineCategory', ...moved })
  await world.when(partner, ids.partner, { type: 'SuspendPartner', reason: 'x' })
}

/** What happens to the sale afterwards, and everything that it leads to. */
const finish = async (world: World, refunds: readonly number[]) => {
  const happened: (readonly PurchaseEvent[])[] = []
  const payment = { captureId: 'c1', provider: 'pix', account: 'main', transactionId: 't1', method: 'pix' }
  const amount = world.state(purchase, purchaseId).sale?.total ?? 0
  happened.push(
    await world.when(purchase, purchaseId, {
      type: 'CapturePayment',
      ...payment,
      instalments: null,
      amount,
      currency: 'BRL',
      at,
    }),
  )
  const credit = { type: 'CorrectAttribution', purchaseId, sharerId: sharer, reason: 'x', at } as const
  happened.push(await world.when(purchase, purchaseId, credit))
  for (const [n, part] of refunds.entries()) {
    const left = amount - world.state(purchase, purchaseId).refunded
    const taken = Math.floor((amount * part) / 100)
    if (taken < 1 || taken > left) continue
    const lines = [{ line: 1, amount: taken }]
    const command = { type: 'RefundPurchase', refundId: `r${n}`, lines, reason: 'x', at } as const
    happened.push(await world.when(purchase, purchaseId, command))
  }
  if (world.state(purchase, purchaseId).refunded < amount) {
    const command = { type: 'RefundPurchase', refundId: 'rest', lines: null, reason: 'x', at } as const
    happened.push(await world.when(purchase, purchaseId, command))
  }
  return { happened, lines: world.state(purchase, purchaseId).lines }
}

/** Exact share, rounded down or up: what the stored weights of a leg allow it to be. */
const isShare = (total: number, { weight, amount }: SaleLine['legs'][number], whole: string): boolean => {
  const product = BigInt(total) * BigInt(weight)
  const floor = product / BigInt(whole)
  const isWhole = product % BigInt(whole) === 0n
  return BigInt(amount) === floor || (!isWhole && BigInt(amount) === floor + 1n)
}

const othersBear = ({ discounts, partnerId }: SaleLine): number =>
  sum(discounts.map(({ amount, bearer }) => (bearer === partnerId ? 0 : amount)))

describe('what a sale froze', () => {
  it('I7: editing terms, offer, policy, taxonomy or partner changes no cent of it, then or later', async () => {
    await fc.assert(
      fc.asyncProperty(
        rate,
        rate,
        fc.integer({ min: 1, max: 3 }),
        fc.nat({ max: 20_000 }),
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }),
        async (stated, other, quantity, discount, refunds) => {
          const [left, edited] = [await market(stated), await market(stated)]
          const [sold] = await sell(left, quantity, discount)
          expect(await sell(edited, quantity, discount)).toEqual([sold])
          await editAll(edited, other)
          expect(edited.state(purchase, purchaseId)).toEqual(left.state(purchase, purchaseId))
          expect(await finish(edited, refunds)).toEqual(await finish(left, refunds))
        },
      ),
    )
  })

  it('I7: what it stores is enough to say why each leg is what it is', () => {
    fc.assert(
      fc.property(fc.boolean().chain(saleOf), ({ lines }) => {
        for (const line of lines) {
          const total = line.amount + othersBear(line)
          expect(line.allocator).toBe(1)
          expect(sum(line.legs.map(({ amount }) => amount))).toBe(total)
          for (const leg of line.legs) expect(isShare(total, leg, line.weightTotal)).toBe(true)
          if (line.terms === null) expect([line.poolBasisPoints, line.poolFrom]).toEqual([0, 'NONE'])
        }
      }),
    )
  })

  it('I7: allocator 1 gives for ever what it gave when sales were frozen with it', () => {
    const hash = createHash('sha256')
    let state = 1
    const next = (below: number): number => {
      state = (state * 48_271) % 2_147_483_647
      return state % below
    }
    for (let n = 0; n < 5_000; n += 1) {
      const parts = Array.from({ length: 1 + next(7) }, (_, i) => ({
        key: `k${i}`,
        weight: 1 + next(10_000),
      }))
      hash.update(`${allocate(next(n % 2 === 0 ? 100 : 2_000_000_000), parts).join()};`)
    }
    expect(hash.digest('hex')).toBe('fd15b801703d40700f0bb5d4a34d79cc6e2ea3edbc889e7b20c17ba92815d423')
  })

  it('I8: lines are list price less discounts, and sum to what is paid; the base is stored', () => {
    fc.assert(
      fc.property(fc.boolean().chain(saleOf), ({ lines, total }) => {
        for (const line of lines) {
          const off = sum(line.discounts.map(({ amount }) => amount))
          expect(line.listPrice * line.quantity - off).toBe(line.amount)
          const gross = line.amount + othersBear(line)
          expect([gross, gross - (line.tax?.amount ?? 0)]).toContain(line.base)
          const pool = line.legs.filter(({ role }) => role !== 'PARTNER')
          const most = Math.ceil((line.base * line.poolBasisPoints) / 10_000) + pool.length
          expect(sum(pool.map(({ amount }) => amount))).toBeLessThanOrEqual(most)
        }
        expect(sum(lines.map(({ amount }) => amount))).toBe(total)
      }),
    )
  })

  it("I8: a bundle's price goes to its components whole, by the same allocator, before any party has a part", () => {
    const component = fc.record({ list: fc.nat({ max: 100_000 }), weight: fc.nat({ max: 1_000 }) })
    fc.assert(
      fc.property(
        fc.array(component, { minLength: 1, maxLength: 10 }),
        fc.nat({ max: 100_000 }),
        fc.constantFrom('LIST_PRICE' as const, 'WEIGHT' as const),
        (components, price, allocation) => {
          const composition: Composition = {
            type: 'ComposeBundle',
            bundleId: ids.bundle,
            communityId: ids.community,
            composedBy: ids.community,
            name: 'Box',
            currency: 'BRL',
            segments: [],
            at,
            price,
            allocation,
            components: components.map(({ weight }) => ({
              offerId: ids.offer,
              offerVersion: 1,
              quantity: 1,
              amount: null,
              weight: allocation === 'WEIGHT' ? weight : null,
              discountBearer: 'PARTNER',
            })),
          }
          const weights = components.map(({ list, weight }) => (allocation === 'WEIGHT' ? weight : list))
          fc.pre(price === 0 || weights.some((weight) => weight > 0))
          const amounts = amountsOf(
            composition,
            components.map(({ list }) => list),
          )
          const keyed = weights.map((weight, i) => ({ key: String(i).padStart(2, '0'), weight }))
          expect(amounts).toEqual(allocate(price, keyed))
          expect(sum(amounts)).toBe(price)
        },
      ),
    )
  })
})
