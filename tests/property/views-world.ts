/** Purchases of some people in some communities, with all that may happen to them, as one log in any order. */
import fc from 'fast-check'
import type { PurchaseEvent } from '../../domain/events/purchases.ts'
import { type Sale, sale as saleSchema } from '../../domain/events/sale.ts'
import { purchaseSource } from '../../domain/purchase/evolve.ts'
import type { PurchaseState } from '../../domain/purchase/state.ts'
import type { DataOf } from '../../projections/views/view.ts'
import { buyer, community, idFor, saleOf } from './sales.ts'
import { type Act, attempt, type Doing, instantOf } from './views-acts.ts'

const communities = [community, idFor('community', 2)]
const persons = [buyer, idFor('person', 4), idFor('person', 5)]
const partners = [1, 2, 3].map((n) => idFor('partner', n))
const segments = [1, 2].map((n) => ({ id: idFor('segment', n), version: 1 }))
const categories = ['beauty', 'toys', 'constructor', null]
const days = ['2026-01-05', '2026-01-20', '2026-02-03', '2026-03-31']

/** What may happen next, to which purchase, on which day. */
interface Step extends Doing {
  readonly which: number
}

/** A touch of a person with some partners in a community, or a fact that nobody knows where to put. */
type Aside =
  | {
      readonly kind: 'TOUCH'
      readonly person: number
      readonly community: number
      readonly shows: readonly number[]
      readonly inSegment: boolean
      readonly day: string
    }
  | {
      readonly kind: 'FACT'
      readonly fact: 'PAYMENT' | 'REFUND' | 'DISPUTE' | 'ROW'
      readonly amount: number
      readonly end: 'RESOLVED' | 'DISMISSED' | null
      readonly day: string
    }

export interface Script {
  readonly sales: readonly { readonly sale: Sale; readonly day: string }[]
  readonly steps: readonly (Step | Aside)[]
}

/** An event with the stream that it stands in. */
export interface Happened {
  readonly stream: string
  readonly type: string
  readonly data: object
}

const day = fc.constantFrom(...days)

const sale = fc
  .record({
    frozen: fc.boolean().chain(saleOf),
    community: fc.nat(1),
    person: fc.nat(2),
    segments: fc.subarray(segments),
    categories: fc.array(fc.constantFrom(...categories), { minLength: 5, maxLength: 5 }),
    day,
  })
  .map(({ frozen, community: place, person, segments: held, categories: chosen, day: date }) => {
    // Legs name the community and the buyer: the whole sale moves to another one.
    const text = JSON.stringify({
      ...frozen,
      segments: held,
      placedAt: instantOf(date),
      businessDate: date,
      lines: frozen.lines.map((line, index) => ({
        ...line,
        category: line.kind === 'GOODS' ? (chosen[index] ?? null) : null,
      })),
    })
    const moved = text
      .replaceAll(community, communities[place] ?? community)
      .replaceAll(buyer, persons[person] ?? buyer)
    return { sale: saleSchema.parse(JSON.parse(moved)), day: date }
  })

const part = fc.constantFrom(0, 0.01, 0.3, 0.5, 1, 1.01)
const others = (...acts: Exclude<Act['do'], 'capture' | 'refund'>[]): fc.Arbitrary<Act> =>
  fc.record({ do: fc.constantFrom(...acts) })

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('capture' as const), part }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('refund' as const), line: fc.integer({ min: 1, max: 3 }), part }),
  },
  { weight: 9, arbitrary: others('fee', 'dispute', 'dispute', 'win', 'lose', 'variance', 'correct') },
  { weight: 2, arbitrary: others('refundAll', 'cancel', 'void') },
)

const aside: fc.Arbitrary<Aside> = fc.oneof(
  fc.record({
    kind: fc.constant('TOUCH' as const),
    person: fc.nat(3),
    community: fc.nat(1),
    shows: fc.array(fc.nat(2), { maxLength: 3 }),
    inSegment: fc.boolean(),
    day,
  }),
  fc.record({
    kind: fc.constant('FACT' as const),
    fact: fc.constantFrom('PAYMENT', 'REFUND', 'DISPUTE', 'ROW'),
    amount: fc.nat(500),
    end: fc.constantFrom('RESOLVED', 'DISMISSED', null),
    day,
  }),
)

