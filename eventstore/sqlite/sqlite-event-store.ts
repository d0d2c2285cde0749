/**
 * The embedded event store: one SQLite file, durable (fsync before the answer), shared by any number of
 * processes of one machine. Appends of one process that arrive together share a transaction.
 */
import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { checkAppend } from '../check-append.ts'
import type { Position, StoredEvent } from '../event.ts'
import {
  type Append,
  type Appended,
  type EventStore,
  type LogPage,
  StoreUnavailable,
  type StreamRead,
} from '../port.ts'
import { comparePositions } from '../positions.ts'
import { Waiters } from '../waiters.ts'
import { backUp } from './backup.ts'
import { resultCodeOf, unavailable } from './errors.ts'
import { GroupCommit } from './group-commit.ts'
import { LogReader } from './log-reader.ts'
import { LogWriter } from './log-writer.ts'
import { type LogFile, openLogFile, readEpoch } from './open.ts'
import { StreamHeads } from './stream-heads.ts'
import { StreamNames } from './stream-names.ts'

/** Milliseconds between looks for appends of other processes, while somebody waits for one. */
const pollInterval = 50

/** Milliseconds for which an append may block the event loop while another process commits; then it is tried again. */
const busyTimeout = 20

export interface SqliteOptions {
  /** How many stream names to hold in memory before they are swept into the index; default 32,768 (a few MB). */
  readonly namesHeld?: number
  /** Milliseconds for which an append waits for another process to let go of the file; default 10,000. */
  readonly patience?: number
}

export class SqliteEventStore implements EventStore {
  readonly comparePositions = comparePositions
  readonly #log: LogFile
  readonly #reader: LogReader
  readonly #commits: GroupCommit
  readonly #waiters = new Waiters()
  #epoch: string
  #headSeen: Position | null = null
  #poll: NodeJS.Timeout | null = null
  #closing: Promise<void> | null = null

  constructor(log: LogFile, { namesHeld = 32_768, patience = 10_000 }: SqliteOptions = {}) {
    const names = new StreamNames(namesHeld)
    this.#log = log
    this.#epoch = readEpoch(log.writer)
    const heads = new StreamHeads(log.writer, names)
    this.#reader = new LogReader(log.reader, heads)
    const writer = new LogWriter(log, names, heads)
    this.#commits = new GroupCommit(writer, log.file, patience, () => this.#waiters.wake())
  }

  get epoch(): string {
    return this.#epoch
  }

  append(append: Append): Promise<Appended> {
    try {
      this.#demandOpen()
      checkAppend(append)
      return this.#commits.add(append)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async readStream(stream: string, read: StreamRead = {}): Promise<readonly StoredEvent[]> {
    return this.#read(() => this.#reader.readStream(stream, read))
  }

  readAtOnce(stream: string, from: number, withinMs: number): readonly StoredEvent[] {
    return this.#read(() => this.#reader.readAtOnce(stream, from, withinMs))
  }

  async headRevision(stream: string): Promise<number> {
    return this.#read(() => this.#reader.headRevision(stream))
  }

  async readLog(after: Position | null, limit: number): Promise<LogPage> {
    // A walk over the log is long, and nothing else in it would leave the event loop to others.
    await nextTurn()
    return this.#read(() => this.#reader.readLog(after, limit))
  }

  async head(): Promise<Position | null> {
    return this.#read(() => this.#reader.head())
  }

  async waitForAppend(after: Position | null, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (this.#read(() => this.#reader.hasAfter(after))) return
    const woken = this.#waiters.wait(timeoutMs, signal)
    this.#poll ??= setInterval(() => this.#noticeGrowth(), pollInterval)
    await woken
    if (this.#waiters.size === 0) this.#stopPolling()
  }

  /**
   * Writes a consistent copy of the log as it is now to another file, in one step at the end, while reads and
   * appends go on. Replaces the file if there is one.
   * @throws {StoreUnavailable} where the copy cannot be written; then `file` is as it was
   */
  async backupTo(file: string): Promise<void> {
    this.#demandOpen()
    await backUp(this.#log.file, file)
  }

  /** Starts a new epoch: to be called where this file was put in the place of another, before it serves. */
  newEpoch(): string {
    const epoch = randomUUID()
    this.#read(() => this.#log.writer.prepare('UPDATE meta SET epoch = ?').run(epoch))
    this.#epoch = epoch
    return epoch
  }

  /** Answers what was asked for before, then lets go of the file. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#commits.drained()
    this.#stopPolling()
    this.#waiters.wake()
    this.#log.reader.close()
    this.#log.writer.close()
  }

  #demandOpen(): void {
    if (this.#closing !== null) throw new StoreUnavailable('The event store is closed.')
  }

  #read<Result>(read: () => Result): Result {
    this.#demandOpen()
    try {
      return read()
    } catch (error) {
      if (resultCodeOf(error) === undefined) throw error
      throw unavailable('Reading the log', this.#log.file, error)
    }
  }

  /** Wakes all who wait if the log has grown since the last look, or if looking fails: then they see why. */
  #noticeGrowth(): void {
    try {
      const head = this.#reader.head()
      if (head === this.#headSeen) return
      this.#headSeen = head
    } catch {
      this.#stopPolling()
    }
    this.#waiters.wake()
  }

  #stopPolling(): void {
    if (this.#poll !== null) clearInterval(this.#poll)
    this.#poll = null
  }
}

/**
 * Opens the log in a file, or founds one where there is none. Its folder must exist.
 * @throws {DataFolderTooNew | NotALog | StoreUnavailable}
 */
export const openSqliteEventStore = async (
  file: string,
  options?: SqliteOptions,
): Promise<SqliteEventStore> => {
  const log = openLogFile(file, busyTimeout)
  try {
    return new SqliteEventStore(log, options)
  } catch (error) {
    log.reader.close()
    log.writer.close()
    throw error
  }
}
