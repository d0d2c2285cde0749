/** Opening the file of the embedded queue: making it where there is none, refusing one that is not ours. */
import { DatabaseSync } from 'node:sqlite'
import { QueueRefused, QueueUnavailable } from '../queue.ts'
import { applicationId, checkpointSize, createTables, formatVersion, pageSize } from './schema.ts'

/** Milliseconds for which opening waits for another process. */
const patience = 5_000
/** KiB: each id is looked up at a random place of their index. */
const cacheSize = 32 * 1024

const resultCodeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined

/** BUSY, LOCKED (https://sqlite.org/rescode.html). */
export const isBusy = (error: unknown): boolean => [5, 6].includes(resultCodeOf(error) ?? -1)

/** FULL. */
const full = 13

export const unavailable = (file: string, error: unknown): QueueUnavailable => {
  const reason = error instanceof Error ? error.message : String(error)
  const advice =
    resultCodeOf(error) === full
      ? 'The disk is full: free some space, nothing needs to be restarted.'
      : 'Try again.'
  return new QueueUnavailable(`The jobs in ${file} cannot be used now (${reason}). ${advice}`, {
    cause: error,
  })
}

const numberOf = (database: DatabaseSync, sql: string): number => {
  const [value] = Object.values(database.prepare(sql).get() ?? {})
  if (typeof value !== 'number') throw new TypeError(`No number came back from ${sql}.`)
  return value
}

const prepareFile = (database: DatabaseSync, file: string, deploymentId: string): void => {
  const id = numberOf(database, 'PRAGMA application_id')
  const isEmpty = numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0
  if (id !== applicationId && !(id === 0 && isEmpty))
    throw new QueueRefused('UNSUPPORTED', `${file} is the database of another program. Move it away.`)
  if (isEmpty) {
    database.exec(createTables)
    database.exec(`PRAGMA application_id = ${applicationId}`)
    database
      .prepare('INSERT INTO meta (only, format, deployment) VALUES (1, ?, ?)')
      .run(formatVersion, deploymentId)
    return
  }
  const [format, deployment] = Object.values(
    database.prepare('SELECT format, deployment FROM meta').get() ?? {},
  )
  if (format !== formatVersion)
    throw new QueueRefused(
      'UNSUPPORTED',
      `${file} was written by a newer version of Tributary: its format is ${format}, this version knows ${formatVersion}. Start a version at least as new.`,
    )
  if (deployment !== deploymentId)
    throw new QueueRefused(
      'OTHER_DEPLOYMENT',
      `${file} holds the jobs of another deployment, ${deployment}. Move it away, or put back the folder that it belongs to.`,
    )
}

/**
 * A connection that writes; the caller closes it.
 * @throws {QueueRefused | QueueUnavailable}
 */
export const openJobFile = (file: string, deploymentId: string): DatabaseSync => {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { timeout: patience, returnArrays: true })
    // Before anything is written: it cannot be changed afterwards.
    database.exec(`PRAGMA page_size = ${pageSize}`)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON')
    database.exec(`PRAGMA wal_autocheckpoint = ${checkpointSize / pageSize}`)
    database.exec(`PRAGMA journal_size_limit = ${checkpointSize}; PRAGMA cache_size = -${cacheSize}`)
    database.exec('BEGIN IMMEDIATE')
    prepareFile(database, file, deploymentId)
    database.exec('COMMIT')
    database.exec('PRAGMA busy_timeout = 0')
    return database
  } catch (error) {
    database?.close()
    if (error instanceof QueueRefused) throw error
    const code = resultCodeOf(error)
    // NOTADB.
    if (code === 26) throw new QueueRefused('UNSUPPORTED', `${file} is no database. Move it away.`, error)
    throw unavailable(file, error)
  }
}
