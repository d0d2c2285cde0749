/**
 * The command handler: loads a stream's state, lets the decider decide, appends what it decided, and does so
 * once for each command id, whatever happens in between. There is one for each process and store.
 */
import { setTimeout } from 'node:timers/promises'
import type { Decider, EventLike, StateSource } from '../domain/decider.ts'
import type { Clock } from '../platform/clock.ts'
import type { Codec } from './codec.ts'
import { type CommandMeta, type Executed, HandlerClosed, Overloaded } from './command.ts'
import { NewStreamGuess } from './handler-guess.ts'
import { HandlerMeters } from './handler-meters.ts'
import { type ReadState, StreamReader } from './handler-reader.ts'
import { type HandlerStats, noTotals } from './handler-stats.ts'
import type { CachedStream, Waiting } from './handler-stream.ts'
import { CommandTask, type TaskParts } from './handler-task.ts'
import { traceCommand } from './handler-trace.ts'
import { instants } from './instants.ts'
import { Mailbox, type MailboxParts, type MailboxSource } from './mailbox.ts'
import type { EventStore } from './port.ts'
import { StateCache } from './state-cache.ts'

export interface HandlerLimits {
  /** Commands that may wait for an answer, in all and on one stream. */
  readonly waiting: number
  readonly waitingPerStream: number
  /** Streams whose state is kept, and about how many bytes that may take. */
  readonly cachedStreams: number
  readonly cachedBytes: number
  /** How often a command is decided, where others keep appending to its stream. */
  readonly attempts: number
  /** Longest time, in milliseconds, to find out whether an append happened. */
  readonly doubtMs: number
}

const defaultLimits: HandlerLimits = {
  waiting: 20_000,
  waitingPerStream: 5_000,
  cachedStreams: 20_000,
  cachedBytes: 64 * 1_024 * 1_024,
  attempts: 10,
  doubtMs: 10_000,
}

export interface HandlerOptions {
  readonly store: EventStore
  readonly clock: Clock
  readonly codec: Codec
  readonly limits?: Partial<HandlerLimits>
  /** What the store is called in traces: `sqlite`, `eventstoredb`; by default `memory`. */
  readonly engine?: string
  /** Milliseconds on a clock that never steps; the process's own by default. */
  readonly elapsed?: () => number
  /** Lets time pass between attempts. */
  readonly wait?: (milliseconds: number) => Promise<void>
  /** From 0 to below 1, to spread attempts. */
  readonly random?: () => number
}

export interface CommandHandler {
  /**
   * Decides the command on the stream `{category}-{id}` and appends what it decided. Commands of one stream are
   * decided in the order of the calls.
   * @throws {Rejection} refused, `KEY_REUSED` included: nothing was changed
   * @throws {ExpectedRevisionConflict | TooMuchContention | Overloaded | HandlerClosed} nothing was changed
   * @throws {StoreUnavailable | AppendTooLarge | InvalidAppend} nothing was changed
   * @throws {OutcomeUnknown} it may have happened or may yet: ask again with the same command id
   */
  execute<State, Command, Event extends EventLike, Context>(
    decider: Decider<State, Command, Event, Context>,
    id: string,
    command: NoInfer<Command>,
    meta: CommandMeta,
  ): Promise<Executed<State>>
  /**
   * What `execute` would come to, after the commands that wait ahead of it: the state it would lead to. Writes
   * nothing. @throws as `execute`, but never {OutcomeUnknown}
   */
  rehearse<State, Command, Event extends EventLike, Context>(
    decider: Decider<State, Command, Event, Context>,
    id: string,
    command: NoInfer<Command>,
    meta: CommandMeta,
  ): Promise<State>
  /** A stream's state at a head that was confirmed no earlier than one second before the call. */
  read<State, Event extends EventLike>(
    source: StateSource<State, Event>,
    id: string,
  ): Promise<ReadState<State>>
  /** A stream's state at a head that was confirmed after the call. */
  readFresh<State, Event extends EventLike>(
    source: StateSource<State, Event>,
    id: string,
  ): Promise<ReadState<State>>
  stats(): HandlerStats
  /** Goes on counting. */
  readonly meters: HandlerMeters
  /** Resolves once no command waits for an answer. */
  drain(): Promise<void>
  /** Takes no more commands, and resolves once those it took are answered. The store stays open. */
  close(): Promise<void>
}

/** The mailbox was made for the same `evolve`, so its states are the decider's. */
const isFor = <State, Event extends EventLike>(
  mailbox: Waiting,
  source: StateSource<State, Event>,
): mailbox is Mailbox<State> => mailbox instanceof Mailbox && mailbox.evolve === source.evolve

class Handler implements CommandHandler {
  readonly #limits: HandlerLimits
  readonly #cache: StateCache
  readonly #reader: StreamReader
  readonly #parts: MailboxParts
  readonly #deciders = new Map<string, unknown>()
  readonly #taskParts: TaskParts
  readonly #totals = noTotals()
  readonly #meters = new HandlerMeters()
  #waiting = 0
  #mailboxes = 0
  #closed = false
  #drained: (() => void)[] = []