export const scripts: fc.Arbitrary<Script> = fc.record({
  sales: fc.array(sale, { minLength: 1, maxLength: 5 }),
  steps: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ which: fc.nat(4), day, act }) },
      { weight: 1, arbitrary: aside },
    ),
    { maxLength: 40, size: 'max' },
  ),
})

const touchOf = (aside: Extract<Aside, { kind: 'TOUCH' }>, n: number): Happened => {
  const subject = persons[aside.person] ?? idFor('visitor', 1)
  const data: DataOf<'TouchRecorded'> = {
    touchId: idFor('touch', n),
    subject,
    communityId: communities[aside.community] ?? community,
    membershipId: null,
    segments: aside.inSegment ? segments.slice(0, 1) : [],
    source: 'PUBLIC',
    channel: 'video',
    campaignId: null,
    content: null,
    shareId: null,
    sharer: null,
    target: null,
    reached: aside.shows.map((partner, index) => ({
      partnerId: partners[partner] ?? '',
      category: categories[(n + index) % categories.length] ?? null,
    })),
    at: instantOf(aside.day),
    businessDate: aside.day,
  }
  return { stream: `journey-${subject}.${aside.day.slice(0, 7)}`, type: 'TouchRecorded', data }
}

const contentOf = (
  kind: 'PAYMENT' | 'REFUND' | 'DISPUTE' | 'ROW',
  amount: number,
): DataOf<'FactParked'>['fact'] => {
  const clearing = { provider: 'pay', account: 'main' }
  switch (kind) {
    case 'PAYMENT':
      return {
        kind,
        captureId: 'x',
        ...clearing,
        transactionId: 'x',
        method: 'card',
        instalments: null,
        amount,
      }
    case 'REFUND':
      return { kind, refundId: 'x', ...clearing, amount, reason: 'test' }
    case 'DISPUTE':
      return { kind, disputeId: 'x', ...clearing, amount }
    case 'ROW':
      return { kind, file: 'payments.csv', row: 1 }
  }
}

const factOf = (aside: Extract<Aside, { kind: 'FACT' }>, n: number): readonly Happened[] => {
  const factId = idFor('fact', n)
  const stream = `intake-${factId}`
  const fact = {
    factId,
    currency: 'BRL' as const,
    source: { system: 'test', id: String(n) },
    purchase: { id: null, reference: 'order' },
    fact: contentOf(aside.fact, aside.amount),
    at: instantOf(aside.day),
    businessDate: aside.day,
  }
  const parked: DataOf<'FactParked'> = { ...fact, why: 'NO_SUCH_PURCHASE', detail: '' }
  const end: readonly Happened[] =
    aside.end === null
      ? []
      : aside.end === 'RESOLVED'
        ? [{ stream, type: 'FactResolved', data: { ...fact, attachedTo: idFor('purchase', 1), note: '' } }]
        : [{ stream, type: 'FactDismissed', data: { ...fact, reason: 'test' } }]
  return [{ stream, type: 'FactParked', data: parked }, ...end]
}

/** The events of a script in order, and where each purchase stands in the end. */
export const play = (
  script: Script,
): { readonly happened: readonly Happened[]; readonly states: ReadonlyMap<string, PurchaseState> } => {
  const happened: Happened[] = []
  const states = new Map<string, PurchaseState>()
  const take = (purchaseId: string, event: PurchaseEvent): void => {
    const { type, data } = event
    happened.push({ stream: `purchase-${purchaseId}`, type, data })
    states.set(purchaseId, purchaseSource.evolve(states.get(purchaseId) ?? purchaseSource.initial, event))
  }
  for (const [index, { sale: frozen }] of script.sales.entries()) {
    const purchaseId = idFor('purchase', index)
    take(purchaseId, { type: 'PurchasePlaced', data: { ...frozen, purchaseId } })
  }
  for (const [n, step] of script.steps.entries()) {
    if ('kind' in step) {
      happened.push(...(step.kind === 'TOUCH' ? [touchOf(step, n)] : factOf(step, n)))
      continue
    }
    const purchaseId = idFor('purchase', step.which % script.sales.length)
    const state = states.get(purchaseId)
    if (state === undefined) continue
    for (const event of attempt(state, step, n)) take(purchaseId, event)
  }
  return { happened, states }
}
