/** A projector and a worker over a deployment, as one process runs them, for tests of what processes do. */
import { createProjector } from '../../app/projector.ts'
import type { Tributary } from '../../app/tributary.ts'
import { startWorker, type WorkerOptions } from '../../app/worker.ts'
import { until } from '../contract/job-queue/kit.ts'

export interface RunningWorker {
  /** Resolves once all in the log was reacted to, and no job of a queue is due or delayed. */
  waitForHead(queue: string): Promise<void>
  stop(): Promise<void>
}

export const startWorking = async (
  over: Tributary,
  options: Omit<WorkerOptions, 'projector' | 'onError'>,
): Promise<RunningWorker> => {
  const projector = createProjector(over, () => undefined)
  await projector.start()
  const worker = await startWorker(over, { projector, onError: () => undefined, ...options })
  return {
    waitForHead: async (name) => {
      await until(async () => worker.waitFor((await over.store.head()) ?? '', 100))
      const queue = (await over.jobs()).queue(name)
      await until(async () => {
        const { waiting, active, delayed } = await queue.stats()
        return waiting + active + delayed === 0
      })
    },
    stop: async () => {
      await worker.stop()
      await projector.stop()
    },
  }
}
