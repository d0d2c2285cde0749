/** What a process knows of one stream: where it ends, its states, the commands it has done. */
import { serialize } from 'node:v8'
import type { EventLike, StateSource } from '../domain/decider.ts'
import type { EventMetadata, Position, StoredEvent } from './event.ts'
import { DoneCommands } from './handler-keys.ts'
import type { Append, OutcomeUnknown } from './port.ts'
import { seenText } from './streams-seen.ts'

export const streamName = (category: string, id: string): string => `${category}-${id}`

/** A state folded from a stream's events up to `revision`, by the `evolve` that it came from. */
export interface Fold<State> {
  readonly evolve: unknown
  state: State
  revision: number
}

/** Where a stream ends. */
export interface Head {
  readonly revision: number
  /** Null where the stream does not exist, as the position. */
  readonly hash: string | null
  readonly position: Position | null
  /** Empty text where the stream does not exist, which stands before every instant. */
  readonly recordedAt: string
}

/** What an append leaves: the stream's new end, and the state there. */
export interface AppendedBatch<State> {
  readonly head: Head
  readonly state: State
  readonly commands: DoneCommands
  readonly bytes: number
}

/** An append of which the engine did not say whether it happened, the commands in it, and what was said. */
export interface Doubt {
  readonly append: Append
  readonly commands: DoneCommands
  readonly error: OutcomeUnknown
}

/** Where the commands of a stream wait. */
export interface Waiting {
  /** Commands that are not answered yet. */
  readonly waiting: number
}

const emptyHead: Head = { revision: -1, hash: null, position: null, recordedAt: '' }
const bytesPerStream = 1_000
const bytesPerCommand = 250
const measuredFrom = 65_536

/** `fold` was made by the source's own `evolve`, so its state is the source's. */
const isOf = <State, Event extends EventLike>(
  fold: Fold<unknown>,
  source: StateSource<State, Event>,
): fold is Fold<State> => fold.evolve === source.evolve

/** What is known of one stream. States are never ahead of the head. */
export class CachedStream {
  readonly category: string
  readonly id: string
  /** Its name. */
  readonly stream: string
  readonly commands = new DoneCommands()
  #head: Head = emptyHead
  /** That of `head`, at hand for those who want nothing else of it. */
  headRevision = emptyHead.revision
  /** `KEPT`: true up to the head. `DOUBTFUL`: perhaps not even that, so it is to be read before it is relied on. */
  knowledge: 'NONE' | 'KEPT' | 'DOUBTFUL' = 'NONE'
  /** When the read began that last confirmed the head, on a clock that never steps; -Infinity: never. */
  confirmedAt = Number.NEGATIVE_INFINITY
  doubt: Doubt | null = null
  /** Above 0 while somebody works on it, and it must stay. */
  pins = 0
  /** The bytes that the cache counts for it; null where the cache does not keep it. */
  counted: number | null = null
  /** Since the cache last passed it over. */
  used = false
  /** Opened by more than who brought it into the cache: others may be at work on it without a pin. */
  shared = false
  /** While commands on it wait. */
  mailbox: Waiting | null = null
  /** Its neighbours in the cache. */
  older: CachedStream | null = null
  newer: CachedStream | null = null
  /** The reading that goes on now, for whoever can share it. */
  reading: { readonly fold: unknown; readonly startedAt: number; readonly done: Promise<void> } | null = null
  /** Nearly always the only one. */
  #fold: Fold<unknown> | null = null
  readonly #otherFolds: Fold<unknown>[] = []
  #eventBytes = 0
  #measureAt = measuredFrom
  #seenAt = Number.NaN
  #seenText = ''

  constructor(category: string, id: string) {
    this.category = category
    this.id = id
    this.stream = streamName(category, id)
  }

  get head(): Head {
    return this.#head
  }

  set head(head: Head) {
    this.#head = head
    this.headRevision = head.revision
  }

  /** See `NamedStream`; kept, since it is asked for at the same revision again and again. */
  seenText(revision: number): string {
    if (revision !== this.#seenAt) {
      this.#seenText = seenText(this.stream, revision)
      this.#seenAt = revision
    }
    return this.#seenText
  }

  /** The state as the source folds it. One stream may be folded by several sources; nearly always it is one. */
  fold<State, Event extends EventLike>(source: StateSource<State, Event>): Fold<State> {
    const first = this.#fold
    if (first !== null && isOf(first, source)) return first
    for (const fold of this.#otherFolds) if (isOf(fold, source)) return fold
    const fold: Fold<State> = { evolve: source.evolve, state: source.initial, revision: -1 }
    if (first === null) this.#fold = fold
    else this.#otherFolds.push(fold)
    return fold
  }

  /** Lets go of what takes memory: for a stream that nobody will use again. */
  empty(): void {
    this.#fold = null
    this.#otherFolds.length = 0
    this.head = emptyHead
    this.doubt = null
  }

  /** The head moves to the next event, which was read. */
  follow({ revision, hash, position, data }: StoredEvent, metadata: EventMetadata): void {
    this.head = { revision, hash, position, recordedAt: metadata.recordedAt }
    this.commands.add(metadata.commandId, metadata.payloadHash, revision)
    this.grow(data.length)
  }

  /**
   * A batch of ours was appended. Others of this process may have read it before its answer came: what they
   * have set is not set back.
   */
  appended<State>(fold: Fold<State>, batch: AppendedBatch<State>): void {
    const { head, state, commands, bytes } = batch
    if (fold.revision < head.revision) {
      fold.state = state
      fold.revision = head.revision
    }
    if (this.head.revision < head.revision) this.head = head
    for (const [commandId, command] of commands.entries()) this.commands.set(commandId, command)
    this.knowledge = 'KEPT'
    this.grow(bytes)
  }

  /** It was read to its end, by a reading that began at `startedAt`. */
  confirmed(startedAt: number): void {
    this.knowledge = 'KEPT'
    this.confirmedAt = Math.max(this.confirmedAt, startedAt)
  }

  distrust(): void {
    this.knowledge = 'DOUBTFUL'
    this.confirmedAt = Number.NEGATIVE_INFINITY
  }

  /** The states hold `bytes` of events more. Once these are many, what the states really take is measured. */
  grow(bytes: number): void {
    this.#eventBytes += bytes
    if (this.#eventBytes < this.#measureAt) return
    try {
      this.#eventBytes = [this.#fold, ...this.#otherFolds].reduce(
        (sum, fold) => (fold === null ? sum : sum + serialize(fold.state).byteLength),
        0,
      )
    } catch {
      // A state that cannot be serialized keeps its estimate, which is on the high side.
    }
    this.#measureAt = Math.max(measuredFrom, this.#eventBytes * 2)
  }

  /** About how much memory it takes. */
  get bytes(): number {
    let bytes = bytesPerStream + this.#eventBytes + this.commands.size * bytesPerCommand
    if (this.doubt === null) return bytes
    for (const { data, metadata } of this.doubt.append.events) bytes += data.length + metadata.length
    return bytes
  }
}
