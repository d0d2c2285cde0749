/** Several followers of one view, a partition each, that take turns, die, and are superseded while they go on. */
import type { EventStore } from '../../eventstore/port.ts'
import type { DocumentStore } from '../../projections/documents.ts'
import { LeaseLost } from '../../projections/leases.ts'
import type { Projection } from '../../projections/projection.ts'
import { type Decode, Lane } from '../../projections/runner-lane.ts'
import { followerOf } from '../../projections/runner-resume.ts'
import { type Chance, Crash } from './projection-crash.ts'

export interface Partitioned {
  readonly events: EventStore
  readonly documents: DocumentStore
  readonly projection: Projection
  readonly decode: Decode
  readonly chance: Chance
}

/** Claims a partition, and begins at its checkpoint. */
const claimed = async (
  { events, documents, projection, decode, chance }: Partitioned,
  partition: number,
): Promise<Lane> => {
  const generation = await documents.live(projection.name)
  if (!generation) throw new Error('There is nothing to go on from.')
  const over = (await generation.leases())[partition]?.token ?? 0
  const token = await generation.claim(partition, 'somebody', over)
  if (token === null) throw new Error('Nobody else claims here.')
  const tally = { eventsScanned: 0, documentsWritten: 0 }
  const hold = { partition, token }
  const lane = new Lane(events, decode, chance(12))
  lane.add(await followerOf({ events, projection, generation, hold, tally, now: () => 0 }))
  return lane
}

const isExpected = (error: unknown): boolean => error instanceof Crash || error instanceof LeaseLost

/** Follows the log to its head in all partitions. Answers how often a superseded follower was stopped from writing. */
export const followPartitions = async (following: Partitioned, partitions: number): Promise<number> => {
  const { chance } = following
  const lanes = new Map<number, Lane>()
  const superseded: Lane[] = []
  const left = new Set(Array.from({ length: partitions }, (_, partition) => partition))
  let stopped = 0
  const step = async (lane: Lane): Promise<boolean> => {
    const { atHead, failed } = await lane.step(1 + chance(20))
    for (const { error } of failed) {
      if (!isExpected(error)) throw error
      if (error instanceof LeaseLost) stopped += 1
    }
    return atHead && failed.length === 0 && lane.followers.length > 0
  }
  const errors: unknown[] = []
  const inHand = new Map<Lane, Promise<void>>()
  /** Begins a step of a lane that is not in the middle of one; it ends when it does. */
  const begin = (lane: Lane): void => {
    if (inHand.has(lane)) return
    const stepped = step(lane)
      .then(
        () => undefined,
        (error: unknown) => void errors.push(error),
      )
      .finally(() => inHand.delete(lane))
    inHand.set(lane, stepped)
  }
  while (left.size > 0) {
    const partition = [...left][chance(left.size)] ?? 0
    const lane = lanes.get(partition)
    if (!lane || lane.followers.length === 0 || chance(8) === 0) {
      // The one before does not know that another takes over: it goes on with what it has in hand, and now and then.
      if (lane) {
        superseded.push(lane)
        begin(lane)
      }
      lanes.set(partition, await claimed(following, partition))
    } else if (await step(lane)) left.delete(partition)
    const old = superseded[chance(superseded.length + 1)]
    if (old) begin(old)
  }
  for (const old of superseded) begin(old)
  await Promise.all(inHand.values())
  if (errors.length > 0) throw errors[0]
  return stopped
}
