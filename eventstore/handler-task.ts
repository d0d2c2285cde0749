/** A command on its way: what it asks, what it has gathered, and who waits for its answer. */
import type { Decider, EventLike, Read, StateSource } from '../domain/decider.ts'
import type { Span } from '../platform/tracing.ts'
import { type CommandMeta, type Executed, payloadHashOf } from './command.ts'
import { outcomeOfDone, outcomeOfError } from './command-outcome.ts'
import { freshMs } from './handler-reader.ts'
import { endDone, endFailed } from './handler-trace.ts'
import { StreamsSeen } from './streams-seen.ts'

export interface Decided<State> {
  readonly events: readonly EventLike[]
  /** The state that the events lead to. */
  readonly state: State
}

/** A command as its mailbox sees it. */
export interface Task<State> {
  readonly meta: CommandMeta
  readonly payloadHash: string
  /** It is to be decided and answered as if it were done, and nothing may be written. */
  readonly rehearsal: boolean
  /** How often its events met a stream that had moved. */
  conflicts: number
  /** What was gathered. */
  readonly read: StreamsSeen
  /** False where other streams have to be gathered first: for the first time, or since it was long ago. */
  readonly gathered: boolean
  /**
   * Gathers, at once where all is at hand, or waits for the gathering that goes on. Never throws: what went wrong is
   * thrown by `decide`.
   */
  gather(): Promise<void> | undefined
  /** @throws {Rejection} or whatever gathering or deciding threw */
  decide(state: State): Decided<State>
  done(executed: Executed<State>): void
  failed(error: unknown): void
}

type Gathered<Context> = { readonly context: Context } | { readonly error: unknown }

/** Where a task gets the states of other streams from. */
export interface TaskParts {
  readonly look: <State, Event extends EventLike>(
    source: StateSource<State, Event>,
    id: string,
    seen: StreamsSeen,
    now: number,
  ) => State | Promise<State>
  readonly elapsed: () => number
  /** Called once, when the command is answered: what it came to, and milliseconds since it came. */
  readonly answered: (category: string, outcome: string, took: number) => void
}

export class CommandTask<State, Command, Event extends EventLike, Context> implements Task<State> {
  readonly meta: CommandMeta
  readonly payloadHash: string
  readonly rehearsal: boolean
  readonly answer: Promise<Executed<State>>
  conflicts = 0
  read = new StreamsSeen()
  readonly #decider: Decider<State, Command, Event, Context>
  readonly #command: Command
  readonly #parts: TaskParts
  readonly #resolve: (executed: Executed<State>) => void
  readonly #reject: (error: unknown) => void
  #gathering: Promise<void> | null = null
  #gathered: Gathered<Context> | null = null
  /** Until when what was gathered may be decided on. */
  #freshUntil = Number.POSITIVE_INFINITY
  #answered = false
  readonly #startedAt: number
  readonly #span: Span | null

  /** @throws {TypeError} where the command is not plain JSON */
  constructor(
    decider: Decider<State, Command, Event, Context>,
    command: Command,
    meta: CommandMeta,
    rehearsal: boolean,
    parts: TaskParts,
    span: Span | null = null,
  ) {
    this.meta = meta
    this.#startedAt = parts.elapsed()
    this.#span = span
    this.payloadHash = payloadHashOf(meta.payload ?? command)
    this.rehearsal = rehearsal
    this.#decider = decider
    this.#command = command
    this.#parts = parts
    const { promise, resolve, reject } = Promise.withResolvers<Executed<State>>()
    this.answer = promise
    this.#resolve = resolve
    this.#reject = reject
  }

  get gathered(): boolean {
    return this.#gathered !== null && this.#gathering === null && this.#parts.elapsed() <= this.#freshUntil
  }

  gather(): Promise<void> | undefined {
    if (this.#gathering !== null) return this.#gathering
    const { look, elapsed } = this.#parts
    const seen = new StreamsSeen()
    const startedAt = elapsed()
    // What is looked at before anything is waited for is looked at together.
    let atOnce = true
    const read: Read = (source, id) => look(source, id, seen, atOnce ? startedAt : elapsed())
    try {
      const context = this.#decider.gather(this.#command, read)
      atOnce = false
      if (context instanceof Promise) {
        this.#gathering = this.#gatherOn(context, seen)
        return this.#gathering
      }
      this.#has({ context }, seen)
    } catch (error) {
      this.#has({ error }, seen)
    }
    return undefined
  }

  async #gatherOn(context: Promise<Context>, seen: StreamsSeen): Promise<void> {
    try {
      this.#has({ context: await context }, seen)
    } catch (error) {
      this.#has({ error }, seen)
    }
  }

  #has(gathered: Gathered<Context>, seen: StreamsSeen): void {
    this.#gathered = gathered
    this.read = seen
    // A decision that looked at no other stream is never out of date.
    this.#freshUntil = seen.size === 0 ? Number.POSITIVE_INFINITY : this.#parts.elapsed() + freshMs
    this.#gathering = null
  }

  decide(state: State): Decided<State> {
    if (this.#gathered === null) throw new TypeError('A command was decided before it had gathered.')
    if ('error' in this.#gathered) throw this.#gathered.error
    const { decide, evolve, types, category } = this.#decider
    const events = decide(state, this.#command, this.#gathered.context)
    let next = state
    for (const event of events) {
      if (!types.includes(event.type))
        throw new TypeError(`${category} decided ${event.type}, which is not among its types. Add it there.`)
      next = evolve(next, event)
    }
    return { events, state: next }
  }

  done(executed: Executed<State>): void {
    if (!this.#settle(outcomeOfDone(executed.replayed))) return
    if (this.#span !== null) endDone(this.#span, executed)
    this.#resolve(executed)
  }

  failed(error: unknown): void {
    if (!this.#settle(outcomeOfError(error))) return
    if (this.#span !== null) endFailed(this.#span, error)
    this.#reject(error)
  }

  #settle(outcome: string): boolean {
    if (this.#answered) return false
    this.#answered = true
    const { answered, elapsed } = this.#parts
    answered(this.#decider.category, this.rehearsal ? 'REHEARSED' : outcome, elapsed() - this.#startedAt)
    return true
  }
}
