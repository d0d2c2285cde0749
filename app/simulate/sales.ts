/** Members buy: offers and bundles, placed or stated, paid in parts, refunded now and then. */
import { inParallel } from '../commander.ts'
import {
  instantAt,
  type SimulatedBundle,
  type SimulatedMember,
  type SimulatedOffer,
  type Simulation,
} from './plan.ts'
import { createRandom, type Random } from './random.ts'

interface Market {
  readonly offers: readonly SimulatedOffer[]
  readonly bundles: readonly SimulatedBundle[]
  readonly currency: 'CNY' | 'EUR' | 'BRL'
  readonly pickupPointId: string
}

interface Sold {
  readonly purchaseId: string
  readonly total: number
  readonly at: string
  readonly currency: Market['currency']
}

const minutesAfter = (at: string, minutes: number): string =>
  new Date(Date.parse(at) + minutes * 60_000).toISOString()

/** Asks for what was put in the basket, and pays at once or in two parts. */
const placeOne = async (
  simulation: Simulation,
  member: SimulatedMember,
  market: Market,
  sold: Omit<Sold, 'total'>,
  random: Random,
): Promise<Sold> => {
  const { purchase } = simulation.tributary.model
  const { purchaseId, at } = sold
  const bundle = random.chance(0.2) && market.bundles.length > 0 ? random.pick(market.bundles) : null
  const basket =
    bundle === null
      ? Array.from(
          { length: random.whole(1, 3) },
          () => market.offers[random.longTail(market.offers.length)] ?? random.pick(market.offers),
        )
      : []
  const distinct = [...new Map(basket.map((offer) => [offer.id, offer])).values()]
  const quantities = distinct.map(() => (random.chance(0.8) ? 1 : random.whole(2, 5)))
  const freight = bundle === null && random.chance(0.3) ? (distinct[0] ?? null) : null
  const total =
    (bundle?.price ?? 0) +
    distinct.reduce((sum, { price }, i) => sum + price * (quantities[i] ?? 1), 0) +
    (freight === null ? 0 : 800)
  const lines = [
    ...(bundle === null
      ? []
      : [{ kind: 'BUNDLE' as const, bundleId: bundle.id, bundleVersion: 1, quantity: 1 }]),
    ...distinct.map(({ id }, i) => ({
      kind: 'OFFER' as const,
      offerId: id,
      offerVersion: 1,
      quantity: quantities[i] ?? 1,
    })),
    ...(freight === null ? [] : [{ kind: 'FREIGHT' as const, partnerId: freight.partnerId, amount: 800 }]),
  ]
  await simulation.commander.run(
    purchase,
    purchaseId,
    {
      type: 'PlacePurchase',
      purchaseId,
      communityId: member.communityId,
      personId: member.personId,
      lines,
      total,
      pickupPointId: random.chance(0.25) ? market.pickupPointId : null,
      at,
    },
    `place ${purchaseId}`,
  )
  return { ...sold, total }
}

const pay = async (
  { tributary, commander }: Simulation,
  { purchaseId, total, at, currency }: Sold,
  random: Random,
): Promise<void> => {
  const first = random.chance(0.1) ? Math.floor(total / 2) : total
  for (const [n, amount] of (first === total ? [total] : [first, total - first]).entries()) {
    await commander.run(
      tributary.model.purchase,
      purchaseId,
      {
        type: 'CapturePayment',
        captureId: `capture-${n + 1}`,
        provider: random.pick(['wechat', 'stripe']),
        account: 'main',
        transactionId: `${purchaseId}-${n + 1}`,
        method: 'card',
        instalments: null,
        amount,
        currency,
        at: minutesAfter(at, 2 + 60 * n),
      },
      `pay ${purchaseId} ${n}`,
    )
  }
  await commander.run(
    tributary.model.purchase,
    purchaseId,
    {
      type: 'RecordPaymentFee',
      feeId: 'fee-1',
      captureId: 'capture-1',
      amount: Math.max(1, Math.floor(first * 0.006)),
      at: minutesAfter(at, 5),
    },
    `fee ${purchaseId}`,
  )
}

/** What becomes of a sale: most are fulfilled; some are refunded in part or whole, a few disputed. */
const follow = async (
  { tributary, commander }: Simulation,
  { purchaseId, at, total }: Sold,
  random: Random,
): Promise<void> => {
  const { purchase } = tributary.model
  if (random.chance(0.9)) {
    await commander.run(
      purchase,
      purchaseId,
      { type: 'FulfilLines', fulfilmentId: 'delivery-1', lines: null, at: minutesAfter(at, 60 * 24) },
      `fulfil ${purchaseId}`,
    )
  }
  const fate = random.next()
  if (fate < 0.03) {
    await commander.run(
      purchase,
      purchaseId,
      {
        type: 'RefundPurchase',
        refundId: 'refund-1',
        lines: [{ line: 1, quantity: 1 }],
        reason: 'came broken',
        at: minutesAfter(at, 60 * 72),
      },
      `refund ${purchaseId}`,
    )
  } else if (fate < 0.05) {
    await commander.run(
      purchase,
      purchaseId,
      {
        type: 'RefundPurchase',
        refundId: 'refund-1',
        lines: null,
        reason: 'changed their mind',
        at: minutesAfter(at, 60 * 48),
      },
      `refund ${purchaseId}`,
    )
  } else if (fate < 0.055) {
    await commander.run(
      purchase,
      purchaseId,
      {
        type: 'DisputePayment',
        disputeId: 'dispute-1',
        captureId: 'capture-1',
        amount: Math.min(500, Math.floor(total / 2)),
        at: minutesAfter(at, 60 * 240),
      },
      `dispute ${purchaseId}`,
    )
  }
}

export const sell = async (
  simulation: Simulation,
  members: readonly SimulatedMember[],
  offers: readonly SimulatedOffer[],
  bundles: readonly SimulatedBundle[],
): Promise<void> => {
  const { options, id, communities } = simulation
  const markets = new Map(
    communities.map(({ id: here, plan, pickupPointId }): [string, Market] => [
      here,
      {
        offers: offers.filter(({ communityId }) => communityId === here),
        bundles: bundles.filter(({ communityId }) => communityId === here),
        currency: plan.currency,
        pickupPointId,
      },
    ]),
  )
  let done = 0
  await inParallel(
    Array.from({ length: options.purchases }, (_, number) => number),
    64,
    async (number) => {
      const random = createRandom(options.seed, `purchase ${number}`)
      const member = members[random.longTail(members.length)]
      const market = member === undefined ? undefined : markets.get(member.communityId)
      if (member === undefined || market === undefined || market.offers.length === 0) return
      const part = 0.61 + 0.38 * (number / Math.max(1, options.purchases))
      const purchaseId = id('purchase', String(number))
      const sold = await placeOne(
        simulation,
        member,
        market,
        { purchaseId, at: instantAt(options, part), currency: market.currency },
        random,
      )
      if (random.chance(0.97)) {
        await pay(simulation, sold, random)
        await follow(simulation, sold, random)
      } else if (random.chance(0.5)) {
        await simulation.commander.run(
          simulation.tributary.model.purchase,
          purchaseId,
          { type: 'CancelPurchase', reason: 'not paid in time', at: minutesAfter(sold.at, 30) },
          `cancel ${purchaseId}`,
        )
      }
      done += 1
      options.progress?.('purchases', done, options.purchases)
    },
  )
}
