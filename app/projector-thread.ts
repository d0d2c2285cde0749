/**
 * The projector in a thread of its own, so that folding and writing views takes no time from those who ask and
 * command. It works on the data folder as another process would, on connections of its own; this side knows how far
 * it is, and wakes it when the log has grown.
 */
import { Worker } from 'node:worker_threads'
import type { Position } from '../eventstore/event.ts'
import type { EventStore } from '../eventstore/port.ts'
import type { Clock } from '../platform/clock.ts'
import { PositionWaiters } from '../projections/read-your-writes.ts'
import { StoreViews } from '../projections/store-views.ts'
import { UnknownProjection } from '../projections/unknown-projection.ts'
import type { ProjectionStatus } from '../projections/view-status.ts'
import { allProjections } from '../projections/views/all.ts'
import { urlOf } from './log.ts'
import { isThreadReport, type ThreadOrder, type ThreadStart } from './projector-messages.ts'
import type { Tributary } from './tributary.ts'

/** One of two that are waited for did not come to a position in time. */
class NotYet extends Error {
  override readonly name = 'NotYet'
}

/** Milliseconds before a thread that ended by itself is started again: doubling, from the first to the longest. */
const pauses = { first: 100, longest: 10_000 }
/** Longest sleep, in milliseconds, until the log is looked at again. */
const longestWait = 1_000

/** So that what a batch leaves behind dies young: most of the collector's work in the thread was to move it. */
const maxYoungGenerationSizeMb = 96

type OnFailure = (error: unknown, projection: string | null) => void

/** The thread ended though nobody asked for it. */
export class ProjectorEnded extends Error {
  override readonly name = 'ProjectorEnded'
}

export class ProjectorThread {
  readonly #start: ThreadStart
  readonly #store: EventStore
  readonly #clock: Clock
  readonly #names: readonly string[]
  readonly #onFailure: OnFailure
  readonly #entry: URL
  /** What other processes fold, the thread hears of late: it is looked up in the store. */
  readonly #elsewhere: StoreViews
  readonly #waiters = new PositionWaiters()
  readonly #stopping = new AbortController()
  #worker: Worker | null = null
  #ended: Promise<void> = Promise.resolve()
  #isReady = false
  #statuses: readonly ProjectionStatus[] = []
  #failures = 0

  /** `names`: the projections there are. `onFailure` is told of what is tried again. */
  constructor(
    {
      folder,
      log,
      store,
      clock,
      documents,
      partitions,
    }: Pick<Tributary, 'folder' | 'log' | 'store' | 'clock' | 'documents' | 'partitions'>,
    names: readonly string[],
    onFailure: OnFailure,
    entry = new URL('./projector-entry.ts', import.meta.url),
  ) {
    this.#start = { folder, eventStoreUrl: urlOf(log), owner: documents.leases.nameOwner(), partitions }
    const told = (error: unknown) => onFailure(error, null)
    const projections = allProjections.filter(({ name }) => names.includes(name))
    this.#elsewhere = new StoreViews({ documents, events: store, projections, clock, onFailure: told })
    this.#store = store
    this.#clock = clock
    this.#names = names
    this.#onFailure = onFailure
    this.#entry = entry
  }

  /** Resolves once it is known what must be built; see `whenReady`. @throws what opening the engines throws */
  async start(): Promise<void> {
    await this.#launch()
    void this.#follow()
  }

  /** Ends after the batch at hand; builds under way are dropped. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#order('stop')
    await this.#ended
    await this.#elsewhere.stop()
    this.#waiters.end()
  }

  get isReady(): boolean {
    return this.#isReady
  }

  /** Whether `isReady` came to be true within `timeoutMs`. */
  whenReady(timeoutMs: number): Promise<boolean> {
    return this.#waiters.wait(() => this.#isReady, timeoutMs)
  }

