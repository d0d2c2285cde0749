/**
 * The event store port: where events are kept, in prose.
 *
 * - One append is one stream, with an exact expected revision. Nothing relies on two streams committing
 *   together. An acknowledged append survives `kill -9` and power loss.
 * - An append of which every event already stands at its revision (same hashes) is a repeat: it answers with
 *   the revision and position of its own last event and writes nothing, however much was appended after it.
 *   The whole of an earlier batch is one, and so is a part of it. Any other append to a stream that is not at
 *   the expected revision is a `WrongExpectedRevision`, also where some of its events stand. The same event at
 *   a new revision cannot be: the hash covers the revision.
 * - Events of one append are contiguous in their stream and their positions increase; readers see all of
 *   them or none. Positions increase in commit order: a reader that has seen position P never finds a new
 *   event at or before P.
 * - Streams and events are never deleted. Texts come back as they were given, to the byte.
 * - Streams are named `{category}-{id}`: up to 200 printable ASCII characters, the category of letters, digits
 *   and underscores. Types are up to 100 letters, digits, dots and underscores (see `checkAppend`).
 * - After `close` every method but `comparePositions` and `close` rejects with `StoreUnavailable`; appends
 *   asked for before it are answered, waits end.
 */
import type { Position, SealedEvent, StoredEvent } from './event.ts'

/** Most events, and most bytes of data and metadata, that one append may carry. */
export const appendLimits = { events: 1_000, bytes: 1_000_000 } as const

export interface Append {
  readonly stream: string
  /** Revision of the last event the writer saw; -1 where the stream must not exist. */
  readonly expectedRevision: number
  /** At least one; revisions run on from `expectedRevision + 1`. */
  readonly events: readonly SealedEvent[]
}

/** The last event of the append. */
export interface Appended {
  readonly revision: number
  readonly position: Position
  /** Of each event of the append; an engine that tells only the last one's leaves them out. */
  readonly positions?: readonly Position[]
}

export interface StreamRead {
  /**
   * First revision wanted (forwards) or last one (backwards); defaults to the stream's end of that side.
   * Forwards, past the end there is nothing; backwards, past the end is the end.
   */
  readonly from?: number
  readonly direction?: 'forwards' | 'backwards'
  /** Most events to return; default 1,000. */
  readonly limit?: number
}

/**
 * A page of the log. `next` is where to read on from: the position of its last event, or what was given. A page may
 * hold fewer events than asked for, even none, away from the head: only `atHead` says that there are no more.
 */
export interface LogPage {
  readonly events: readonly StoredEvent[]
  /** Null only where there was no event and no `after` was given. */
  readonly next: Position | null
  /** True when the page reached the head of the log as it was when read. */
  readonly atHead: boolean
}

export interface EventStore {
  /** Changes whenever positions lose their meaning: another engine, a restore. */
  readonly epoch: string
  /** @throws {WrongExpectedRevision | OutcomeUnknown | AppendTooLarge | InvalidAppend | StoreUnavailable} */
  append(append: Append): Promise<Appended>
  /**
   * Events of one stream in order; empty where it does not exist. Reads at the leader. As many as asked for
   * unless the stream ends. @throws {StoreUnavailable}, {RangeError} where `from` or `limit` cannot be
   */
  readStream(stream: string, read?: StreamRead): Promise<readonly StoredEvent[]>
  /**
   * The next 1,000 events of a stream at most, from a revision on, told at once, for engines that can. They are as
   * the log was no more than `withinMs` milliseconds ago, and never behind what this store has answered or appended.
   * Undefined where that takes waiting: then `readStream` says. @throws as `readStream` rejects
   */
  readAtOnce?(stream: string, from: number, withinMs: number): readonly StoredEvent[] | undefined
  /** Revision of the stream's last event, -1 where it does not exist; confirmed by the leader now. */
  headRevision(stream: string): Promise<number>
  /**
   * Events of all streams after a position (exclusive), oldest first, at most `limit` (0 asks only for
   * `atHead`). @throws {StoreUnavailable}, {RangeError} for the limit, {TypeError} for what is no position
   */
  readLog(after: Position | null, limit: number): Promise<LogPage>
  /** The last event's position, or null on an empty log. */
  head(): Promise<Position | null>
  /** Negative, zero or positive, as `a` stands before, at or after `b`. */
  comparePositions(a: Position, b: Position): number
  /**
   * Resolves when the log may have grown past `after`, when `signal` aborts, or after `timeoutMs`;
   * may resolve early. Appends of other processes are noticed within 100 ms.
   */
  waitForAppend(after: Position | null, timeoutMs: number, signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** The stream is not where the writer thought. Nothing was written. `actual` -1: it does not exist. */
export class WrongExpectedRevision extends Error {
  override readonly name = 'WrongExpectedRevision'
  readonly stream: string
  readonly expected: number
  readonly actual: number
  constructor(stream: string, expected: number, actual: number) {
    super(`Stream ${stream} is at revision ${actual}, not at ${expected}. Load it again and decide again.`)
    this.stream = stream
    this.expected = expected
    this.actual = actual
  }
}

/** The engine did not say whether the append happened. Append the identical batch again, never a regrouped one. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'
  readonly stream: string
  constructor(stream: string, cause: unknown) {
    super(`The event store did not say whether the append to ${stream} happened. Retry with the same key.`, {
      cause,
    })
    this.stream = stream
  }
}

/** The append is over `appendLimits`. Nothing was written. */
export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge'
}

/** The append is malformed: no events, a revision out of step, a bad stream name. Nothing was written. */
export class InvalidAppend extends Error {
  override readonly name = 'InvalidAppend'
}

/** The engine cannot take or answer anything now: disk full, file gone, server away. Nothing was written. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}
