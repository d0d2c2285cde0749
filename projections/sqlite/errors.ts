import { DocumentStoreUnavailable } from '../documents.ts'

// Primary result codes of SQLite (sqlite.org/rescode.html): BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL,
// CANTOPEN, NOTADB. What is not here is a fault of ours.
const damaged = new Set([11, 26])
const unavailable = new Set([5, 6, 7, 8, 10, 11, 13, 14, 26])

const resultCode = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : null

/** The file is not what it was: views are rebuilt from the log. */
export const isDamaged = (error: unknown): boolean => damaged.has(resultCode(error) ?? 0)

/** What to throw in place of an error of the engine. */
export const asStoreError = (path: string, error: unknown): unknown => {
  const code = resultCode(error)
  if (code === null || !unavailable.has(code) || !(error instanceof Error)) return error
  const advice = damaged.has(code) ? ' Move it away: views are rebuilt from the log.' : ''
  return new DocumentStoreUnavailable(`${path} cannot be used now: ${error.message}.${advice}`, {
    cause: error,
  })
}
