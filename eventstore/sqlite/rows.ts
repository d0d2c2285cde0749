/** Rows as the statements here return them: arrays, each column of the type that the strict table holds. */
import type { SQLOutputValue } from 'node:sqlite'
import type { StoredEvent } from '../event.ts'

/** A row of a statement that returns arrays. */
export type Row = Readonly<Record<number, SQLOutputValue>>

const mistyped = (wanted: string, value: unknown): never => {
  throw new TypeError(`The log holds ${value === null ? 'null' : typeof value} where ${wanted} is due.`)
}

export const textAt = (row: Row, column: number): string => {
  const value = row[column]
  return typeof value === 'string' ? value : mistyped('text', value)
}

export const integerAt = (row: Row, column: number): number => {
  const value = row[column]
  return typeof value === 'number' ? value : mistyped('an integer', value)
}

/** Of what an aggregate gives where there are no rows. */
export const integerOrNullAt = (row: Row, column: number): number | null =>
  row[column] === null ? null : integerAt(row, column)

/** Lower-case hex. */
export const hexAt = (row: Row, column: number): string => {
  const value = row[column]
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
    : mistyped('bytes', value)
}

/** The columns that `storedEvent` reads, of a table or join that calls the events `e`. */
export const eventColumns = 'e.position, e.revision, e.type, e.schema_version, e.data, e.metadata, e.hash'

/** An event from a row of `eventColumns`; what follows them is the caller's. */
export const storedEvent = (row: Row, stream: string): StoredEvent => ({
  stream,
  revision: integerAt(row, 1),
  type: textAt(row, 2),
  schemaVersion: integerAt(row, 3),
  data: textAt(row, 4),
  metadata: textAt(row, 5),
  hash: hexAt(row, 6),
  position: integerAt(row, 0).toString(),
})

/** Column of the stream's name where a statement appends it to `eventColumns`. */
export const streamNameColumn = 7
