/** Opening the log's file: making it where there is none, refusing it where it is not ours to write. */
import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { StoreUnavailable } from '../port.ts'
import { DataFolderTooNew, NotALog, resultCode, resultCodeOf, unavailable } from './errors.ts'
import { integerAt, type Row, textAt } from './rows.ts'
import { applicationId, checkpointSizes, createTables, formatVersion, pageSize } from './schema.ts'

/** Milliseconds for which opening and reading wait for another process to let go of the file. */
const patience = 5_000

/** KiB. Each new stream is looked up in the index of names, at random places: a larger one is worth a tenth. */
const writerCache = 64 * 1024

const connectionOptions = { enableForeignKeyConstraints: false, returnArrays: true } as const

const firstRow = (database: DatabaseSync, sql: string): Row => {
  const row = database.prepare(sql).get()
  if (row === undefined) throw new TypeError(`No row came back from ${sql}.`)
  return row
}

const fileSize = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** True where the file is a log; false where it is empty and may become one. */
const isLog = (database: DatabaseSync, file: string): boolean => {
  const id = integerAt(firstRow(database, 'PRAGMA application_id'), 0)
  if (id === applicationId) return true
  if (id === 0 && integerAt(firstRow(database, 'SELECT count(*) FROM sqlite_schema'), 0) === 0) return false
  throw new NotALog(file, 'it is the database of another program')
}

/** Looks without a right to write, so that a foreign file stays as it is to the byte. */
const inspect = (file: string): boolean => {
  if (fileSize(file) === 0) return false
  try {
    using database = new DatabaseSync(file, { ...connectionOptions, readOnly: true, timeout: patience })
    if (!isLog(database, file)) return false
    const found = integerAt(firstRow(database, 'SELECT format FROM meta'), 0)
    if (found > formatVersion) throw new DataFolderTooNew(file, found, formatVersion)
    return true
  } catch (error) {
    if (resultCodeOf(error) === resultCode.notADatabase) throw new NotALog(file, 'it is no database', error)
    throw error
  }
}

const create = (database: DatabaseSync, file: string): void => {
  database.exec(`PRAGMA page_size = ${pageSize}`)
  database.exec('BEGIN EXCLUSIVE')
  // Another process may have been first.
  if (!isLog(database, file)) {
    database.exec(createTables)
    database.exec(`PRAGMA application_id = ${applicationId}`)
    database
      .prepare('INSERT INTO meta (only, format, epoch, created_at, names_through) VALUES (1, ?, ?, ?, 0)')
      .run(formatVersion, randomUUID(), new Date().toISOString())
  }
  database.exec('COMMIT')
}

/** The two connections of an event store, and what identifies the file. */
export interface LogFile {
  readonly file: string
  /** Which file of the disk it is: another one at the same path is another log. */
  readonly inode: bigint
  readonly writer: DatabaseSync
  readonly reader: DatabaseSync
}

const configureWriter = (database: DatabaseSync, file: string, checkpointAt: number): void => {
  const mode = textAt(firstRow(database, 'PRAGMA journal_mode = WAL'), 0)
  if (mode !== 'wal')
    throw new StoreUnavailable(
      `${file} cannot have a write-ahead log (its journal mode stays ${mode}). Put the data folder on a local disk.`,
    )
  database.exec(`PRAGMA wal_autocheckpoint = ${checkpointAt / pageSize}`)
  database.exec(`PRAGMA journal_size_limit = ${checkpointSizes.alone}`)
  database.exec('PRAGMA synchronous = FULL')
  database.exec(`PRAGMA cache_size = -${writerCache}`)
  // What makes an fsync reach the disk on macOS; nothing elsewhere.
  database.exec('PRAGMA fullfsync = ON')
}

/** Opens a connection that cannot write, which the caller closes. */
export const openReader = (file: string): DatabaseSync =>
  new DatabaseSync(file, { ...connectionOptions, readOnly: true, timeout: patience })

/**
 * Opens a connection for a thread that writes to a log which is there; the caller closes it. `busyTimeout` as for
 * `openLogFile`.
 */
export const openWriter = (file: string, busyTimeout: number): DatabaseSync => {
  const writer = new DatabaseSync(file, { ...connectionOptions, timeout: patience })
  try {
    configureWriter(writer, file, checkpointSizes.beside)
    writer.exec(`PRAGMA busy_timeout = ${busyTimeout}`)
    return writer
  } catch (error) {
    writer.close()
    throw error
  }
}

/**
 * @param busyTimeout milliseconds for which the writer may block while another process commits
 * @throws {DataFolderTooNew | NotALog | StoreUnavailable}
 */
export const openLogFile = (file: string, busyTimeout: number): LogFile => {
  let writer: DatabaseSync | undefined
  try {
    const exists = inspect(file)
    writer = new DatabaseSync(file, { ...connectionOptions, timeout: patience })
    if (!exists) create(writer, file)
    configureWriter(writer, file, checkpointSizes.alone)
    writer.exec(`PRAGMA busy_timeout = ${busyTimeout}`)
    return { file, inode: statSync(file, { bigint: true }).ino, writer, reader: openReader(file) }
  } catch (error) {
    writer?.close()
    if (error instanceof DataFolderTooNew || error instanceof NotALog || error instanceof StoreUnavailable)
      throw error
    throw unavailable('Opening the log', file, error)
  }
}

export const readEpoch = (database: DatabaseSync): string =>
  textAt(firstRow(database, 'SELECT epoch FROM meta'), 0)
