/**
 * The commands of one stream, in the order they came. Those that wait are decided one after the other and
 * appended together; the next are looked at when these are answered.
 *
 * An answer that appends nothing is given only on a state that stood in the log after the command came in, for
 * which the stream is read to its end. That others are appended beside it is not enough: an engine answers an
 * append that repeats another to the letter, as two processes may make of one command in one millisecond,
 * however far the stream has moved since.
 */
import { unreachable } from '../domain/decider.ts'
import { isTracing } from '../platform/tracing.ts'
import { TooMuchContention } from './command.ts'
import type { Position } from './event.ts'
import { type AnswerParts, answerBatch } from './handler-answer.ts'
import { type AppenderParts, type AppendOutcome, appendBatch, findOut } from './handler-append.ts'
import { Batch } from './handler-batch.ts'
import type { NewStreamGuess } from './handler-guess.ts'
import type { CachedStream, Doubt, Fold, Waiting } from './handler-stream.ts'
import type { Task } from './handler-task.ts'
import { type Append, StoreUnavailable } from './port.ts'
import type { StateCache } from './state-cache.ts'

export interface MailboxParts extends AppenderParts, AnswerParts {
  /** The time of day, as instants are written. */
  readonly now: () => string
  readonly cache: StateCache
  readonly guess: NewStreamGuess
  /** How often a command is decided before it is given up, where others keep appending to the stream. */
  readonly attempts: number
  /** Called when nothing waits any more: the mailbox is not used again. */
  readonly idle: () => void
}

/** Most commands that are decided before others of the process get their turn. */
const mostAtOnce = 1_000
const firstPauseMs = 5
const longestPauseMs = 200

/** How a mailbox gets at the state of its stream. */
export interface MailboxSource<State> {
  readonly category: string
  readonly evolve: unknown
  fold(stream: CachedStream): Fold<State>
  /** Reads the stream to its end. */
  refresh(stream: CachedStream): Promise<void>
}

export class Mailbox<State> implements Waiting {
  readonly evolve: unknown
  readonly #source: MailboxSource<State>
  readonly #parts: MailboxParts
  #stream: CachedStream
  #queue: Task<State>[] = []
  /** Those that are being decided. */
  #round: Task<State>[] = []
  #running = false
  /** The stream was made by a command of this mailbox. */
  #made = false

  constructor(stream: CachedStream, source: MailboxSource<State>, parts: MailboxParts) {
    this.evolve = source.evolve
    this.#stream = stream
    this.#source = source
    this.#parts = parts
    stream.pins += 1
    stream.mailbox = this
  }

  /** Commands that are not answered yet. */
  get waiting(): number {
    return this.#queue.length + this.#round.length
  }

