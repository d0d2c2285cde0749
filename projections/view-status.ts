/** What is told of a view: how far it is, partition by partition, and who folds it. */
import type { Position } from '../eventstore/event.ts'
import type { Checkpoint, ParkedStream } from './documents.ts'
import { leastOf } from './partitions.ts'
import type { Tally } from './runner-follower.ts'

/**
 * `building`: readers see nothing yet. `catching-up`: on its own, behind the others. `live`: with the others.
 * `failing`: being tried again; readers see what there was. `superseded`: a newer release replaced the view.
 */
export type ProjectionState = 'building' | 'catching-up' | 'live' | 'failing' | 'superseded' | 'stopped'

export interface PartitionStatus {
  readonly partition: number
  readonly position: Position | null
  readonly lagMs: number
  /** Who holds its lease; null while nobody does. */
  readonly owner: string | null
  /** Whether that is this runner. */
  readonly isOurs: boolean
}

export interface ProjectionStatus {
  readonly name: string
  readonly version: number
  readonly state: ProjectionState
  /** Whether there is anything for readers to see. */
  readonly ready: boolean
  /** Up to where all of the view is true; null before the first event. */
  readonly checkpoint: Checkpoint | null
  readonly position: Position | null
  readonly event: string | null
  readonly recordedAt: string | null
  /** Milliseconds since the last event handled was recorded; 0 at the head of the log. The most of its partitions'. */
  readonly lagMs: number
  /** Events read since the beginning of the log, matched or not. */
  readonly scanned: number
  /** Streams set aside, and the collections whose answers are incomplete for it. */
  readonly parked: number
  readonly incomplete: readonly string[]
  /** Whether a generation is being built beside the live one, by this runner. */
  readonly isRebuilding: boolean
  /** Work done by this process, rebuilds included. */
  readonly eventsScanned: number
  readonly documentsWritten: number
  /** Why it is failing. */
  readonly error: string | null
  readonly partitions: readonly PartitionStatus[]
}

/** A partition, before its lag is worked out. */
export interface PartitionSight {
  readonly checkpoint: Checkpoint | null
  readonly isAtHead: boolean
  readonly owner: string | null
  readonly isOurs: boolean
}

export const statusOfView = (
  view: Pick<ProjectionStatus, 'name' | 'version' | 'state' | 'ready' | 'isRebuilding' | 'error'> & {
    readonly partitions: readonly PartitionSight[]
    readonly parked: readonly ParkedStream[]
    readonly tally: Tally
    /** Since when, in milliseconds since 1970, it is behind where it never came to any event. */
    readonly since: number
  },
  now: number,
): ProjectionStatus => {
  const { partitions, parked, tally, since, ...told } = view
  const checkpoint = leastOf(partitions.map((each) => each.checkpoint))
  const lagOf = ({ checkpoint: at, isAtHead }: PartitionSight): number =>
    isAtHead ? 0 : Math.max(0, now - (at?.recordedAt ? Date.parse(at.recordedAt) : since))
  const all = partitions.map((each, partition) => ({
    partition,
    position: each.checkpoint?.position ?? null,
    lagMs: lagOf(each),
    owner: each.owner,
    isOurs: each.isOurs,
  }))
  return {
    ...told,
    checkpoint,
    position: checkpoint?.position ?? null,
    event: checkpoint?.event ?? null,
    recordedAt: checkpoint?.recordedAt ?? null,
    lagMs: all.length === 0 ? Math.max(0, now - since) : Math.max(...all.map(({ lagMs }) => lagMs)),
    scanned: checkpoint?.scanned ?? 0,
    parked: parked.length,
    incomplete: [...new Set(parked.flatMap(({ collections }) => collections))].sort(),
    ...tally,
    partitions: all,
  }
}
