/** The projector: keeps all views up with the log. */

import type { LogSource } from '../projections/log-source.ts'
import { createProjectionRunner, type ProjectionRunner } from '../projections/runner.ts'
import type { RunnerOptions } from '../projections/runner-options.ts'
import { allProjections } from '../projections/views/all.ts'
import type { Tributary } from './tributary.ts'

/** What a projector reads and writes. */
export interface ProjectorEngines extends Pick<Tributary, 'documents' | 'codec' | 'clock' | 'partitions'> {
  readonly store: LogSource
}

/** Not started yet. `onFailure` is told of what is tried again. */
export const createProjector = (
  { store, documents, codec, clock, partitions }: ProjectorEngines,
  onFailure: (error: unknown, projection: string | null) => void,
  options: Pick<RunnerOptions, 'onStep' | 'lease'> = {},
): ProjectionRunner =>
  createProjectionRunner({
    events: store,
    documents,
    projections: allProjections,
    decode: (stored) => codec.decode(stored),
    clock,
    partitions,
    onFailure,
    ...options,
  })

/** The views did not come to the head of the log. */
export class ViewsBehind extends Error {
  override readonly name = 'ViewsBehind'
}

/**
 * Brings all views to the head of the log, then lets go of them. For command lines: a server does it all the time, and
 * where one does, it is waited for.
 * @throws {ViewsBehind} after `timeoutMs`, with the first reason known
 */
export const bringViewsUp = async (tributary: Tributary, timeoutMs = 3_600_000): Promise<void> => {
  let failure: unknown = null
  const projector = createProjector(
    tributary,
    (error) => {
      failure ??= error
    },
    { lease: { shares: false } },
  )
  try {
    await projector.start()
    const head = await tributary.store.head()
    const ready = await projector.whenReady(timeoutMs)
    if (!ready || (head !== null && !(await projector.waitFor(head, timeoutMs)))) {
      throw new ViewsBehind('The views did not come to the head of the log.', { cause: failure })
    }
  } finally {
    await projector.stop()
  }
}
