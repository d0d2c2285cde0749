/** Brings the views to the head of the log, and says how far they have come. */
import { createProjector, ViewsBehind } from '../projector.ts'
import type { Tributary } from '../tributary.ts'

const lookMs = 250

/**
 * Builds what was never built in one pass, and lets the rest follow.
 * @param progress events read, of all there are
 * @throws {ViewsBehind} where a view cannot come to the head
 */
export const bringViewsUpWith = async (
  tributary: Tributary,
  progress: (done: number, total: number) => void,
): Promise<void> => {
  const head = await tributary.store.head()
  if (head === null) return
  let failure: { readonly error: unknown } | null = null
  const projector = createProjector(tributary, (error) => {
    failure ??= { error }
  })
  const total = Number(head)
  try {
    await projector.start()
    while (failure === null && !(await projector.waitFor(head, lookMs))) {
      const read = (await projector.status()).map(({ eventsScanned }) => eventsScanned)
      // What is left after the last event is to complete documents and indexes.
      progress(Math.min(...read, total - 1), total)
    }
    progress(total, total)
  } finally {
    await projector.stop()
  }
  if (failure !== null)
    throw new ViewsBehind('A view cannot come to the head of the log. Run the doctor.', { cause: failure })
}
