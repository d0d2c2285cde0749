/**
 * The client that appends, in a thread of its own. The client's appends wait without end where a server stalls, the
 * death of one connection can end the whole process, and a client that hung once hangs on. So every append has a
 * time-out of ours; it ends the thread, the outcome of what the thread had in hand is unknown, and another thread
 * begins with a connection of its own.
 */
import { Worker } from 'node:worker_threads'
import { type Append, AppendTooLarge, OutcomeUnknown, StoreUnavailable } from '../port.ts'
import {
  type AppendDone,
  type AppenderReport,
  type AppenderStart,
  type AppendFailure,
  type AppendReport,
  isAppenderReport,
} from './appender-messages.ts'
import { unavailable } from './errors.ts'
import { proposalOf, type ServerPosition } from './mapping.ts'

export interface AppenderOptions {
  readonly url: string
  /** Names the server in messages. */
  readonly hosts: string
  /** Milliseconds after which the outcome of an append counts as unknown. */
  readonly appendMs: number
  /** Milliseconds for which appends wait for a server that does not answer, before they are refused unsent. */
  readonly patienceMs: number
}

/** The server's answer to an append: that of the first time, where it was asked for before. */
export interface ServerAnswer {
  readonly revision: number
  readonly position: ServerPosition | undefined
}

/** The stream is not where the append expects it; `actual` -1: it does not exist. */
export class StreamMoved extends Error {
  override readonly name = 'StreamMoved'
  readonly actual: number
  constructor(actual: number) {
    super(`The stream is at revision ${actual}.`)
    this.actual = actual
  }
}

/** The server did not find out in its time whether an append happened; the same append twice at one moment is one way to it. */
export class ServerGaveUp extends Error {
  override readonly name = 'ServerGaveUp'
  constructor() {
    super('The server did not find out in its time.')
  }
}

interface Asked {
  readonly append: Append
  /** When it was asked for or, once sent, sent: milliseconds of the process's own clock. */
  at: number
  readonly resolve: (answer: ServerAnswer) => void
  readonly reject: (error: unknown) => void
}

/** Most appends that wait for a server that does not answer. */
const mostWaiting = 10_000
/** Milliseconds between looks at what takes too long. */
const lookEvery = 100
/** Milliseconds before another thread: doubling, from the first to the longest. */
const pauses = { first: 50, longest: 2_000 }

export class AppenderThread {
  readonly #options: AppenderOptions
  readonly #entry: URL
  /** Not sent yet. */
  readonly #waiting = new Set<Asked>()
  /** Sent, in order. */
  readonly #sent = new Map<number, Asked>()
  #worker: Worker | null = null
  #hasBegun = false
  #isUp = false
  /** Since when the thread at hand has said nothing while it should. */
  #silentSince = 0
  #reason: unknown = new Error('it has not answered yet.')
  #seq = 0
  #turn = 0
  #failures = 0
  #looking: NodeJS.Timeout | null = null
  #closing: Promise<void> | null = null
  #drained: () => void = () => undefined
  #ended: Promise<void> = Promise.resolve()

  constructor(options: AppenderOptions, entry = new URL('./appender-entry.ts', import.meta.url)) {
    this.#options = options
    this.#entry = entry
  }

