/** The key store's SQLite file, `keys.db`: opening it, and refusing it where its keys cannot be read. */
import { randomBytes } from 'node:crypto'
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { decrypt, encrypt, keyLength, pack, unpack } from './aead.ts'

const formatVersion = 1
const patienceMs = 10_000

/**
 * `handle` is all that a sealed value names. A destroyed key leaves its handle in one table and whom it was
 * for in another, so that nothing leads from a sealed value to a person any more.
 */
const tables = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE keys (handle TEXT PRIMARY KEY, subject TEXT NOT NULL, purpose TEXT NOT NULL, wrapped BLOB NOT NULL,
    UNIQUE (subject, purpose)) STRICT, WITHOUT ROWID;
  CREATE TABLE destroyed_handles (handle TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE forgotten_subjects (subject TEXT NOT NULL, purpose TEXT NOT NULL,
    PRIMARY KEY (subject, purpose)) STRICT, WITHOUT ROWID;
`

/** The key store cannot be used as it is. The message says why and what to do. Nothing was changed. */
export class KeyStoreRefused extends Error {
  override readonly name = 'KeyStoreRefused'
}

const userVersion = (database: DatabaseSync): number =>
  Number(database.prepare('PRAGMA user_version').get()?.user_version)

const create = (database: DatabaseSync): void => {
  database.exec('BEGIN IMMEDIATE')
  if (userVersion(database) === 0) database.exec(`${tables} PRAGMA user_version = ${formatVersion};`)
  database.exec('COMMIT')
}

/** Whether the file holds keys already, and so must be read with the master key that it was made with. */
export const holdsKeys = (file: string): boolean => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0

/** An empty file that only its owner may read, with the folder it is in; what is there stays. */
export const makePrivateFile = (file: string): void => {
  mkdirSync(dirname(file), { recursive: true })
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
}

/** @throws {KeyStoreRefused} where the file is of a newer version */
export const openKeyFile = (file: string): DatabaseSync => {
  makePrivateFile(file)
  const database = new DatabaseSync(file, { timeout: patienceMs })
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON')
    // What is deleted is overwritten, so that a destroyed key is not found in the file.
    database.exec('PRAGMA secure_delete = ON')
    if (userVersion(database) === 0) create(database)
    const found = userVersion(database)
    if (found > formatVersion) {
      throw new KeyStoreRefused(
        `${file} was written by a newer version of Tributary (format ${found}; this one knows up to ${formatVersion}). ` +
          'Start a version at least as new, or name another data folder.',
      )
    }
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * The key of the deployment that hashes identities, wrapped by the master key; made at first use. Reading it
 * is also what shows whether the master key is the right one.
 * @throws {KeyStoreRefused} where it is not
 */
export const readIdentityKey = (database: DatabaseSync, file: string, masterKey: Uint8Array): Buffer => {
  const wrapped = pack(encrypt(masterKey, 'identity-key', randomBytes(keyLength)))
  database.prepare(`INSERT INTO meta VALUES ('identity-key', ?) ON CONFLICT DO NOTHING`).run(wrapped)
  const value = database.prepare(`SELECT value FROM meta WHERE name = 'identity-key'`).get()?.value
  const key = value instanceof Uint8Array ? decrypt(masterKey, 'identity-key', unpack(value)) : null
  if (key) return key
  throw new KeyStoreRefused(
    `The master key is not the one that ${file} was made with. Put the right one into TRIBUTARY_MASTER_KEY or master.key.`,
  )
}
