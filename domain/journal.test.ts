import { describe, expect, it } from 'vitest'
import type { DomainEvent } from './catalogue.ts'
import type { Leg, Sale, SaleLine } from './events/sale.ts'
import { entriesOf, UnbalancedEntry } from './journal.ts'
import { recognisedSale } from './recognition.ts'

const id = (prefix: string): string => `${prefix}_${'0'.repeat(26)}`
const [partner, community, person, purchase] = ['partner', 'community', 'person', 'purchase'].map(id)
if (!partner || !community || !person || !purchase) throw new Error('No ids.')

const leg = (party: string, role: Leg['role'], amount: number): Leg => ({
  party,
  role,
  amount,
  weight: '1',
  absorbs: [],
})

const line: SaleLine = {
  line: 1,
  kind: 'GOODS',
  partnerId: partner,
  offer: null,
  bundle: null,
  category: 'toys',
  quantity: 1,
  listPrice: 1_000,
  discounts: [{ amount: 100, bearer: 'platform' }],
  tax: null,
  amount: 900,
  terms: null,
  base: 1_000,
  poolBasisPoints: 2_000,
  poolFrom: 'TERMS',
  paymentFeeBearer: 'PLATFORM',
  hold: { days: 0, from: 'CAPTURE' },
  keepPoolOnRefund: true,
  allocator: 1,
  weightTotal: '3',
  legs: [leg(partner, 'PARTNER', 800), leg('platform', 'PLATFORM', 120), leg(community, 'OWNER', 80)],
}

const dimensions = {
  purchaseId: purchase,
  communityId: community,
  personId: person,
  membershipId: null,
  segments: [],
  currency: 'BRL',
} as const
const effect = { at: '2026-03-02T10:00:00.000Z', businessDate: '2026-03-02' }

const sale = (stated: boolean): Sale => ({
  ...dimensions,
  segments: [],
  stage: null,
  stated,
  segmentsKnownAt: 'PLACEMENT',
  source: null,
  placedAt: '2026-03-01T10:00:00.000Z',
  zone: 'UTC',
  businessDate: '2026-03-01',
  pickupPointId: null,
  attribution: {
    model: 'LAST_TOUCH',
    windowDays: 30,
    levels: 2,
    candidates: [],
    credited: [],
    reason: 'NOBODY',
  },
  flags: [],
  lines: [line],
  charges: [{ line: 1, party: 'platform', kind: 'DISCOUNT', amount: 100 }],
  total: 900,
})

const capture = (amount: number, recognises: Sale | null): DomainEvent => ({
  type: 'PaymentCaptured',
  data: {
    ...dimensions,
    segments: [],
    ...effect,
    captureId: 'c1',
    provider: 'pay',
    account: 'main',
    transactionId: 't1',
    method: 'card',
    instalments: null,
    amount,
    captured: amount,
    lines: [],
    covered: [],
    stated: false,
    recognises,
  },
})

const amounts = (event: DomainEvent) =>
  entriesOf(event).map(({ kind, businessDate, postings }) => [
    kind,
    businessDate,
    Object.fromEntries(postings.map(({ account, amount }) => [account, amount])),
  ])

const saleBooked = {
  'receivable:buyers': 900,
  'discounts:platform': 100,
  [`payable:${partner}`]: -800,
  'revenue:platform': -120,
  [`payable:${community}`]: -80,
}

describe('recognition', () => {
  it('books a stated sale at once, on its own business date', () => {
    const placed: DomainEvent = { type: 'PurchasePlaced', data: sale(true) }
    expect(recognisedSale(placed)).toBe(placed.data)
    expect(amounts(placed)).toEqual([['SALE', '2026-03-01', saleBooked]])
  })

  it('books an asked sale at its first capture, on that day, and the capture after it', () => {
    expect(amounts({ type: 'PurchasePlaced', data: sale(false) })).toEqual([])
    expect(amounts(capture(900, sale(false)))).toEqual([
      ['SALE', '2026-03-02', saleBooked],
      ['CAPTURE', '2026-03-02', { 'clearing:pay:main': 900, 'receivable:buyers': -900 }],
    ])
  })
})

