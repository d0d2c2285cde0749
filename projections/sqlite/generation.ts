import {
  type Checkpoint,
  type CollectionSpec,
  DocumentStoreUnavailable,
  type DocumentWrite,
  type Filter,
  type FindQuery,
  type Generation,
  GenerationGone,
  InvalidQuery,
  type LoadedDocument,
  type ParkedStream,
  type StoredDocument,
  type SumQuery,
  type SumRow,
} from '../documents.ts'
import { type Hold, type LeaseState, unclaimed } from '../leases.ts'
import { leastOf, mergeParked } from '../partitions.ts'
import {
  checkAtMost,
  checkKey,
  checkScan,
  checkSum,
  fieldOf,
  matcherOf,
  pageOf,
  parseDocument,
  safeSum,
} from '../spec.ts'
import type { Entry } from './catalogue.ts'
import { Connection } from './connection.ts'
import { checkHold, claimPartition, partitionLease, releasePartition } from './partition-leases.ts'
import { countSql, findSql, type Sql, sumSql } from './query.ts'
import { checkpointOf, numberOf, parkedOf, type Row, storedOf, textOf } from './rows.ts'
import { decodeField, encodeField, encodePosition, tableOf, upsert, upsertCheckpoint } from './schema.ts'

/** What is worked out once for each collection. */
interface Table {
  readonly spec: CollectionSpec
  readonly fields: readonly string[]
  readonly upsert: string
  /** As `upsert`, but leaving fixed fields; null where there are none. */
  readonly update: string | null
  readonly select: string
}

const tableFor = (spec: CollectionSpec): Table => ({
  spec,
  fields: Object.keys(spec.fields),
  upsert: upsert(spec, true),
  update: (spec.fixed ?? []).length === 0 ? null : upsert(spec, false),
  select: `SELECT key, CAST(position AS TEXT) AS position, document FROM ${tableOf(spec.name)} WHERE key = ?`,
})

/** A generation in a file of its own. */
export class SqliteGeneration implements Generation {
  readonly id: string
  readonly projection: string
  readonly version: number
  readonly partitions: number
  readonly collections: readonly CollectionSpec[]
  readonly #path: string
  readonly #takesWrites: () => boolean
  readonly #tables: ReadonlyMap<string, Table>
  #connection: Connection
  #mode: 'durable' | 'bulk'
  #closed = false

  constructor(
    { id, spec, partitions }: Pick<Entry, 'id' | 'spec' | 'partitions'>,
    path: string,
    connection: Connection,
    mode: 'durable' | 'bulk',
    takesWrites: () => boolean,
  ) {
    this.id = id
    this.projection = spec.name
    this.version = spec.version
    this.partitions = partitions
    this.collections = spec.collections
    this.#path = path
    this.#connection = connection
    this.#mode = mode
    this.#takesWrites = takesWrites
    this.#tables = new Map(spec.collections.map((collection) => [collection.name, tableFor(collection)]))
  }

  get isBulk(): boolean {
    return this.#mode === 'bulk'
  }

  /** @throws {GenerationGone} once it was dropped */
  #open(): Connection {
    if (this.#closed) throw new GenerationGone(this.id)
    if (!this.#connection.isOpen)
      throw new DocumentStoreUnavailable(`${this.#path} was left half written by a failed build. Discard it.`)
    return this.#connection
  }

  #table(collection: string): Table {
    const table = this.#tables.get(collection)
    if (!table) throw new InvalidQuery(`There is no collection ${JSON.stringify(collection)} here.`)
    return table
  }

