/** A market to measure on: simulated communities, partners and members, then stated sales by the thousand. */
import { inParallel } from '../../app/commander.ts'
import { createRandom, type Random } from '../../app/simulate/random.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import type { Tributary } from '../../app/tributary.ts'
import type { CommandOf } from '../../domain/purchase/commands.ts'
import type { CommandMeta } from '../../eventstore/command.ts'
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
      // Keys stand sorted, as they come out of the schemas of commands.
      return {
        communityId: stall.communityId,
        currency: stall.currency,
        lines: [
          {
            amount: offer.price,
            category: offer.category,
            discounts: [],
            kind: 'GOODS',
            listPrice: offer.price,
            offer: { id: offer.id, version: 1 },
            partnerId: offer.partnerId,
            quantity: 1,
            tax: null,
          },
          {
            amount: freight,
            category: null,
            discounts: [],
            kind: 'FREIGHT',
            listPrice: freight,
            offer: null,
            partnerId: offer.partnerId,
            quantity: 1,
            tax: null,
          },
        ],
        occurredAt,
        payments: [
          {
            account: 'main',
            amount: offer.price + freight,
            at: occurredAt,
            captureId: 'capture-1',
            instalments: null,
            method: 'card',
            provider: 'stripe',
            transactionId: `t-${number}`,
          },
        ],
        personId,
        pickupPointId: null,
        purchaseId: newId('purchase'),
        source: { id: String(number), system: 'bench' },
        type: 'RecordPurchase',
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

interface Sale {
  readonly command: CommandOf<'RecordPurchase'>
  readonly meta: CommandMeta
}

/** `count` sales, numbered from `from` up: all that a caller would hand over. */
export const salesOf = (market: Market, from: number, count: number): readonly Sale[] => {
  const random = createRandom(seed, `sales ${from}`)
  return Array.from({ length: count }, (_, index) => ({
    command: market.sale(random, from + index),
    meta: {
      commandId: newId('command'),
      correlationId: newCorrelationId(),
      causationId: null,
      actor: { kind: 'SYSTEM', id: 'bench', onBehalfOf: null },
      occurredAt: null,
      traceparent: null,
    },
  }))
}

/** Records sales with `width` in flight. */
export const sellAll = (
  { handler, model }: Tributary,
  sales: readonly Sale[],
  width: number,
): Promise<void> =>
  inParallel(sales, width, async ({ command, meta }) => {
    await handler.execute(model.purchase, command.purchaseId, command, meta)
  })

export const sellMany = (
  tributary: Tributary,
  market: Market,
  from: number,
  count: number,
  width: number,
): Promise<void> => sellAll(tributary, salesOf(market, from, count), width)

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
