/** How far the views are, by their checkpoints in the document store: for processes that do not fold them. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Position } from '../eventstore/event.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import type { DocumentStore, ProjectionSpec } from './documents.ts'
import type { LogSource } from './log-source.ts'
import { PositionWaiters } from './read-your-writes.ts'
import { UnknownProjection } from './unknown-projection.ts'
import { hasReached, type SeenView, seeLive } from './view-seen.ts'
import { type ProjectionState, type ProjectionStatus, statusOfView } from './view-status.ts'

export interface StoreViewsOptions {
  readonly documents: DocumentStore
  readonly events: Pick<LogSource, 'head'>
  readonly projections: readonly ProjectionSpec[]
  readonly clock?: Clock
  /** Told where the stores do not answer; they are asked again. */
  readonly onFailure?: (error: unknown) => void
}

/** Milliseconds between looks: while somebody waits, at the least; until all was ready once; for an answer of status. */
const every = { waiting: 15, starting: 250, telling: 100 } as const

/** `waitFor`, `isReady` and `status` as of a runner, whoever runs. Nothing happens while nobody asks, once it is ready. */
export class StoreViews {
  readonly #documents: DocumentStore
  readonly #events: Pick<LogSource, 'head'>
  readonly #projections: readonly ProjectionSpec[]
  readonly #clock: Clock
  readonly #onFailure: (error: unknown) => void
  readonly #waiters = new PositionWaiters()
  readonly #stopping = new AbortController()
  readonly #since: number
  readonly #caughtUp = new Set<string>()
  #seen: ReadonlyMap<string, SeenView | null> = new Map()
  #head: Position | null = null
  /** Where the log was at the first look; undefined before it. */
  #goal: Position | null | undefined
  #looking: Promise<void> | null = null
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(options: StoreViewsOptions) {
    this.#documents = options.documents
    this.#events = options.events
    this.#projections = options.projections
    this.#clock = options.clock ?? systemClock
    this.#onFailure = options.onFailure ?? (() => undefined)
    this.#since = this.#clock.now()
  }

  /** Looks, until all is ready once. @throws what the stores throw at the first look */
  async start(): Promise<void> {
    await this.#look()
    void this.#untilReady()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#looking?.catch(() => undefined)
    this.#waiters.end()
  }

  /** Whether each view was there and had come to where the log was at the start. */
  get isReady(): boolean {
    return this.#projections.every(({ name }) => this.#caughtUp.has(name))
  }

  whenReady(timeoutMs: number): Promise<boolean> {
    return this.#waiters.wait(() => this.isReady, timeoutMs)
  }

  /** @throws {UnknownProjection} */
  async waitFor(
    position: Position,
    timeoutMs: number,
    projections: readonly string[] = [],
  ): Promise<boolean> {
    const known = this.#projections.map(({ name }) => name)
    const names = projections.length === 0 ? known : projections
    for (const name of names) if (!known.includes(name)) throw new UnknownProjection(name, known)
    const isThere = () => names.every((name) => this.#isAt(name, position))
    let isOver = false
    const waiting = this.#waiters.wait(isThere, timeoutMs).finally(() => {
      isOver = true
    })
    for (;;) {
      if (isOver || this.#stopping.signal.aborted || isThere()) return waiting
      await this.#lookSince(every.waiting)
      if (!isThere()) await Promise.race([waiting, sleep(every.waiting)])
    }
  }

  async status(): Promise<readonly ProjectionStatus[]> {
    await this.#lookSince(every.telling)
    const now = this.#clock.now()
    return this.#projections.map((projection) => {
      const { name, version } = projection
      const view = this.#seen.get(name) ?? null
      return statusOfView(
        {
          name,
          version,
          state: this.#stateOf(name, view),
          ready: view !== null,
          isRebuilding: false,
          error: null,
          parked: view?.parked ?? [],
          partitions: (view?.checkpoints ?? []).map((checkpoint, partition) => ({
            checkpoint,
            isAtHead: hasReached(checkpoint, this.#head),
            owner: view?.leases[partition]?.owner ?? null,
            isOurs: false,
          })),
          tally: { eventsScanned: 0, documentsWritten: 0 },
          since: this.#since,
        },
        now,
      )
    })
  }

  #stateOf(name: string, view: SeenView | null): ProjectionState {
    if (view === null) return 'building'
    return this.#caughtUp.has(name) ? 'live' : 'catching-up'
  }

  #isAt(name: string, position: Position): boolean {
    const view = this.#seen.get(name)
    return view?.checkpoints.every((checkpoint) => hasReached(checkpoint, position)) ?? false
  }

  async #untilReady(): Promise<void> {
    const { signal } = this.#stopping
    while (!this.isReady && !signal.aborted) {
      await sleep(every.starting, undefined, { signal, ref: false }).catch(() => undefined)
      await this.#lookSince(every.starting)
    }
  }

  /** Unless somebody looked within so many milliseconds. What fails is told, and what was seen before stands. */
  async #lookSince(milliseconds: number): Promise<void> {
    if (performance.now() - this.#lookedAt < milliseconds) return
    await this.#look().catch(this.#onFailure)
  }

  /** One look at a time, for all who ask. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  async #lookNow(): Promise<void> {
    this.#lookedAt = performance.now()
    const seen = new Map<string, SeenView | null>()
    for (const { name, version } of this.#projections) {
      const view = await seeLive(this.#documents, name)
      // Of another release: whether its documents can be read is not for this one to say.
      seen.set(name, view?.version === version ? view : null)
    }
    // After the views: they were no further than this.
    const head = await this.#events.head()
    this.#goal = this.#goal === undefined ? head : this.#goal
    this.#seen = seen
    this.#head = head
    for (const [name, view] of seen)
      if (view?.checkpoints.every((checkpoint) => hasReached(checkpoint, this.#goal ?? null)))
        this.#caughtUp.add(name)
    this.#waiters.advanced()
  }
}
