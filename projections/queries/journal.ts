/** The books: postings, balances, and whether they balance. */
import type { AccountKind } from '../../domain/accounts.ts'
import type { DocumentReader, Filter } from '../documents.ts'
import {
  type BalanceDocument,
  balances,
  daysOf,
  type PostingDocument,
  postingOf,
  postings,
} from '../views/journal.ts'
import { monthOf } from '../views/keys.ts'
import { type AsOf, boundOf } from './as-of.ts'
import { beyond, following, grouped } from './chunks.ts'
import {
  checkFirst,
  cursorOf,
  type Edge,
  findPage,
  fingerprintOf,
  type Page,
  type PageRequest,
  readCursor,
} from './page.ts'
import { OutOfScope, type Scope } from './scope.ts'

/** Accounts that belong to an organisation; all others are the platform's. */
const accountsOf = (organisation: string): readonly string[] =>
  ['payable', 'receivable', 'reserve'].map((name) => `${name}:${organisation}`)

/**
 * The accounts that a query may answer with; null: any.
 * @throws {OutOfScope} where the account asked for is another's, or the platform's
 */
const accountsWithin = (scope: Scope, asked: string | null): readonly string[] | null => {
  if (scope.all) return asked === null ? null : [asked]
  const own = [...scope.organisations].sort().flatMap(accountsOf)
  if (asked === null) return own
  if (!own.includes(asked)) throw new OutOfScope(asked)
  return [asked]
}

const accountFilter = (accounts: readonly string[] | null): Filter['where'] =>
  accounts === null ? {} : { account: accounts }

export interface PostingsAsked {
  /** Text form of an account; null: any within the scope. */
  readonly account: string | null
  readonly currency: string | null
  readonly purchase: string | null
  readonly newestFirst: boolean
}

/** Postings in the order of the log. Those of one entry, an event's, follow one another and have its position. */
export const journalPostings = async (
  reader: DocumentReader,
  scope: Scope,
  asked: PostingsAsked,
  request: PageRequest,
): Promise<Page<PostingDocument>> => {
  const accounts = accountsWithin(scope, asked.account)
  const pair = accounts === null ? null : await onlyPair(reader, accounts, asked.currency)
  const where = {
    ...(pair ?? {
      ...accountFilter(accounts),
      ...(asked.currency === null ? {} : { currency: asked.currency }),
    }),
    ...(asked.purchase === null ? {} : { purchase: asked.purchase }),
  }
  // Without an account or a purchase the key is the order of the log already.
  const order = accounts === null ? [] : ['position']
  return findPage(reader, postings, { where, order, descending: asked.newestFirst }, request, postingOf)
}

/** How many there are. @throws {OutOfScope} */
export const countPostings = async (
  reader: DocumentReader,
  scope: Scope,
  asked: Omit<PostingsAsked, 'newestFirst'>,
): Promise<number> => {
  const where = {
    ...accountFilter(accountsWithin(scope, asked.account)),
    ...(asked.currency === null ? {} : { currency: asked.currency }),
    ...(asked.purchase === null ? {} : { purchase: asked.purchase }),
  }
  const [row] = await reader.sum({ collection: postings.name, where, groupBy: [], sums: [] })
  return row?.count ?? 0
}

/** The one account, in the one currency, that any of these was ever posted in: so its index gives the order. */
const onlyPair = async (
  reader: DocumentReader,
  accounts: readonly string[],
  currency: string | null,
): Promise<{ readonly account: string; readonly currency: string } | null> => {
  const rows = await reader.sum({
    collection: balances.name,
    where: { account: accounts, ...(currency === null ? {} : { currency }) },
    groupBy: ['account', 'currency'],
    sums: [],
  })
  const [row, ...more] = rows
  if (row === undefined || more.length > 0) return null
  return { account: String(row.group.account), currency: String(row.group.currency) }
}

/** Sums of an account in one currency. Debits are positive, credits negative; null as of a position, where only the balance is known. */
export interface AccountBalance {
  readonly account: string
  readonly kind: string
  readonly currency: string
  readonly debit: number | null
  readonly credit: number | null
  readonly balance: number
  readonly entries: number
}

export interface BalancesAsked {
  readonly account: string | null
  readonly kind: AccountKind | null
  readonly currency: string | null
  readonly asOf: AsOf
}

export const sumMonths = (
  months: readonly [BalanceDocument, ...BalanceDocument[]],
  until: string | null,
): AccountBalance => {
  const [{ account, kind, currency }] = months
  let [debit, credit, entries] = [0, 0, 0]
  const add = (part: { debit: number; credit: number; entries: number }): void => {
    debit += part.debit
    credit += part.credit
    entries += part.entries
  }
  for (const month of months) {
    if (until === null || month.month < monthOf(until)) add(month)
    else if (month.month === monthOf(until)) {
      for (const day of daysOf(month)) if (day.date <= until) add(day)
    }
  }
  return { account, kind, currency, debit, credit, balance: debit + credit, entries }
}

/** What an account had in postings below a bound of positions. */
const asOfBound = async (
  reader: DocumentReader,
  { account, kind, currency }: BalanceDocument,
  bound: string,
): Promise<AccountBalance> => {
  const [row] = await reader.sum({
    collection: postings.name,
    where: { account, currency },
    range: { field: 'position', below: bound },
    groupBy: [],
    sums: ['amount'],
  })
  return {
    account,
    kind,
    currency,
    debit: null,
    credit: null,
    balance: row?.sums.amount ?? 0,
    entries: row?.count ?? 0,
  }
}

/** Months of accounts read at once, for each account that the page may hold. */
const monthsAtOnce = 4

/** One row per account and currency that was ever posted to, zero balances included, in the order of accounts. */
export const accountBalances = async (
  reader: DocumentReader,
  scope: Scope,
  asked: BalancesAsked,
  request: PageRequest,
): Promise<Page<AccountBalance>> => {
  const first = checkFirst(request.first)
  const where = {
    ...accountFilter(accountsWithin(scope, asked.account)),
    ...(asked.kind === null ? {} : { kind: asked.kind }),
    ...(asked.currency === null ? {} : { currency: asked.currency }),
  }
  const order = ['account', 'currency', 'month']
  const fingerprint = fingerprintOf(balances.name, { where, order, descending: false })
  const after = request.after === null ? null : readCursor(fingerprint, 2, request.after)
  const { asOf } = asked
  const bound = asOf.kind === 'POSITION' || asOf.kind === 'RECORDED_AT' ? await boundOf(reader, asOf) : null
  const until = asOf.kind === 'BUSINESS_DATE' ? asOf.date : null
  const found = following(
    reader,
    balances,
    { where, order },
    after === null ? null : [...after, beyond, beyond],
    (first + 1) * monthsAtOnce,
  )
  const edges: Edge<AccountBalance>[] = []
  const isSame = (a: BalanceDocument, b: BalanceDocument): boolean =>
    a.account === b.account && a.currency === b.currency
  for await (const months of grouped(found, isSame)) {
    if (edges.length === first) return { edges, hasNextPage: true }
    const [{ account, currency }] = months
    const node = bound === null ? sumMonths(months, until) : await asOfBound(reader, months[0], bound)
    edges.push({ cursor: cursorOf(fingerprint, [account, currency]), node })
  }
  return { edges, hasNextPage: false }
}
