import { z } from 'zod'
import { DocumentStoreTooNew, type ProjectionSpec } from '../documents.ts'
import { buildLease, LeaseLost } from '../leases.ts'
import { Connection } from './connection.ts'
import { ensureLeaseTables, tokenOf } from './leases.ts'
import { isAlive, thisProcess } from './owner.ts'
import { schemaVersion } from './schema.ts'

export type State = 'building' | 'live' | 'retired'

/** A generation as the catalogue knows it; its documents are in a file of its own. */
export interface Entry {
  readonly id: string
  readonly spec: ProjectionSpec
  readonly partitions: number
  readonly state: State
  readonly owner: string
  /** Milliseconds since 1970; null until retired. */
  readonly retiredAt: number | null
}

const specShape = z.object({
  name: z.string(),
  version: z.number(),
  collections: z.array(
    z.object({
      name: z.string(),
      fields: z.record(z.string(), z.enum(['text', 'integer'])),
      indexes: z.array(z.array(z.string())),
      fixed: z.array(z.string()).optional(),
    }),
  ),
})

const rowShape = z.object({
  id: z.string(),
  spec: z.string(),
  partitions: z.number(),
  state: z.enum(['building', 'live', 'retired']),
  owner: z.string(),
  retired_at: z.number().nullable(),
})

const entryOf = (row: unknown): Entry => {
  const { id, spec, partitions, state, owner, retired_at } = rowShape.parse(row)
  return { id, spec: specShape.parse(JSON.parse(spec)), partitions, state, owner, retiredAt: retired_at }
}

/** Which generations there are and which one readers see: one small file beside theirs. */
export class Catalogue {
  readonly #connection: Connection

  /** @throws {DocumentStoreTooNew | DocumentStoreUnavailable} */
  constructor(path: string) {
    this.#connection = new Connection(path)
    try {
      this.#prepare(path)
    } catch (error) {
      this.#connection.close()
      throw error
    }
  }

  #prepare(path: string): void {
    // Which generation is live decides what may be deleted: this file is flushed at each change.
    this.#connection.run(() => this.#connection.db.exec('PRAGMA synchronous = FULL'))
    if (this.#connection.userVersion === schemaVersion) return
    this.#connection.transaction('IMMEDIATE', () => {
      const found = this.#connection.userVersion
      if (found > schemaVersion) throw new DocumentStoreTooNew(path, found, schemaVersion)
      if (found === schemaVersion) return
      // Of version 1, which knew no partitions. What it kept counts as never built, and is dropped once replaced.
      if (found === 1)
        this.#connection.db.exec('ALTER TABLE generations ADD COLUMN partitions INTEGER NOT NULL DEFAULT 1')
      else
        this.#connection.db.exec(`
          CREATE TABLE generations (
            id TEXT PRIMARY KEY NOT NULL, projection TEXT NOT NULL, spec TEXT NOT NULL, state TEXT NOT NULL,
            owner TEXT NOT NULL, retired_at INTEGER, partitions INTEGER NOT NULL
          ) STRICT;
          CREATE UNIQUE INDEX live ON generations (projection) WHERE state = 'live';
        `)
      ensureLeaseTables(this.#connection)
      this.#connection.db.exec(`PRAGMA user_version = ${schemaVersion}`)
    })
  }

  /** Id of the generation that readers of a projection see. */
  live(projection: string): string | null {
    const row = this.#connection.run(() =>
      this.#connection
        .prepare(`SELECT id FROM generations WHERE projection = ? AND state = 'live'`)
        .get(projection),
    )
    return typeof row?.id === 'string' ? row.id : null
  }

  state(id: string): State | null {
    return this.entry(id)?.state ?? null
  }

  /** Whether it may still be written to: asked within each write, so without parsing anything. */
  takesWrites(id: string): boolean {
    const row = this.#connection.run(() =>
      this.#connection.prepare(`SELECT 1 FROM generations WHERE id = ? AND state <> 'retired'`).get(id),
    )
    return row !== undefined
  }

  entry(id: string): Entry | null {
    const row = this.#connection.run(() =>
      this.#connection.prepare('SELECT * FROM generations WHERE id = ?').get(id),
    )
    return row ? entryOf(row) : null
  }

  entries(): readonly Entry[] {
    return this.#connection
      .run(() => this.#connection.prepare('SELECT * FROM generations').all())
      .map(entryOf)
  }

  add(id: string, spec: ProjectionSpec, partitions: number): void {
    const { name, version, collections } = spec
    this.#connection.run(() =>
      this.#connection
        .prepare(
          `INSERT INTO generations (id, projection, spec, state, owner, partitions) VALUES (?, ?, ?, 'building', ?, ?)`,
        )
        .run(id, name, JSON.stringify({ name, version, collections }), thisProcess, partitions),
    )
  }

  /**
   * Swaps the pointer. False, and nothing done, where another was made live meanwhile or `id` is gone.
   * @throws {LeaseLost} where `token` is not that of the lease of those who build it any more
   */
  publish(
    projection: string,
    id: string,
    before: string | null,
    now: number,
    token: number | undefined,
  ): boolean {
    return this.#connection.transaction('IMMEDIATE', () => {
      const name = buildLease(projection)
      const found = tokenOf(this.#connection, name)
      if (token !== undefined && found !== token) throw new LeaseLost(name, token, found)
      if (this.live(projection) !== before || this.state(id) !== 'building') return false
      this.#connection
        .prepare(
          `UPDATE generations SET state = 'retired', retired_at = ? WHERE projection = ? AND state = 'live'`,
        )
        .run(now, projection)
      this.#connection.prepare(`UPDATE generations SET state = 'live' WHERE id = ?`).run(id)
      return true
    })
  }

  remove(id: string): void {
    this.#connection.run(() => this.#connection.prepare('DELETE FROM generations WHERE id = ?').run(id))
  }

  /** What nobody will ask for again: replaced before `retiredBefore`, or begun by a process that died. */
  leftovers(retiredBefore: number): readonly Entry[] {
    return this.entries().filter(
      ({ state, owner, retiredAt }) =>
        (state === 'retired' && (retiredAt ?? 0) <= retiredBefore) ||
        (state === 'building' && !isAlive(owner)),
    )
  }

  close(): void {
    this.#connection.close()
  }
}
