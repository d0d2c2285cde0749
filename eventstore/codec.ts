/** Between events as the domain knows them and as they are kept: names, schema versions, JSON text. */
import type { EventLike } from '../domain/decider.ts'
import { canonicalJson } from '../platform/canonical.ts'
import type { EventMetadata, RecordedEvent, SealedEvent, StoredEvent } from './event.ts'
import { parsedOf } from './parsed-event.ts'
import { sealTexts } from './seal.ts'

/** What the codec must know of the event catalogue. */
export interface Catalogue {
  /** The schema version that events of the type are written in now; undefined where the type is not known. */
  current(type: string): number | undefined
  /** Data of an older version in the form of the current one. Pure. */
  upcast(type: string, version: number, data: unknown): unknown
}

export interface Codec {
  /**
   * An event ready to append. `metadata` is canonical JSON.
   * @throws {TypeError} where the catalogue does not know the type, or the data are not plain JSON
   */
  encode(stream: string, revision: number, event: EventLike, metadata: string): SealedEvent
  /**
   * The event, in the current version of its type; undefined where its type, or its version, is newer than
   * this program.
   * @throws {UnreadableEvent}
   */
  decode(stored: StoredEvent): RecordedEvent<string, object> | undefined
  /**
   * The metadata alone, which events of unknown types have too.
   * @throws {UnreadableEvent}
   */
  metadata(stored: StoredEvent): EventMetadata
}

/** An event that is kept is not what this program writes. Where its hash does not fit either, it was changed. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent'
  readonly event: string
  constructor(event: string, what: string, options?: ErrorOptions) {
    super(`Event ${event} cannot be read: ${what}. Run the doctor to see whether it was changed.`, options)
    this.event = event
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string'

const isActor = (value: unknown): boolean =>
  isRecord(value) &&
  (value.kind === 'PERSON' || value.kind === 'SERVICE' || value.kind === 'SYSTEM') &&
  typeof value.id === 'string' &&
  isTextOrNull(value.onBehalfOf)

const isMetadata = (value: unknown): value is EventMetadata =>
  isRecord(value) &&
  isActor(value.actor) &&
  isTextOrNull(value.causationId) &&
  typeof value.commandId === 'string' &&
  typeof value.correlationId === 'string' &&
  typeof value.occurredAt === 'string' &&
  typeof value.payloadHash === 'string' &&
  isTextOrNull(value.previousHash) &&
  isRecord(value.read) &&
  Object.values(value.read).every((revision) => typeof revision === 'number') &&
  typeof value.recordedAt === 'string' &&
  isTextOrNull(value.traceparent)

/** The name of an event: `stream@revision`. */
export const eventName = (stream: string, revision: number): string => `${stream}@${revision}`

const parse = (stored: StoredEvent, part: 'data' | 'metadata'): unknown => {
  const parsed = parsedOf(stored)
  if (parsed !== undefined) return parsed[part]
  try {
    return JSON.parse(stored[part])
  } catch (cause) {
    throw new UnreadableEvent(eventName(stored.stream, stored.revision), `its ${part} is no JSON`, { cause })
  }
}

const parseMetadata = (stored: StoredEvent): EventMetadata => {
  const metadata = parse(stored, 'metadata')
  if (isMetadata(metadata)) return metadata
  throw new UnreadableEvent(eventName(stored.stream, stored.revision), 'its metadata lacks something')
}

/** The codec over a catalogue. */
export const createCodec = (catalogue: Catalogue): Codec => ({
  encode(stream, revision, event, metadata) {
    const { type, data } = event
    const schemaVersion = catalogue.current(type)
    if (schemaVersion === undefined)
      throw new TypeError(`${type} is not in the event catalogue. State it there.`)
    return sealTexts({ stream, revision, type, schemaVersion, data: canonicalJson(data), metadata })
  },

  decode(stored) {
    const { stream, revision, position, type, hash } = stored
    const schemaVersion = catalogue.current(type)
    if (schemaVersion === undefined || stored.schemaVersion > schemaVersion) return undefined
    const name = eventName(stream, revision)
    const written = parse(stored, 'data')
    const data =
      stored.schemaVersion < schemaVersion ? catalogue.upcast(type, stored.schemaVersion, written) : written
    if (typeof data !== 'object' || data === null) throw new UnreadableEvent(name, 'its data are no object')
    return {
      name,
      stream,
      revision,
      position,
      type,
      schemaVersion,
      data,
      metadata: parseMetadata(stored),
      hash,
    }
  },

  metadata: parseMetadata,
})
