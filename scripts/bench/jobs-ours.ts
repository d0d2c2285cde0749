/** Child: durable jobs through a queue, put with 256 in flight and worked on by 256 at once. */
import { inParallel } from '../../app/commander.ts'
import { openBullmqJobs } from '../../workers/bullmq/bullmq-queue.ts'
import type { JobEngine } from '../../workers/queue.ts'
import { openSqliteJobs } from '../../workers/sqlite/sqlite-queue.ts'
import { answerQuestions } from './child.ts'
import { benchJobs, deploymentId, fail, jobsInFlight } from './jobs-load.ts'

const [kind = '', place = ''] = process.argv.slice(2)
const engine: JobEngine =
  kind === 'bullmq'
    ? await openBullmqJobs({ url: place, deploymentId, onError: fail })
    : openSqliteJobs({ file: place, deploymentId })
const queue = engine.queue('bench')

answerQuestions(async (question) => {
  const [round = '', count = ''] = question.split(' ')
  const jobs = benchJobs(round, Number(count))
  global.gc?.()
  let left = jobs.length
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const start = performance.now()
  const worker = queue.work({
    concurrency: jobsInFlight,
    onError: fail,
    handle: async () => {
      left -= 1
      if (left === 0) end()
      return { kind: 'DONE' }
    },
  })
  await inParallel(jobs, jobsInFlight, (job) => queue.put([job]))
  await ended
  await worker.stop()
  return { jobs: jobs.length, milliseconds: performance.now() - start }
}, engine.close)