  #all({ text: sql, values }: Sql): readonly Row[] {
    const connection = this.#open()
    return connection.run(() => connection.prepare(sql).all(...values))
  }

  async checkpoint(): Promise<Checkpoint | null> {
    return leastOf(this.readCheckpoints())
  }

  async checkpoints(): Promise<readonly (Checkpoint | null)[]> {
    return this.readCheckpoints()
  }

  readCheckpoints(): readonly (Checkpoint | null)[] {
    const rows = this.#all({
      text: `SELECT partition, epoch, CAST(position AS TEXT) AS position, event, recorded_at AS recordedAt, scanned FROM checkpoint`,
      values: [],
    })
    const found = new Map(rows.map(checkpointOf))
    return Array.from({ length: this.partitions }, (_, partition) => found.get(partition) ?? null)
  }

  async leases(): Promise<readonly LeaseState[]> {
    const connection = this.#open()
    return Array.from({ length: this.partitions }, (_, partition) => partitionLease(connection, partition))
  }

  async claim(partition: number, owner: string, over: number): Promise<number | null> {
    const connection = this.#open()
    return connection.transaction('IMMEDIATE', () => {
      if (!this.#takesWrites()) throw new GenerationGone(this.id)
      return claimPartition(connection, partition, owner, over)
    })
  }

  async release(hold: Hold): Promise<void> {
    releasePartition(this.#open(), hold)
  }

  /** Asked under the write lock, which whoever replaces this generation, or claims one of its partitions, takes too. */
  #check(connection: Connection, hold: Hold): void {
    if (!this.#takesWrites()) throw new GenerationGone(this.id)
    checkHold(connection, this.id, hold)
  }

  async load(collection: string, keys: readonly string[]): Promise<ReadonlyMap<string, LoadedDocument>> {
    const connection = this.#open()
    const select = connection.prepare(this.#table(collection).select)
    const loaded = new Map<string, LoadedDocument>()
    // In one transaction: taking and leaving the read lock costs more than most of the look-ups.
    connection.transaction('DEFERRED', () => {
      for (const key of keys) {
        const row = select.get(key)
        if (row)
          loaded.set(key, {
            position: textOf(row.position),
            document: row.document === null ? null : parseDocument(textOf(row.document)),
          })
      }
    })
    return loaded
  }

  async write(
    stages: readonly (readonly DocumentWrite[])[],
    checkpoint: Checkpoint,
    hold: Hold = unclaimed,
  ): Promise<void> {
    const connection = this.#open()
    try {
      connection.transaction('IMMEDIATE', () => {
        this.#check(connection, hold)
        for (const stage of stages) for (const write of stage) this.#put(connection, write)
        const { epoch, position, event, recordedAt, scanned } = checkpoint
        connection
          .prepare(upsertCheckpoint)
          .run(
            hold.partition,
            epoch,
            position === null ? null : encodePosition(position),
            event,
            recordedAt,
            scanned,
          )
      })
    } catch (error) {
      if (this.isBulk) connection.close()
      throw error
    }
  }

  #put(connection: Connection, { collection, key, position, document }: DocumentWrite): void {
    const { spec, fields, upsert, update } = this.#table(collection)
    checkKey(collection, key)
    const values: (string | number | bigint | null)[] = [key, encodePosition(position)]
    if (document === null) values.push(null, ...fields.map(() => null))
    else {
      values.push(JSON.stringify(document))
      for (const field of fields) values.push(encodeField(fieldOf(spec, field, key, document)))
    }
    // Nothing changed: it is a tombstone that is in the way, or a later document.
    if (document !== null && update !== null && connection.prepare(update).run(...values).changes !== 0)
      return
    connection.prepare(upsert).run(...values)
  }

  async get(collection: string, key: string): Promise<StoredDocument | undefined> {
    const [row] = this.#all({ text: this.#table(collection).select, values: [key] })
    if (row?.document === null) return undefined
    return row && storedOf(row)
  }

  async find(query: FindQuery): Promise<readonly StoredDocument[]> {
    const spec = this.#table(query.collection).spec
    return this.#all(findSql(spec, pageOf(spec, query))).map(storedOf)
  }

  async sum(query: SumQuery): Promise<readonly SumRow[]> {
    const { collection, groupBy, sums } = query
    const spec = this.#table(collection).spec
    const rows = this.#sumRows(collection, sumSql(spec, checkSum(spec, query), groupBy, sums))
    return rows.map((row) => ({
      group: Object.fromEntries(groupBy.map((field, index) => [field, decodeField(row[`g${index}`])])),
      count: numberOf(row.n),
      sums: Object.fromEntries(
        sums.map((field, index) => [
          field,
          safeSum(collection, field, BigInt(textOf(row[`s${index}`] ?? '0'))),
        ]),
      ),
    }))
  }

  #sumRows(collection: string, sql: Sql): readonly Row[] {
    try {
      // Without groups SQL answers a row even where nothing matches.
      return this.#all(sql).filter((row) => row.n !== 0)
    } catch (error) {
      if (error instanceof Error && error.message === 'integer overflow')
        throw new RangeError(`A sum in ${collection} is beyond 63 bits.`, { cause: error })
      throw error
    }
  }

  async count(query: Filter & { readonly collection: string }, atMost: number): Promise<number> {
    const spec = this.#table(query.collection).spec
    const [row] = this.#all(countSql(spec, matcherOf(spec, query), checkAtMost(atMost)))
    return numberOf(row?.n)
  }

  async park(stream: ParkedStream, hold: Hold = unclaimed): Promise<void> {
    const connection = this.#open()
    connection.transaction('IMMEDIATE', () => {
      this.#check(connection, hold)
      connection
        .prepare(
          `INSERT INTO parked (partition, stream, parked) VALUES (?, ?, ?)
            ON CONFLICT (partition, stream) DO UPDATE SET parked = excluded.parked`,
        )
        .run(hold.partition, stream.stream, JSON.stringify(stream))
    })
  }

  async parked(partition?: number): Promise<readonly ParkedStream[]> {
    const where = partition === undefined ? '' : 'WHERE partition = ?'
    const values = partition === undefined ? [] : [partition]
    return mergeParked(this.#all({ text: `SELECT parked FROM parked ${where}`, values }).map(parkedOf))
  }

  async scan(collection: string, afterKey: string | null, limit: number): Promise<readonly StoredDocument[]> {
    const after = afterKey === null ? {} : { after: [afterKey] }
    return this.find({ collection, limit: checkScan(limit), ...after })
  }

  /** Runs `work` while nobody, in any process, can write to this generation. */
  whileLocked<T>(work: () => T): T {
    return this.#open().transaction('IMMEDIATE', work)
  }

  /** Closes the file for whoever completes it. */
  suspend(): void {
    this.#open().close()
  }

  /** From now on another connection, in the durable mode. */
  reopen(): void {
    this.#connection = new Connection(this.#path)
    this.#mode = 'durable'
  }

  close(): void {
    this.#closed = true
    this.#connection.close()
  }
}
