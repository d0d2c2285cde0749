/** Reads the values of a row of the data set. What cannot be read makes the row unfit, not the import. */
import type { parkingReasons } from '../../domain/events/purchases.ts'
import { parseAmount } from '../../domain/money.ts'
import type { CsvRow } from './csv.ts'
import { localTimes } from './local-time.ts'

export const olistZone = 'America/Sao_Paulo'
export const olistCurrency = 'BRL'

type Why = (typeof parkingReasons)[number]

/** A row that is parked instead of taken. */
export interface UnfitRow {
  readonly file: string
  readonly line: number
  readonly why: Why
  readonly detail: string
}

/** Thrown while a row is read: it cannot be taken. */
export class Unfit extends Error {
  override readonly name = 'Unfit'
  readonly why: Why
  constructor(detail: string, why: Why = 'MALFORMED_ROW') {
    super(detail)
    this.why = why
  }
}

const idText = /^[0-9a-f]{32}$/
const codeText = /^[A-Za-z0-9][A-Za-z0-9_.&-]{0,63}$/
const instantOf = localTimes(olistZone)

/** What stands in a column, or why it cannot be taken. */
const read = <Column extends string, Value>(
  row: CsvRow<Column>,
  column: Column,
  parse: (text: string) => Value | null,
  wanted: string,
): Value => {
  const text = row.field(column)
  const value = parse(text)
  if (value === null) throw new Unfit(`${column} is "${text.slice(0, 60)}", which is no ${wanted}.`)
  return value
}

const matching =
  (pattern: RegExp) =>
  (text: string): string | null =>
    pattern.test(text) ? text : null

export const id = <Column extends string>(row: CsvRow<Column>, column: Column): string =>
  read(row, column, matching(idText), 'id of 32 hexadecimal digits')

export const codeIn = <Column extends string>(row: CsvRow<Column>, column: Column): string =>
  read(row, column, matching(codeText), 'code of letters, digits, "_", ".", "&" and "-"')

const amountOf = (text: string): number | null => {
  try {
    const amount = parseAmount(text, olistCurrency)
    return amount < 0 ? null : amount
  } catch {
    return null
  }
}

/** Minor units, zero or more. */
export const amount = <Column extends string>(row: CsvRow<Column>, column: Column): number =>
  read(row, column, amountOf, `amount of ${olistCurrency}, written like 1234.50`)

/** An integer from `least` to 1,000. */
export const smallInteger = <Column extends string>(
  row: CsvRow<Column>,
  column: Column,
  least: number,
): number =>
  read(
    row,
    column,
    (text) => {
      const value = /^\d{1,4}$/.test(text) ? Number(text) : -1
      return value >= least && value <= 1_000 ? value : null
    },
    `whole number from ${least} to 1000`,
  )

/** An instant, from a time on the clocks of the data set's zone. */
export const time = <Column extends string>(row: CsvRow<Column>, column: Column): string =>
  read(row, column, instantOf, 'time like 2018-01-31 23:59:59')

/** Null where nothing stands there. */
export const timeIfAny = <Column extends string>(row: CsvRow<Column>, column: Column): string | null =>
  row.field(column) === '' ? null : time(row, column)

/** Takes rows one after the other; those that are unfit are noted and left. */
export const takeRows = async <Column extends string>(
  rows: AsyncIterable<CsvRow<Column>>,
  take: (row: CsvRow<Column>) => void,
  unfit: UnfitRow[],
): Promise<void> => {
  for await (const row of rows) {
    try {
      take(row)
    } catch (error) {
      if (!(error instanceof Unfit)) throw error
      unfit.push({ file: row.file, line: row.line, why: error.why, detail: error.message })
    }
  }
}
