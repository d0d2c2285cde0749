/**
 * Appends that arrive together share one transaction, and so one fsync. A batch is taken up after the I/O of
 * the event loop's turn, when all that arrived in it has been asked for.
 */
import { type Append, type Appended, OutcomeUnknown, StoreUnavailable } from '../port.ts'
import { isBusy, unavailable } from './errors.ts'
import { CommitInDoubt, type LogWriter } from './log-writer.ts'

/** Most of one transaction, beyond its first append: it blocks the event loop while it is written. */
const batchLimits = { events: 1_024, units: 4_000_000 } as const

/** Milliseconds between attempts while another process writes, about. */
const busyPause = 10

interface Waiting {
  readonly append: Append
  readonly resolve: (appended: Appended) => void
  readonly reject: (error: Error) => void
}

const unitsOf = ({ events }: Append): number => {
  let units = 0
  for (const { data, metadata } of events) units += data.length + metadata.length
  return units
}

export class GroupCommit {
  readonly #writer: LogWriter
  readonly #file: string
  readonly #patience: number
  readonly #onCommit: () => void
  readonly #idle: (() => void)[] = []
  #queue: Waiting[] = []
  #scheduled = false
  #busySince: number | null = null

  /** @param patience milliseconds for which a batch waits for another process to let go of the file */
  constructor(writer: LogWriter, file: string, patience: number, onCommit: () => void) {
    this.#writer = writer
    this.#file = file
    this.#patience = patience
    this.#onCommit = onCommit
  }

  add(append: Append): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ append, resolve, reject })
      this.#schedule()
    })
  }

  /** Resolves once everything that was added has its answer. */
  drained(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    if (this.#busySince === null) setImmediate(() => this.#flush())
    else setTimeout(() => this.#flush(), busyPause * (0.5 + Math.random()))
  }

  #flush(): void {
    this.#scheduled = false
    const batch = this.#nextBatch()
    if (!this.#write(batch)) {
      this.#schedule()
      return
    }
    this.#busySince = null
    this.#queue = this.#queue.slice(batch.length)
    if (this.#queue.length > 0) this.#schedule()
    else for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** False where another process is writing and the batch is to be tried again. */
  #write(batch: readonly Waiting[]): boolean {
    try {
      const outcomes = this.#writer.write(batch.map(({ append }) => append))
      for (let index = 0; index < batch.length; index += 1) {
        const [waiting, outcome] = [batch[index], outcomes[index]]
        if (outcome instanceof Error) waiting?.reject(outcome)
        else if (outcome !== undefined) waiting?.resolve(outcome)
      }
      this.#onCommit()
    } catch (error) {
      if (this.#mayRetry(error)) return false
      this.#refuse(batch, error)
    }
    return true
  }

  #mayRetry(error: unknown): boolean {
    if (!isBusy(error)) return false
    this.#busySince ??= performance.now()
    return performance.now() - this.#busySince < this.#patience
  }

  #refuse(batch: readonly Waiting[], error: unknown): void {
    for (const { append, reject } of batch) {
      if (error instanceof CommitInDoubt) reject(new OutcomeUnknown(append.stream, error.cause))
      else reject(error instanceof StoreUnavailable ? error : unavailable('The append', this.#file, error))
    }
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
