/** Projections without a runner: events with positions, folded one after the other. */
import { type DomainEvent, isEventType } from '../../domain/catalogue.ts'
import type { EventMetadata, RecordedEvent } from '../../eventstore/event.ts'
import type { Document, Generation } from '../../projections/documents.ts'
import { openMemoryDocumentStore } from '../../projections/memory/document-store.ts'
import type { Projection } from '../../projections/projection.ts'

export interface Unrecorded {
  readonly stream: string
  readonly type: string
  readonly data: object
}

const metadataAt = (index: number): EventMetadata => {
  const at = new Date(Date.UTC(2026, 3, 1) + index * 1_000).toISOString()
  return {
    actor: { kind: 'SYSTEM', id: 'test', onBehalfOf: null },
    causationId: null,
    commandId: `command-${index}`,
    correlationId: `correlation-${index}`,
    occurredAt: at,
    payloadHash: '',
    previousHash: null,
    read: {},
    recordedAt: at,
    traceparent: null,
  }
}

/** As the log would hold them: positions 1, 2, 3 …, recorded a second apart. */
export const recorded = (events: readonly Unrecorded[]): readonly RecordedEvent[] => {
  const revisions = new Map<string, number>()
  return events.map(({ stream, type, data }, index) => {
    const revision = (revisions.get(stream) ?? -1) + 1
    revisions.set(stream, revision)
    return {
      name: `${stream}@${revision}`,
      stream,
      revision,
      position: String(index + 1),
      type,
      schemaVersion: 1,
      data,
      metadata: metadataAt(index),
      hash: '',
    }
  })
}

/** The type vouches for the data, as it does when they come out of the log. */
export const isDomainEvent = (event: { readonly type: string }): event is DomainEvent =>
  isEventType(event.type)

interface Folded {
  readonly position: string
  readonly document: Document
}

/** All documents, by collection and key. */
export const folded = (
  projection: Projection,
  events: readonly RecordedEvent[],
): ReadonlyMap<string, ReadonlyMap<string, Folded>> => {
  const collections = new Map(projection.collections.map(({ name }) => [name, new Map<string, Folded>()]))
  for (const event of events) {
    if (!projection.types.includes(event.type)) continue
    for (const { collection, key, given, fold } of projection.changes(event)) {
      const documents = collections.get(collection)
      const before = documents?.get(key)?.document
      const other = given && collections.get(given.collection)?.get(given.key)?.document
      const document = fold(before, other)
      if (document === undefined) documents?.delete(key)
      else if (document !== before) documents?.set(key, { position: event.position, document })
    }
  }
  return collections
}

/** The documents of one collection, as its own shape reads them. */
export const documentsOf = <T>(
  projection: Projection,
  events: readonly RecordedEvent[],
  collection: { readonly name: string; readonly read: (document: Document) => T },
): readonly T[] =>
  [...(folded(projection, events).get(collection.name)?.values() ?? [])].map(({ document }) =>
    collection.read(document),
  )

/** A live generation in memory with what the events come to. */
export const viewOf = async (
  projection: Projection,
  events: readonly RecordedEvent[],
): Promise<Generation> => {
  const store = openMemoryDocumentStore()
  const generation = await store.begin(projection)
  const last = events.at(-1)
  const writes = [...folded(projection, events)].flatMap(([collection, documents]) =>
    [...documents].map(([key, { position, document }]) => ({ collection, key, position, document })),
  )
  await generation.write([writes], {
    epoch: 'test',
    position: last?.position ?? null,
    event: last?.name ?? null,
    recordedAt: last?.metadata.recordedAt ?? null,
    scanned: events.length,
  })
  await store.publish(generation)
  return generation
}
