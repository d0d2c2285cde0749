import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import {
  type DocumentStore,
  DocumentStoreTooNew,
  DocumentStoreUnavailable,
  type Generation,
  GenerationBehind,
  GenerationGone,
  InvalidDocument,
  type ProjectionSpec,
} from '../documents.ts'
import { isBehind } from '../order.ts'
import { checkPartitions, furthestOf, leastOf } from '../partitions.ts'
import { checkSpec } from '../spec.ts'
import { Catalogue, type Entry } from './catalogue.ts'
import { Connection } from './connection.ts'
import { isDamaged } from './errors.ts'
import { SqliteGeneration } from './generation.ts'
import { SqliteLeases } from './leases.ts'
import { createIndexes, createTables, schemaVersion } from './schema.ts'
import { createIndexesIn, flushFile } from './seal.ts'

export interface SqliteDocumentStoreOptions {
  /** The catalogue, by custom `views.db`. Generations stand beside it, in a folder of the same name without the ending. */
  readonly path: string
  /** How long a replaced generation still answers reads, in milliseconds; default 10,000. */
  readonly graceMs?: number
}

const endings = ['', '-wal', '-shm', '-journal']

const makeFolder = (path: string): void => {
  try {
    mkdirSync(path, { recursive: true })
  } catch (cause) {
    throw new DocumentStoreUnavailable(`The folder ${path} cannot be made.`, { cause })
  }
}

/**
 * Views in SQLite: a catalogue of the generations, and each generation in a file of its own. So a rebuild, in this
 * process or another, holds no lock that live writes or reads wait for, may do without journal and fsync until it
 * is sealed, and is dropped by removing files. Any number of processes may read and write at once.
 */
class SqliteDocumentStore implements DocumentStore {
  readonly leases: SqliteLeases
  readonly #folder: string
  readonly #graceMs: number
  readonly #catalogue: Catalogue
  /** Open generations by id, live, building or in their grace. */
  readonly #open = new Map<string, SqliteGeneration>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  /** Under way, for `close` to wait for. */
  readonly #drops = new Set<Promise<void>>()

