/**
 * Reads from the server, each with a time-out of ours: the client's own deadline for reads is not kept. After a
 * time-out the client is let go of and another takes its place, on a connection of its own.
 */
import {
  type AllStreamResolvedEvent,
  ErrorType,
  type EventStoreDBClient,
  type ResolvedEvent,
  type StreamingRead,
} from '@eventstore/db-client'
import { openClient } from './connection.ts'
import { isOfType, unavailable } from './errors.ts'
import type { ServerRecord } from './mapping.ts'

export interface ReaderOptions {
  readonly url: string
  /** Names the server in messages. */
  readonly hosts: string
  /** Milliseconds without an event after which a read has failed. */
  readonly readMs: number
}

type Reading = StreamingRead<ResolvedEvent> | StreamingRead<AllStreamResolvedEvent>

/** A connection carries at most 100 reads at once; more would wait without a word. */
const mostAtOnce = 64

/** The read gave no sign of life for too long. */
class ReadStalled extends Error {
  override readonly name = 'ReadStalled'
}

export class Reader {
  readonly #options: ReaderOptions
  readonly #turns: (() => void)[] = []
  /** Those under way, all of the client at hand. */
  readonly #readings = new Set<Reading>()
  #client: EventStoreDBClient
  #turn = 0
  #running = 0
  #closed = false

  /** @throws {BadEventStoreUrl} */
  constructor(options: ReaderOptions) {
    this.#options = options
    this.#client = openClient(options.url, this.#turn)
  }

  /**
   * All records that a reading gives, system ones included; none where the stream does not exist.
   * @throws {StoreUnavailable}
   */
  async records(
    what: string,
    open: (client: EventStoreDBClient) => Reading,
  ): Promise<readonly ServerRecord[]> {
    // Another may have come between the end of a reading and the turn of who waited for it.
    while (this.#running >= mostAtOnce) await new Promise<void>((resolve) => this.#turns.push(resolve))
    this.#running += 1
    const client = this.#client
    try {
      return await this.#collect(open(client))
    } catch (error) {
      if (isOfType(error, ErrorType.STREAM_NOT_FOUND)) return []
      if (error instanceof ReadStalled) this.#replace(client)
      throw unavailable(what, this.#options.hosts, error)
    } finally {
      this.#running -= 1
      this.#turns.shift()?.()
    }
  }

  /** What the client answers by a promise. @throws {StoreUnavailable} */
  async ask<Answer>(what: string, ask: (client: EventStoreDBClient) => Promise<Answer>): Promise<Answer> {
    const client = this.#client
    let timer: NodeJS.Timeout | undefined
    const stalled = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#stalled()), this.#options.readMs)
    })
    try {
      return await Promise.race([ask(client), stalled])
    } catch (error) {
      if (error instanceof ReadStalled) this.#replace(client)
      throw isOfType(error, ErrorType.WRONG_EXPECTED_VERSION)
        ? error
        : unavailable(what, this.#options.hosts, error)
    } finally {
      clearTimeout(timer)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#breakOff(new Error('the event store was closed.'))
    await this.#client.dispose()
  }

  /** A client that is disposed ends its readings as if nothing more were there: a part would pass for the whole. */
  #breakOff(reason: Error): void {
    for (const reading of this.#readings) reading.destroy(reason)
  }

  #stalled(): ReadStalled {
    return new ReadStalled(`it did not answer for ${Math.round(this.#options.readMs / 1_000)} seconds.`)
  }

  async #collect(reading: Reading): Promise<readonly ServerRecord[]> {
    // An error that comes after the reading was left, which nobody would listen to, would end the process.
    reading.on('error', () => undefined)
    const timer = setTimeout(() => reading.destroy(this.#stalled()), this.#options.readMs)
    this.#readings.add(reading)
    const records: ServerRecord[] = []
    try {
      for await (const { event } of reading) {
        timer.refresh()
        if (event !== undefined) records.push(event)
      }
      return records
    } catch (error) {
      void reading.cancel().catch(() => undefined)
      throw error
    } finally {
      this.#readings.delete(reading)
      clearTimeout(timer)
    }
  }

  #replace(stalled: EventStoreDBClient): void {
    if (this.#client !== stalled || this.#closed) return
    this.#breakOff(this.#stalled())
    this.#turn += 1
    this.#client = openClient(this.#options.url, this.#turn)
    stalled.dispose().catch(() => undefined)
  }
}
