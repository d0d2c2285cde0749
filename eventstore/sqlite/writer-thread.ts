/**
 * A thread that writes batches on a connection of its own, so that inserts, COMMIT and fsync take no time from those
 * who decide. Each batch is one transaction there as it would be here, checked inside it; what is known of streams
 * here is told by the answers.
 */
import { Worker } from 'node:worker_threads'
import { type Append, StoreUnavailable } from '../port.ts'
import { CommitInDoubt, type Outcome } from './log-writer.ts'
import { packBatch, unpackWritten } from './packed-batch.ts'
import type { StreamHeads } from './stream-heads.ts'
import { isWriterReport, type WriterOrder, type WriterReport, type WriterStart } from './writer-messages.ts'

/** MiB. What a batch leaves behind dies young in a small space, which stays in the processor's cache. */
const maxYoungGenerationSizeMb = 24

/** Milliseconds before a thread that ended by itself is started again. */
const restartAfter = 10_000

interface Sent {
  readonly appends: readonly Append[]
  readonly resolve: (outcomes: readonly Outcome[]) => void
  readonly reject: (error: CommitInDoubt | StoreUnavailable) => void
}

export class WriterThread {
  readonly #start: WriterStart
  readonly #heads: StreamHeads
  readonly #entry: URL
  /** In the order in which they were sent, which is that of the answers. */
  readonly #sent: Sent[] = []
  #worker: Worker | null = null
  #isReady = false
  #ended: Promise<void> = Promise.resolve()
  #startedAt = Number.NEGATIVE_INFINITY

  constructor(start: WriterStart, heads: StreamHeads, entry = new URL('./writer-entry.ts', import.meta.url)) {
    this.#start = start
    this.#heads = heads
    this.#entry = entry
  }

  /** It takes batches. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** Batches sent and not answered. */
  get underWay(): number {
    return this.#sent.length
  }

  /** Resolves when it takes batches, or has ended before it did. Of one that ended lately nothing is started anew. */
  start(): Promise<void> {
    if (this.#worker !== null || performance.now() - this.#startedAt < restartAfter) return Promise.resolve()
    this.#startedAt = performance.now()
    const worker = new Worker(this.#entry, {
      workerData: this.#start,
      resourceLimits: { maxYoungGenerationSizeMb },
      // It tells by messages alone. Streams that follow it would make writing to this process's own not wait any more.
      stdout: true,
      stderr: true,
    })
    // A store that is not closed keeps no process from its end, unless somebody waits for an answer.
    worker.unref()
    this.#worker = worker
    let cause: unknown = null
    worker.on('error', (error) => {
      cause = error
    })
    this.#ended = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#lost(cause)
        resolve()
      })
    })
    return new Promise((resolve) => {
      void this.#ended.then(resolve)
      worker.on('message', (report: unknown) => {
        if (!isWriterReport(report)) return
        if (report.kind !== 'ready') return this.#answer(report)
        this.#isReady = true
        resolve()
      })
    })
  }

  /** @throws {CommitInDoubt | StoreUnavailable} as `LogWriter.write`, after having waited for other processes */
  write(appends: readonly Append[]): Promise<readonly Outcome[]> {
    return new Promise((resolve, reject) => {
      this.#order(packBatch(appends))
      this.#sent.push({ appends, resolve, reject })
      if (this.#sent.length === 1) this.#worker?.ref()
    })
  }

  /** Resolves once it has written what was sent before, and let go of the file. */
  async end(): Promise<void> {
    this.#worker?.ref()
    this.#order('end')
    await this.#ended
  }

  #order(order: WriterOrder): void {
    this.#worker?.postMessage(order)
  }

  #answer(report: Exclude<WriterReport, { kind: 'ready' }>): void {
    const sent = this.#sent.shift()
    if (sent === undefined) return
    if (this.#sent.length === 0) this.#worker?.unref()
    if (report.kind === 'written') {
      const written = unpackWritten(sent.appends, report.numbers)
      this.#heads.committed(written)
      sent.resolve(written.outcomes)
    } else {
      const { inDoubt, message, cause } = report
      sent.reject(inDoubt ? new CommitInDoubt(message, { cause }) : new StoreUnavailable(message, { cause }))
    }
  }

  /** What it was writing may have been committed, and nothing of it is under way any more. */
  #lost(cause: unknown): void {
    this.#worker = null
    this.#isReady = false
    const why = cause ?? new Error('The thread that writes the log ended.')
    for (const { reject } of this.#sent.splice(0)) reject(new CommitInDoubt('no answer', { cause: why }))
  }
}
