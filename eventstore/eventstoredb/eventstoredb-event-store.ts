/**
 * The event store on an EventStoreDB or KurrentDB server or cluster. What a server does differently from the
 * embedded engine is settled in docs/decisions/0011-the-log-on-eventstoredb.md.
 */
import { BACKWARDS, END, FORWARDS } from '@eventstore/db-client'
import { checkAppend } from '../check-append.ts'
import type { Position, StoredEvent } from '../event.ts'
import {
  type Append,
  type Appended,
  type EventStore,
  type LogPage,
  OutcomeUnknown,
  StoreUnavailable,
  type StreamRead,
  WrongExpectedRevision,
} from '../port.ts'
import { checkPosition, comparePositions } from '../positions.ts'
import { checkLimit, checkRead } from '../reads.ts'
import { AppenderThread, type ServerAnswer, ServerGaveUp, StreamMoved } from './appender-thread.ts'
import { hostsOf } from './connection.ts'
import { newEpoch, openEpoch } from './epoch.ts'
import { LogPages } from './log-pages.ts'
import { LogTail } from './log-tail.ts'
import { positionOf, type ServerRecord, storedOf } from './mapping.ts'
import { Reader } from './reader.ts'
import { RecentHeads } from './recent-heads.ts'
import { checkServerVersion } from './server-version.ts'

export interface EventStoreDbOptions {
  /** Milliseconds after which the outcome of an append counts as unknown; default 10,000. */
  readonly appendMs?: number
  /** Milliseconds for which appends wait for a server that does not answer, before they are refused unsent; default 2,000. */
  readonly patienceMs?: number
  /** Milliseconds without a sign after which a read has failed; default 10,000. */
  readonly readMs?: number
  /** Whether the connection for appends is opened at once; default true. The first append does it otherwise. */
  readonly warmUp?: boolean
}

export class EventStoreDbEventStore implements EventStore {
  readonly comparePositions = comparePositions
  readonly #reader: Reader
  readonly #pages: LogPages
  readonly #tail: LogTail
  readonly #heads: RecentHeads
  readonly #appender: AppenderThread
  #epoch: string
  #closing: Promise<void> | null = null

  constructor(reader: Reader, appender: AppenderThread, epoch: string) {
    this.#reader = reader
    this.#appender = appender
    this.#epoch = epoch
    this.#pages = new LogPages(reader)
    this.#tail = new LogTail(() => this.#pages.end())
    this.#heads = new RecentHeads(reader)
  }

  get epoch(): string {
    return this.#epoch
  }

  /** Why the server takes no appends now; null where it does. */
  get trouble(): string | null {
    return this.#appender.trouble
  }

  async append(append: Append): Promise<Appended> {
    this.#demandOpen()
    checkAppend(append)
    const startedAt = performance.now()
    const appended = await this.#append(append)
    this.#heads.learn(append.stream, appended.revision, startedAt)
    this.#tail.grown(appended.position)
    return appended
  }

