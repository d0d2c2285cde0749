/** Rows of a file: CSV as RFC 4180 has it, or one JSON object a line. */
import type { Cell, ExportFormat } from '../../projections/queries/exported.ts'

const number = /^-?\d+(?:\.\d+)?$/
/** What a spreadsheet takes for a formula where a cell begins with it. */
const formula = /^[=+\-@\t\r]/

const plain = (cell: Cell): string => (cell === null ? '' : String(cell))

/** A formula gets an apostrophe ahead, which spreadsheets take for text; amounts below zero are none. */
const harmless = (text: string): string => (formula.test(text) && !number.test(text) ? `'${text}` : text)

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

const csvLine = (cells: readonly Cell[]): string =>
  `${cells.map((cell) => quoted(harmless(plain(cell)))).join(',')}\r\n`

/** What a file begins with: for CSV a mark by which spreadsheets know UTF-8, and the header. */
export const headOf = (format: ExportFormat, columns: readonly string[]): string =>
  format === 'CSV' ? `\uFEFF${csvLine(columns)}` : ''

export const lineOf = (format: ExportFormat, columns: readonly string[], cells: readonly Cell[]): string =>
  format === 'CSV'
    ? csvLine(cells)
    : `${JSON.stringify(Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? null])))}\n`
