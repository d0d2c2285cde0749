import type { Position } from '../eventstore/event.ts'
import type { Checkpoint } from './documents.ts'
import { comparePositions } from './order.ts'
import type { Projection } from './projection.ts'
import type { Follower, Tally } from './runner-follower.ts'

/**
 * `building`: readers see nothing yet. `catching-up`: on its own, behind the others. `live`: with the others.
 * `failing`: being tried again; readers see what there was. `superseded`: a newer release replaced the view.
 */
export type ProjectionState = 'building' | 'catching-up' | 'live' | 'failing' | 'superseded' | 'stopped'

export interface ProjectionStatus {
  readonly name: string
  readonly version: number
  readonly state: ProjectionState
  /** Whether there is anything for readers to see. */
  readonly ready: boolean
  /** Up to where the view is true; null before the first event. */
  readonly checkpoint: Checkpoint | null
  readonly position: Position | null
  readonly event: string | null
  readonly recordedAt: string | null
  /** Milliseconds since the last event handled was recorded; 0 at the head of the log. */
  readonly lagMs: number
  /** Events read since the beginning of the log, matched or not. */
  readonly scanned: number
  /** Streams set aside, and the collections whose answers are incomplete for it. */
  readonly parked: number
  readonly incomplete: readonly string[]
  /** Whether a generation is being built beside the live one. */
  readonly isRebuilding: boolean
  /** Work done by this process, rebuilds included. */
  readonly eventsScanned: number
  readonly documentsWritten: number
  /** Why it is failing. */
  readonly error: string | null
}

/** One projection in the runner's care. */
export class Member {
  readonly projection: Projection
  readonly tally: Tally = { eventsScanned: 0, documentsWritten: 0 }
  #state: ProjectionState = 'building'
  /** The build under way, the first or a later one. */
  building: Promise<void> | null = null
  readonly #since: number
  #follower: Follower | null = null
  #hasCaughtUp = false
  #failures = 0
  #error: string | null = null

  constructor(projection: Projection, now: number) {
    this.projection = projection
    this.#since = now
  }

  get follower(): Follower | null {
    return this.#follower
  }

  get hasCaughtUp(): boolean {
    return this.#hasCaughtUp
  }

  /** Since it last went well. */
  get failures(): number {
    return this.#failures
  }

  follow(follower: Follower): void {
    this.#follower = follower
    this.#state = 'catching-up'
  }

  /** It stands at the head of the log, with the others. */
  caughtUp(): void {
    this.#hasCaughtUp = true
    this.#failures = 0
    this.#error = null
    this.#state = 'live'
  }

  /** What its follower knew is not known any more. */
  fail(error: unknown): void {
    this.#follower = null
    this.#failures += 1
    this.#error = error instanceof Error ? error.message : String(error)
    this.#state = 'failing'
  }

  supersede(): void {
    this.#follower = null
    this.#state = 'superseded'
    this.#error = 'A newer release of this program replaced the view. Restart with that release.'
  }

  stop(): void {
    this.#state = 'stopped'
  }

  isAt(position: Position): boolean {
    return this.#follower !== null && comparePositions(this.#follower.cursor.position, position) >= 0
  }

  status(now: number, isAtHead: boolean): ProjectionStatus {
    const follower = this.#follower
    const checkpoint = follower?.checkpoint ?? null
    const since = checkpoint?.recordedAt ? Date.parse(checkpoint.recordedAt) : this.#since
    const parked = follower?.parked ?? []
    return {
      name: this.projection.name,
      version: this.projection.version,
      state: this.#state,
      ready: follower !== null || this.#hasCaughtUp,
      checkpoint,
      position: checkpoint?.position ?? null,
      event: checkpoint?.event ?? null,
      recordedAt: checkpoint?.recordedAt ?? null,
      lagMs: this.#state === 'live' && isAtHead ? 0 : Math.max(0, now - since),
      scanned: checkpoint?.scanned ?? 0,
      parked: parked.length,
      incomplete: [...new Set(parked.flatMap(({ collections }) => collections))].sort(),
      isRebuilding: this.building !== null,
      ...this.tally,
      error: this.#error,
    }
  }
}