  /** @throws {UnknownProjection} */
  async waitFor(
    position: Position,
    timeoutMs: number,
    projections: readonly string[] = [],
  ): Promise<boolean> {
    const names = projections.length === 0 ? this.#names : projections
    for (const name of names) if (!this.#names.includes(name)) throw new UnknownProjection(name, this.#names)
    const isThere = () => names.every((name) => this.#isAt(name, position))
    if (!isThere()) this.#order('hurry')
    const ours = this.#waiters.wait(isThere, timeoutMs)
    if (!names.some((name) => this.#isElsewhere(name))) return ours
    const theirs = this.#elsewhere.waitFor(position, timeoutMs, names)
    const reached = async (waited: Promise<boolean>) => (await waited) || Promise.reject(new NotYet())
    return Promise.any([reached(ours), reached(theirs)]).catch(() => false)
  }

  async status(): Promise<readonly ProjectionStatus[]> {
    const now = this.#clock.now()
    const seen = this.#statuses.some(({ name }) => this.#isElsewhere(name))
      ? await this.#elsewhere.status()
      : []
    return this.#statuses
      .map((known) => this.#beside(known, seen))
      .map((status) => ({
        ...status,
        // At the head of the log it lags by nothing, else by as much as when it was said, and the time since.
        lagMs:
          status.lagMs === 0 || status.recordedAt === null
            ? status.lagMs
            : Math.max(0, now - Date.parse(status.recordedAt)),
      }))
  }

  /** Another process folds some of it, as far as the thread knows. */
  #isElsewhere(name: string): boolean {
    return this.#status(name)?.partitions.some(({ isOurs }) => !isOurs) ?? false
  }

  /** What the thread said of a view, with what the store says of the partitions that others fold. */
  #beside(known: ProjectionStatus, all: readonly ProjectionStatus[]): ProjectionStatus {
    const seen = this.#isElsewhere(known.name) ? all.find(({ name }) => name === known.name) : undefined
    if (seen === undefined) return known
    const { name, version, state, ready, isRebuilding, eventsScanned, documentsWritten, error } = known
    const told = { name, version, state, ready, isRebuilding, eventsScanned, documentsWritten, error }
    const ours = new Map(
      known.partitions.filter(({ isOurs }) => isOurs).map((each) => [each.partition, each]),
    )
    return { ...seen, ...told, partitions: seen.partitions.map((each) => ours.get(each.partition) ?? each) }
  }

  #status(name: string): ProjectionStatus | undefined {
    return this.#statuses.find((status) => status.name === name)
  }

  #isAt(name: string, position: Position): boolean {
    const at = this.#status(name)?.position ?? null
    return at !== null && this.#store.comparePositions(at, position) >= 0
  }

  /** Resolves with its first report. */
  #launch(): Promise<void> {
    const worker = new Worker(this.#entry, {
      workerData: this.#start,
      resourceLimits: { maxYoungGenerationSizeMb },
    })
    this.#worker = worker
    return new Promise((resolve, reject) => {
      worker.on('message', (report: unknown) => {
        if (!isThreadReport(report)) return
        if (report.kind === 'failure') return this.#onFailure(report.error, report.projection)
        this.#isReady = report.isReady
        this.#statuses = report.statuses
        // A thread that dies at the same event again and again reports each time before it does.
        if (report.isReady) this.#failures = 0
        this.#waiters.advanced()
        resolve()
      })
      let cause: unknown = null
      worker.on('error', (error) => {
        cause = error
      })
      this.#ended = new Promise((ended) => {
        worker.on('exit', () => {
          this.#worker = null
          ended()
          const error = new ProjectorEnded('The projector ended. It is started again.', { cause })
          reject(cause ?? error)
          if (!this.#stopping.signal.aborted && this.#statuses.length > 0) this.#again(error)
        })
      })
    })
  }

  /** What it had written stands; it goes on from its checkpoints. */
  #again(error: ProjectorEnded): void {
    this.#onFailure(error, null)
    this.#isReady = false
    this.#statuses = this.#statuses.map((status) => ({
      ...status,
      state: 'failing',
      lagMs: Math.max(1, status.lagMs),
      error: error.message,
    }))
    const pause = Math.min(pauses.longest, pauses.first * 2 ** this.#failures)
    this.#failures += 1
    setTimeout(() => {
      if (!this.#stopping.signal.aborted) this.#launch().catch(() => undefined)
    }, pause).unref()
  }

  /** Wakes the thread whenever the log has grown. */
  async #follow(): Promise<void> {
    const { signal } = this.#stopping
    for (let seen: Position | null = null; !signal.aborted; ) {
      try {
        await this.#store.waitForAppend(seen, longestWait, signal)
        const head = await this.#store.head()
        if (head === seen) continue
        seen = head
        this.#order('appended')
      } catch (error) {
        if (signal.aborted) return
        this.#onFailure(error, null)
        await new Promise((resolve) => setTimeout(resolve, longestWait))
      }
    }
  }

  #order(order: ThreadOrder): void {
    this.#worker?.postMessage(order)
  }
}
