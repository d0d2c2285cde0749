/**
 * Appends that arrive together share one transaction, and so one fsync. A batch is taken up after the I/O of
 * the event loop's turn, when all that arrived in it has been asked for.
 *
 * While little is asked for, a batch is written here and now. Under load a thread is started, and from then on batches
 * go there, one being written while the next one gathers; an append that is alone is still done sooner here.
 */
import { type Append, type Appended, OutcomeUnknown, StoreUnavailable } from '../port.ts'
import { isBusy, unavailable } from './errors.ts'
import { CommitInDoubt, type LogWriter, type Outcome } from './log-writer.ts'
import type { WriterThread } from './writer-thread.ts'

/** Most of one transaction, beyond its first append: those that follow wait for it. */
const batchLimits = { events: 1_024, units: 4_000_000 } as const

/** Appends that are handed to the thread without waiting for the turn's end, so that it is not kept waiting. */
const handOver = 64

/** Batches handed over: one that is being written, and one at hand when it is done. The others gather. */
const mostUnderWay = 2

/** Milliseconds between attempts while another process writes, about. */
const busyPause = 10

interface Waiting {
  readonly append: Append
  readonly resolve: (appended: Appended) => void
  readonly reject: (error: Error) => void
}

export interface GroupCommitParts {
  readonly file: string
  readonly writer: LogWriter
  readonly thread: WriterThread
  /** The thread is started after so many appends that shared their commit with others; 0: it writes all there is. */
  readonly threadAfter: number
  /** Milliseconds for which a batch waits for another process to let go of the file. */
  readonly patience: number
  readonly onCommit: () => void
}

const unitsOf = ({ events }: Append): number => {
  let units = 0
  for (const { data, metadata } of events) units += data.length + metadata.length
  return units
}

export class GroupCommit {
  readonly #parts: GroupCommitParts
  readonly #idle: (() => void)[] = []
  #queue: Waiting[] = []
  #scheduled = false
  #busySince: number | null = null
  /** Appends written here that shared their commit. */
  #together = 0

  constructor(parts: GroupCommitParts) {
    this.#parts = parts
  }

  add(append: Append): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ append, resolve, reject })
      if (this.#isTimeToHandOver()) this.#handOver()
      else this.#schedule()
    })
  }

  /** Resolves once everything that was added has its answer. */
  drained(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #isIdle(): boolean {
    return this.#queue.length === 0 && this.#parts.thread.underWay === 0
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    if (this.#busySince === null) setImmediate(() => this.#flush())
    else setTimeout(() => this.#flush(), busyPause * (0.5 + Math.random()))
  }

  #flush(): void {
    this.#scheduled = false
    if (this.#queue.length === 0) return
    const { thread, threadAfter } = this.#parts
    // What is under way comes first; its answer takes up the rest.
    if (thread.underWay > 0) return
    if (thread.isReady && (this.#queue.length > 1 || threadAfter === 0)) this.#handOver()
    else this.#writeHere()
  }

  /** Before the turn's end. */
  #isTimeToHandOver(): boolean {
    const { thread } = this.#parts
    return this.#queue.length >= handOver && thread.isReady && thread.underWay < mostUnderWay
  }

  #handOver(): void {
    this.#busySince = null
    const batch = this.#takeBatch()
    void this.#parts.thread
      .write(batch.map(({ append }) => append))
      .then(
        (outcomes) => this.#answer(batch, outcomes),
        (error: unknown) => this.#refuse(batch, error),
      )
      .then(() => this.#goOn())
  }

  #writeHere(): void {
    const batch = this.#takeBatch()
    if (!this.#write(batch)) {
      this.#queue = [...batch, ...this.#queue]
      this.#schedule()
    } else {
      this.#busySince = null
      this.#considerThread(batch.length)
      this.#goOn()
    }
  }

  /** With what waits, or tells those who wait for nothing to be left. */
  #goOn(): void {
    if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve()
    else if (this.#isTimeToHandOver()) this.#handOver()
    else if (this.#queue.length > 0) this.#schedule()
  }

  #considerThread(appends: number): void {
    const { thread, threadAfter } = this.#parts
    if (appends > 1) this.#together += appends
    if (this.#together < threadAfter) return
    this.#together = 0
    void thread.start()
  }

  /** False where another process is writing and the batch is to be tried again. */
  #write(batch: readonly Waiting[]): boolean {
    try {
      this.#answer(batch, this.#parts.writer.write(batch.map(({ append }) => append)).outcomes)
    } catch (error) {
      if (this.#mayRetry(error)) return false
      this.#refuse(batch, error)
    }
    return true
  }

  #answer(batch: readonly Waiting[], outcomes: readonly Outcome[]): void {
    for (let index = 0; index < batch.length; index += 1) {
      const [waiting, outcome] = [batch[index], outcomes[index]]
      if (outcome instanceof Error) waiting?.reject(outcome)
      else if (outcome !== undefined) waiting?.resolve(outcome)
    }
    this.#parts.onCommit()
  }

  #mayRetry(error: unknown): boolean {
    if (!isBusy(error)) return false
    this.#busySince ??= performance.now()
    return performance.now() - this.#busySince < this.#parts.patience
  }

  #refuse(batch: readonly Waiting[], error: unknown): void {
    for (const { append, reject } of batch) {
      if (error instanceof CommitInDoubt) reject(new OutcomeUnknown(append.stream, error.cause))
      else
        reject(error instanceof StoreUnavailable ? error : unavailable('The append', this.#parts.file, error))
    }
  }

  #takeBatch(): readonly Waiting[] {
    const batch = this.#nextBatch()
    this.#queue = batch.length === this.#queue.length ? [] : this.#queue.slice(batch.length)
    return batch
  }

  #nextBatch(): readonly Waiting[] {
    let events = 0
    let units = 0
    for (let end = 0; end < this.#queue.length; end += 1) {
      const append = this.#queue[end]?.append
      if (append === undefined) break
      events += append.events.length
      units += unitsOf(append)
      if (end > 0 && (events > batchLimits.events || units > batchLimits.units))
        return this.#queue.slice(0, end)
    }
    return this.#queue
  }
}