  async readStream(stream: string, read: StreamRead = {}): Promise<readonly StoredEvent[]> {
    this.#demandOpen()
    const asked = checkRead(read)
    const { from, limit, isBackwards } = asked
    if (limit === 0) return []
    const startedAt = performance.now()
    const records = await this.#reader.records(`Reading ${stream}`, (client) =>
      client.readStream(stream, {
        direction: isBackwards ? BACKWARDS : FORWARDS,
        maxCount: limit,
        requiresLeader: true,
        ...(from === undefined ? (isBackwards ? { fromRevision: END } : {}) : { fromRevision: BigInt(from) }),
      }),
    )
    const head = headSeen(asked, records)
    if (head !== undefined) this.#heads.learn(stream, head, startedAt)
    return records.map((record) => storedIn(stream, record))
  }

  /** Where nothing is new, which is nearly always so; the events themselves take a reading. */
  readAtOnce(stream: string, from: number, withinMs: number): readonly StoredEvent[] | undefined {
    this.#demandOpen()
    const head = this.#heads.revisionOf(stream, withinMs)
    return head !== undefined && head < from ? [] : undefined
  }

  async headRevision(stream: string): Promise<number> {
    const [last] = await this.readStream(stream, { direction: 'backwards', limit: 1 })
    return last?.revision ?? -1
  }

  async readLog(after: Position | null, limit: number): Promise<LogPage> {
    this.#demandOpen()
    checkLimit(limit)
    if (after !== null) checkPosition(after)
    const page = await this.#pages.page(after, limit)
    for (const { stream, revision } of page.events) this.#heads.raise(stream, revision)
    return page
  }

  async head(): Promise<Position | null> {
    return (await this.last())?.position ?? null
  }

  /** The last event of the log; null where it is empty. @throws {StoreUnavailable} */
  async last(): Promise<StoredEvent | null> {
    this.#demandOpen()
    return this.#pages.last()
  }

  async waitForAppend(after: Position | null, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    this.#demandOpen()
    if (after !== null) checkPosition(after)
    await this.#tail.wait(this.#pages.scannedThrough(after), timeoutMs, signal)
  }

  /** Starts a new epoch: to be called where a backup was put in the place of the log, before it serves. */
  async newEpoch(): Promise<string> {
    this.#epoch = await newEpoch(this.#reader)
    return this.#epoch
  }

  /** Answers what was asked for before, then lets go of the connections. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#tail.close()
    this.#heads.close()
    await this.#appender.close()
    await this.#reader.close()
  }

  #demandOpen(): void {
    if (this.#closing !== null) throw new StoreUnavailable('The event store is closed.')
  }

  async #append(append: Append): Promise<Appended> {
    const last = append.expectedRevision + append.events.length
    let answer: ServerAnswer
    try {
      answer = await this.#appender.append(append)
    } catch (error) {
      const hasMoved = error instanceof StreamMoved
      if (!hasMoved && !isGivenUp(error)) throw error
      const standing = hasMoved && error.actual < last ? undefined : await this.#standing(append)
      if (standing !== undefined) return standing
      if (!hasMoved) throw error
      throw new WrongExpectedRevision(append.stream, append.expectedRevision, error.actual)
    }
    const position = positionOf(answer.position)
    if (answer.revision === last && position !== undefined) return { revision: last, position }
    const standing = await this.#standing(append)
    if (standing !== undefined) return standing
    throw new OutcomeUnknown(
      append.stream,
      new Error(`The server says that it stands at revision ${answer.revision}, where ${last} was due.`),
    )
  }

  /** Where the append stands, whole and identical; undefined where it does not. @throws {OutcomeUnknown} */
  async #standing({ stream, expectedRevision, events }: Append): Promise<Appended | undefined> {
    let there: readonly StoredEvent[]
    try {
      there = await this.readStream(stream, { from: expectedRevision + 1, limit: events.length })
    } catch (error) {
      throw new OutcomeUnknown(stream, error)
    }
    const last = there.at(-1)
    const isWhole =
      there.length === events.length && events.every(({ hash }, index) => there[index]?.hash === hash)
    return isWhole && last !== undefined ? { revision: last.revision, position: last.position } : undefined
  }
}

/** The revision behind which a reading saw nothing; undefined where it did not come to the end of the stream. */
const headSeen = (
  { from, limit, isBackwards }: ReturnType<typeof checkRead>,
  records: readonly ServerRecord[],
): number | undefined => {
  if (isBackwards) return from === undefined ? Number(records.at(0)?.revision ?? -1) : undefined
  if (records.length === limit) return undefined
  return Number(records.at(-1)?.revision ?? (from ?? 0) - 1)
}

/** @throws {StoreUnavailable} where somebody else wrote it */
const storedIn = (stream: string, record: ServerRecord): StoredEvent => {
  const stored = storedOf(record)
  if (stored !== undefined) return stored
  throw new StoreUnavailable(
    `${stream}@${record.revision} was not written by Tributary: it carries no seal. Find out who else writes to this log.`,
  )
}

const isGivenUp = (error: unknown): boolean =>
  error instanceof OutcomeUnknown && error.cause instanceof ServerGaveUp

/**
 * Opens the log on the server that a connection string names (`esdb://…`).
 * @throws {BadEventStoreUrl}
 * @throws {StoreUnavailable} where the server does not answer, or is too old
 */
export const openEventStoreDb = async (
  url: string,
  { appendMs = 10_000, patienceMs = 2_000, readMs = 10_000, warmUp = true }: EventStoreDbOptions = {},
): Promise<EventStoreDbEventStore> => {
  const hosts = hostsOf(url)
  await checkServerVersion(url)
  const reader = new Reader({ url, hosts, readMs })
  let epoch: string
  try {
    epoch = await openEpoch(reader)
  } catch (error) {
    await reader.close()
    throw error
  }
  const appender = new AppenderThread({ url, hosts, appendMs, patienceMs })
  if (warmUp) appender.begin()
  return new EventStoreDbEventStore(reader, appender, epoch)
}
