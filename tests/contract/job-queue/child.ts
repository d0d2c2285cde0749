/** Child: works on a queue until it is killed, and tells what it takes up. */
import { z } from 'zod'
import { openBullmqJobs } from '../../../workers/bullmq/bullmq-queue.ts'
import type { JobEngine } from '../../../workers/queue.ts'
import { openSqliteJobs } from '../../../workers/sqlite/sqlite-queue.ts'

const [given = '', queue = '', answers = ''] = process.argv.slice(2)
const address = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('sqlite'), file: z.string(), deploymentId: z.string() }),
    z.object({ kind: z.literal('bullmq'), url: z.string(), deploymentId: z.string() }),
  ])
  .parse(JSON.parse(given))

const open = async (): Promise<JobEngine> =>
  address.kind === 'sqlite'
    ? openSqliteJobs(address)
    : openBullmqJobs({ ...address, onError: () => undefined })

const engine = await open()
engine.queue(queue).work({
  concurrency: 4,
  leaseMs: 1_000,
  onError: () => undefined,
  handle: async ({ id }) => {
    process.send?.(id)
    if (answers !== 'true') await new Promise(() => undefined)
    return { kind: 'DONE' }
  },
})
