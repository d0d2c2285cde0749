/** Goes through the log of an import once, and counts what its events say. */
import { z } from 'zod'
import type { Tributary } from '../../app/tributary.ts'

const sale = z.object({
  total: z.int(),
  membershipId: z.string().nullable(),
  segments: z.array(z.unknown()),
  flags: z.array(z.object({ flag: z.string() })),
  lines: z.array(
    z.object({
      kind: z.string(),
      partnerId: z.string(),
      amount: z.int(),
      terms: z.unknown(),
      legs: z.array(z.object({ amount: z.int().min(0) })),
    }),
  ),
})
const amountOf = z.object({ amount: z.int() })
const parked = z.object({ fact: amountOf, purchase: z.object({ reference: z.string() }) })

export interface Counted {
  readonly types: Record<string, number>
  readonly flags: Record<string, number>
  readonly goodsLines: number
  readonly freightLines: number
  /** Lines whose legs do not sum to them, purchases whose lines do not sum to their total. */
  readonly unsound: readonly string[]
  /** Purchases of nobody's membership, outside every segment, or with a line under no terms. */
  readonly outside: number
  readonly zeroCaptures: number
  readonly zeroParked: number
  readonly orphanOrders: number
  /** Where the log stood before the first refund. */
  readonly beforeRefunds: string
}

const page = 4_096

export const countLog = async ({ store }: Tributary): Promise<Counted> => {
  const types: Record<string, number> = {}
  const flags: Record<string, number> = {}
  const unsound: string[] = []
  const orphanOrders = new Set<string>()
  const counts = { goodsLines: 0, freightLines: 0, outside: 0, zeroCaptures: 0, zeroParked: 0 }
  let beforeRefunds: string | null = null
  let position = '0'

  const countSale = (event: string, data: z.infer<typeof sale>): void => {
    let total = 0
    for (const { kind, amount, legs } of data.lines) {
      total += amount
      if (kind === 'GOODS') counts.goodsLines += 1
      else counts.freightLines += 1
      if (legs.reduce((sum, leg) => sum + leg.amount, 0) !== amount) unsound.push(event)
    }
    if (total !== data.total) unsound.push(event)
    const isOutside =
      data.membershipId === null ||
      data.segments.length === 0 ||
      data.lines.some(({ terms }) => terms === null)
    if (isOutside) counts.outside += 1
    for (const { flag } of data.flags) flags[flag] = (flags[flag] ?? 0) + 1
  }

  for (let after: string | null = null, more = true; more; ) {
    const { events, next, atHead } = await store.readLog(after, page)
    for (const event of events) {
      types[event.type] = (types[event.type] ?? 0) + 1
      switch (event.type) {
        case 'PurchasePlaced':
          countSale(`${event.stream}@${event.revision}`, sale.parse(JSON.parse(event.data)))
          break
        case 'PaymentCaptured':
          if (amountOf.parse(JSON.parse(event.data)).amount === 0) counts.zeroCaptures += 1
          break
        case 'FactParked': {
          const { fact, purchase } = parked.parse(JSON.parse(event.data))
          if (fact.amount === 0) counts.zeroParked += 1
          orphanOrders.add(purchase.reference)
          break
        }
        case 'PurchaseRefunded':
          beforeRefunds ??= position
      }
      position = event.position
    }
    after = next
    more = !atHead
  }
  return {
    ...counts,
    types,
    flags,
    unsound: unsound.slice(0, 10),
    orphanOrders: orphanOrders.size,
    beforeRefunds: beforeRefunds ?? position,
  }
}
