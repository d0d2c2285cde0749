/**
 * The document store port: where read models are kept, in prose.
 *
 * - A document is a plain JSON object with a text key, in a collection. Its declared fields are kept so that
 *   they can be filtered, ordered, grouped and summed. No query language above the port.
 * - Each document carries the log position it is true up to. A write at or before the stored position is a
 *   no-op, so that redelivery is one too, without a transaction across documents. A deleted document leaves a
 *   tombstone at its position, so that an older write cannot bring it back.
 * - A *generation* is one built copy of a projection's collections. Readers see the live one; a rebuild fills
 *   another beside it, then the pointer is swapped in one step.
 * - Readers see each batch's writes before the checkpoint that follows it, never the other way round.
 * - The documents of a generation are folded by one or more *partitions*, each with a checkpoint and a lease of its
 *   own (see leases.ts). How many is fixed when it is begun; which document belongs to which is not the store's
 *   affair. What is written shows the partition's token. An engine with transactions compares it in the transaction
 *   of the write. One without keeps the lease in the document of the partition's checkpoint, and the token in each
 *   document: what is loaded is marked with the token of whoever loads it (an absent key as a tombstone at the
 *   beginning), and each write is guarded by a token that is no newer than its own. So nobody older changes what
 *   was loaded; what was not loaded yet is true up to its position, whoever wrote it.
 * - Order: null before everything; integers by value; text by Unicode code point (as its UTF-8 bytes).
 *   Positions compare as integers; within one generation all are of one epoch.
 */
import type { Position } from '../eventstore/event.ts'
import type { Hold, LeaseState, Leases } from './leases.ts'

export type FieldValue = string | number | null
export type FieldType = 'text' | 'integer'

/**
 * Names (of projections, collections and fields) start with a letter and go on with letters, digits, `_` or
 * (not in fields) `-`; two that differ only in case are one too many.
 */
export interface CollectionSpec {
  readonly name: string
  /** Top-level properties of the documents; absent counts as null. Integers are safe integers. */
  readonly fields: Readonly<Record<string, FieldType>>
  /** Each a list of fields; the key is always the last tie-break. */
  readonly indexes: readonly (readonly string[])[]
  /** Fields that stay as a key's first document has them, so that no engine need look at their indexes again. */
  readonly fixed?: readonly string[] | undefined
}

export interface ProjectionSpec {
  readonly name: string
  /** Raised whenever the fold or the shape of a document changes: another version is rebuilt, never mixed. */
  readonly version: number
  readonly collections: readonly CollectionSpec[]
}

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined }
export type Document = { readonly [key: string]: JsonValue | undefined }

export interface StoredDocument {
  readonly key: string
  readonly position: Position
  readonly document: Document
}

/** What is known of a key: its document, or null and the position at which it was deleted. */
export interface LoadedDocument {
  readonly position: Position
  readonly document: Document | null
}

export interface DocumentWrite {
  readonly collection: string
  /** Not empty, well-formed Unicode. */
  readonly key: string
  readonly position: Position
  /** Null where the document is to be gone. */
  readonly document: Document | null
}

/** How far a generation has come. `scanned` counts events read since its beginning, matched or not. */
export interface Checkpoint {
  readonly epoch: string
  readonly position: Position | null
  /** `stream@revision` of the last event at or before `position`. */
  readonly event: string | null
  /** ISO instant at which that event was recorded. */
  readonly recordedAt: string | null
  readonly scanned: number
}

/**
 * Fields that must equal one of the values, and at most one field within bounds (`from` inclusive, `below`
 * exclusive, neither null). Null is in no range.
 */
export interface Filter {
  readonly where?: Readonly<Record<string, FieldValue | readonly FieldValue[]>>
  readonly range?: { readonly field: string; readonly from?: FieldValue; readonly below?: FieldValue }
}

export interface FindQuery extends Filter {
  readonly collection: string
  /** Order of the page; the key breaks ties in the same direction. Default: by key. */
  readonly order?: { readonly fields: readonly string[]; readonly descending?: boolean }
  /** Values of the order fields, then the key, of the last document already seen. */
  readonly after?: readonly FieldValue[]
  /** 1 to 10,000. */
  readonly limit: number
}

export interface SumQuery extends Filter {
  readonly collection: string
  /** Empty: one row for all, or none where nothing matches. */
  readonly groupBy: readonly string[]
  /** Integer fields; null counts as 0. */
  readonly sums: readonly string[]
}

/** In order of the group's values. Sums beyond the safe range of integers throw a RangeError: no figure is ever rounded. */
export interface SumRow {
  readonly group: Readonly<Record<string, FieldValue>>
  readonly count: number
  readonly sums: Readonly<Record<string, number>>
}

/** A stream that one projection no longer follows, from `position` on. */
export interface ParkedStream {
  readonly projection: string
  readonly stream: string
  /** The event that could not be folded, `stream@revision`, and why. */
  readonly event: string
  readonly position: Position
  readonly reason: string
  readonly at: string
  /** Collections whose answers are incomplete while it is parked. */
  readonly collections: readonly string[]
}

/**
 * What queries see of a generation. A replaced one goes on answering for a grace period; after it, reads throw
 * `GenerationGone` (`readLive` asks again).
 * @throws {InvalidQuery} for names that the spec does not declare and values that do not fit them
 */