  constructor({ path, graceMs = 10_000 }: SqliteDocumentStoreOptions) {
    const { dir, name, ext } = parse(path)
    this.#folder = join(dir, ext === '' ? `${name}-generations` : name)
    this.#graceMs = graceMs
    makeFolder(dirname(path))
    makeFolder(this.#folder)
    this.#catalogue = new Catalogue(path)
    this.leases = new SqliteLeases(path)
  }

  async live(projection: string): Promise<Generation | null> {
    for (;;) {
      const id = this.#catalogue.live(projection)
      const generation = id === null ? null : this.#handle(id)
      // Its file may vanish between the two looks, where another process replaces it.
      if (generation || this.#catalogue.live(projection) === id) return generation
    }
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
      if (projection === entry.spec.name && this.#catalogue.state(other) !== 'building') this.#later(other)
    this.#open.set(id, generation)
    return generation
  }

  #openFile(entry: Entry, path: string): SqliteGeneration | null {
    try {
      const connection = new Connection(path)
      const found = connection.userVersion
      if (found === schemaVersion)
        return new SqliteGeneration(entry, path, connection, 'durable', () =>
          this.#catalogue.takesWrites(entry.id),
        )
      connection.close()
      if (found > schemaVersion) throw new DocumentStoreTooNew(path, found, schemaVersion)
      return null
    } catch (error) {
      if (error instanceof Error && isDamaged(error.cause)) return null
      throw error
    }
  }

  async begin(
    spec: ProjectionSpec,
    options: { readonly bulk?: boolean; readonly partitions?: number } = {},
  ): Promise<Generation> {
    checkSpec(spec)
    const partitions = checkPartitions(options.partitions ?? 1)
    const id = `${spec.name}-v${spec.version}-${randomBytes(5).toString('hex')}`
    const path = this.#path(id)
    const mode = options.bulk ? 'bulk' : 'durable'
    // Known before it exists, so that a sweep elsewhere never takes its file for an orphan.
    this.#catalogue.add(id, spec, partitions)
    const connection = new Connection(path, mode)
    const takesWrites = () => this.#catalogue.takesWrites(id)
    const generation = new SqliteGeneration({ id, spec, partitions }, path, connection, mode, takesWrites)
    this.#open.set(id, generation)
    try {
      connection.transaction('IMMEDIATE', () => {
        createTables(connection.db, spec)
        if (!options.bulk)
          for (const index of spec.collections.flatMap(createIndexes)) connection.db.exec(index)
      })
    } catch (error) {
      await this.#drop(id)
      throw error
    }
    return generation
  }

  async seal(generation: Generation): Promise<void> {
    const sealed = this.#ours(generation)
    const indexes = sealed.isBulk ? sealed.collections.flatMap(createIndexes) : []
    const path = this.#path(sealed.id)
    sealed.suspend()
    await createIndexesIn(path, indexes)
    await flushFile(path)
    sealed.reopen()
  }

  async publish(generation: Generation, token?: number): Promise<void> {
    const next = this.#ours(generation)
    if (next.isBulk) await this.seal(next)
    for (;;) {
      const before = this.#catalogue.live(next.projection)
      if (before === next.id) return
      if (this.#catalogue.state(next.id) !== 'building') throw new GenerationGone(next.id)
      const old = before === null ? null : this.#handle(before)
      const swap = () => this.#catalogue.publish(next.projection, next.id, before, Date.now(), token)
      // Nobody can move the old one on between the comparison and the swap.
      const swapped = old ? old.whileLocked(() => this.#notBehind(next, old) && swap()) : swap()
      if (!swapped) continue
      if (before !== null) this.#later(before)
      return
    }
  }

  #notBehind(next: SqliteGeneration, old: SqliteGeneration): boolean {
    const [at, was] = [leastOf(next.readCheckpoints()), furthestOf(old.readCheckpoints())]
    if (isBehind(at, was)) throw new GenerationBehind(next.id, at?.position ?? null, was?.position ?? null)
    return true
  }

  async discard(generation: Generation): Promise<void> {
    const { id } = this.#ours(generation)
    if (this.#catalogue.state(id) === 'live')
      throw new InvalidDocument(`Generation ${id} is live: it cannot be discarded.`)
    await this.#drop(id)
  }

  async sweep(): Promise<number> {
    const leftovers = this.#catalogue.leftovers(Date.now() - this.#graceMs)
    for (const { id } of leftovers) await this.#drop(id)
    const known = new Set(this.#catalogue.entries().map(({ id }) => id))
    const orphans = new Set(
      readdirSync(this.#folder)
        .filter((file) => /\.db(-wal|-shm|-journal)?$/.test(file))
        .map((file) => file.slice(0, file.lastIndexOf('.db')))
        .filter((id) => !known.has(id)),
    )
    for (const id of orphans) await this.#remove(id)
    const owners = await this.leases.owners()
    this.leases.forget(owners.filter(({ isGone }) => isGone).map(({ owner }) => owner))
    return leftovers.length + orphans.size
  }

  async close(): Promise<void> {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    await Promise.allSettled(this.#drops)
    for (const id of this.#open.keys()) {
      if (this.#catalogue.state(id) === 'building') await this.#drop(id)
      else this.#close(id)
    }
    this.leases.close()
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

  /** Drops a generation that was replaced, here or by another process, once its grace is over. */
  #later(id: string): void {
    clearTimeout(this.#timers.get(id))
    const timer = setTimeout(() => {
      this.#timers.delete(id)
      // What cannot be dropped now is left for the next sweep: nobody waits for this.
      const drop = this.#drop(id)
        .catch(() => undefined)
        .finally(() => this.#drops.delete(drop))
      this.#drops.add(drop)
    }, this.#graceMs)
    this.#timers.set(id, timer.unref())
  }

  #close(id: string): void {
    this.#open.get(id)?.close()
    this.#open.delete(id)
  }

  /** The files first: while the catalogue knows them, a crash in between is no leak. */
  async #drop(id: string): Promise<void> {
    this.#close(id)
    await this.#remove(id)
    this.#catalogue.remove(id)
  }

  async #remove(id: string): Promise<void> {
    for (const ending of endings) await rm(this.#path(id) + ending, { force: true })
  }
}

/** @throws {DocumentStoreTooNew | DocumentStoreUnavailable} */
export const openSqliteDocumentStore = (options: SqliteDocumentStoreOptions): DocumentStore =>
  new SqliteDocumentStore(options)
