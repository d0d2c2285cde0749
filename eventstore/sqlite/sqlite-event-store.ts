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
import { busyTimeout } from './schema.ts'
import { StreamHeads } from './stream-heads.ts'
import { StreamNames } from './stream-names.ts'
import { WriterThread } from './writer-thread.ts'

/** Milliseconds between looks for appends of other processes, while somebody waits for one. */
const pollInterval = 50

export interface SqliteOptions {
  /** How many stream names to hold in memory before they are swept into the index; default 32,768 (a few MB). */
  readonly namesHeld?: number
  /** Milliseconds for which an append waits for another process to let go of the file; default 10,000. */
  readonly patience?: number
  /**
   * Appends that shared their commit with others, after which a thread is started that writes what comes together;
   * default 512. With 0 it is there at once, and writes all there is.
   */
  readonly threadAfter?: number
  /** What the thread runs. */
  readonly threadEntry?: URL
}

export class SqliteEventStore implements EventStore {
  readonly comparePositions = comparePositions
  readonly #log: LogFile
  readonly #reader: LogReader
  readonly #commits: GroupCommit
  readonly #thread: WriterThread
  readonly #waiters = new Waiters()
  #epoch: string
  #headSeen: Position | null = null
  #poll: NodeJS.Timeout | null = null
  #closing: Promise<void> | null = null

  constructor(log: LogFile, options: SqliteOptions = {}) {
    const { namesHeld = 32_768, patience = 10_000, threadAfter = 512, threadEntry } = options
    const { file, inode } = log
    const names = new StreamNames(namesHeld)
    this.#log = log
    this.#epoch = readEpoch(log.writer)
    const heads = new StreamHeads(log.writer, names)
    this.#reader = new LogReader(log.reader, heads)
    const writer = new LogWriter(log, names, heads)
    this.#thread = new WriterThread({ file, inode, namesHeld, patience }, heads, threadEntry)
    const onCommit = () => this.#waiters.wake()
    this.#commits = new GroupCommit({ file, writer, thread: this.#thread, threadAfter, patience, onCommit })
  }

  /** Resolves once the thread writes that is otherwise started under load. */
  startThread(): Promise<void> {
    return this.#thread.start()
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
    await this.#thread.end()
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
    const store = new SqliteEventStore(log, options)
    if (options?.threadAfter === 0) await store.startThread()
    return store
  } catch (error) {
    log.reader.close()
    log.writer.close()
    throw error
  }
}