export interface DocumentReader {
  readonly id: string
  readonly projection: string
  readonly version: number
  /** By how many partitions its documents are folded. */
  readonly partitions: number
  /** Up to where all of it is true: the least of its partitions'; null while one of them has none. */
  checkpoint(): Promise<Checkpoint | null>
  /** Each partition's, in order. */
  checkpoints(): Promise<readonly (Checkpoint | null)[]>
  /** The lease of each partition, in order. */
  leases(): Promise<readonly LeaseState[]>
  get(collection: string, key: string): Promise<StoredDocument | undefined>
  find(query: FindQuery): Promise<readonly StoredDocument[]>
  sum(query: SumQuery): Promise<readonly SumRow[]>
  /** Up to `atMost`: counting is capped, so that it cannot be what makes a page slow. */
  count(query: Filter & { readonly collection: string }, atMost: number): Promise<number>
  /** In order of stream, each once: those that any partition set aside; or those of one partition. */
  parked(partition?: number): Promise<readonly ParkedStream[]>
  /** All documents in key order, for comparing generations byte for byte. */
  scan(collection: string, afterKey: string | null, limit: number): Promise<readonly StoredDocument[]>
}

/**
 * One built copy of a projection's collections. One writer at a time for each partition: `hold` is what it shows, by
 * default of a generation with one partition that nobody claimed.
 */
export interface Generation extends DocumentReader {
  readonly collections: readonly CollectionSpec[]
  /**
   * What is known of each key; keys never written are absent from the answer. No older holder writes to these keys
   * any more.
   */
  load(collection: string, keys: readonly string[], hold?: Hold): Promise<ReadonlyMap<string, LoadedDocument>>
  /**
   * Writes guarded documents, then the checkpoint, which never goes back within an epoch. All at once where the
   * engine can; else stage by stage, each complete before the next begins and in any order within, so that a crash
   * leaves whole stages and a part of one. Safe to repeat in whole or in part. At most one write for each key.
   * @throws {GenerationGone} when it was replaced or discarded: nothing that readers see was changed
   * @throws {LeaseLost} when the partition was claimed anew: what was loaded since is as it was
   */
  write(stages: readonly (readonly DocumentWrite[])[], checkpoint: Checkpoint, hold?: Hold): Promise<void>
  /**
   * Keeps the fact that a partition parked a stream; a second time for the same stream replaces the first.
   * @throws {GenerationGone | LeaseLost} as `write`
   */
  park(stream: ParkedStream, hold?: Hold): Promise<void>
  /** As `Leases.claim`, of a partition. From here on no older holder moves its checkpoint. @throws {GenerationGone} */
  claim(partition: number, owner: string, over: number): Promise<number | null>
  /** As `Leases.release`. */
  release(hold: Hold): Promise<void>
}

export interface DocumentStore {
  readonly leases: Leases
  /** The generation that readers see, or null before the first build. Cheap: ask again for each request. */
  live(projection: string): Promise<Generation | null>
  /**
   * A new empty generation, invisible to readers. `bulk`: its indexes and its durability wait until `seal`, and a
   * write that fails may leave it unfit for anything but `discard`. `partitions`: 1 to 64, default 1.
   */
  begin(
    spec: ProjectionSpec,
    options?: { readonly bulk?: boolean; readonly partitions?: number },
  ): Promise<Generation>
  /** Completes the indexes and the durability of a bulk generation; from here on it is written to like a live one. */
  seal(generation: Generation): Promise<void>
  /**
   * Makes a generation the live one in one step (sealed first, if it was not); drops the one before.
   * `token`: of the projection's `buildLease`, where builders take turns.
   * @throws {GenerationBehind} when a partition of the live one is further in the same epoch: readers never go back
   * @throws {LeaseLost} when that lease was claimed anew: what was live still is
   */
  publish(generation: Generation, token?: number): Promise<void>
  /** Drops a generation that is not live. */
  discard(generation: Generation): Promise<void>
  /** Drops what crashed builds, replaced generations and dead owners left; how many generations. Those of living processes stay. */
  sweep(): Promise<number>
  close(): Promise<void>
}

/** The generation was replaced or discarded, here or by another process. Ask for the live one again. */
export class GenerationGone extends Error {
  override readonly name = 'GenerationGone'
  readonly generation: string
  constructor(generation: string, options?: ErrorOptions) {
    super(
      `Generation ${generation} is gone: it was replaced or discarded. Ask for the live one again.`,
      options,
    )
    this.generation = generation
  }
}

/** A generation that readers would fall back to must not be published. Catch it up first. */
export class GenerationBehind extends Error {
  override readonly name = 'GenerationBehind'
  constructor(generation: string, at: Position | null, live: Position | null) {
    super(`Generation ${generation} stands at ${at}, the live one at ${live}. Catch up before publishing.`)
  }
}

/** A query names what the spec does not declare, or passes a value that cannot be. Nothing was read. */
export class InvalidQuery extends Error {
  override readonly name = 'InvalidQuery'
}

/** A spec or a document cannot be kept: a bad name, a key or a field's value of the wrong kind. Nothing was written. */
export class InvalidDocument extends Error {
  override readonly name = 'InvalidDocument'
}

/** The store was written by a newer version of this program. Nothing was changed. */
export class DocumentStoreTooNew extends Error {
  override readonly name = 'DocumentStoreTooNew'
  constructor(where: string, found: number, known: number) {
    super(
      `${where} has schema version ${found}; this program knows ${known}. Run the newer program, or move the file away: views are rebuilt from the log.`,
    )
  }
}

/** The engine cannot take or answer anything now: disk full, file locked, server away. */
export class DocumentStoreUnavailable extends Error {
  override readonly name = 'DocumentStoreUnavailable'
}
