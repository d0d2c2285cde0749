/**
 * What the test server keeps: records as they come over the wire, in an event store in memory. The ids of records
 * stand in for hashes, so that the store takes the same record again for a repeat, as real servers do.
 */
import { z } from 'zod'
import type { SealedEvent, StoredEvent } from '../../../eventstore/event.ts'
import { MemoryEventStore } from '../../../eventstore/memory/memory-event-store.ts'
import { type Appended, WrongExpectedRevision } from '../../../eventstore/port.ts'

/** A record as a client proposes it. */
export interface ProposedRecord {
  /** A UUID with dashes. */
  readonly id: string
  readonly type: string
  readonly contentType: string
  readonly data: Uint8Array
  readonly metadata: Uint8Array
}

export interface KeptRecord extends ProposedRecord {
  readonly stream: string
  readonly revision: number
  /** Decimal text. */
  readonly position: string
  /** Milliseconds since 1970. */
  readonly createdMs: number
}

/** A revision, -1 for a stream that does not exist, or null for whatever there is. */
export type Expected = number | null

export interface RecordsRead {
  readonly limit: number
  readonly isBackwards: boolean
  /** First revision of a stream, or position in the log, that is wanted; null for the end that the direction begins at. */
  readonly from: bigint | null
}

const prefix = 'wire-'
const envelope = z.object({
  id: z.string(),
  type: z.string(),
  contentType: z.string(),
  metadata: z.base64(),
  createdMs: z.number(),
})

const seal = (stream: string, revision: number, record: ProposedRecord): SealedEvent => ({
  stream: prefix + encodeURIComponent(stream),
  revision,
  type: 'Record',
  schemaVersion: 1,
  data: Buffer.from(record.data).toString('base64'),
  metadata: JSON.stringify({
    id: record.id,
    type: record.type,
    contentType: record.contentType,
    metadata: Buffer.from(record.metadata).toString('base64'),
    createdMs: Date.now(),
  } satisfies z.input<typeof envelope>),
  hash: record.id.replaceAll('-', '').toLowerCase().repeat(2),
})

const unseal = (event: StoredEvent): KeptRecord => {
  const { metadata, ...rest } = envelope.parse(JSON.parse(event.metadata))
  return {
    ...rest,
    stream: decodeURIComponent(event.stream.slice(prefix.length)),
    revision: event.revision,
    position: event.position,
    data: Buffer.from(event.data, 'base64'),
    metadata: Buffer.from(metadata, 'base64'),
  }
}

export class RecordLog {
  readonly #store = new MemoryEventStore()

  /** The position is null where nothing was proposed. @throws {WrongExpectedRevision | AppendTooLarge} */
  async append(
    stream: string,
    expected: Expected,
    records: readonly ProposedRecord[],
  ): Promise<Appended | null> {
    const name = prefix + encodeURIComponent(stream)
    for (;;) {
      const expectedRevision = expected ?? (await this.#store.headRevision(name))
      if (records.length === 0) return null
      const events = records.map((record, index) => seal(stream, expectedRevision + 1 + index, record))
      try {
        return await this.#store.append({ stream: name, expectedRevision, events })
      } catch (error) {
        if (expected !== null || !(error instanceof WrongExpectedRevision)) throw error
      }
    }
  }

  /** Undefined where the stream does not exist. */
  async readStream(
    stream: string,
    { limit, isBackwards, from }: RecordsRead,
  ): Promise<readonly KeptRecord[] | undefined> {
    const name = prefix + encodeURIComponent(stream)
    if ((await this.#store.headRevision(name)) < 0) return undefined
    const events = await this.#store.readStream(name, {
      limit,
      direction: isBackwards ? 'backwards' : 'forwards',
      ...(from === null ? {} : { from: Number(from) }),
    })
    return events.map(unseal)
  }

  /** Forwards with what stands at the position, backwards without. */
  async readLog({ limit, isBackwards, from }: RecordsRead): Promise<readonly KeptRecord[]> {
    if (!isBackwards) {
      const after = from === null || from <= 0n ? null : (from - 1n).toString()
      return (await this.#store.readLog(after, limit)).events.map(unseal)
    }
    const { events } = await this.#store.readLog(null, Number.MAX_SAFE_INTEGER)
    const before = from === null ? events : events.filter(({ position }) => BigInt(position) < from)
    return before.slice(-limit).reverse().map(unseal)
  }
}
