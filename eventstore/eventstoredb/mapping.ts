/**
 * How a sealed event stands in EventStoreDB: its data as JSON, its metadata as JSON with the hash, the schema
 * version and the two names by which the server links causes and effects. Texts are made again when it is read:
 * canonical JSON has one text for one value, so they come back to the byte.
 */
import { canonicalJson } from '../../platform/canonical.ts'
import type { Position, SealedEvent, StoredEvent } from '../event.ts'
import { keepParsed } from '../parsed-event.ts'
import { engineId } from '../seal.ts'

/** An event as it is handed to the thread that appends. */
export interface Proposal {
  readonly id: string
  readonly type: string
  /** JSON texts. */
  readonly data: string
  readonly metadata: string
}

/** Where the server says that a record stands. */
export interface ServerPosition {
  readonly commit: bigint
  readonly prepare: bigint
}

/** What the client tells of a record. */
export interface ServerRecord {
  readonly streamId: string
  readonly revision: bigint
  readonly type: string
  readonly data: unknown
  readonly metadata?: unknown
  readonly position?: ServerPosition | undefined
}

type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)

export const proposalOf = (event: SealedEvent): Proposal => ({
  id: engineId(event.hash),
  type: event.type,
  data: event.data,
  metadata: `${event.metadata.slice(0, -1)},"hash":"${event.hash}","schemaVersion":${event.schemaVersion}}`,
})

/** The metadata as the server gets it: what it links events by, under the names that it knows. */
export const linked = (metadata: unknown): Fields => {
  if (!isFields(metadata)) throw new TypeError('The metadata of an event is no JSON object.')
  const { correlationId, causationId } = metadata
  return {
    ...metadata,
    ...(typeof correlationId === 'string' ? { $correlationId: correlationId } : {}),
    ...(typeof causationId === 'string' ? { $causationId: causationId } : {}),
  }
}

/**
 * A server position as the port writes it. Servers without explicit transactions give one number twice, and it
 * stands for both; undefined for any other, which a port position cannot hold.
 */
export const positionOf = (at: ServerPosition | undefined): Position | undefined =>
  at !== undefined && at.commit === at.prepare ? at.commit.toString() : undefined

/** Where a reading from a port position begins; it gives the event that stands there first. */
export const serverPosition = (position: Position): ServerPosition => {
  const at = BigInt(position)
  return { commit: at, prepare: at }
}

/** Undefined for what the server or somebody else wrote: it carries no seal. */
export const storedOf = (record: ServerRecord): StoredEvent | undefined => {
  const { streamId: stream, type, metadata, data } = record
  const position = positionOf(record.position)
  if (position === undefined || stream.startsWith('$') || !isFields(metadata)) return undefined
  const { hash, schemaVersion } = metadata
  if (typeof hash !== 'string' || typeof schemaVersion !== 'number') return undefined
  const parsed = { data, metadata: withoutOwn(metadata) }
  // Most who read events want what they say, not their texts.
  const stored: StoredEvent = {
    stream,
    revision: Number(record.revision),
    type,
    schemaVersion,
    get data() {
      return canonicalJson(parsed.data)
    },
    get metadata() {
      return canonicalJson(parsed.metadata)
    },
    hash,
    position,
  }
  return keepParsed(stored, parsed)
}

const withoutOwn = (metadata: Fields): Fields => {
  const { hash: _hash, schemaVersion: _version, $correlationId: _by, $causationId: _of, ...given } = metadata
  return given
}
