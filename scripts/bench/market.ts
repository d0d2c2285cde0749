/** A market to measure on: simulated communities, partners and members, then stated sales by the thousand. */
import { inParallel } from '../../app/commander.ts'
import { createRandom, type Random } from '../../app/simulate/random.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import type { Tributary } from '../../app/tributary.ts'
import type { CommandOf } from '../../domain/purchase/commands.ts'
import { newCorrelationId, newId } from '../../platform/ids.ts'

const until = '2026-07-01T00:00:00.000Z'
const seed = 1
const memberCount = 2_000

interface Stall {
  readonly communityId: string
  readonly currency: 'CNY' | 'EUR' | 'BRL'
  readonly members: string[]
  readonly offers: { id: string; partnerId: string; price: number; category: string }[]
}

export interface Market {
  readonly sale: (random: Random, number: number) => CommandOf<'RecordPurchase'>
}

const currencyOf = (text: unknown): Stall['currency'] => (text === 'CNY' || text === 'BRL' ? text : 'EUR')

/** Simulates what a market stands on, where it is not there yet, and reads back who is in it. */
export const openMarket = async (tributary: Tributary): Promise<Market> => {
  await simulate(tributary, { members: memberCount, purchases: 0, seed, until })
  const stalls = await readStalls(tributary)
  const open = [...stalls.values()].filter(({ members, offers }) => members.length > 0 && offers.length > 0)
  return {
    sale: (random, number) => {
      const stall = open[random.longTail(open.length)] ?? random.pick(open)
      const offer = stall.offers[random.longTail(stall.offers.length)] ?? random.pick(stall.offers)
      const personId = stall.members[random.longTail(stall.members.length)] ?? random.pick(stall.members)
      const occurredAt = new Date(Date.parse(until) - (number % 15_000_000) * 1_000).toISOString()
      const freight = 500
      return {
        type: 'RecordPurchase',
        purchaseId: newId('purchase'),
        source: { system: 'bench', id: String(number) },
        communityId: stall.communityId,
        personId,
        currency: stall.currency,
        lines: [
          {
            kind: 'GOODS',
            partnerId: offer.partnerId,
            offer: { id: offer.id, version: 1 },
            category: offer.category,
            quantity: 1,
            listPrice: offer.price,
            discounts: [],
            tax: null,
            amount: offer.price,
          },
          {
            kind: 'FREIGHT',
            partnerId: offer.partnerId,
            offer: null,
            category: null,
            quantity: 1,
            listPrice: freight,
            discounts: [],
            tax: null,
            amount: freight,
          },
        ],
        payments: [
          {
            captureId: 'capture-1',
            provider: 'stripe',
            account: 'main',
            transactionId: `t-${number}`,
            method: 'card',
            instalments: null,
            amount: offer.price + freight,
            at: occurredAt,
          },
        ],
        pickupPointId: null,
        occurredAt,
      }
    },
  }
}

const readStalls = async ({ store, codec, model }: Tributary): Promise<ReadonlyMap<string, Stall>> => {
  const stalls = new Map<string, Stall>()
  for (let after: string | null = null; ; ) {
    const page = await store.readLog(after, 1_000)
    for (const stored of page.events) {
      if (!['CommunityFounded', 'MemberJoined', 'OfferPublished'].includes(stored.type)) continue
      const event = codec.decode(stored)
      if (event === undefined) continue
      const category = event.stream.slice(0, event.stream.indexOf('-'))
      if (category === model.community.category) {
        const { communityId, currency } = Object.fromEntries(Object.entries(event.data))
        stalls.set(String(communityId), {
          communityId: String(communityId),
          currency: currencyOf(currency),
          members: [],
          offers: [],
        })
      } else if (event.type === 'MemberJoined') {
        const { communityId, personId } = Object.fromEntries(Object.entries(event.data))
        stalls.get(String(communityId))?.members.push(String(personId))
      } else {
        const { offerId, partnerId, facts } = Object.fromEntries(Object.entries(event.data))
        const { listPrice, category: code, communities } = Object.fromEntries(Object.entries(Object(facts)))
        const [communityId] = Array.isArray(communities) ? communities : []
        stalls.get(String(communityId))?.offers.push({
          id: String(offerId),
          partnerId: String(partnerId),
          price: Number(listPrice),
          category: String(code),
        })
      }
    }
    after = page.next
    if (page.atHead) return stalls
  }
}

export const record = (tributary: Tributary, command: CommandOf<'RecordPurchase'>): Promise<unknown> =>
  tributary.handler.execute(tributary.model.purchase, command.purchaseId, command, {
    commandId: newId('command'),
    correlationId: newCorrelationId(),
    causationId: null,
    actor: { kind: 'SYSTEM', id: 'bench', onBehalfOf: null },
    occurredAt: null,
    traceparent: null,
  })

/** Sales with `width` in flight. */
export const sellMany = (
  tributary: Tributary,
  market: Market,
  from: number,
  count: number,
  width: number,
): Promise<void> => {
  const random = createRandom(seed, `sales ${from}`)
  const numbers = Array.from({ length: count }, (_, i) => from + i)
  return inParallel(numbers, width, async (number) => {
    await record(tributary, market.sale(random, number))
  })
}

/** Sales until the log holds at least so many events. Each is two: the sale and its payment. */
export const fillTo = async (
  tributary: Tributary,
  market: Market,
  events: number,
  say: (text: string) => void,
): Promise<void> => {
  for (let from = 0; ; from += 10_000) {
    const head = Number((await tributary.store.head()) ?? 0)
    if (head >= events) return
    await sellMany(tributary, market, head * 10 + from, Math.min(10_000, Math.ceil((events - head) / 2)), 256)
    say(`  ${Number(await tributary.store.head())} of ${events} events`)
  }
}
