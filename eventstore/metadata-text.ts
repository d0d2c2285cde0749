/** The metadata of a command's events as text: they differ in the hash of the event ahead alone. */
import { canonicalJson } from '../platform/canonical.ts'
import type { EventMetadata } from './event.ts'

/** What the events of one command have in common. `read` is canonical JSON. */
export interface CommonMetadata extends Omit<EventMetadata, 'previousHash' | 'read'> {
  readonly read: string
}

/** For the hash of the event ahead, the canonical JSON of an event's metadata. */
export type MetadataText = (previousHash: string | null) => string

/** @throws {TypeError} where a text in them is one that JSON has no place for */
export const metadataText = (common: CommonMetadata): MetadataText => {
  const { actor, causationId, commandId, correlationId, occurredAt, payloadHash } = common
  const before = canonicalJson({
    actor: { id: actor.id, kind: actor.kind, onBehalfOf: actor.onBehalfOf },
    causationId,
    commandId,
    correlationId,
    occurredAt,
    payloadHash,
  })
  const { recordedAt, traceparent } = common
  const trace = traceparent === null ? 'null' : canonicalJson(traceparent)
  const start = `${before.slice(0, -1)},"previousHash":`
  const end = `,"read":${common.read},"recordedAt":${canonicalJson(recordedAt)},"traceparent":${trace}}`
  return (previousHash) => `${start}${previousHash === null ? 'null' : `"${previousHash}"`}${end}`
}
