/** Reads the rows of CSV files, plain or gzipped, one after the other. Whatever breaks a file off is an error. */
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { CsvError, parse } from 'csv-parse'
import { ImportError } from './import-error.ts'

/** A row. `line` is the line of the file that it ends on, from 1; `field` its text in one of the wanted columns. */
export interface CsvRow<Column extends string = string> {
  readonly file: string
  readonly line: number
  readonly field: (column: Column) => string
}

/** The longest row that is taken, in bytes: beyond it, a quote was never closed. */
const longestRow = 100_000
const newline = 0x0a

/** A plain file may be cut anywhere, so its last line has to end. (What gzip holds is guarded by its checksum.) */
const wholeLines = (file: string): Transform => {
  let last = newline
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      last = chunk.at(-1) ?? last
      done(null, chunk)
    },
    flush: (done) => {
      if (last === newline) return done()
      done(
        new ImportError(
          'The last line does not end: the file seems to be cut off. Get it again; if it is whole, end it with a line break.',
          { file },
        ),
      )
    },
  })
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const explained = (error: unknown, file: string, line: number): ImportError => {
  if (error instanceof ImportError) return error
  const code = codeOf(error)
  if (code === 'Z_BUF_ERROR')
    return new ImportError(
      'The gzip data end too early: the file is cut off. Get it again.',
      { file, line },
      error,
    )
  if (code.startsWith('Z_'))
    return new ImportError('This is no gzip file, or it is damaged. Get it again.', { file, line }, error)
  if (code === 'ENOENT') return new ImportError('There is no such file.', { file }, error)
  if (code === 'EACCES' || code === 'EISDIR')
    return new ImportError(`The file cannot be read (${code}).`, { file }, error)
  if (error instanceof CsvError) {
    const at = typeof error['lines'] === 'number' ? error['lines'] : line
    return new ImportError(`${shapeProblem(error)} Nothing was taken of it.`, { file, line: at }, error)
  }
  return new ImportError(error instanceof Error ? error.message : String(error), { file, line }, error)
}

const shapeProblem = (error: CsvError): string => {
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
      return 'The row has not as many fields as the header: the file is cut off or damaged.'
    case 'CSV_QUOTE_NOT_CLOSED':
    case 'CSV_MAX_RECORD_SIZE':
      return 'A quote is opened and never closed: the file is cut off or damaged.'
    default:
      return `This is no CSV (${error.code}).`
  }
}

/** Which field of a row each wanted column is. */
const columnsOf = (
  header: readonly string[],
  wanted: readonly string[],
  file: string,
): Map<string, number> => {
  const place = { file, line: 1 }
  const missing = wanted.filter((column) => !header.includes(column)).map((column) => `"${column}"`)
  if (missing.length > 0) throw new ImportError(`The header has no column ${missing.join(', ')}.`, place)
  const twice = wanted.find((column) => header.indexOf(column) !== header.lastIndexOf(column))
  if (twice !== undefined) throw new ImportError(`The header has "${twice}" twice.`, place)
  return new Map(wanted.map((column) => [column, header.indexOf(column)]))
}

interface Parsed {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

/**
 * The rows of a file in their order, with the wanted columns by name; others are left out. The file is read as
 * the rows are taken.
 * @throws {ImportError} naming file and line: no such file, cut off, damaged, a column missing
 */
export async function* readCsv<Column extends string>(
  path: string,
  wanted: readonly Column[],
): AsyncGenerator<CsvRow<Column>> {
  const file = basename(path)
  const parser = parse({
    bom: true,
    info: true,
    skip_empty_lines: true,
    max_record_size: longestRow,
  })
  const source = createReadStream(path)
  const piped = path.endsWith('.gz')
    ? pipeline(source, createGunzip(), parser)
    : pipeline(source, wholeLines(file), parser)
  // A failure also ends the rows, which is where it is told.
  piped.catch(() => undefined)

  let columns: Map<string, number> | null = null
  let line = 0
  const rows: AsyncIterable<Parsed> = parser
  try {
    for await (const { record, info } of rows) {
      line = info.lines
      if (columns === null) {
        columns = columnsOf(record, wanted, file)
        continue
      }
      const places = columns
      yield { file, line, field: (column) => record[places.get(column) ?? -1] ?? '' }
    }
    await piped
  } catch (error) {
    throw explained(error, file, line)
  } finally {
    source.destroy()
  }
  if (columns === null) throw new ImportError('The file is empty: not even a header.', { file })
}
