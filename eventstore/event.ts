/** What is kept of an event: the domain's data in an envelope that makes each stream a chain. */

/** Who did it. `onBehalfOf` is the organisation acted for. Opaque ids only. */
export interface Actor {
  readonly kind: 'PERSON' | 'SERVICE' | 'SYSTEM'
  readonly id: string
  readonly onBehalfOf: string | null
}

/**
 * Instants are ISO 8601 UTC with milliseconds. `occurredAt` is when it happened in the world, `recordedAt`
 * when it was taken, never before the event ahead of it in the stream. `read` holds the revisions of other
 * streams that the decision saw, keyed by stream (-1: empty). Hashes are lower-case hex SHA-256.
 */
export interface EventMetadata {
  readonly actor: Actor
  readonly causationId: string | null
  readonly commandId: string
  readonly correlationId: string
  readonly occurredAt: string
  readonly payloadHash: string
  /** Hash of the event ahead in the stream; null at revision 0. */
  readonly previousHash: string | null
  readonly read: Readonly<Record<string, number>>
  readonly recordedAt: string
  readonly traceparent: string | null
}

/**
 * An event ready to append. `data` and `metadata` are canonical JSON text (RFC 8785), stringified once;
 * `hash` is over both with stream, revision, type and schema version (see `seal`).
 */
export interface SealedEvent {
  readonly stream: string
  readonly revision: number
  readonly type: string
  readonly schemaVersion: number
  readonly data: string
  readonly metadata: string
  readonly hash: string
}

/** Where the engine put an event: decimal text that fits 63 bits, comparable within one log epoch, opaque otherwise. */
export type Position = string

/** A sealed event as an engine returns it. */
export interface StoredEvent extends SealedEvent {
  readonly position: Position
}

/** A stored event, parsed. `name` is `stream@revision`. */
export interface RecordedEvent<Type extends string = string, Data = unknown> {
  readonly name: string
  readonly stream: string
  readonly revision: number
  readonly position: Position
  readonly type: Type
  readonly schemaVersion: number
  readonly data: Data
  readonly metadata: EventMetadata
  readonly hash: string
}
