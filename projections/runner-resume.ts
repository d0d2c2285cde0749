/** Whether a projection can go on from its live generation, or must be built. */

import type { Checkpoint, DocumentStore } from './documents.ts'
import type { LogSource } from './log-source.ts'
import { comparePositions } from './order.ts'
import type { Projection } from './projection.ts'
import { Follower, type Tally } from './runner-follower.ts'
import { recordedAtOf } from './runner-lane.ts'

/**
 * Whether the log that a checkpoint was taken of is, up to there, the log that is read now. In a new epoch (a
 * restore, another engine) that is so only where the checkpoint's event still stands at its position, recorded at the
 * same instant: what was appended since stands elsewhere or was recorded later.
 */
export const standsInLog = async (events: LogSource, checkpoint: Checkpoint): Promise<boolean> => {
  const { epoch, position, event, recordedAt } = checkpoint
  if (position === null) return true
  if (comparePositions(position, await events.head()) > 0) return false
  if (epoch === events.epoch) return true
  const at = event?.lastIndexOf('@') ?? -1
  if (event === null || at < 0) return false
  const read = { from: Number(event.slice(at + 1)), limit: 1 }
  const [found] = await events.readStream(event.slice(0, at), read)
  return found?.position === position && recordedAtOf(found) === recordedAt
}

export interface ResumeOptions {
  readonly events: LogSource
  readonly documents: DocumentStore
  readonly projection: Projection
  readonly tally: Tally
  readonly now: () => number
}

/**
 * A follower of the live generation, from its checkpoint on; null where there is none of this version that stands
 * in this log. `liveVersion`: what readers see now, if anything.
 */
export const resume = async (
  options: ResumeOptions,
): Promise<{ readonly follower: Follower | null; readonly liveVersion: number | null }> => {
  const { events, documents, projection, tally, now } = options
  const generation = await documents.live(projection.name)
  if (!generation) return { follower: null, liveVersion: null }
  const liveVersion = generation.version
  if (liveVersion !== projection.version) return { follower: null, liveVersion }
  const checkpoint = await generation.checkpoint()
  if (checkpoint && !(await standsInLog(events, checkpoint))) return { follower: null, liveVersion }
  const parked = await generation.parked()
  const { epoch } = events
  const follower = new Follower({
    projection,
    generation,
    epoch,
    checkpoint,
    parked,
    now,
    isBulk: false,
    tally,
  })
  return { follower, liveVersion }
}