describe('an entry', () => {
  it('is not made of nothing: a capture of zero has none', () => {
    expect(amounts(capture(0, null))).toEqual([])
  })

  it('of a refund with the pool kept charges the pool to the partner', () => {
    const refund: DomainEvent = {
      type: 'PurchaseRefunded',
      data: {
        ...dimensions,
        segments: [],
        ...effect,
        refundId: 'r1',
        stated: false,
        reason: 'broken',
        source: null,
        amount: 900,
        cash: [{ provider: 'pay', account: 'main', amount: 850 }],
        receivable: 50,
        lines: [
          {
            line: 1,
            kind: 'GOODS',
            partnerId: partner,
            category: 'toys',
            units: 1,
            amount: 900,
            reversals: [{ party: partner, role: 'PARTNER', amount: 800 }],
            discounts: [{ bearer: 'platform', amount: 100 }],
            keptFee: 200,
          },
        ],
        full: true,
      },
    }
    const [entry] = entriesOf(refund)
    const debits = entry?.postings.filter(({ account }) => account === `payable:${partner}`)
    expect(debits?.map(({ amount, role }) => [amount, role])).toEqual([
      [800, 'PARTNER'],
      [200, null],
    ])
    expect(
      entry?.postings.filter(({ amount }) => amount < 0).map(({ account, amount }) => [account, amount]),
    ).toEqual([
      ['discounts:platform', -100],
      ['clearing:pay:main', -850],
      ['receivable:buyers', -50],
    ])
  })

  it('of a variance takes from the receivable what was left on it, either way', () => {
    const variance = (amount: number): DomainEvent => ({
      type: 'VarianceBooked',
      data: { ...dimensions, segments: [], ...effect, amount, reason: 'cents' },
    })
    expect(amounts(variance(3))).toEqual([
      ['VARIANCE', '2026-03-02', { variance: 3, 'receivable:buyers': -3 }],
    ])
    expect(amounts(variance(-3))).toEqual([
      ['VARIANCE', '2026-03-02', { variance: -3, 'receivable:buyers': 3 }],
    ])
  })

  it('of a parked payment stands in suspense until the fact is resolved', () => {
    const fact = {
      factId: id('fact'),
      currency: 'BRL',
      source: { system: 'shop', id: '1' },
      purchase: { id: null, reference: 'order-1' },
      fact: {
        kind: 'PAYMENT',
        captureId: 'c1',
        provider: 'pay',
        account: 'main',
        transactionId: 't1',
        method: 'card',
        instalments: null,
        amount: 500,
      },
      ...effect,
    } as const
    expect(amounts({ type: 'FactParked', data: { ...fact, why: 'NO_SUCH_PURCHASE', detail: '' } })).toEqual([
      ['PARKED', '2026-03-02', { 'clearing:pay:main': 500, suspense: -500 }],
    ])
    expect(amounts({ type: 'FactResolved', data: { ...fact, attachedTo: purchase, note: '' } })).toEqual([
      ['UNPARKED', '2026-03-02', { 'clearing:pay:main': -500, suspense: 500 }],
    ])
  })

  it('that does not balance is refused: the event contradicts itself', () => {
    const placed: DomainEvent = { type: 'PurchasePlaced', data: { ...sale(true), total: 901 } }
    expect(() => entriesOf(placed)).toThrow(UnbalancedEntry)
  })

  it('is summed exactly where the sum passes the safe range on its way', () => {
    const large = Number.MAX_SAFE_INTEGER
    const placed = (owner: number): DomainEvent => ({
      type: 'PurchasePlaced',
      data: {
        ...sale(true),
        total: large,
        charges: [{ line: 1, party: 'platform', kind: 'DISCOUNT', amount: large }],
        lines: [{ ...line, legs: [leg(partner, 'PARTNER', large), leg(community, 'OWNER', owner)] }],
      },
    })
    expect(entriesOf(placed(large))).toHaveLength(1)
    expect(() => entriesOf(placed(large - 1))).toThrow(UnbalancedEntry)
  })
})
