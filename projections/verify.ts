/** Whether a live view is what a rebuild would make of the log: for `doctor --deep`. */
import type { Position } from '../eventstore/event.ts'
import { compareGenerations, type Difference } from './compare.ts'
import type { DocumentStore, Generation } from './documents.ts'
import type { LogSource } from './log-source.ts'
import { leastOf } from './partitions.ts'
import type { Projection } from './projection.ts'
import { type BuildProgress, build, catchUp, discardAll } from './rebuild.ts'
import type { Decode, Lane } from './runner-lane.ts'
import { standsInLog } from './runner-resume.ts'

export interface VerifyOptions {
  readonly events: LogSource
  readonly documents: DocumentStore
  readonly projection: Projection
  readonly decode: Decode
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: BuildProgress) => void
}

/**
 * `EQUAL` or `DIFFERENT` up to `position`. `NOT_BUILT`: there is no live view. `OTHER_VERSION`: it is of another
 * version of the projection. `OTHER_LOG`: it was built from another log, or is ahead of this one. `MOVING`: a runner
 * kept writing to it; stop it, or try again when there is less to do.
 */
export interface Verification {
  readonly outcome: 'EQUAL' | 'DIFFERENT' | 'NOT_BUILT' | 'OTHER_VERSION' | 'OTHER_LOG' | 'MOVING'
  readonly position: Position | null
  readonly difference: Difference | null
}

/** Events read at once, and documents kept in memory. */
const page = 256
const cached = 50_000
/** Comparisons before a view that is written to meanwhile is given up. */
const maxTries = 5

/** A scratch generation of the log up to `until`; null: of nothing. */
const scratchOf = async (
  options: VerifyOptions,
  until: Position | null,
  partitions: number,
): Promise<{ readonly generation: Generation; readonly lane: Lane | null }> => {
  const { events, documents, projection, decode, onProgress } = options
  if (until === null) return { generation: await documents.begin(projection, { partitions }), lane: null }
  const lane = await build({
    events,
    documents,
    decode,
    projections: [projection],
    partitionsOf: () => partitions,
    now: () => 0,
    page,
    cachedWhileBuilding: cached,
    cachedAfter: cached,
    tallyOf: () => ({ eventsScanned: 0, documentsWritten: 0 }),
    signal: options.signal ?? new AbortController().signal,
    until,
    ...(onProgress && { onProgress }),
  })
  const [follower] = lane.followers
  if (!follower) throw new Error(`Building ${projection.name} left nothing to compare.`)
  return { generation: follower.generation, lane }
}

/** Builds the view again beside the live one, up to the same event, and compares. Leaves nothing behind. */
export const verifyProjection = async (options: VerifyOptions): Promise<Verification> => {
  const { events, documents, projection } = options
  const live = await documents.live(projection.name)
  const without = (outcome: Verification['outcome'], position: Position | null = null) => ({
    outcome,
    position,
    difference: null,
  })
  if (!live) return without('NOT_BUILT')
  if (live.version !== projection.version) return without('OTHER_VERSION')
  const checkpoint = await live.checkpoint()
  if (checkpoint && !(await standsInLog(events, checkpoint))) return without('OTHER_LOG', checkpoint.position)
  let position = checkpoint?.position ?? null
  const { generation, lane } = await scratchOf(options, position, live.partitions)
  try {
    for (let attempt = 1; attempt <= maxTries; attempt++) {
      const difference = await compareGenerations(live, generation)
      const checkpoints = await live.checkpoints()
      const now = leastOf(checkpoints)?.position ?? null
      if (!difference) return { outcome: 'EQUAL', position, difference }
      if (checkpoints.every((each) => (each?.position ?? null) === position))
        return { outcome: 'DIFFERENT', position, difference }
      if (!lane) break
      await catchUp(lane, page, options.signal ?? new AbortController().signal, now)
      position = now
    }
    return without('MOVING', position)
  } finally {
    await discardAll(documents, [generation])
  }
}