  push(task: Task<State>): void {
    this.#queue.push(task)
    if (this.#running) {
      void task.gather()
      return
    }
    this.#running = true
    // Later, so that commands of the same turn go together; and gathered then, so that what was gathered is decided on
    // at once and need not be kept.
    queueMicrotask(() => void this.#run())
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      try {
        while (!this.#take()) await this.#queue[0]?.gather()
        await this.#decideRound()
      } catch (error) {
        for (const task of this.#round) task.failed(error)
      }
      this.#round = []
    }
    this.#running = false
    this.#stream.pins -= 1
    this.#stream.mailbox = null
    if (this.#made) this.#parts.cache.made(this.#stream)
    this.#parts.idle()
  }

  /** Takes those from the front of the queue that have gathered: nobody overtakes. False where there is none. */
  #take(): boolean {
    const first = this.#queue.length > mostAtOnce ? this.#queue.slice(0, mostAtOnce) : this.#queue
    for (const task of first) if (!task.gathered) void task.gather()
    const missing = first.findIndex((task) => !task.gathered)
    this.#round = this.#queue.splice(0, missing === -1 ? first.length : missing)
    return missing !== 0
  }

  async #decideRound(): Promise<void> {
    const { doubt } = this.#stream
    if (doubt !== null && !(await this.#leaveDoubt(doubt))) return
    // True once the stream was read to its end after all of the round came in.
    let confirmed = false
    for (;;) {
      // Back-off or doubt may have taken so long that the other streams have to be looked at again.
      if (!this.#round.every((task) => task.gathered))
        await Promise.all(this.#round.map((task) => task.gather()))
      const guessed = this.#isPerhapsNew()
      if (!guessed && !this.#isCurrent()) {
        await this.#source.refresh(this.#stream)
        confirmed = true
      }
      const batch = this.#draft()
      if (batch.answersAlone && !confirmed) {
        await this.#source.refresh(this.#stream)
        confirmed = true
        if (this.#stream.head.revision !== batch.base.revision) continue
      }
      if (batch.sealed.length === 0) {
        answerBatch(batch, null, this.#parts)
        return
      }
      const append = {
        stream: this.#stream.stream,
        expectedRevision: batch.base.revision,
        events: batch.sealed,
      }
      const outcome = await appendBatch(append, this.#parts, isTracing() ? batch.traceparents() : [])
      if (outcome.kind === 'appended') {
        this.#commit(batch, outcome.position)
        answerBatch(batch, outcome, this.#parts)
        return
      }
      if (await this.#notAppended(batch, append, outcome, guessed)) return
      confirmed = true
    }
  }

  #isPerhapsNew(): boolean {
    const { knowledge, head } = this.#stream
    return knowledge === 'NONE' && head.revision === -1 && this.#parts.guess.mayBeNew(this.#source.category)
  }

  #isCurrent(): boolean {
    const { knowledge, head } = this.#stream
    return knowledge === 'KEPT' && this.#source.fold(this.#stream).revision === head.revision
  }

  /** Decides the round. Those that do not fit into one append go back to the front of the queue. */
  #draft(): Batch<State> {
    const { codec, now } = this.#parts
    const batch = new Batch(this.#stream, this.#source.fold(this.#stream), codec, now())
    const full = this.#round.findIndex((task) => !batch.take(task))
    if (full !== -1) this.#queue.unshift(...this.#round.splice(full))
    return batch
  }

  /** True when the round has its answers; false when it has to be decided again. */
  async #notAppended(
    batch: Batch<State>,
    append: Append,
    outcome: Exclude<AppendOutcome, { kind: 'appended' }>,
    guessed: boolean,
  ): Promise<boolean> {
    switch (outcome.kind) {
      case 'moved':
        if (guessed) await this.#notNew()
        else await this.#moved(batch)
        return this.#round.length === 0
      case 'failed':
        for (const task of this.#round) task.failed(outcome.error)
        return true
      case 'unknown':
        this.#doubt({ append, commands: batch.commands, error: outcome.error })
        return true
      default:
        return unreachable(outcome)
    }
  }

  #commit(batch: Batch<State>, position: Position): void {
    const { totals, cache } = this.#parts
    totals.appends += 1
    if (batch.base.revision === -1) this.#made = true
    totals.events += batch.sealed.length
    const { state, commands, bytes } = batch
    this.#stream.appended(this.#source.fold(this.#stream), {
      head: batch.head(position),
      state,
      commands,
      bytes,
    })
    cache.account(this.#stream)
  }

  /** The stream was there already, which is no conflict with anybody. */
  async #notNew(): Promise<void> {
    this.#parts.guess.wrong(this.#source.category)
    this.#stream.distrust()
    await this.#source.refresh(this.#stream)
  }

  /** Others appended to the stream. Reads on, for those that may be decided again. */
  async #moved(batch: Batch<State>): Promise<void> {
    const { totals, attempts, wait, random, cache } = this.#parts
    totals.conflicts += 1
    this.#stream.distrust()
    let most = 0
    for (const task of this.#round) {
      task.conflicts += 1
      most = Math.max(most, task.conflicts)
      if (task.conflicts >= attempts) task.failed(new TooMuchContention(batch.stream, attempts))
    }
    this.#round = this.#round.filter((task) => task.conflicts < attempts)
    totals.retries += this.#round.length
    if (this.#round.length === 0) return
    await wait(random() * Math.min(longestPauseMs, firstPauseMs * 2 ** (most - 1)))
    await this.#source.refresh(this.#stream)
    // Nothing new, and yet not where it was thought to be: the stream ends before what was kept of it.
    if (this.#stream.head.revision === batch.base.revision) this.#stream = cache.renew(this.#stream)
  }

  /** The batch stays, for the next commands to find out about. None of it is written again in another way. */
  #doubt(doubt: Doubt): void {
    this.#stream.doubt = doubt
    this.#stream.distrust()
    this.#parts.cache.account(this.#stream)
    for (const task of this.#round) task.failed(task.rehearsal ? unavailable(doubt) : doubt.error)
  }

  /** False where it stays in doubt, and the round was told so. */
  async #leaveDoubt(doubt: Doubt): Promise<boolean> {
    const outcome = await findOut(doubt.append, doubt.error, this.#parts)
    if (outcome.kind === 'unknown') {
      for (const task of this.#round) {
        const inDoubt = doubt.commands.get(task.meta.commandId) !== undefined && !task.rehearsal
        task.failed(inDoubt ? outcome.error : unavailable(doubt))
      }
      return false
    }
    this.#stream.doubt = null
    this.#stream.distrust()
    return true
  }
}

/** For commands that were not tried: nothing of theirs is in doubt. */
const unavailable = ({ append, error }: Doubt): StoreUnavailable =>
  new StoreUnavailable(
    `Stream ${append.stream} waits to know whether an earlier append happened. Nothing was changed. Try again.`,
    { cause: error },
  )
