/** Partitions of a generation: which documents each folds, and what several of them say together. */
import { type Checkpoint, InvalidDocument, type ParkedStream } from './documents.ts'
import { comparePositions, compareText } from './order.ts'

const mostPartitions = 64

/** @throws {InvalidDocument} where it is no number that a generation may have */
export const checkPartitions = (partitions: number): number => {
  if (Number.isSafeInteger(partitions) && partitions >= 1 && partitions <= mostPartitions) return partitions
  throw new InvalidDocument(
    `A generation has 1 to ${mostPartitions} partitions; ${partitions} is none of them.`,
  )
}

/** The partition, of so many, that a route belongs to (FNV-1a over UTF-16 units, then a finisher, so that all bits count). */
export const partitionOf = (route: string, partitions: number): number => {
  let state = 0x811c9dc5
  for (let index = 0; index < route.length; index++)
    state = Math.imul(state ^ route.charCodeAt(index), 0x01000193)
  let mixed = state ^ (state >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  return (mixed >>> 0) % partitions
}

const positionOf = (checkpoint: Checkpoint | null): string | null => checkpoint?.position ?? null

/** Up to where all are true; null while one has no checkpoint. */
export const leastOf = (checkpoints: readonly (Checkpoint | null)[]): Checkpoint | null =>
  checkpoints.reduce(
    (least, each) =>
      least === null || (each !== null && comparePositions(positionOf(each), positionOf(least)) >= 0)
        ? least
        : each,
    checkpoints[0] ?? null,
  )

/** How far any of them is: what readers may have seen. */
export const furthestOf = (checkpoints: readonly (Checkpoint | null)[]): Checkpoint | null =>
  checkpoints.reduce(
    (furthest, each) =>
      comparePositions(positionOf(each), positionOf(furthest)) > 0 ? each : (furthest ?? each),
    null,
  )

/** Each stream once, in order: parked where the first partition parked it, incomplete where any did. */
export const mergeParked = (parked: readonly ParkedStream[]): readonly ParkedStream[] => {
  const merged = new Map<string, ParkedStream>()
  for (const each of parked) {
    const known = merged.get(each.stream)
    if (!known) {
      merged.set(each.stream, each)
      continue
    }
    const first = comparePositions(each.position, known.position) < 0 ? each : known
    merged.set(each.stream, {
      ...first,
      collections: [...new Set([...known.collections, ...each.collections])].sort(),
    })
  }
  return [...merged.values()].sort((a, b) => compareText(a.stream, b.stream))
}
