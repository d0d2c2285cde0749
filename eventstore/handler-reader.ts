/** Reads streams into states, a page at a time, and keeps them. */
import type { EventLike, StateSource } from '../domain/decider.ts'
import { type Codec, eventName, UnreadableEvent } from './codec.ts'
import type { StoredEvent } from './event.ts'
import type { HandlerTotals } from './handler-stats.ts'
import type { CachedStream, Fold } from './handler-stream.ts'
import type { EventStore } from './port.ts'
import type { StateCache } from './state-cache.ts'
import type { StreamsSeen } from './streams-seen.ts'

/** How long a state serves decisions on other streams after its head was confirmed. */
export const freshMs = 1_000

/** How old an engine's look at the log may be to tell the state of another stream at once. */
const lookMs = 100

const pageSize = 1_000

export interface ReadState<State> {
  readonly state: State
  /** -1: the stream does not exist. */
  readonly revision: number
}

export interface ReaderParts {
  readonly store: EventStore
  readonly codec: Codec
  readonly cache: StateCache
  readonly totals: HandlerTotals
  /** Milliseconds on a clock that never steps. */
  readonly elapsed: () => number
}

/** The event is one that the source folds; by now its data are of the current form. */
const isFor = <State, Event extends EventLike>(
  event: EventLike,
  source: StateSource<State, Event>,
): event is Event => source.types.some((type) => type === event.type)

export class StreamReader {
  readonly #parts: ReaderParts

  constructor(parts: ReaderParts) {
    this.#parts = parts
  }

  /** The state at a head that was confirmed no earlier than a second before the call. */
  async read<State, Event extends EventLike>(
    source: StateSource<State, Event>,
    id: string,
  ): Promise<ReadState<State>> {
    const stream = this.#parts.cache.open(source.category, id)
    const { state, revision } = await this.#fresh(stream, source, this.#parts.elapsed())
    return { state, revision }
  }

  /**
   * As `read` at the time `now`, the state alone, and at once where it can be; `seen` is told the stream and its revision.
   */
  look<State, Event extends EventLike>(
    source: StateSource<State, Event>,
    id: string,
    seen: StreamsSeen,
    now: number,
  ): State | Promise<State> {
    const stream = this.#parts.cache.open(source.category, id)
    const fold = this.#fresh(stream, source, now)
    if (fold instanceof Promise) return this.#seeLater(stream, fold, seen)
    seen.see(stream, fold.revision)
    return fold.state
  }

  async #seeLater<State>(
    stream: CachedStream,
    read: Promise<Fold<State>>,
    seen: StreamsSeen,
  ): Promise<State> {
    const { state, revision } = await read
    seen.see(stream, revision)
    return state
  }

  /** At once where it was confirmed lately, as nearly always, or the engine tells at once what is new. */
  #fresh<State, Event extends EventLike>(
    stream: CachedStream,
    source: StateSource<State, Event>,
    now: number,
  ): Fold<State> | Promise<Fold<State>> {
    const fold = stream.fold(source)
    const earliest = now - freshMs
    if (stream.confirmedAt >= earliest && fold.revision >= stream.headRevision) return fold
    if (this.#refreshAtOnce(stream, fold, source)) return fold
    return this.#share(stream, fold, source, earliest)
  }

  /** The state at a head that was confirmed after the call. */
  async readFresh<State, Event extends EventLike>(
    source: StateSource<State, Event>,
    id: string,
  ): Promise<ReadState<State>> {
    const stream = this.#parts.cache.open(source.category, id)
    await this.refresh(stream, source)
    const { state, revision } = stream.fold(source)
    return { state, revision }
  }

  /** Reads what is new in the stream up to its end, which confirms its head. */
  async refresh<State, Event extends EventLike>(
    stream: CachedStream,
    source: StateSource<State, Event>,
  ): Promise<void> {
    const { store, cache, elapsed } = this.#parts
    const fold = stream.fold(source)
    const startedAt = elapsed()
    for (let full = true; full; ) {
      const page = await store.readStream(stream.stream, { from: fold.revision + 1, limit: pageSize })
      for (const stored of page) this.#follow(stream, fold, source, stored)
      full = page.length === pageSize
    }
    stream.confirmed(startedAt)
    cache.account(stream)
  }

  /** As `refresh`, where the engine can; false where it cannot. */
  #refreshAtOnce<State, Event extends EventLike>(
    stream: CachedStream,
    fold: Fold<State>,
    source: StateSource<State, Event>,
  ): boolean {
    const { store, cache, elapsed } = this.#parts
    if (store.readAtOnce === undefined) return false
    // What was wrong a moment ago is not trusted to be right that long ago.
    const withinMs = stream.knowledge === 'DOUBTFUL' ? 0 : lookMs
    const startedAt = elapsed()
    for (let full = true; full; ) {
      const page = store.readAtOnce(stream.stream, fold.revision + 1, withinMs)
      if (page === undefined) return false
      for (const stored of page) this.#follow(stream, fold, source, stored)
      full = page.length === pageSize
    }
    stream.confirmed(startedAt - withinMs)
    cache.account(stream)
    return true
  }

  /** Joins a reading that goes on, where it began late enough. */
  async #share<State, Event extends EventLike>(
    stream: CachedStream,
    fold: Fold<State>,
    source: StateSource<State, Event>,
    earliest: number,
  ): Promise<Fold<State>> {
    const { reading } = stream
    if (reading !== null && reading.fold === fold && reading.startedAt >= earliest) {
      await reading.done
      return fold
    }
    const own = { fold, startedAt: this.#parts.elapsed(), done: this.refresh(stream, source) }
    stream.reading = own
    try {
      await own.done
      return fold
    } finally {
      if (stream.reading === own) stream.reading = null
    }
  }

  /** Others may read the same stream at the same time: what was followed before is passed over. */
  #follow<State, Event extends EventLike>(
    stream: CachedStream,
    fold: Fold<State>,
    source: StateSource<State, Event>,
    stored: StoredEvent,
  ): void {
    const { revision } = stored
    if (revision <= fold.revision) return
    if (revision !== fold.revision + 1)
      throw new UnreadableEvent(eventName(stored.stream, revision), 'the event ahead of it is missing')
    const { codec, totals } = this.#parts
    const decoded = codec.decode(stored)
    const event = decoded && { type: decoded.type, data: decoded.data }
    const ahead = revision > stream.head.revision
    if (event !== undefined && isFor(event, source)) fold.state = source.evolve(fold.state, event)
    else if (ahead) totals.unknownEvents += 1
    fold.revision = revision
    if (ahead) stream.follow(stored, decoded?.metadata ?? codec.metadata(stored))
  }
}
