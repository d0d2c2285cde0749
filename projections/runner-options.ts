import { type Clock, systemClock } from '../platform/clock.ts'
import type { DocumentStore } from './documents.ts'
import type { LogSource } from './log-source.ts'
import type { Projection } from './projection.ts'
import type { Decode } from './runner-lane.ts'

/** How runners of several processes share the work. */
export interface LeaseOptions {
  /** By default a new one; a thread that is started again goes on as the owner that it was. */
  readonly owner?: string
  /** Milliseconds without a beat after which others take over what this process holds; alike in all processes. */
  readonly leaseMs?: number
  /**
   * Default true: takes its share, and gives the rest to others who come. False: takes all that nobody has, until it is
   * stopped, and counts as nobody's peer: for command lines.
   */
  readonly shares?: boolean
}

export interface RunnerOptions {
  readonly events: LogSource
  readonly documents: DocumentStore
  readonly projections: readonly Projection[]
  readonly decode: Decode
  readonly clock?: Clock
  /**
   * Events folded at once: following the head (default 1,024), behind it (default 4,096), and rebuilding (default 256:
   * there, documents that change are not written at the end of a batch, so larger ones gain nothing, and less of what
   * they leave behind dies young).
   */
  readonly batch?: { readonly live?: number; readonly catchUp?: number; readonly rebuild?: number }
  /**
   * Milliseconds that events may gather while many come, so that more are folded at once (default 100). Whoever waits
   * for a position ends it.
   */
  readonly gatherMs?: number
  /** Documents kept in memory, of all projections together: following (default 50,000), rebuilding (default 50,000). */
  readonly cached?: { readonly live?: number; readonly rebuild?: number }
  /** Milliseconds before the second new try after a failure (default 100; the first is at once); doubling up to `most` (10,000). */
  readonly retry?: { readonly first?: number; readonly most?: number }
  /** By how many partitions each view that is built is folded (default 1); one that is there keeps those that it has. */
  readonly partitions?: number
  readonly lease?: LeaseOptions
  /** Told of each failure that is tried again; `projection` is null where the log itself could not be read. */
  readonly onFailure?: (error: unknown, projection: string | null) => void
  /** Told after each step, whether or not it changed anything: `status` may answer otherwise than before. */
  readonly onStep?: () => void
}

/** Options with nothing left open. */
export interface RunnerSettings {
  readonly events: LogSource
  readonly documents: DocumentStore
  readonly decode: Decode
  readonly clock: Clock
  readonly batch: { readonly live: number; readonly catchUp: number; readonly rebuild: number }
  readonly gatherMs: number
  readonly cached: { readonly live: number; readonly rebuild: number }
  readonly retry: { readonly first: number; readonly most: number }
  readonly partitions: number
  readonly lease: LeaseOptions
  readonly onFailure: (error: unknown, projection: string | null) => void
  readonly onStep: () => void
}

export const settingsOf = (options: RunnerOptions): RunnerSettings => ({
  events: options.events,
  documents: options.documents,
  decode: options.decode,
  clock: options.clock ?? systemClock,
  batch: { live: 1_024, catchUp: 4_096, rebuild: 256, ...options.batch },
  gatherMs: options.gatherMs ?? 100,
  cached: { live: 50_000, rebuild: 50_000, ...options.cached },
  retry: { first: 100, most: 10_000, ...options.retry },
  partitions: options.partitions ?? 1,
  lease: options.lease ?? {},
  onFailure: options.onFailure ?? (() => undefined),
  onStep: options.onStep ?? (() => undefined),
})
