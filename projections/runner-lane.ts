import type { Position, RecordedEvent, StoredEvent } from '../eventstore/event.ts'
import { Breather } from './breather.ts'
import type { LogSource } from './log-source.ts'
import { comparePositions } from './order.ts'
import type { Arrival } from './runner-fold.ts'
import { beginning, type Cursor, type Follower } from './runner-follower.ts'
import { endBatchSpan, startBatchSpan } from './runner-trace.ts'

/** Parses an event; undefined where its type or version is newer than this program. What it throws parks the stream. */
export type Decode = (stored: StoredEvent) => RecordedEvent | undefined

export interface Step {
  readonly scanned: number
  /** The log had no more when it was read. */
  readonly atHead: boolean
  /** Followers that left the lane, and why. */
  readonly failed: readonly { readonly follower: Follower; readonly error: unknown }[]
}

export const recordedAtOf = (stored: StoredEvent): string | null => {
  const metadata: unknown = JSON.parse(stored.metadata)
  return typeof metadata === 'object' &&
    metadata !== null &&
    'recordedAt' in metadata &&
    typeof metadata.recordedAt === 'string'
    ? metadata.recordedAt
    : null
}

/** Projections that stand at the same place in the log: it is read, and each event parsed, once for all of them. */
export class Lane {
  readonly #events: LogSource
  readonly #decode: Decode
  /** Documents that its followers may keep in memory, together. */
  readonly #cacheLimit: number
  readonly #followers = new Set<Follower>()
  /** Types that no follower looks at, as `type@version`: whether this program knows them. */
  readonly #known = new Map<string, boolean>()
  /** Whether its steps show in the traces of what it folds: at the tail of the log, not where the past is folded again. */
  readonly #isTraced: boolean
  #cursor: Cursor = beginning
  #unknown = 0

  constructor(events: LogSource, decode: Decode, cacheLimit: number, isTraced = false) {
    this.#isTraced = isTraced
    this.#events = events
    this.#decode = decode
    this.#cacheLimit = cacheLimit
  }

  get cursor(): Cursor {
    return this.#cursor
  }

  get followers(): readonly Follower[] {
    return [...this.#followers]
  }

  /** Events scanned of a type, or in a version, that this program does not know. */
  get unknown(): number {
    return this.#unknown
  }

  /** The first decides where the lane stands; others must stand there. Takes the place of one of the same partition. */
  add(follower: Follower): void {
    for (const other of this.#followers)
      if (
        other.projection.name === follower.projection.name &&
        other.hold.partition === follower.hold.partition
      )
        this.#followers.delete(other)
    if (this.#followers.size === 0) this.#cursor = follower.cursor
    else if (comparePositions(follower.cursor.position, this.#cursor.position) !== 0)
      throw new RangeError(`${follower.projection.name} stands elsewhere than the projections it is to join.`)
    this.#followers.add(follower)
  }

  remove(follower: Follower): void {
    this.#followers.delete(follower)
  }

  /** Reads on, by at most `limit` events and not past `until`. @throws what the event store throws */
  async step(limit: number, until: Position | null = null): Promise<Step> {
    const page = await this.#events.readLog(this.#cursor.position, limit)
    const isCut = until !== null && comparePositions(page.next, until) > 0
    const events = isCut
      ? page.events.filter(({ position }) => comparePositions(position, until) <= 0)
      : page.events
    const position = isCut ? until : page.next
    const atHead = page.atHead && !isCut
    if (comparePositions(position, this.#cursor.position) <= 0)
      return { scanned: 0, atHead, failed: await this.#feed([], 0, atHead) }
    const last = events.at(-1)
    this.#cursor = {
      position,
      event: last ? `${last.stream}@${last.revision}` : this.#cursor.event,
      recordedAt: (last && recordedAtOf(last)) ?? this.#cursor.recordedAt,
    }
    const arrivals = await this.#arrivals(events)
    const span = this.#isTraced ? startBatchSpan(arrivals, events.length) : null
    const failed = await this.#feed(arrivals, events.length, atHead)
    if (span !== null) endBatchSpan(span, failed)
    return { scanned: events.length, atHead, failed }
  }

  async #arrivals(events: readonly StoredEvent[]): Promise<readonly Arrival[]> {
    const wanted = new Set(this.followers.flatMap(({ projection }) => projection.types))
    const breather = new Breather()
    const arrivals: Arrival[] = []
    for (const stored of events) {
      if (breather.isDue) await breather.rest()
      if (!wanted.has(stored.type)) {
        if (!this.#isKnown(stored)) this.#unknown += 1
        continue
      }
      try {
        const event = this.#decode(stored)
        if (event) arrivals.push({ stored, event })
        else this.#unknown += 1
      } catch (failure) {
        arrivals.push({ stored, event: null, failure })
      }
    }
    return arrivals
  }

  /** Of a type that nobody looks at; worked out once for each. */
  #isKnown(stored: StoredEvent): boolean {
    const name = `${stored.type}@${stored.schemaVersion}`
    const before = this.#known.get(name)
    if (before !== undefined) return before
    let isKnown = true
    try {
      isKnown = this.#decode(stored) !== undefined
    } catch {
      // Known, but damaged: `doctor` finds it, and nobody here needs it.
    }
    this.#known.set(name, isKnown)
    return isKnown
  }

  async #feed(arrivals: readonly Arrival[], scanned: number, atHead: boolean): Promise<Step['failed']> {
    const failed: { follower: Follower; error: unknown }[] = []
    for (const follower of this.#followers) {
      const types = new Set(follower.projection.types)
      try {
        await follower.take({
          arrivals: arrivals.filter(({ stored }) => types.has(stored.type)),
          scanned,
          cursor: this.#cursor,
          atHead,
        })
      } catch (error) {
        this.#followers.delete(follower)
        failed.push({ follower, error })
      }
    }
    failed.push(...(await this.#shrink()))
    return failed
  }

  /** The one that keeps most lets go first, until all together keep no more than they may. */
  async #shrink(): Promise<Step['failed']> {
    const failed: { follower: Follower; error: unknown }[] = []
    for (;;) {
      const sizes = this.followers.map((follower) => ({ follower, cached: follower.cached }))
      if (sizes.reduce((sum, { cached }) => sum + cached, 0) <= this.#cacheLimit) return failed
      const [largest] = sizes.sort((a, b) => b.cached - a.cached)
      if (!largest) return failed
      try {
        await largest.follower.shrink()
      } catch (error) {
        this.#followers.delete(largest.follower)
        failed.push({ follower: largest.follower, error })
      }
    }
  }
}
