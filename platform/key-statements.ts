import type { DatabaseSync } from 'node:sqlite'

/** A key as it is kept: wrapped. */
export interface KeyRow {
  readonly handle: string
  readonly subject: string
  readonly purpose: string
  readonly wrapped: Uint8Array
}

const keyRow = (row: Record<string, unknown> | undefined): KeyRow | undefined => {
  if (!row) return undefined
  const { handle, subject, purpose, wrapped } = row
  if (
    typeof handle === 'string' &&
    typeof subject === 'string' &&
    typeof purpose === 'string' &&
    wrapped instanceof Uint8Array
  ) {
    return { handle, subject, purpose, wrapped }
  }
  throw new TypeError('A row of keys.db does not have the shape that was written.')
}

/** What the key store asks of its file, prepared once. */
export const keyStatements = (database: DatabaseSync) => {
  const find = database.prepare('SELECT * FROM keys WHERE subject = ? AND purpose = ?')
  const findHandle = database.prepare('SELECT * FROM keys WHERE handle = ?')
  const insert = database.prepare('INSERT INTO keys (handle, subject, purpose, wrapped) VALUES (?, ?, ?, ?)')
  const remove = database.prepare('DELETE FROM keys WHERE handle = ?')
  const addDestroyed = database.prepare('INSERT INTO destroyed_handles VALUES (?)')
  const findDestroyed = database.prepare('SELECT 1 FROM destroyed_handles WHERE handle = ?')
  const addForgotten = database.prepare('INSERT INTO forgotten_subjects VALUES (?, ?) ON CONFLICT DO NOTHING')
  const findForgotten = database.prepare('SELECT 1 FROM forgotten_subjects WHERE subject = ? AND purpose = ?')
  const dataVersion = database.prepare('PRAGMA data_version')

  return {
    find: (subject: string, purpose: string) => keyRow(find.get(subject, purpose)),
    findHandle: (handle: string) => keyRow(findHandle.get(handle)),
    insert: (handle: string, subject: string, purpose: string, wrapped: Uint8Array) =>
      insert.run(handle, subject, purpose, wrapped),
    destroy: (handle: string) => {
      remove.run(handle)
      addDestroyed.run(handle)
    },
    isDestroyed: (handle: string) => findDestroyed.get(handle) !== undefined,
    forget: (subject: string, purpose: string) => addForgotten.run(subject, purpose),
    isForgotten: (subject: string, purpose: string) => findForgotten.get(subject, purpose) !== undefined,
    /** Changes whenever another connection has committed. */
    dataVersion: () => dataVersion.get()?.data_version,
  }
}
