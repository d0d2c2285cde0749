/**
 * The books as a view. `postings`: what one event does to one account in one currency. `balances`: one document
 * per account, currency and month, so that a balance now, at the end of a business day, or for a period, is a sum
 * over months; each month keeps its days. A balance as of a position is a sum over postings.
 */
import { accountKind } from '../../domain/accounts.ts'
import { type Role, roles } from '../../domain/events/shapes.ts'
import {
  bookedTypes,
  type EntryKind,
  entriesOf,
  entryKinds,
  type JournalEntry,
} from '../../domain/journal.ts'
import type { Change } from '../projection.ts'
import { type Collection, collection } from './collection.ts'
import { keyOf, monthOf, padded } from './keys.ts'
import { integer, list, nullable, object, oneOf, type Shaped, text, tuple } from './shape.ts'
import { type EventOf, view } from './view.ts'

/** Line, role and amount: of a leg all three, of a charge no role. */
const detail = tuple([nullable(integer), nullable(oneOf(roles)), integer])

const posting = object({
  position: text,
  account: text,
  currency: text,
  amount: integer,
  businessDate: text,
  recordedAt: text,
  kind: oneOf(entryKinds),
  event: text,
  purchase: nullable(text),
  community: nullable(text),
  /** What the amount is made of; empty where it is one thing, of the purchase as a whole. */
  details: list(detail),
})
type StoredPosting = Shaped<typeof posting>

/** What one event does to one account in one currency. `position` is padded text. */
export interface PostingDocument extends Omit<StoredPosting, 'details'> {
  /** What the amount is made of: legs and charges of lines; money of the purchase as a whole has no line. */
  readonly details: readonly {
    readonly amount: number
    readonly line: number | null
    readonly party: string | null
    readonly role: Role | null
  }[]
}

/** Whose account it is; of accounts that lines are booked on. */
const partyOf = (account: string): string => account.slice(account.indexOf(':') + 1)

export const postingOf = (stored: StoredPosting): PostingDocument => ({
  ...stored,
  details:
    stored.details.length === 0
      ? [{ amount: stored.amount, line: null, party: null, role: null }]
      : stored.details.map(([line, role, amount]) => ({
          amount,
          line,
          party: line === null ? null : partyOf(stored.account),
          role,
        })),
})

/** Keyed by position and number within the event: key order is log order. `position` is padded text. */
export const postings: Collection<StoredPosting> = collection({
  name: 'postings',
  fields: {
    position: 'text',
    account: 'text',
    currency: 'text',
    amount: 'integer',
    recordedAt: 'text',
    purchase: 'text',
  },
  // The first covers balances as of a position.
  indexes: [['account', 'currency', 'position', 'amount'], ['recordedAt', 'position'], ['purchase']],
  shape: posting,
})

const balance = object({
  account: text,
  kind: text,
  currency: text,
  month: text,
  /** Sums of debits (positive) and credits (negative); `balance` is both. */
  debit: integer,
  credit: integer,
  balance: integer,
  entries: integer,
  /** Four numbers a day, in order: day of the month, debit, credit, entries. At most 31 days. */
  days: list(integer),
})
export type BalanceDocument = Shaped<typeof balance>

export const balances: Collection<BalanceDocument> = collection({
  name: 'balances',
  fields: {
    account: 'text',
    kind: 'text',
    currency: 'text',
    month: 'text',
    debit: 'integer',
    credit: 'integer',
    balance: 'integer',
    entries: 'integer',
  },
  indexes: [
    ['account', 'currency', 'month'],
    ['kind', 'account', 'currency', 'month'],
    ['month', 'account'],
  ],
  fixed: ['account', 'kind', 'currency', 'month'],
  shape: balance,
})

interface Booked {
  readonly account: string
  readonly kind: EntryKind
  readonly entry: JournalEntry
  readonly details: Shaped<typeof detail>[]
  amount: number
  debit: number
  credit: number
}

/** One for each account that the event's entries touch; a capture that recognises touches the receivable twice. */
const byAccount = (entries: readonly JournalEntry[]): readonly Booked[] => {
  const booked: Booked[] = []
  for (const entry of entries) {
    for (const { account, amount, line, role } of entry.postings) {
      let one = booked.find((each) => each.account === account)
      if (one === undefined) {
        one = { account, kind: entry.kind, entry, details: [], amount: 0, debit: 0, credit: 0 }
        booked.push(one)
      }
      one.amount += amount
      if (amount > 0) one.debit += amount
      else one.credit += amount
      one.details.push([line, role, amount])
    }
  }
  return booked
}

const detailsOf = (details: Booked['details']): Booked['details'] =>
  details.length === 1 && details[0]?.[0] === null ? [] : details

/** Numbers that a day takes in `days`. */
const perDay = 4

const addDay = (days: readonly number[], date: string, debit: number, credit: number): readonly number[] => {
  const day = Number(date.slice(8))
  let at = days.length
  while (at > 0 && (days[at - perDay] ?? 0) > day) at -= perDay
  const isThere = at > 0 && days[at - perDay] === day
  if (!isThere) return days.toSpliced(at, 0, day, debit, credit, 1)
  const [, debits = 0, credits = 0, entries = 0] = days.slice(at - perDay, at)
  return days.toSpliced(at - perDay, perDay, day, debits + debit, credits + credit, entries + 1)
}

/** The days of a month, as dates. */
export const daysOf = ({
  month,
  days,
}: BalanceDocument): readonly { date: string; debit: number; credit: number; entries: number }[] =>
  Array.from({ length: days.length / perDay }, (_, index) => {
    const [day = 0, debit = 0, credit = 0, entries = 0] = days.slice(index * perDay, (index + 1) * perDay)
    return { date: `${month}-${String(day).padStart(2, '0')}`, debit, credit, entries }
  })

const book = (before: BalanceDocument | undefined, booked: Booked): BalanceDocument => {
  const { debit, credit } = booked
  const { businessDate, currency } = booked.entry
  return {
    account: booked.account,
    kind: before?.kind ?? accountKind(booked.account),
    currency,
    month: monthOf(businessDate),
    debit: (before?.debit ?? 0) + debit,
    credit: (before?.credit ?? 0) + credit,
    balance: (before?.balance ?? 0) + debit + credit,
    entries: (before?.entries ?? 0) + 1,
    days: addDay(before?.days ?? [], businessDate, debit, credit),
  }
}

const changes = (event: EventOf<(typeof bookedTypes)[number]>): readonly Change[] => {
  const made: Change[] = []
  const position = padded(event.position)
  for (const [index, booked] of byAccount(entriesOf(event)).entries()) {
    const { account, amount, entry, details, kind } = booked
    made.push(
      postings.change(`${position}.${String(index).padStart(4, '0')}`, () => ({
        position,
        account,
        currency: entry.currency,
        amount,
        businessDate: entry.businessDate,
        recordedAt: event.metadata.recordedAt,
        kind,
        event: event.name,
        purchase: entry.purchaseId,
        community: entry.communityId,
        details: detailsOf(details),
      })),
      balances.change(keyOf(account, entry.currency, monthOf(entry.businessDate)), (before) =>
        book(before, booked),
      ),
    )
  }
  return made
}

export const journal = view({
  name: 'journal',
  version: 1,
  collections: [postings, balances],
  types: bookedTypes,
  changes,
})
