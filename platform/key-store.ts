/**
 * Keys for personal data: one per subject and purpose, wrapped by the master key, in a SQLite file of their
 * own with a backup of its own. Destroying a key is what forgetting means: what it sealed, wherever that was
 * copied to, stays closed for ever, and no key is ever made again for the same subject and purpose.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import { decrypt, encrypt, keyLength, pack, unpack } from './aead.ts'
import { idOf } from './ids.ts'
import { holdsKeys, makePrivateFile, openKeyFile, readIdentityKey } from './key-file.ts'
import { keyStatements } from './key-statements.ts'
import { readMasterKey } from './master-key.ts'

/** `handle` names the key in what it sealed, and says nothing of the subject. */
export interface DataKey {
  readonly handle: string
  readonly purpose: string
  readonly key: Buffer
}

/** The key for this subject and purpose was destroyed; none will be made again. */
export class KeyDestroyed extends Error {
  override readonly name = 'KeyDestroyed'
  constructor(purpose: string) {
    super(`The key of this subject for ${purpose} was destroyed: nothing can be sealed for it any more.`)
  }
}

export interface KeyStore {
  /**
   * The key of a subject for a purpose, made and on the disk by the time this resolves.
   * @throws {KeyDestroyed} (rejects)
   */
  keyFor(subject: string, purpose: string): Promise<DataKey>
  /** The key that a sealed value names; `DESTROYED`; or `UNKNOWN`, where this store never had it. */
  keyOf(handle: string): DataKey | 'DESTROYED' | 'UNKNOWN'
  /** Destroys the key of a subject for a purpose, or the chance of ever having one. On the disk on return. */
  destroy(subject: string, purpose: string): void
  /** Hashes identities; the same for the life of the deployment. */
  readonly identityKey: Buffer
  /** Writes one consistent copy of the key file, while it is in use. It needs the same master key. */
  backupTo(file: string): Promise<void>
  close(): void
}

interface Wanted {
  readonly subject: string
  readonly purpose: string
  readonly resolve: (key: DataKey) => void
  readonly reject: (error: unknown) => void
}

/** Most keys held in memory, unwrapped. */
const cacheSize = 20_000

const nameOf = (subject: string, purpose: string): string => JSON.stringify([subject, purpose])

class SqliteKeyStore implements KeyStore {
  readonly identityKey: Buffer
  readonly #database: DatabaseSync
  readonly #masterKey: Buffer
  readonly #sql: ReturnType<typeof keyStatements>
  readonly #byName = new Map<string, DataKey>()
  readonly #byHandle = new Map<string, DataKey>()
  #dataVersion: unknown
  #wanted: Wanted[] = []

  constructor(database: DatabaseSync, masterKey: Buffer, identityKey: Buffer) {
    this.#database = database
    this.#masterKey = masterKey
    this.identityKey = identityKey
    this.#sql = keyStatements(database)
  }

  keyFor(subject: string, purpose: string): Promise<DataKey> {
    this.#dropStaleCache()
    const cached = this.#byName.get(nameOf(subject, purpose))
    if (cached) return Promise.resolve(cached)
    return new Promise((resolve, reject) => {
      // Keys that are asked for in the same turn share one commit.
      if (this.#wanted.length === 0) setImmediate(() => this.#makeWanted())
      this.#wanted.push({ subject, purpose, resolve, reject })
    })
  }

  keyOf(handle: string): DataKey | 'DESTROYED' | 'UNKNOWN' {
    this.#dropStaleCache()
    const cached = this.#byHandle.get(handle)
    if (cached) return cached
    const row = this.#sql.findHandle(handle)
    if (row) return this.#unwrap(row.subject, row)
    return this.#sql.isDestroyed(handle) ? 'DESTROYED' : 'UNKNOWN'
  }

  destroy(subject: string, purpose: string): void {
    this.#inTransaction(() => {
      const row = this.#sql.find(subject, purpose)
      if (row) this.#sql.destroy(row.handle)
      this.#sql.forget(subject, purpose)
    })
    this.#clearCache()
    // The write-ahead log still has the page with the key: empty it.
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  async backupTo(file: string): Promise<void> {
    makePrivateFile(file)
    await backup(this.#database, file)
  }

  close(): void {
    for (const { reject } of this.#wanted.splice(0)) reject(new Error('The key store was closed.'))
    this.#clearCache()
    this.#database.close()
  }

  #makeWanted(): void {
    const wanted = this.#wanted.splice(0)
    if (wanted.length === 0) return
    try {
      const keys = this.#inTransaction(() =>
        wanted.map(({ subject, purpose }) => this.#findOrMake(subject, purpose)),
      )
      for (const [index, { subject, purpose, resolve, reject }] of wanted.entries()) {
        const key = keys[index]
        if (!key) reject(new KeyDestroyed(purpose))
        else resolve(this.#remember(subject, key))
      }
    } catch (error) {
      this.#clearCache()
      for (const { reject } of wanted) reject(error)
    }
  }

  /** Null where it was destroyed. */
  #findOrMake(subject: string, purpose: string): DataKey | null {
    const row = this.#sql.find(subject, purpose)
    if (row) return this.#unwrap(subject, row)
    if (this.#sql.isForgotten(subject, purpose)) return null
    // Random, and not by time: when a key was made would tell whose it was.
    const handle = idOf('key', randomUUID())
    const key = randomBytes(keyLength)
    this.#sql.insert(handle, subject, purpose, pack(encrypt(this.#masterKey, handle, key)))
    return { handle, purpose, key }
  }

  #unwrap(
    subject: string,
    row: { readonly handle: string; readonly purpose: string; readonly wrapped: Uint8Array },
  ) {
    const key = decrypt(this.#masterKey, row.handle, unpack(row.wrapped))
    if (!key)
      throw new Error(`The key ${row.handle} in the key store is damaged. Restore keys.db from its backup.`)
    return this.#remember(subject, { handle: row.handle, purpose: row.purpose, key })
  }

  #remember(subject: string, key: DataKey): DataKey {
    const cached = this.#byHandle.get(key.handle)
    if (cached) return cached
    if (this.#byHandle.size >= cacheSize) this.#clearCache()
    this.#byHandle.set(key.handle, key)
    this.#byName.set(nameOf(subject, key.purpose), key)
    return key
  }

  #clearCache(): void {
    this.#byHandle.clear()
    this.#byName.clear()
  }

  /** Another process may have destroyed a key: SQLite says when any other connection has written. */
  #dropStaleCache(): void {
    const version = this.#sql.dataVersion()
    if (version !== this.#dataVersion) this.#clearCache()
    this.#dataVersion = version
  }

  #inTransaction<Result>(work: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }
}

/**
 * Opens `keys.db` in the data folder. `masterKey`: 32 bytes; null, where it is kept in the folder too.
 * @throws {KeyStoreRefused | SecretExposed}
 */
export const openKeyStore = (dataFolder: string, masterKey: Buffer | null = null): KeyStore => {
  const file = join(dataFolder, 'keys.db')
  const master = masterKey ?? readMasterKey(dataFolder, !holdsKeys(file))
  const database = openKeyFile(file)
  try {
    return new SqliteKeyStore(database, master, readIdentityKey(database, file, master))
  } catch (error) {
    database.close()
    throw error
  }
}
