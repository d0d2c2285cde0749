/** Runs many tasks with a bounded number of them under way. */

export interface PipelineOptions {
  /** Tasks under way at a time, at most. */
  readonly inFlight: number
  /** Called as each task is done. */
  readonly done: () => void
  /** Where it is aborted, no more tasks begin. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Takes tasks as there is room for them, and resolves once all are done. After a failure none is begun any more:
 * those under way end, then the first failure is thrown; after an abort, the signal's reason.
 */
export const runAll = async (
  tasks: Iterable<() => Promise<unknown>>,
  { inFlight, done, signal }: PipelineOptions,
): Promise<void> => {
  const waiting = tasks[Symbol.iterator]()
  const failures: unknown[] = []

  const work = async (): Promise<void> => {
    while (failures.length === 0 && !signal?.aborted) {
      const next = waiting.next()
      if (next.done) return
      await next.value()
      done()
    }
  }
  const lanes = Array.from({ length: inFlight }, () =>
    work().catch((error: unknown) => {
      failures.push(error)
    }),
  )
  await Promise.all(lanes)
  if (failures.length > 0) throw failures[0]
  signal?.throwIfAborted()
}
