/** Builds generations beside the live ones, in one pass over the log. */
import type { Position } from '../eventstore/event.ts'
import type { DocumentStore, Generation } from './documents.ts'
import type { Hold } from './leases.ts'
import type { LogSource } from './log-source.ts'
import { comparePositions } from './order.ts'
import type { Projection } from './projection.ts'
import { Follower, type Tally } from './runner-follower.ts'
import { type Decode, Lane } from './runner-lane.ts'

export interface BuildOptions {
  readonly events: LogSource
  readonly documents: DocumentStore
  readonly decode: Decode
  readonly projections: readonly Projection[]
  readonly now: () => number
  /** Events read at once. */
  readonly page: number
  /** Documents kept in memory while building, and afterwards. */
  readonly cachedWhileBuilding: number
  readonly cachedAfter: number
  readonly tallyOf: (projection: Projection) => Tally
  /** By how many partitions the documents are folded; default 1. */
  readonly partitionsOf?: (projection: Projection) => number
  /** Claims a partition of a generation that is to be published, for whoever goes on with it; default: nobody does. */
  readonly claim?: (generation: Generation, partition: number) => Promise<Hold>
  readonly signal: AbortSignal
  readonly onProgress?: (progress: BuildProgress) => void
  /** Where to stop; default: the head of the log, as often as it moves. */
  readonly until?: Position
}

export interface BuildProgress {
  /** Events read so far, and where that is. */
  readonly scanned: number
  readonly position: Position | null
  /** After the last event: documents and indexes are being completed. */
  readonly isCompleting: boolean
}

/** Reads on until the head of the log, or `until`. @throws what a follower or the event store throws */
export const catchUp = async (
  lane: Lane,
  page: number,
  signal: AbortSignal,
  until: Position | null = null,
  onStep?: () => void,
): Promise<void> => {
  for (;;) {
    signal.throwIfAborted()
    if (until !== null && comparePositions(lane.cursor.position, until) >= 0) return
    const { atHead, failed } = await lane.step(page, until)
    const [first] = failed
    if (first) throw first.error
    onStep?.()
    if (atHead) return
  }
}

/** Of generations that were not published; what cannot be dropped now is left to the next sweep. */
export const discardAll = async (
  documents: DocumentStore,
  generations: readonly Generation[],
): Promise<void> => {
  for (const generation of generations) await documents.discard(generation).catch(() => undefined)
}

/**
 * Fills new generations, seals them and catches them up: what comes back stands at the head of the log as it was a
 * moment ago, and may be published. Documents that change often are kept in memory and written once; what memory
 * cannot hold is written on the way. Nothing is left behind where it throws.
 */
export const build = async (options: BuildOptions): Promise<Lane> => {
  const { events, documents, decode, projections, page, signal, until, onProgress } = options
  const { partitionsOf = () => 1, claim = async (_, partition) => ({ partition, token: 0 }) } = options
  const generations: Generation[] = []
  const shared = { epoch: events.epoch, now: options.now }
  try {
    const bulk = new Lane(events, decode, options.cachedWhileBuilding)
    for (const projection of projections) {
      signal.throwIfAborted()
      const partitions = partitionsOf(projection)
      const generation = await documents.begin(projection, { bulk: true, partitions })
      generations.push(generation)
      const tally = options.tallyOf(projection)
      const begun = { ...shared, projection, generation, tally, checkpoint: null, parked: [], isBulk: true }
      for (let partition = 0; partition < partitions; partition++)
        bulk.add(new Follower({ ...begun, hold: { partition, token: 0 } }))
    }
    const tell = (isCompleting: boolean) =>
      onProgress?.({
        scanned: bulk.followers[0]?.scanned ?? 0,
        position: bulk.cursor.position,
        isCompleting,
      })
    await catchUp(bulk, page, signal, until, () => tell(false))
    tell(true)
    const lane = new Lane(events, decode, options.cachedAfter)
    for (const generation of generations) {
      signal.throwIfAborted()
      const filled = bulk.followers.filter((follower) => follower.generation === generation)
      for (const follower of filled) {
        await follower.finish()
        bulk.remove(follower)
      }
      await documents.seal(generation)
      for (const { projection, checkpoint, parked, hold } of filled) {
        const live = { ...shared, projection, generation, checkpoint, parked, isBulk: false }
        const tally = options.tallyOf(projection)
        lane.add(new Follower({ ...live, tally, hold: await claim(generation, hold.partition) }))
      }
    }
    await catchUp(lane, page, signal, until)
    return lane
  } catch (error) {
    await discardAll(documents, generations)
    throw error
  }
}
