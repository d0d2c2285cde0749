import type { Position } from '../eventstore/event.ts'
import type { Generation } from './documents.ts'
import type { Hold } from './leases.ts'
import { comparePositions } from './order.ts'
import { mergeParked } from './partitions.ts'
import type { Projection } from './projection.ts'
import type { Follower, Tally } from './runner-follower.ts'
import type { Lane } from './runner-lane.ts'
import { hasReached, type SeenView } from './view-seen.ts'
import {
  type PartitionSight,
  type ProjectionState,
  type ProjectionStatus,
  statusOfView,
} from './view-status.ts'

/** A partition whose lease this runner holds. */
export interface Part {
  readonly member: Member
  readonly generation: Generation
  readonly hold: Hold
  /** Null while it has to begin anew from its checkpoint. */
  follower: Follower | null
  /** Where the follower is fed, until it joins the others. */
  lane: Lane | null
  /** It stood at the head of the log, with the others. */
  isLive: boolean
}

/** Who holds leases, and what the log had when they were last looked at. */
interface Sight {
  readonly owner: string
  readonly head: Position | null
  /** Whether all that this runner follows has been read. */
  readonly isAtHead: boolean
}

/** One projection in the runner's care. */
export class Member {
  readonly projection: Projection
  readonly tally: Tally = { eventsScanned: 0, documentsWritten: 0 }
  /** The partitions that are this runner's. */
  readonly parts = new Map<number, Part>()
  /** The build under way, the first or a later one. */
  building: Promise<void> | null = null
  /** Waits before it is tried again. */
  isPausing = false
  readonly #since: number
  #view: SeenView | null = null
  /** Counts changes of generation, for whoever looked at the one before to see that it is over. */
  #turn = 0
  #hasCaughtUp = false
  #failures = 0
  #error: string | null = null
  #end: 'superseded' | 'stopped' | null = null

  constructor(projection: Projection, now: number) {
    this.projection = projection
    this.#since = now
  }

  /** What the store showed last; null while there is nothing that this program can go on with. */
  get view(): SeenView | null {
    return this.#view
  }

  get turn(): number {
    return this.#turn
  }

  get hasCaughtUp(): boolean {
    return this.#hasCaughtUp
  }

  /** Since it last went well. */
  get failures(): number {
    return this.#failures
  }

  get isSuperseded(): boolean {
    return this.#end === 'superseded'
  }

  /** Some of it is folded by others, or by nobody yet. */
  get isElsewhere(): boolean {
    return this.#view !== null && this.parts.size < this.#view.checkpoints.length
  }

  saw(view: SeenView | null): void {
    this.#view = view
  }

  /** Readers see another generation from here on. */
  turnTo(view: SeenView, parts: readonly Part[]): void {
    this.#turn += 1
    this.#view = view
    this.parts.clear()
    for (const part of parts) this.parts.set(part.hold.partition, part)
  }

  partOf({ generation, hold }: Follower): Part | undefined {
    const part = this.parts.get(hold.partition)
    return part?.generation.id === generation.id && part.hold.token === hold.token ? part : undefined
  }

  /** Its partitions here stand at the head of the log, with the others. */
  wentWell(): void {
    this.#failures = 0
    this.#error = null
  }

  /** `goal`: where the log was when the runner started. */
  lookWhetherCaughtUp(goal: Position | null): void {
    if (this.#hasCaughtUp || this.#view === null) return
    this.#hasCaughtUp = this.#view.checkpoints.every((checkpoint, partition) => {
      const part = this.parts.get(partition)
      return part ? part.isLive : hasReached(checkpoint, goal)
    })
  }

  fail(error: unknown): void {
    this.#failures += 1
    this.#error = error instanceof Error ? error.message : String(error)
  }

  supersede(): void {
    this.#view = null
    this.parts.clear()
    this.#end = 'superseded'
    this.#error = 'A newer release of this program replaced the view. Restart with that release.'
  }

  stop(): void {
    this.#end = 'stopped'
  }

  isAt(position: Position): boolean {
    if (this.#view === null) return false
    return this.#view.checkpoints.every((checkpoint, partition) => {
      const follower = this.parts.get(partition)?.follower
      return follower
        ? comparePositions(follower.cursor.position, position) >= 0
        : hasReached(checkpoint, position)
    })
  }

  get #state(): ProjectionState {
    if (this.#end !== null) return this.#end
    if (this.#error !== null) return 'failing'
    if (this.#view === null) return 'building'
    const isLive = this.#hasCaughtUp && [...this.parts.values()].every((part) => part.isLive)
    return isLive ? 'live' : 'catching-up'
  }

  #partitions({ owner, head, isAtHead }: Sight): readonly PartitionSight[] {
    return (this.#view?.checkpoints ?? []).map((seen, partition) => {
      const part = this.parts.get(partition)
      const lease = this.#view?.leases[partition]
      if (!part) {
        const holder = lease?.owner === owner ? null : (lease?.owner ?? null)
        return { checkpoint: seen, isAtHead: hasReached(seen, head), owner: holder, isOurs: false }
      }
      const checkpoint = part.follower?.checkpoint ?? seen
      return { checkpoint, isAtHead: part.isLive && isAtHead, owner, isOurs: true }
    })
  }

  status(now: number, sight: Sight): ProjectionStatus {
    const followers = [...this.parts.values()].flatMap(({ follower }) => follower ?? [])
    return statusOfView(
      {
        name: this.projection.name,
        version: this.projection.version,
        state: this.#state,
        ready: this.#view !== null || this.#hasCaughtUp,
        isRebuilding: this.building !== null,
        error: this.#error,
        partitions: this.#partitions(sight),
        // What others park is seen when the store is next looked at.
        parked: mergeParked([
          ...(this.#view?.parked ?? []),
          ...followers.flatMap((follower) => follower.parked),
        ]),
        tally: this.tally,
        since: this.#since,
      },
      now,
    )
  }
}
