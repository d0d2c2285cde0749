/**
 * Where streams end, as far as the log's tail tells: while somebody asks, the tail is followed, and whatever was read or
 * appended since then is known to be right until an event of its stream comes by. So a stream that nobody has written to need not be
 * read again to confirm that.
 */
import { BACKWARDS, END, FORWARDS } from '@eventstore/db-client'
import { Recent } from '../recent.ts'
import type { ServerPosition } from './mapping.ts'
import type { Reader } from './reader.ts'

/** Streams whose ends are held, about twice as many at most. */
const held = 32_768
const pageSize = 1_000
/** Milliseconds between looks at the tail, and without a question after which nobody looks any more. */
const lookEvery = 20
const idleAfter = 5_000

/** One time of following the tail, without a gap. */
interface Following {
  /** Milliseconds of the process's own clock: what was read from then on misses nothing. */
  readonly since: number
  /** When the look began that last reached the end. */
  confirmedAt: number
}

export class RecentHeads {
  readonly #reader: Reader
  readonly #heads = new Recent<number>(held)
  #following: Following | null = null
  #isRunning = false
  #askedAt = Number.NEGATIVE_INFINITY
  #isClosed = false

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /**
   * A revision behind which the stream had nothing, nearly always that of its last event, no more than `withinMs`
   * milliseconds ago; undefined where none is known.
   */
  revisionOf(stream: string, withinMs: number): number | undefined {
    this.#askedAt = performance.now()
    if (!this.#isRunning && !this.#isClosed) void this.#run()
    const following = this.#following
    if (following === null || performance.now() - following.confirmedAt > withinMs) return undefined
    return this.#heads.get(stream)
  }

  /** A reading, or an append, that began at `startedAt` saw nothing of the stream behind this revision. */
  learn(stream: string, revision: number, startedAt: number): void {
    if (this.#following !== null && startedAt >= this.#following.since) this.#set(stream, revision)
    else this.raise(stream, revision)
  }

  /** The stream has this revision: what is known of it must not be behind. */
  raise(stream: string, revision: number): void {
    const known = this.#heads.get(stream)
    if (known !== undefined && known < revision) this.#heads.set(stream, revision)
  }

  close(): void {
    this.#isClosed = true
  }

  #set(stream: string, revision: number): void {
    const known = this.#heads.get(stream)
    if (known === undefined || known < revision) this.#heads.set(stream, revision)
  }

  /** Until nobody asks any more, or the server does not answer: then what is known is forgotten. */
  async #run(): Promise<void> {
    this.#isRunning = true
    try {
      let at = await this.#end()
      const following = { since: performance.now(), confirmedAt: Number.NEGATIVE_INFINITY }
      this.#following = following
      while (!this.#isClosed && performance.now() - this.#askedAt < idleAfter)
        at = await this.#look(at, following)
    } catch {
      // Whoever needs to know why the server does not answer finds out by asking it.
    } finally {
      this.#following = null
      this.#heads.clear()
      this.#isRunning = false
    }
  }

  async #end(): Promise<ServerPosition | undefined> {
    const [last] = await this.#reader.records('Reading the end of the log', (client) =>
      client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1, requiresLeader: true }),
    )
    return last?.position
  }

  /** Answers where to look on from. */
  async #look(at: ServerPosition | undefined, following: Following): Promise<ServerPosition | undefined> {
    const startedAt = performance.now()
    const records = await this.#reader.records('Following the log', (client) =>
      client.readAll({
        direction: FORWARDS,
        maxCount: pageSize,
        requiresLeader: true,
        ...(at === undefined ? {} : { fromPosition: at }),
      }),
    )
    for (const { streamId, revision } of records) this.#set(streamId, Number(revision))
    if (records.length === pageSize) return records.at(-1)?.position ?? at
    following.confirmedAt = startedAt
    await new Promise((resolve) => setTimeout(resolve, lookEvery))
    return records.at(-1)?.position ?? at
  }
}
