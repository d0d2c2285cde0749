/** Whether the books balance: the sum over all accounts, by kind and currency. */
import { accountKind } from '../../domain/accounts.ts'
import type { DocumentReader } from '../documents.ts'
import { balances, postings } from '../views/journal.ts'
import { monthOf } from '../views/keys.ts'
import { type AsOf, boundOf, steadily } from './as-of.ts'
import { following } from './chunks.ts'
import { sumMonths } from './journal.ts'

const chunk = 500

/** Sums over the accounts of one kind in one currency. */
export interface TrialRow {
  readonly kind: string
  readonly currency: string
  readonly debit: number | null
  readonly credit: number | null
  readonly balance: number
}

/**
 * `balanced`: the sum over all accounts is zero in every currency, and nothing that belongs in the books was set aside.
 * `setAside`: streams of which the books lack entries, since one of their events could not be booked.
 */
export interface TrialBalance {
  readonly rows: readonly TrialRow[]
  readonly balanced: boolean
  readonly setAside: number
}

const trialOf = async (reader: DocumentReader, rows: readonly TrialRow[]): Promise<TrialBalance> => {
  const { length: setAside } = await reader.parked()
  const sums = new Map<string, bigint>()
  for (const { currency, balance } of rows) {
    sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(balance))
  }
  return { rows, balanced: setAside === 0 && [...sums.values()].every((sum) => sum === 0n), setAside }
}

/** Adds rows of the same kind and currency. */
const merged = (rows: readonly TrialRow[]): readonly TrialRow[] => {
  const sums = new Map<string, TrialRow>()
  for (const row of rows) {
    const key = `${row.kind}|${row.currency}`
    const before = sums.get(key)
    const add = (a: number | null, b: number | null): number | null =>
      a === null || b === null ? null : a + b
    sums.set(
      key,
      before === undefined
        ? row
        : {
            ...row,
            debit: add(before.debit, row.debit),
            credit: add(before.credit, row.credit),
            balance: before.balance + row.balance,
          },
    )
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

const wholeMonths = async (reader: DocumentReader, below: string | null): Promise<readonly TrialRow[]> => {
  const rows = await reader.sum({
    collection: balances.name,
    ...(below === null ? {} : { range: { field: 'month', below } }),
    groupBy: ['kind', 'currency'],
    sums: ['debit', 'credit', 'balance'],
  })
  return rows.map(({ group, sums }) => ({
    kind: String(group.kind),
    currency: String(group.currency),
    debit: sums.debit ?? 0,
    credit: sums.credit ?? 0,
    balance: sums.balance ?? 0,
  }))
}

const untilDay = async (reader: DocumentReader, date: string): Promise<TrialBalance> =>
  steadily(reader, async () => {
    const month = monthOf(date)
    const rows = [...(await wholeMonths(reader, month))]
    for await (const { document } of following(
      reader,
      balances,
      { where: { month }, order: ['account'] },
      null,
      chunk,
    )) {
      rows.push(sumMonths([document], date))
    }
    return trialOf(reader, merged(rows))
  })

/** The trial balance by kind of account. For callers who may see everything: it is the platform's. */
export const trialBalance = async (reader: DocumentReader, asOf: AsOf): Promise<TrialBalance> => {
  if (asOf.kind === 'NOW') return trialOf(reader, await wholeMonths(reader, null))
  if (asOf.kind === 'BUSINESS_DATE') return untilDay(reader, asOf.date)
  const rows = await reader.sum({
    collection: postings.name,
    range: { field: 'position', below: await boundOf(reader, asOf) },
    groupBy: ['account', 'currency'],
    sums: ['amount'],
  })
  return trialOf(
    reader,
    merged(
      rows.map(({ group, sums }) => ({
        kind: accountKind(String(group.account)),
        currency: String(group.currency),
        debit: null,
        credit: null,
        balance: sums.amount ?? 0,
      })),
    ),
  )
}
