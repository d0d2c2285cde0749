/**
 * The document store port: where read models are kept, in prose.
 *
 * - A document is a plain JSON object with a text key, in a collection. Its declared fields are kept so that
 *   they can be filtered, ordered, grouped and summed. No query language above the port.
 * - Each document carries the log position it is true up to. A write at or before the stored position is a
 *   no-op, so that redelivery is one too, without a transaction across documents.
 * - A *generation* is one built copy of a projection's collections. Readers see the live one; a rebuild fills
 *   another beside it, then the pointer is swapped in one step.
 * - Readers see each batch's writes before the checkpoint that follows it, never the other way round.
 */
import type { Position } from '../eventstore/event.ts'

export type FieldValue = string | number | null
export type FieldType = 'text' | 'integer'

/** A top-level property of the documents; absent counts as null. */
export interface CollectionSpec {
  readonly name: string
  readonly fields: Readonly<Record<string, FieldType>>
  /** Each a list of fields; the key is always the last tie-break. */
  readonly indexes: readonly (readonly string[])[]
}

export interface ProjectionSpec {
  readonly name: string
  /** Raised whenever the fold or the shape of a document changes: another version is rebuilt, never mixed. */
  readonly version: number
  readonly collections: readonly CollectionSpec[]
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined }
export type Document = { readonly [key: string]: JsonValue | undefined }

export interface StoredDocument {
  readonly key: string
  readonly position: Position
  readonly document: Document
}

export interface DocumentWrite {
  readonly collection: string
  readonly key: string
  readonly position: Position
  /** Null where the document is to be gone. A later write at an older position must not bring it back. */
  readonly document: Document | null
}

/** How far a generation has come. `scanned` counts events read since its beginning, matched or not. */
export interface Checkpoint {
  readonly epoch: string
  readonly position: Position | null
  /** `stream@revision` of the event at `position`. */
  readonly event: string | null
  /** ISO instant at which that event was recorded. */
  readonly recordedAt: string | null
  readonly scanned: number
}

/** Fields that must equal one of the values, and at most one field within bounds (`from` inclusive, `below` exclusive). */
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
  readonly limit: number
}

export interface SumQuery extends Filter {
  readonly collection: string
  readonly groupBy: readonly string[]
  readonly sums: readonly string[]
}

/** Sums beyond the safe range of integers throw a RangeError: no figure is ever rounded. */
export interface SumRow {
  readonly group: Readonly<Record<string, FieldValue>>
  readonly count: number
  readonly sums: Readonly<Record<string, number>>
}

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

/** One built copy of a projection's collections. */
export interface Generation {
  readonly id: string
  readonly projection: string
  readonly version: number
  checkpoint(): Promise<Checkpoint | null>
  load(collection: string, keys: readonly string[]): Promise<ReadonlyMap<string, StoredDocument>>
  /** Writes guarded documents, then the checkpoint. Safe to repeat in whole or in part. */
  write(writes: readonly DocumentWrite[], checkpoint: Checkpoint): Promise<void>
  get(collection: string, key: string): Promise<StoredDocument | undefined>
  find(query: FindQuery): Promise<readonly StoredDocument[]>
  sum(query: SumQuery): Promise<readonly SumRow[]>
  /** Up to `atMost`: counting is capped, so that it cannot be what makes a page slow. */
  count(query: Filter & { readonly collection: string }, atMost: number): Promise<number>
  park(stream: ParkedStream): Promise<void>
  parked(): Promise<readonly ParkedStream[]>
  /** All documents in key order, for comparing generations byte for byte. */
  scan(collection: string, afterKey: string | null, limit: number): Promise<readonly StoredDocument[]>
}

export interface DocumentStore {
  /** The generation that readers see, or null before the first build. */
  live(projection: string): Promise<Generation | null>
  /** A new empty generation, invisible to readers. `bulk`: indexes may wait until `seal`, durability until `publish`. */
  begin(spec: ProjectionSpec, options?: { readonly bulk?: boolean }): Promise<Generation>
  /** Makes a generation the live one in one step, its indexes and its durability complete; drops the one before. */
  publish(generation: Generation): Promise<void>
  /** Drops a generation that is not live. */
  discard(generation: Generation): Promise<void>
  close(): Promise<void>
}
