/** Writes a batch of appends in one transaction, each checked before it is written. Synchronous. */
import { statSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Position, SealedEvent } from '../event.ts'
import { type Append, type Appended, WrongExpectedRevision } from '../port.ts'
import { isBusy, resultCode, resultCodeOf, unavailable } from './errors.ts'
import type { LogFile } from './open.ts'
import { hexAt, integerAt } from './rows.ts'
import { type Committed, HeadStatements, type StreamHead, type StreamHeads } from './stream-heads.ts'
import type { StreamNames } from './stream-names.ts'

/** What becomes of one append of a batch that was committed. */
export type Outcome = Appended | WrongExpectedRevision

/** Nobody says whether the transaction will be there after a crash: its COMMIT failed half way. */
export class CommitInDoubt extends Error {
  override readonly name = 'CommitInDoubt'
}

/** A batch that was committed: what became of each append, in the order asked. */
export interface Written extends Committed {
  readonly outcomes: readonly Outcome[]
  readonly heads: ReadonlyMap<string, StreamHead>
}

/** What the transaction under way has changed, known to nobody else before its COMMIT. */
interface Batch {
  readonly heads: Map<string, StreamHead>
  readonly arrived: (readonly [name: string, id: number])[]
  span: { readonly first: number; last: number } | null
  lastId: number
}

const appended = (revision: number, positions: readonly Position[]): Appended => ({
  revision,
  position: positions.at(-1) ?? '',
  positions,
})

const surelyRolledBack = (commitError: unknown): boolean => {
  // The record that makes a transaction count is written last, so a lack of space comes before it. Any other
  // failure may be that of the fsync after it.
  return resultCodeOf(commitError) === resultCode.full || isBusy(commitError)
}

/** What a writer needs of a log's file. */
export type WrittenFile = Pick<LogFile, 'file' | 'inode' | 'writer'>

export class LogWriter {
  readonly #log: WrittenFile
  readonly #names: StreamNames
  readonly #heads: StreamHeads
  readonly #headStatements: HeadStatements
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #written: StatementSync
  readonly #insertStream: StatementSync
  readonly #insertEvent: StatementSync
  readonly #insertName: StatementSync
  readonly #setThrough: StatementSync

  constructor(log: WrittenFile, names: StreamNames, heads: StreamHeads) {
    const database: DatabaseSync = log.writer
    this.#log = log
    this.#names = names
    this.#heads = heads
    this.#headStatements = new HeadStatements(database)
    this.#begin = database.prepare('BEGIN IMMEDIATE')
    this.#commit = database.prepare('COMMIT')
    this.#written = database.prepare(
      'SELECT hash, position FROM events WHERE stream = ? AND revision BETWEEN ? AND ? ORDER BY revision',
    )
    this.#insertStream = database.prepare('INSERT INTO streams (id, name) VALUES (?, ?)')
    this.#insertEvent = database.prepare(
      'INSERT INTO events (stream, revision, type, schema_version, data, metadata, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.#insertName = database.prepare(
      'INSERT INTO stream_names (name, id) VALUES (?, ?) ON CONFLICT DO NOTHING',
    )
    this.#setThrough = database.prepare('UPDATE meta SET names_through = max(names_through, ?)')
  }

  /**
   * Answers after COMMIT. One refusal leaves the others.
   * @throws SQLite's own error where another process is writing: nothing was begun, try again
   * @throws {StoreUnavailable} nothing of the batch was written
   * @throws {CommitInDoubt}
   */
  write(appends: readonly Append[]): Written {
    this.#demandSameFile()
    this.#start()
    const written = this.#fill(appends)
    this.#end()
    this.#heads.committed(written)
    this.#names.swept()
    return written
  }

  #fill(appends: readonly Append[]): Written {
    try {
      this.#heads.notice(this.#headStatements)
      const batch: Batch = { heads: new Map(), arrived: [], span: null, lastId: this.#names.lastId }
      const outcomes = appends.map((append) => this.#writeOne(append, batch))
      this.#names.sweep(batch.arrived.length, this.#insertName, this.#setThrough)
      return { outcomes, heads: batch.heads, arrived: batch.arrived, span: batch.span }
    } catch (error) {
      this.#rollBack()
      throw unavailable('The append', this.#log.file, error)
    }
  }

  /** A file removed or replaced under us still takes writes, and nobody would ever see them again. */
  #demandSameFile(): void {
    const now = statSync(this.#log.file, { bigint: true, throwIfNoEntry: false })
    if (now?.ino === this.#log.inode) return
    throw unavailable(
      'The append',
      this.#log.file,
      new Error(`the file was ${now === undefined ? 'removed' : 'replaced'} while it was open; start again`),
    )
  }

  #start(): void {
    if (this.#log.writer.isTransaction) this.#rollBack()
    try {
      this.#begin.run()
    } catch (error) {
      if (isBusy(error)) throw error
      throw unavailable('The append', this.#log.file, error)
    }
  }

  #end(): void {
    try {
      this.#commit.run()
    } catch (error) {
      this.#rollBack()
      if (surelyRolledBack(error)) throw unavailable('The append', this.#log.file, error)
      throw new CommitInDoubt('COMMIT failed', { cause: error })
    }
  }

  #rollBack(): void {
    // Where the COMMIT is in doubt, the streams of this batch may be there after all: look again.
    this.#heads.forget()
    // Ended by SQLite itself after some errors.
    if (this.#log.writer.isTransaction) this.#log.writer.exec('ROLLBACK')
  }

  #writeOne(append: Append, batch: Batch): Outcome {
    const { stream, expectedRevision, events } = append
    const head = batch.heads.get(stream) ?? this.#heads.find(stream, this.#headStatements)
    if (head.revision !== expectedRevision)
      return (
        this.#repeated(append, head) ?? new WrongExpectedRevision(stream, expectedRevision, head.revision)
      )
    const id = head.revision === -1 ? this.#newStream(stream, batch) : head.id
    const revision = head.revision + events.length
    const positions: Position[] = []
    for (const event of events) positions.push(this.#insert(id, event, batch).toString())
    batch.heads.set(stream, { id, revision })
    return appended(revision, positions)
  }

  #newStream(name: string, batch: Batch): number {
    batch.lastId += 1
    this.#insertStream.run(batch.lastId, name)
    batch.arrived.push([name, batch.lastId])
    return batch.lastId
  }

  #insert(stream: number, event: SealedEvent, batch: Batch): number {
    const position = Number(
      this.#insertEvent.run(
        stream,
        event.revision,
        event.type,
        event.schemaVersion,
        event.data,
        event.metadata,
        Buffer.from(event.hash, 'hex'),
      ).lastInsertRowid,
    )
    if (batch.span === null) batch.span = { first: position, last: position }
    else batch.span.last = position
    return position
  }

  /** The first answer, where exactly these events stand there already. */
  #repeated({ expectedRevision, events }: Append, head: StreamHead): Appended | undefined {
    const last = expectedRevision + events.length
    if (last > head.revision) return undefined
    const rows = this.#written.all(head.id, expectedRevision + 1, last)
    const same =
      rows.length === events.length &&
      events.every((event, index) => hexAt(rows[index] ?? [], 0) === event.hash)
    if (!same) return undefined
    const positions = rows.map((row) => integerAt(row, 1).toString())
    return appended(last, positions)
  }
}
