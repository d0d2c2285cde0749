/** Where jobs are kept, by the configuration: in a Redis, or in a file of the data folder. */
import type { Clock } from '../platform/clock.ts'
import { openBullmqJobs } from '../workers/bullmq/bullmq-queue.ts'
import type { JobEngine } from '../workers/queue.ts'
import { openSqliteJobs } from '../workers/sqlite/sqlite-queue.ts'

export interface JobsPlace {
  /** Used where there is no `redisUrl`. */
  readonly file: string
  readonly redisUrl: string | null
  readonly deploymentId: string
  readonly clock: Clock
}

/** Opened once, when somebody first asks for it: most command lines never do. */
export const lateJobs = ({ file, redisUrl, deploymentId, clock }: JobsPlace) => {
  let opening: Promise<JobEngine> | undefined
  const openNow = async (): Promise<JobEngine> =>
    redisUrl === null
      ? openSqliteJobs({ file, deploymentId, clock })
      : // What goes wrong is told to whoever uses it; it comes back by itself.
        openBullmqJobs({ url: redisUrl, deploymentId, onError: () => undefined })
  return {
    open: (): Promise<JobEngine> => {
      opening ??= openNow().catch((error: unknown) => {
        opening = undefined
        throw error
      })
      return opening
    },
    close: async (): Promise<void> => {
      const engine = await opening?.catch(() => undefined)
      await engine?.close()
    },
  }
}
