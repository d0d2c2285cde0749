/** The commands of one mailbox decided one after the other on the running state, to be appended as one batch. */
import { Rejection } from '../domain/decider.ts'
import type { Codec } from './codec.ts'
import { ExpectedRevisionConflict } from './command.ts'
import type { Position, SealedEvent } from './event.ts'
import { type DoneCommand, DoneCommands } from './handler-keys.ts'
import type { CachedStream, Fold, Head } from './handler-stream.ts'
import type { Task } from './handler-task.ts'
import { type MetadataText, metadataText } from './metadata-text.ts'
import { AppendTooLarge, appendLimits } from './port.ts'

/** It appends the `count` events of the batch that end at `revision`. */
export interface Done<State> {
  readonly kind: 'done'
  readonly state: State
  readonly revision: number
  readonly count: number
}

/** It was done before. */
export interface Repeat<State> {
  readonly kind: 'repeat'
  readonly state: State
  readonly revision: number
  readonly command: DoneCommand
}

/** What a command comes to, once the batch stands in the log. */
export type Answer<State> =
  | Done<State>
  | Repeat<State>
  | { readonly kind: 'refused'; readonly error: unknown }

/** A batch in the making. It begins at a stream's head and changes nothing of what is known of the stream. */
export class Batch<State> {
  readonly stream: string
  readonly base: Head
  readonly decided: { readonly task: Task<State>; readonly answer: Answer<State> }[] = []
  readonly sealed: SealedEvent[] = []
  /** The commands whose events are in the batch. */
  readonly commands = new DoneCommands()
  /** Some of its answers append nothing. */
  answersAlone = false
  state: State
  bytes = 0
  revision: number
  hash: string | null
  recordedAt: string
  readonly #done: DoneCommands
  readonly #codec: Codec
  readonly #now: string

  /** `now` is when the events are recorded, unless the event ahead was recorded later. */
  constructor(stream: CachedStream, fold: Fold<State>, codec: Codec, now: string) {
    const { head } = stream
    this.base = head
    this.state = fold.state
    this.revision = head.revision
    this.hash = head.hash
    this.recordedAt = head.recordedAt > now ? head.recordedAt : now
    this.stream = stream.stream
    this.#done = stream.commands
    this.#codec = codec
    this.#now = now
  }

  /** False where the command's events do not fit in any more: it is for the next batch. */
  take(task: Task<State>): boolean {
    const answer = this.#answer(task)
    if (answer === 'full') return false
    this.decided.push({ task, answer })
    if (answer.kind !== 'done' || answer.count === 0) this.answersAlone = true
    return true
  }

  #answer(task: Task<State>): Answer<State> | 'full' {
    const { state, revision } = this
    const { commandId, expectedRevision } = task.meta
    const command = this.commands.get(commandId) ?? this.#done.get(commandId)
    if (command !== undefined)
      return command.payloadHash === task.payloadHash
        ? { kind: 'repeat', state, revision, command }
        : { kind: 'refused', error: keyReused(commandId) }
    if (expectedRevision !== undefined && expectedRevision !== revision)
      return {
        kind: 'refused',
        error: new ExpectedRevisionConflict(this.stream, expectedRevision, revision),
      }
    try {
      return this.#decide(task)
    } catch (error) {
      return { kind: 'refused', error }
    }
  }

  #decide(task: Task<State>): Answer<State> | 'full' {
    const { events, state } = task.decide(this.state)
    const count = events.length
    if (count === 0) return { kind: 'done', state, revision: this.revision, count }
    if (this.sealed.length + count > appendLimits.events)
      return this.#tooLarge(`${count} events`, `${appendLimits.events}`)

    const metadata = this.#metadata(task)
    const sealed: SealedEvent[] = []
    let { hash, bytes } = this
    for (const decided of events) {
      const revision = this.revision + sealed.length + 1
      const event = this.#codec.encode(this.stream, revision, decided, metadata(hash))
      bytes += Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata)
      if (bytes > appendLimits.bytes) return this.#tooLarge('more bytes', `${appendLimits.bytes}`)
      hash = event.hash
      sealed.push(event)
    }
    if (task.rehearsal) return { kind: 'done', state, revision: this.revision, count: 0 }
    this.#append(task, state, sealed, bytes)
    return { kind: 'done', state, revision: this.revision, count }
  }

  /** The events go on from here. */
  #append(task: Task<State>, state: State, sealed: readonly SealedEvent[], bytes: number): void {
    const { payloadHash, meta } = task
    const first = this.revision + 1
    this.sealed.push(...sealed)
    this.state = state
    this.bytes = bytes
    this.revision += sealed.length
    this.hash = sealed.at(-1)?.hash ?? this.hash
    this.commands.set(meta.commandId, { payloadHash, first, last: this.revision })
  }

  /** Alone in a batch it would not fit either; otherwise it fits in the next. */
  #tooLarge(what: string, most: string): Answer<State> | 'full' {
    if (this.sealed.length > 0) return 'full'
    const error = new AppendTooLarge(
      `A command on ${this.stream} comes to ${what}, the most is ${most}. Ask for less at once.`,
    )
    return { kind: 'refused', error }
  }

  #metadata(task: Task<State>): MetadataText {
    const { meta } = task
    return metadataText({
      actor: meta.actor,
      causationId: meta.causationId,
      commandId: meta.commandId,
      correlationId: meta.correlationId,
      occurredAt: meta.occurredAt ?? this.#now,
      payloadHash: task.payloadHash,
      read: task.read.text,
      recordedAt: this.recordedAt,
      traceparent: meta.traceparent,
    })
  }

  /** Of the commands that append something. */
  traceparents(): readonly (string | null)[] {
    return this.decided.flatMap(({ task, answer }) =>
      answer.kind === 'done' && answer.count > 0 ? [task.meta.traceparent] : [],
    )
  }

  /** The head of the stream once the batch stands there, its last event at `position`. */
  head(position: Position): Head {
    const { revision, hash, recordedAt } = this
    return { revision, hash, recordedAt, position }
  }
}

const keyReused = (commandId: string): Rejection =>
  new Rejection(
    'KEY_REUSED',
    'This key was used before for something else. Nothing was changed. Use a new key for a new request.',
    [],
    { commandId },
  )
