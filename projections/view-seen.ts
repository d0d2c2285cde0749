/** A view as the document store shows it: how far it is, and who folds it. For those who do not fold it themselves. */
import type { Checkpoint, DocumentReader, DocumentStore, ParkedStream } from './documents.ts'
import type { LeaseState } from './leases.ts'
import { comparePositions } from './order.ts'
import { readLive, ViewNotReady } from './read-live.ts'

export interface SeenView {
  readonly id: string
  readonly version: number
  /** One for each partition, in order. */
  readonly checkpoints: readonly (Checkpoint | null)[]
  readonly leases: readonly LeaseState[]
  readonly parked: readonly ParkedStream[]
}

export const see = async (reader: DocumentReader): Promise<SeenView> => ({
  id: reader.id,
  version: reader.version,
  checkpoints: await reader.checkpoints(),
  leases: await reader.leases(),
  parked: await reader.parked(),
})

/** Null before the first build. */
export const seeLive = async (documents: DocumentStore, projection: string): Promise<SeenView | null> => {
  try {
    return await readLive(documents, projection, see)
  } catch (error) {
    if (error instanceof ViewNotReady) return null
    throw error
  }
}

/** Whether a partition is true up to a position; null is the beginning of the log, where all are. */
export const hasReached = (checkpoint: Checkpoint | null, position: string | null): boolean =>
  comparePositions(checkpoint?.position ?? null, position) >= 0
