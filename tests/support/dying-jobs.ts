/** A process that dies between two calls of the engine of jobs, for tests of what goes on after it. */
import type { JobEngine } from '../../workers/queue.ts'

/** An engine whose calls fail after so many; its workers go on. */
export const dyingJobs = (
  engine: JobEngine,
  calls: number,
): { readonly engine: JobEngine; readonly isDead: () => boolean } => {
  let left = calls
  const mortal =
    <Args extends readonly unknown[], Answer>(work: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      left -= 1
      if (left < 0) throw new Error('The process is gone.')
      return work(...args)
    }
  return {
    isDead: () => left < 0,
    engine: {
      ...engine,
      mark: mortal(engine.mark),
      setMark: mortal(engine.setMark),
      note: mortal(engine.note),
      queue: (name) => {
        const queue = engine.queue(name)
        return {
          name,
          put: mortal((jobs) => queue.put(jobs)),
          work: (options) => queue.work(options),
          find: (id) => queue.find(id),
          isHandled: (id) => queue.isHandled(id),
          dead: (page) => queue.dead(page),
          retry: (id) => queue.retry(id),
          cancel: (id) => queue.cancel(id),
          stats: () => queue.stats(),
        }
      },
    },
  }
}
