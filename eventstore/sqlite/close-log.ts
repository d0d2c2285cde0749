/** Closing a log for ever: nothing is appended to it while it is copied elsewhere, nor after. */
import { DatabaseSync } from 'node:sqlite'
import { StoreUnavailable } from '../port.ts'
import { isBusy } from './errors.ts'

/** Milliseconds for which other processes are waited for. */
const patience = 10_000

export interface HeldLog {
  /** Ends all appends to the file, also those of processes that have it open; they are told `why`. */
  closeForEver(why: string): void
  /** Lets go of it. What was not closed for ever takes appends again. */
  [Symbol.dispose](): void
}

/**
 * Holds off all appends to a log, of any process; reads go on.
 * @throws {StoreUnavailable} where another process writes and does not stop
 */
export const holdLog = (file: string): HeldLog => {
  const database = new DatabaseSync(file, { timeout: patience })
  try {
    database.exec('BEGIN IMMEDIATE')
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw error
    throw new StoreUnavailable(`Another process writes to ${file}. Stop it, then run this again.`, {
      cause: error,
    })
  }
  return {
    closeForEver: (why) => {
      const message = why.replaceAll("'", "''")
      database.exec(
        `CREATE TRIGGER IF NOT EXISTS closed BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, '${message}'); END`,
      )
      database.exec('COMMIT')
    },
    [Symbol.dispose]: () => {
      // An open transaction is rolled back.
      database.close()
    },
  }
}