  constructor(options: HandlerOptions) {
    const { store, clock, codec, limits, engine, elapsed, wait, random } = options
    this.#limits = { ...defaultLimits, ...limits }
    const { cachedStreams, cachedBytes, attempts, doubtMs } = this.#limits
    const totals = this.#totals
    const cache = new StateCache({ streams: cachedStreams, bytes: cachedBytes })
    const now = elapsed ?? (() => performance.now())
    this.#cache = cache
    this.#reader = new StreamReader({ store, codec, cache, totals, elapsed: now })
    this.#taskParts = {
      look: (source, id, seen, at) => this.#reader.look(source, id, seen, at),
      elapsed: now,
      answered: (category, outcome, took) => this.#answered(category, outcome, took),
    }
    this.#parts = {
      store,
      now: instants(clock),
      codec,
      cache,
      guess: new NewStreamGuess(),
      totals,
      meters: this.#meters,
      engine: engine ?? 'memory',
      attempts,
      doubtMs,
      elapsed: now,
      wait: wait ?? ((milliseconds) => setTimeout(milliseconds)),
      random: random ?? Math.random,
      idle: () => {
        this.#mailboxes -= 1
      },
    }
  }

  execute<State, Command, Event extends EventLike, Context>(
    decider: Decider<State, Command, Event, Context>,
    id: string,
    command: Command,
    meta: CommandMeta,
  ): Promise<Executed<State>> {
    return this.#submit(decider, id, command, meta, false)
  }

  async rehearse<State, Command, Event extends EventLike, Context>(
    decider: Decider<State, Command, Event, Context>,
    id: string,
    command: Command,
    meta: CommandMeta,
  ): Promise<State> {
    const { state } = await this.#submit(decider, id, command, meta, true)
    return state
  }

  read<State, Event extends EventLike>(source: StateSource<State, Event>, id: string) {
    return this.#reader.read(source, id)
  }

  readFresh<State, Event extends EventLike>(source: StateSource<State, Event>, id: string) {
    return this.#reader.readFresh(source, id)
  }

  get meters(): HandlerMeters {
    return this.#meters
  }

  stats(): HandlerStats {
    return {
      ...this.#totals,
      waiting: this.#waiting,
      mailboxes: this.#mailboxes,
      cachedStreams: this.#cache.size,
      cachedBytes: this.#cache.bytes,
      cacheHits: this.#cache.hits,
      cacheMisses: this.#cache.misses,
    }
  }

  async drain(): Promise<void> {
    if (this.#waiting === 0) return
    await new Promise<void>((resolve) => this.#drained.push(resolve))
  }

  close(): Promise<void> {
    this.#closed = true
    return this.drain()
  }

  #submit<State, Command, Event extends EventLike, Context>(
    decider: Decider<State, Command, Event, Context>,
    id: string,
    command: Command,
    meta: CommandMeta,
    rehearsal: boolean,
  ): Promise<Executed<State>> {
    try {
      return this.#take(decider, id, command, meta, rehearsal)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** @throws where the command is not taken */
  #take<State, Command, Event extends EventLike, Context>(
    decider: Decider<State, Command, Event, Context>,
    id: string,
    command: Command,
    meta: CommandMeta,
    rehearsal: boolean,
  ): Promise<Executed<State>> {
    if (this.#closed) throw new HandlerClosed()
    if (this.#waiting >= this.#limits.waiting) throw new Overloaded('this process', this.#waiting)
    const stream = this.#cache.open(decider.category, id)
    const there = stream.mailbox?.waiting ?? 0
    if (there >= this.#limits.waitingPerStream) throw new Overloaded(`stream ${stream.stream}`, there)
    const traced = rehearsal ? null : traceCommand(command, decider.category, stream.stream, meta)
    const task = new CommandTask(
      decider,
      command,
      traced?.meta ?? meta,
      rehearsal,
      this.#taskParts,
      traced?.span,
    )
    this.#mailbox(stream, decider).push(task)
    this.#waiting += 1
    this.#totals.commands += 1
    return task.answer
  }

  #mailbox<State, Command, Event extends EventLike, Context>(
    stream: CachedStream,
    decider: Decider<State, Command, Event, Context>,
  ): Mailbox<State> {
    const { category, evolve } = decider
    if ((this.#deciders.get(category) ?? evolve) !== evolve) throw twoDeciders(category)
    this.#deciders.set(category, evolve)
    const known = stream.mailbox
    if (known !== null) {
      if (isFor(known, decider)) return known
      throw twoDeciders(category)
    }
    const mailbox = new Mailbox<State>(stream, this.#source(decider), this.#parts)
    this.#mailboxes += 1
    return mailbox
  }

  #source<State, Event extends EventLike>(source: StateSource<State, Event>): MailboxSource<State> {
    return {
      category: source.category,
      evolve: source.evolve,
      fold: (stream) => stream.fold(source),
      refresh: (stream) => this.#reader.refresh(stream, source),
    }
  }

  #answered(category: string, outcome: string, took: number): void {
    this.#meters.command(category, outcome, took / 1_000)
    this.#waiting -= 1
    if (this.#waiting > 0) return
    const drained = this.#drained
    this.#drained = []
    for (const resolve of drained) resolve()
  }
}

const twoDeciders = (category: string): TypeError =>
  new TypeError(`Two deciders of ${category} have different evolve functions. A category has one decider.`)

/** One for each process and store: commands of one stream queue in one place. */
export const createCommandHandler = (options: HandlerOptions): CommandHandler => new Handler(options)