  /** Opens the connection before it is needed; the first append does it otherwise. */
  begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this.#launch()
  }

  /** Why the server takes no appends now, as far as is known; null where it does. */
  get trouble(): string | null {
    if (this.#isUp || !this.#hasBegun) return null
    return this.#reason instanceof Error ? this.#reason.message : String(this.#reason)
  }

  /**
   * @throws {StreamMoved | AppendTooLarge}
   * @throws {StoreUnavailable} nothing was sent, or the server refused it
   * @throws {OutcomeUnknown}
   */
  append(append: Append): Promise<ServerAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#closing !== null) return reject(new StoreUnavailable('The event store is closed.'))
      this.begin()
      const asked: Asked = { append, at: performance.now(), resolve, reject }
      if (this.#isUp) this.#send(asked)
      else if (this.#waiting.size < mostWaiting) this.#waiting.add(asked)
      else reject(this.#refusal())
      this.#looking ??= setInterval(() => this.#look(), lookEvery)
    })
  }

  /** Answers what was asked for before, as far as the server does. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#drained = resolve
      this.#settle()
    })
    if (this.#looking !== null) clearInterval(this.#looking)
    this.#worker?.postMessage({ kind: 'stop' })
    await this.#ended
  }

  /** To be called whenever an append was answered. */
  #settle(): void {
    if (this.#waiting.size + this.#sent.size === 0) this.#drained()
  }

  #refusal(): StoreUnavailable {
    return unavailable('The append, of which nothing was sent,', this.#options.hosts, this.#reason)
  }

  #launch(): void {
    const { url, appendMs } = this.#options
    const start: AppenderStart = { url, turn: this.#turn++, pingMs: appendMs }
    const worker = new Worker(this.#entry, { workerData: start })
    this.#worker = worker
    this.#silentSince = performance.now()
    worker.on('message', (report: unknown) => {
      if (isAppenderReport(report)) this.#hear(report)
    })
    worker.on('error', (error) => {
      this.#reason = error
    })
    this.#ended = new Promise((resolve) => {
      worker.on('exit', () => {
        resolve()
        this.#again()
      })
    })
  }

  /** What was sent may be written or not. */
  #again(): void {
    this.#worker = null
    this.#isUp = false
    const lost = [...this.#sent.values()]
    this.#sent.clear()
    for (const { append, reject } of lost) reject(new OutcomeUnknown(append.stream, this.#reason))
    this.#settle()
    if (this.#closing !== null && this.#waiting.size === 0) return
    const pauseMs = Math.min(pauses.longest, pauses.first * 2 ** Math.min(this.#failures, 10))
    this.#failures += 1
    this.#silentSince = Number.POSITIVE_INFINITY
    setTimeout(() => this.#launch(), pauseMs * (0.5 + Math.random() / 2)).unref()
  }

  #hear(report: AppenderReport): void {
    switch (report.kind) {
      case 'up':
        this.#isUp = true
        this.#failures = 0
        for (const asked of this.#waiting) this.#send(asked)
        this.#waiting.clear()
        return
      case 'down':
        this.#isUp = false
        this.#silentSince = performance.now()
        this.#reason = new Error(report.message)
        return
      default:
        this.#answer(report)
    }
  }

  #send(asked: Asked): void {
    const { stream, expectedRevision, events } = asked.append
    const seq = this.#seq++
    asked.at = performance.now()
    this.#sent.set(seq, asked)
    this.#worker?.postMessage({
      kind: 'append',
      seq,
      stream,
      expectedRevision,
      events: events.map(proposalOf),
    })
  }

  #answer(report: AppendReport): void {
    const asked = this.#sent.get(report.seq)
    if (asked === undefined) return
    this.#sent.delete(report.seq)
    if (report.kind === 'appended') asked.resolve(answerOf(report))
    else asked.reject(this.#failureOf(asked.append, report))
    this.#settle()
  }

  #failureOf({ stream }: Append, report: AppendFailure): Error {
    switch (report.kind) {
      case 'moved':
        return new StreamMoved(report.actual)
      case 'refused':
        return report.reason === 'TOO_LARGE'
          ? new AppendTooLarge(`The server takes no append to ${stream} of this size: ${report.message}`)
          : unavailable(
              `The append to ${stream}, of which nothing was written,`,
              this.#options.hosts,
              new Error(report.message),
            )
      case 'unknown':
        return new OutcomeUnknown(stream, report.gaveUp ? new ServerGaveUp() : new Error(report.message))
    }
  }

  #look(): void {
    const { appendMs, patienceMs } = this.#options
    const now = performance.now()
    for (const asked of this.#waiting) {
      if (now - asked.at < patienceMs) break
      this.#waiting.delete(asked)
      asked.reject(this.#refusal())
    }
    this.#settle()
    const [oldest] = this.#sent.values()
    const isStuck = oldest !== undefined && now - oldest.at > appendMs
    const isSilent = !this.#isUp && now - this.#silentSince > 2 * appendMs
    if (isStuck || isSilent) {
      this.#reason = new Error(`it did not answer for ${Math.round(appendMs / 1_000)} seconds.`)
      void this.#worker?.terminate()
    }
    if (this.#waiting.size + this.#sent.size > 0 || this.#looking === null) return
    clearInterval(this.#looking)
    this.#looking = null
  }
}

const answerOf = ({ revision, commit, prepare }: AppendDone): ServerAnswer => ({
  revision,
  position:
    commit === null || prepare === null ? undefined : { commit: BigInt(commit), prepare: BigInt(prepare) },
})
