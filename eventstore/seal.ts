/** Sealing: an event's parts become text once, and one hash over all of them makes any later change visible. */
import { canonicalJson } from '../platform/canonical.ts'
import { sha256 } from '../platform/sha256.ts'
import type { EventMetadata, SealedEvent } from './event.ts'

/** An event that has its place in a stream, not yet text. `metadata.previousHash` is the hash of the one ahead. */
export interface EventToSeal {
  readonly stream: string
  readonly revision: number
  readonly type: string
  readonly schemaVersion: number
  readonly data: unknown
  readonly metadata: EventMetadata
}

/** Event types are few, and their text as JSON is the same each time. */
const typeTexts = new Map<string, string>()
const mostTypes = 1_000

const textOfType = (type: string): string => {
  let text = typeTexts.get(type)
  if (text === undefined) {
    text = JSON.stringify(type)
    if (typeTexts.size < mostTypes) typeTexts.set(type, text)
  }
  return text
}

const hashParts = (
  stream: string,
  revision: number,
  type: string,
  schemaVersion: number,
  data: string,
  metadata: string,
): string =>
  sha256(
    `{"data":${data},"metadata":${metadata},"revision":${revision},"schemaVersion":${schemaVersion},"stream":${JSON.stringify(stream)},"type":${textOfType(type)}}`,
  )

/**
 * The hash that the event's texts give, lower-case hex: SHA-256 of the canonical JSON (RFC 8785) of
 * `{data, metadata, revision, schemaVersion, stream, type}`. Equal to `event.hash` unless something was changed.
 */
export const hashOf = (event: Omit<SealedEvent, 'hash'>): string =>
  hashParts(event.stream, event.revision, event.type, event.schemaVersion, event.data, event.metadata)

/** As `sealEvent`, of data and metadata that are canonical JSON already. */
export const sealTexts = (event: Omit<SealedEvent, 'hash'>): SealedEvent => {
  const { stream, revision, type, schemaVersion, data, metadata } = event
  const hash = hashParts(stream, revision, type, schemaVersion, data, metadata)
  return { stream, revision, type, schemaVersion, data, metadata, hash }
}

/**
 * Makes an event ready to append. Data and metadata built with sorted keys cost least.
 * @throws {TypeError} where data or metadata hold what JSON has no place for, naming the path
 */
export const sealEvent = (event: EventToSeal): SealedEvent =>
  sealTexts({ ...event, data: canonicalJson(event.data), metadata: canonicalJson(event.metadata) })

/**
 * The id to give an engine that wants a UUID: version 8 (RFC 9562), made of the first 122 bits of the hash that
 * its form leaves free, so that only an identical event has the same one.
 */
export const engineId = (hash: string): string => {
  const variant = ((Number.parseInt(hash.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-')
}
