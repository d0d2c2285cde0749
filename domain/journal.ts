/**
 * The books, derived from events: each entry from one event alone, so that they can be rebuilt and compared.
 * Amounts are minor units of the entry's currency; debits are positive, credits negative.
 */
import {
  buyers,
  clearing,
  discountAccount,
  disputed,
  feeAccount,
  legAccount,
  suspense,
  variance,
} from './accounts.ts'
import type { DomainEvent } from './catalogue.ts'
import type { LineReversal, ParkedFact } from './events/purchases.ts'
import type { Charge, Sale } from './events/sale.ts'
import type { Role } from './events/shapes.ts'
import { recognisedSale } from './recognition.ts'

export const entryKinds = [
  'SALE',
  'CAPTURE',
  'FEE',
  'REFUND',
  'ATTRIBUTION',
  'DISPUTE',
  'DISPUTE_WON',
  'DISPUTE_LOST',
  'VARIANCE',
  'VOID',
  'PARKED',
  'UNPARKED',
] as const
export type EntryKind = (typeof entryKinds)[number]

/** `line`, `party` and `role` say of what: a leg has all three, a charge no role, money of the purchase as a whole none. */
export interface Posting {
  readonly account: string
  readonly amount: number
  readonly line: number | null
  readonly party: string | null
  readonly role: Role | null
}

export interface JournalEntry {
  readonly kind: EntryKind
  readonly businessDate: string
  readonly currency: string
  readonly communityId: string | null
  readonly purchaseId: string | null
  /** At least two, none of zero; they sum to zero. */
  readonly postings: readonly Posting[]
}

/** What an event says does not balance: it was not made by this program's deciders. */
export class UnbalancedEntry extends Error {
  override readonly name = 'UnbalancedEntry'
}

const whole = (account: string, amount: number): Posting => ({
  account,
  amount,
  line: null,
  party: null,
  role: null,
})

const legOf = (line: number, leg: { party: string; role: Role }, amount: number): Posting => ({
  account: legAccount(leg.party),
  amount,
  line,
  party: leg.party,
  role: leg.role,
})

const borne = (account: string, line: number, party: string, amount: number): Posting => ({
  account,
  amount,
  line,
  party,
  role: null,
})

const ofSale = (sale: Sale): readonly Posting[] => {
  const postings = [whole(buyers, sale.total)]
  for (const { kind, line, party, amount } of sale.charges) {
    if (kind === 'DISCOUNT') postings.push(borne(discountAccount(party), line, party, amount))
  }
  for (const { line, legs } of sale.lines)
    for (const leg of legs) postings.push(legOf(line, leg, -leg.amount))
  return postings
}

/** `kept`: 1 where a refund charges the kept pool to the line's partner, -1 where a void gives it back. */
const takenBack = (lines: readonly LineReversal[], kept: 1 | -1): Posting[] =>
  lines.flatMap(({ line, partnerId, reversals, discounts, keptFee }) => [
    ...reversals.map((leg) => legOf(line, leg, leg.amount)),
    ...discounts.map(({ bearer, amount }) => borne(discountAccount(bearer), line, bearer, -amount)),
    borne(legAccount(partnerId), line, partnerId, kept * keptFee),
  ])

const feeBorne = (charges: readonly Charge[], sign: 1 | -1): Posting[] =>
  charges.map(({ line, party, amount }) => borne(feeAccount(party), line, party, sign * amount))

const sumOf = (parts: readonly { readonly amount: number }[]): number =>
  parts.reduce((sum, { amount }) => sum + amount, 0)

const corrected = (data: Extract<DomainEvent, { type: 'AttributionCorrected' }>['data']): Posting[] =>
  data.lines.flatMap(({ line, before, after }) => {
    const differences = before.map((leg) => legOf(line, leg, leg.amount))
    for (const leg of after) {
      const at = differences.findIndex(({ party, role }) => party === leg.party && role === leg.role)
      const earlier = differences[at]
      if (earlier === undefined) differences.push(legOf(line, leg, -leg.amount))
      else differences[at] = { ...earlier, amount: earlier.amount - leg.amount }
    }
    return differences
  })

const voided = (data: Extract<DomainEvent, { type: 'PurchaseVoided' }>['data']): Posting[] => [
  ...takenBack(data.lines, -1),
  ...data.captures.map((capture) => whole(clearing(capture), -capture.amount)),
  ...data.fees.flatMap((fee) => [whole(clearing(fee), sumOf(fee.charges)), ...feeBorne(fee.charges, -1)]),
  whole(buyers, -data.receivable),
  whole(variance, -data.varianceBooked),
]

