import { z } from 'zod'
import type { LeaseState, Leases } from '../leases.ts'
import { Connection } from './connection.ts'
import { isAlive, nameWithin } from './owner.ts'

/** Within the transaction that makes the rest of the catalogue. */
export const ensureLeaseTables = (connection: Connection): void =>
  connection.db.exec(`
    CREATE TABLE owners (owner TEXT PRIMARY KEY NOT NULL, role TEXT NOT NULL, beats INTEGER NOT NULL) STRICT;
    CREATE TABLE leases (name TEXT PRIMARY KEY NOT NULL, owner TEXT, token INTEGER NOT NULL) STRICT;
  `)

const stateShape = z.object({ owner: z.string().nullable(), token: z.number() })
const ownerShape = z.object({ owner: z.string(), role: z.string(), beats: z.number() })

const stateOf = (connection: Connection, name: string): LeaseState => {
  const row = connection.run(() =>
    connection.prepare('SELECT owner, token FROM leases WHERE name = ?').get(name),
  )
  return row === undefined ? { owner: null, token: 0 } : stateShape.parse(row)
}

export const tokenOf = (connection: Connection, name: string): number => stateOf(connection, name).token

/**
 * Owners and named leases, in the catalogue's file but on a connection of their own, which does not flush: beats are
 * many, and after a loss of power nobody holds a lease any more.
 */
export class SqliteLeases implements Leases {
  readonly #connection: Connection

  /** @throws {DocumentStoreUnavailable} */
  constructor(path: string) {
    this.#connection = new Connection(path)
  }

  nameOwner(): string {
    return nameWithin()
  }

  async beat(owner: string, role: string): Promise<void> {
    this.#connection.run(() =>
      this.#connection
        .prepare(
          'INSERT INTO owners (owner, role, beats) VALUES (?, ?, 1) ON CONFLICT (owner) DO UPDATE SET beats = beats + 1',
        )
        .run(owner, role),
    )
  }

  async leave(owner: string): Promise<void> {
    this.forget([owner])
  }

  async owners() {
    const rows = this.#connection.run(() => this.#connection.prepare('SELECT * FROM owners').all())
    return rows.map((row) => {
      const found = ownerShape.parse(row)
      return { ...found, isGone: !isAlive(found.owner) }
    })
  }

  async state(name: string): Promise<LeaseState> {
    return stateOf(this.#connection, name)
  }

  async claim(name: string, owner: string, over: number): Promise<number | null> {
    return this.#connection.transaction('IMMEDIATE', () => {
      if (tokenOf(this.#connection, name) !== over) return null
      this.#connection
        .prepare(
          `INSERT INTO leases (name, owner, token) VALUES (?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, token = excluded.token`,
        )
        .run(name, owner, over + 1)
      return over + 1
    })
  }

  async release(name: string, token: number): Promise<void> {
    this.#connection.run(() =>
      this.#connection
        .prepare('UPDATE leases SET owner = NULL WHERE name = ? AND token = ?')
        .run(name, token),
    )
  }

  /** Owners that ended, in order or not. */
  forget(owners: readonly string[]): void {
    if (owners.length === 0) return
    this.#connection.transaction('IMMEDIATE', () => {
      for (const owner of owners) {
        this.#connection.prepare('DELETE FROM owners WHERE owner = ?').run(owner)
        this.#connection.prepare('UPDATE leases SET owner = NULL WHERE owner = ?').run(owner)
      }
    })
  }

  close(): void {
    this.#connection.close()
  }
}
