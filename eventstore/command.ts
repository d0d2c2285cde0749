/** What goes into the command handler beside the command, what comes out, and why it may not be done now. */
import { canonicalJson } from '../platform/canonical.ts'
import { sha256 } from '../platform/sha256.ts'
import type { Actor, Position, RecordedEvent } from './event.ts'

/**
 * `commandId` makes the command one: the same id with the same payload answers as the first time. `occurredAt`
 * is when it happened in the world (ISO 8601 UTC with milliseconds), null: now. `causationId` names the event or
 * command that led to this one. `expectedRevision` is the revision that the caller saw (-1: no stream).
 */
export interface CommandMeta {
  readonly commandId: string
  readonly correlationId: string
  readonly causationId: string | null
  readonly actor: Actor
  readonly occurredAt: string | null
  readonly expectedRevision?: number | undefined
  readonly traceparent: string | null
  /**
   * What the caller asked for, where the command carries more than that: instants and ids given on the way differ
   * between two attempts of one thing. Hashed in the command's place. Plain JSON.
   */
  readonly payload?: unknown
}

/**
 * A command that was done. `state` is the stream's state at `revision` (-1: it does not exist).
 *
 * `events` are those that the command appended, `event` names the last of them and `position` is where it stands.
 * Where it appended nothing, since all was as asked already, they are the stream's last event; null where it has none.
 *
 * `replayed`: the command had been done before. `events`, `event` and `position` are then those of the first
 * time, while `state` and `revision` are of now.
 */
export interface Executed<State> {
  readonly state: State
  readonly revision: number
  readonly position: Position | null
  readonly event: string | null
  readonly events: readonly RecordedEvent[]
  readonly replayed: boolean
}

/**
 * What the key of a command stands for: SHA-256 of the canonical JSON of the whole command, `type` included.
 * @throws {TypeError} where the command is not plain JSON, naming the path
 */
export const payloadHashOf = (command: unknown): string => sha256(canonicalJson(command))

/** The stream is not at the revision that the caller saw. Nothing was changed. `actual` -1: it does not exist. */
export class ExpectedRevisionConflict extends Error {
  override readonly name = 'ExpectedRevisionConflict'
  readonly stream: string
  readonly expected: number
  readonly actual: number
  constructor(stream: string, expected: number, actual: number) {
    super(`Stream ${stream} is at revision ${actual}, not at ${expected} as you saw it. Look at it again.`)
    this.stream = stream
    this.expected = expected
    this.actual = actual
  }
}

/** Others kept appending to the stream between reading and appending. Nothing was changed; it may be sent again. */
export class TooMuchContention extends Error {
  override readonly name = 'TooMuchContention'
  readonly stream: string
  readonly attempts: number
  constructor(stream: string, attempts: number) {
    super(`Stream ${stream} moved on during each of ${attempts} attempts. Nothing was changed. Try again.`)
    this.stream = stream
    this.attempts = attempts
  }
}

/** More commands wait than may. This one was not looked at; it may be sent again later. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded'
  /** How many commands wait, where the limit was met. */
  readonly waiting: number
  constructor(where: string, waiting: number) {
    super(`${waiting} commands wait for ${where} already. Nothing was changed. Try again later.`)
    this.waiting = waiting
  }
}

/** The handler takes no more commands: the process is about to end. This one was not looked at. */
export class HandlerClosed extends Error {
  override readonly name = 'HandlerClosed'
  constructor() {
    super('This process is shutting down and takes no more commands. Nothing was changed. Try again.')
  }
}
