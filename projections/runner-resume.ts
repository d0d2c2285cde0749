/** Whether a projection can go on from its live generation, or must be built. */
import type { Checkpoint, Generation } from './documents.ts'
import type { Hold } from './leases.ts'
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

/** Whether a generation is of this projection's version, and all of it was made of this log. */
export const canFollow = async (
  events: LogSource,
  projection: Projection,
  generation: Generation,
): Promise<boolean> => {
  if (generation.version !== projection.version) return false
  for (const checkpoint of await generation.checkpoints())
    if (checkpoint && !(await standsInLog(events, checkpoint))) return false
  return true
}

/** A follower of one partition, from its checkpoint on. */
export const followerOf = async (options: {
  readonly events: LogSource
  readonly projection: Projection
  readonly generation: Generation
  readonly hold: Hold
  readonly tally: Tally
  readonly now: () => number
}): Promise<Follower> => {
  const { events, generation, hold } = options
  const checkpoints = await generation.checkpoints()
  return new Follower({
    ...options,
    epoch: events.epoch,
    checkpoint: checkpoints[hold.partition] ?? null,
    parked: await generation.parked(hold.partition),
    isBulk: false,
  })
}
