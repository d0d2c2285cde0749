/** What SQLite and the file system report, in the port's words. */
import { StoreUnavailable } from '../port.ts'

/** The log was written by a newer version of the program. Nothing was changed. */
export class DataFolderTooNew extends Error {
  override readonly name = 'DataFolderTooNew'
  readonly file: string
  readonly found: number
  readonly known: number
  constructor(file: string, found: number, known: number) {
    super(
      `${file} was written by a newer version of Tributary: its format is ${found}, this version knows up to ${known}. Start a version at least as new as the one that wrote it, or name another data folder. Nothing was changed.`,
    )
    this.file = file
    this.found = found
    this.known = known
  }
}

/** The file that should be the log is something else. Nothing was changed. */
export class NotALog extends Error {
  override readonly name = 'NotALog'
  readonly file: string
  constructor(file: string, what: string, cause?: unknown) {
    super(
      `${file} is no Tributary log: ${what}. Name another data folder, or move the file away. Nothing was changed.`,
      { cause },
    )
    this.file = file
  }
}

interface SqliteError extends Error {
  readonly errcode: number
}

const isSqliteError = (error: unknown): error is SqliteError =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'

/** Primary result codes of SQLite that are told apart here (https://sqlite.org/rescode.html). */
export const resultCode = { busy: 5, locked: 6, corrupt: 11, full: 13, notADatabase: 26 } as const

/** SQLite's primary result code, or undefined where the error is not SQLite's. */
export const resultCodeOf = (error: unknown): number | undefined =>
  isSqliteError(error) ? error.errcode & 0xff : undefined

export const isBusy = (error: unknown): boolean => {
  const code = resultCodeOf(error)
  return code === resultCode.busy || code === resultCode.locked
}

const advice = (code: number | undefined): string => {
  switch (code) {
    case resultCode.full:
      return 'The disk is full. Free some space; nothing needs to be restarted.'
    case resultCode.busy:
    case resultCode.locked:
      return 'Another process holds the log. End it, or wait until it is done.'
    default:
      return 'See the cause, and check the disk and the rights on the data folder.'
  }
}

/** @param did what could not be done, as in "The append" */
export const unavailable = (did: string, file: string, cause: unknown): StoreUnavailable => {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new StoreUnavailable(
    `${did} failed on ${file} (${reason}). Nothing was changed. ${advice(resultCodeOf(cause))}`,
    { cause },
  )
}