/** A parked payment is money that came, a parked refund or dispute money that went; a row is no money at all. */
const parked = (fact: ParkedFact, sign: 1 | -1): Posting[] => {
  switch (fact.kind) {
    case 'PAYMENT':
      return [whole(clearing(fact), sign * fact.amount), whole(suspense, -sign * fact.amount)]
    case 'REFUND':
    case 'DISPUTE':
      return [whole(clearing(fact), -sign * fact.amount), whole(suspense, sign * fact.amount)]
    case 'ROW':
      return []
  }
}

interface Effect {
  readonly businessDate: string
  readonly currency: string
  readonly communityId?: string
  readonly purchaseId?: string
}

/** Exact: where a sum of numbers passes the safe range on its way, big integers do it again. */
const sumsToZero = (postings: readonly Posting[]): boolean => {
  let sum = 0
  for (const { amount } of postings) {
    sum += amount
    if (!Number.isSafeInteger(sum))
      return postings.reduce((all, each) => all + BigInt(each.amount), 0n) === 0n
  }
  return sum === 0
}

/** None where nothing is left after zeros are dropped. */
const entry = (kind: EntryKind, effect: Effect, postings: readonly Posting[]): readonly JournalEntry[] => {
  const left = postings.filter(({ amount }) => amount !== 0)
  if (left.length === 0) return []
  if (!sumsToZero(left)) {
    throw new UnbalancedEntry(
      `The postings of a ${kind} of ${effect.purchaseId ?? 'the intake'} do not sum to zero.`,
    )
  }
  const { businessDate, currency, communityId = null, purchaseId = null } = effect
  return [{ kind, businessDate, currency, communityId, purchaseId, postings: left }]
}

/**
 * The entries of an event, in order; most events have none, a first capture has two.
 * @throws {UnbalancedEntry} where the data contradict themselves
 */
export const entriesOf = (event: DomainEvent): readonly JournalEntry[] => {
  switch (event.type) {
    case 'PurchasePlaced': {
      const sale = recognisedSale(event)
      return sale === null ? [] : entry('SALE', sale, ofSale(sale))
    }
    case 'PaymentCaptured': {
      const { data } = event
      const sale = recognisedSale(event)
      const money = entry('CAPTURE', data, [whole(clearing(data), data.amount), whole(buyers, -data.amount)])
      return sale === null ? money : [...entry('SALE', data, ofSale(sale)), ...money]
    }
    case 'PaymentFeeRecorded': {
      const { data } = event
      return entry('FEE', data, [whole(clearing(data), -data.amount), ...feeBorne(data.charges, 1)])
    }
    case 'PurchaseRefunded': {
      const { data } = event
      const cash = data.cash.map((part) => whole(clearing(part), -part.amount))
      return entry('REFUND', data, [...takenBack(data.lines, 1), ...cash, whole(buyers, -data.receivable)])
    }
    case 'AttributionCorrected':
      return entry('ATTRIBUTION', event.data, corrected(event.data))
    case 'PurchaseVoided':
      return entry('VOID', event.data, voided(event.data))
    case 'VarianceBooked': {
      const { data } = event
      return entry('VARIANCE', data, [whole(variance, data.amount), whole(buyers, -data.amount)])
    }
    case 'PaymentDisputed': {
      const { data } = event
      return entry('DISPUTE', data, [whole(disputed(data), data.amount), whole(clearing(data), -data.amount)])
    }
    case 'DisputeWon': {
      const { data } = event
      return entry('DISPUTE_WON', data, [
        whole(clearing(data), data.amount),
        whole(disputed(data), -data.amount),
      ])
    }
    case 'DisputeLost': {
      const { data } = event
      return entry('DISPUTE_LOST', data, [
        ...takenBack(data.lines, 1),
        whole(disputed(data), -data.amount),
        ...feeBorne(data.charges, 1),
        whole(clearing(data), -data.fee),
      ])
    }
    case 'FactParked':
      return entry('PARKED', event.data, parked(event.data.fact, 1))
    case 'FactResolved':
    case 'FactDismissed':
      return entry('UNPARKED', event.data, parked(event.data.fact, -1))
    default:
      return []
  }
}

/** The types that can have entries. */
export const bookedTypes = [
  'PurchasePlaced',
  'PaymentCaptured',
  'PaymentFeeRecorded',
  'PurchaseRefunded',
  'AttributionCorrected',
  'PurchaseVoided',
  'VarianceBooked',
  'PaymentDisputed',
  'DisputeWon',
  'DisputeLost',
  'FactParked',
  'FactResolved',
  'FactDismissed',
] as const satisfies readonly DomainEvent['type'][]
