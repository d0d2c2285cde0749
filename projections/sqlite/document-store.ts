import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import {
  type DocumentStore,
  DocumentStoreTooNew,
  type Generation,
  GenerationBehind,
  GenerationGone,
  InvalidDocument,
  type ProjectionSpec,
} from '../documents.ts'
import { isBehind } from '../order.ts'
import { checkSpec } from '../spec.ts'
import { Catalogue, type Entry } from './catalogue.ts'
import { Connection } from './connection.ts'
import { isDamaged } from './errors.ts'
import { SqliteGeneration } from './generation.ts'
import { createIndexes, createTables, schemaVersion } from './schema.ts'

export interface SqliteDocumentStoreOptions {
  /** The catalogue, by custom `views.db`. Generations stand beside it, in a folder of the same name without the ending. */
  readonly path: string
  /** How long a replaced generation still answers reads, in milliseconds; default 10,000. */
  readonly graceMs?: number
}

const endings = ['', '-wal', '-shm', '-journal']

const flush = async (path: string): Promise<void> => {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Views in SQLite: a catalogue of the generations, and each generation in a file of its own. So a rebuild, in this
 * process or another, holds no lock that live writes or reads wait for, may do without journal and fsync until it
 * is sealed, and is dropped by removing files. Any number of processes may read and write at once.
 */
class SqliteDocumentStore implements DocumentStore {
  readonly #folder: string
  readonly #graceMs: number
  readonly #catalogue: Catalogue
  /** Open generations by id, live, building or in their grace. */
  readonly #open = new Map<string, SqliteGeneration>()
  readonly #timers = new Map<string, NodeJS.Timeout>()

  constructor({ path, graceMs = 10_000 }: SqliteDocumentStoreOptions) {
    const { dir, name, ext } = parse(path)
    this.#folder = join(dir, ext === '' ? `${name}-generations` : name)
    this.#graceMs = graceMs
    mkdirSync(dirname(path), { recursive: true })
    this.#catalogue = new Catalogue(path)
    mkdirSync(this.#folder, { recursive: true })
  }

  async live(projection: string): Promise<Generation | null> {
    const id = this.#catalogue.live(projection)
    return id === null ? null : this.#handle(id)
  }

  /** The open generation; null where its file is missing or damaged: then it counts as never built. */
  #handle(id: string): SqliteGeneration | null {
    const known = this.#open.get(id)
    if (known) return known
    const entry = this.#catalogue.entry(id)
    const path = this.#path(id)
    if (!entry || !existsSync(path)) return null
    const generation = this.#openFile(entry, path)
    if (!generation) return null
    for (const [other, { projection }] of this.#open)
      if (projection === entry.spec.name && this.#catalogue.state(other) !== 'building')
        this.#later(other, false)
    this.#open.set(id, generation)
    return generation
  }

  #openFile({ id, spec }: Entry, path: string): SqliteGeneration | null {
    try {
      const connection = new Connection(path)
      const found = connection.userVersion
      if (found === schemaVersion)
        return new SqliteGeneration(id, spec, path, connection, 'durable', () =>
          this.#catalogue.takesWrites(id),
        )
      connection.close()
      if (found > schemaVersion) throw new DocumentStoreTooNew(path, found, schemaVersion)
      return null
    } catch (error) {
      if (error instanceof Error && isDamaged(error.cause)) return null
      throw error
    }
  }

  async begin(spec: ProjectionSpec, options: { readonly bulk?: boolean } = {}): Promise<Generation> {
    checkSpec(spec)
    const id = `${spec.name}-v${spec.version}-${randomBytes(5).toString('hex')}`
    const path = this.#path(id)
    const mode = options.bulk ? 'bulk' : 'durable'
    // Known before it exists, so that a sweep elsewhere never takes its file for an orphan.
    this.#catalogue.add(id, spec)
    const connection = new Connection(path, mode)
    const takesWrites = () => this.#catalogue.takesWrites(id)
    const generation = new SqliteGeneration(id, spec, path, connection, mode, takesWrites)
    this.#open.set(id, generation)
    try {
      connection.transaction('IMMEDIATE', () => {
        createTables(connection.db, spec)
        if (!options.bulk)
          for (const index of spec.collections.flatMap(createIndexes)) connection.db.exec(index)
      })
    } catch (error) {
      this.#drop(id)
      throw error
    }
    return generation
  }

  async seal(generation: Generation): Promise<void> {
    const sealed = this.#ours(generation)
    if (sealed.isBulk) {
      for (let index = 0, left = 1; left > 0; index++) {
        left = sealed.createIndex(index)
        await setImmediate()
      }
    }
    // Closed while it is flushed: closing any descriptor of a file drops the locks that SQLite holds on it.
    sealed.suspend()
    await flush(this.#path(sealed.id))
    await flush(this.#folder)
    sealed.reopen()
  }

  async publish(generation: Generation): Promise<void> {
    const next = this.#ours(generation)
    if (next.isBulk) await this.seal(next)
    for (;;) {
      const before = this.#catalogue.live(next.projection)
      if (before === next.id) return
      if (this.#catalogue.state(next.id) !== 'building') throw new GenerationGone(next.id)
      const old = before === null ? null : this.#handle(before)
      const swap = () => this.#catalogue.publish(next.projection, next.id, before, Date.now())
      // Nobody can move the old one on between the comparison and the swap.
      const swapped = old ? old.whileLocked(() => this.#notBehind(next, old) && swap()) : swap()
      if (!swapped) continue
      if (before !== null) this.#later(before, true)
      return
    }
  }

  #notBehind(next: SqliteGeneration, old: SqliteGeneration): boolean {
    const [at, was] = [next.readCheckpoint(), old.readCheckpoint()]
    if (isBehind(at, was)) throw new GenerationBehind(next.id, at?.position ?? null, was?.position ?? null)
    return true
  }

  async discard(generation: Generation): Promise<void> {
    const { id } = this.#ours(generation)
    if (this.#catalogue.state(id) === 'live')
      throw new InvalidDocument(`Generation ${id} is live: it cannot be discarded.`)
    this.#drop(id)
  }

  async sweep(): Promise<number> {
    const leftovers = this.#catalogue.leftovers(Date.now() - this.#graceMs)
    for (const { id } of leftovers) this.#drop(id)
    const known = new Set(this.#catalogue.entries().map(({ id }) => id))
    const orphans = new Set(
      readdirSync(this.#folder)
        .filter((file) => /\.db(-wal|-shm|-journal)?$/.test(file))
        .map((file) => file.slice(0, file.lastIndexOf('.db')))
        .filter((id) => !known.has(id)),
    )
    for (const id of orphans) this.#remove(id)
    return leftovers.length + orphans.size
  }

  async close(): Promise<void> {
    for (const [id, timer] of this.#timers) {
      clearTimeout(timer)
      if (this.#catalogue.state(id) === 'retired') this.#drop(id)
    }
    for (const [id, generation] of this.#open) {
      if (this.#catalogue.state(id) === 'building') this.#drop(id)
      else generation.close()
    }
    this.#open.clear()
    this.#catalogue.close()
  }

  #ours(generation: Generation): SqliteGeneration {
    const known = this.#open.get(generation.id)
    if (!known || known !== generation) throw new GenerationGone(generation.id)
    return known
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.db`)
  }

  /** After the grace: closes the handle of a replaced generation, and removes its files where we replaced it. */
  #later(id: string, remove: boolean): void {
    clearTimeout(this.#timers.get(id))
    const timer = setTimeout(() => {
      this.#timers.delete(id)
      try {
        if (remove) this.#drop(id)
        else this.#close(id)
      } catch {
        // Left for the next sweep: nobody waits for this.
      }
    }, this.#graceMs)
    this.#timers.set(id, timer.unref())
  }

  #close(id: string): void {
    this.#open.get(id)?.close()
    this.#open.delete(id)
  }

  #drop(id: string): void {
    this.#close(id)
    this.#remove(id)
    this.#catalogue.remove(id)
  }

  #remove(id: string): void {
    for (const ending of endings) rmSync(this.#path(id) + ending, { force: true })
  }
}

/** @throws {DocumentStoreTooNew | DocumentStoreUnavailable} */
export const openSqliteDocumentStore = (options: SqliteDocumentStoreOptions): DocumentStore =>
  new SqliteDocumentStore(options)
