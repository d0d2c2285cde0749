/** One projection over a log that a test writes event by event, folded into memory as the runner does it. */
import { catalogue, type EventType } from '../../domain/catalogue.ts'
import type { Actor, RecordedEvent } from '../../eventstore/event.ts'
import type { DocumentReader, DocumentWrite } from '../../projections/documents.ts'
import { MemoryGeneration } from '../../projections/memory/generation.ts'
import { comparePositions } from '../../projections/order.ts'
import type { Projection } from '../../projections/projection.ts'
import type { DataOf } from '../../projections/views/view.ts'

export interface Circumstances {
  readonly actor?: Actor
  readonly occurredAt?: string
  readonly correlationId?: string
  readonly causationId?: string | null
}

const system: Actor = { kind: 'SYSTEM', id: 'test', onBehalfOf: null }

/** Positions pass from one digit to two on the way, as text that sorts by itself would not. */
const firstPosition = 8

export class Projected {
  readonly #projection: Projection
  readonly #generation: MemoryGeneration
  readonly #revisions = new Map<string, number>()
  readonly #log: RecordedEvent[] = []

  constructor(projection: Projection) {
    this.#projection = projection
    this.#generation = new MemoryGeneration('g1', projection)
  }

  get reader(): DocumentReader {
    return this.#generation
  }

  /** Appends an event, checked against the catalogue, and folds it. */
  async happened<Type extends EventType>(
    stream: string,
    type: Type,
    data: DataOf<Type>,
    circumstances: Circumstances = {},
  ): Promise<RecordedEvent> {
    catalogue[type].data.parse(data)
    const revision = (this.#revisions.get(stream) ?? -1) + 1
    this.#revisions.set(stream, revision)
    const position = String(firstPosition + this.#log.length)
    const at = circumstances.occurredAt ?? '2026-03-01T12:00:00.000Z'
    const event: RecordedEvent = {
      name: `${stream}@${revision}`,
      stream,
      revision,
      position,
      type,
      schemaVersion: 1,
      data,
      metadata: {
        actor: circumstances.actor ?? system,
        causationId: circumstances.causationId ?? null,
        commandId: `command-${position}`,
        correlationId: circumstances.correlationId ?? `correlation-${position}`,
        occurredAt: at,
        payloadHash: '',
        previousHash: null,
        read: {},
        recordedAt: at,
        traceparent: null,
      },
      hash: '',
    }
    this.#log.push(event)
    await this.#fold(event, () => true)
    return event
  }

  /** Everything once more, as after a crash. Nothing may change. */
  async again(): Promise<void> {
    for (const event of this.#log) await this.#fold(event, () => true)
  }

  /** The same log into another generation, where the writes of each event are lost in part and done again. */
  async withCrashes(): Promise<DocumentReader> {
    const other = new Projected(this.#projection)
    for (const event of this.#log) {
      other.#log.push(event)
      await other.#fold(event, (write) => write.key.length % 2 === 0)
      await other.#fold(event, () => true)
    }
    return other.reader
  }

  /** Every document of a collection, with its position. */
  dump(collection: string): ReturnType<DocumentReader['scan']> {
    return this.#generation.scan(collection, null, 10_000)
  }

  async #fold(event: RecordedEvent, survives: (write: DocumentWrite) => boolean): Promise<void> {
    if (!this.#projection.types.includes(event.type)) return
    const changes = this.#projection.changes(event)
    const names = changes.map(({ collection, key }) => `${collection} ${key}`)
    if (new Set(names).size < names.length) throw new Error(`${event.type} changes a document twice.`)
    const after = new Map<string, DocumentWrite['document']>()
    const writes: DocumentWrite[] = []
    for (const { collection, key, given, fold } of changes) {
      const known = (await this.#generation.load(collection, [key])).get(key)
      const before = known?.document ?? undefined
      const isAhead = comparePositions(known?.position ?? null, event.position) >= 0
      const other = given === undefined ? null : (after.get(`${given.collection} ${given.key}`) ?? null)
      const document = isAhead ? before : fold(before, other ?? undefined)
      after.set(`${collection} ${key}`, document ?? null)
      if (document !== before)
        writes.push({ collection, key, position: event.position, document: document ?? null })
    }
    // What was given is written after what it was given to: last of all here.
    const givens = new Set(
      changes.flatMap(({ given }) => (given === undefined ? [] : [`${given.collection} ${given.key}`])),
    )
    const isGiven = ({ collection, key }: DocumentWrite): boolean => givens.has(`${collection} ${key}`)
    const takers = writes.filter((write) => !isGiven(write))
    const done = takers.filter(survives)
    const rest = done.length === takers.length ? writes.filter(isGiven).filter(survives) : []
    await this.#generation.write([done, rest], {
      epoch: 'test',
      position: event.position,
      event: event.name,
      recordedAt: event.metadata.recordedAt,
      scanned: this.#log.length,
    })
  }
}
