/** Child: the same jobs by BullMQ alone. */
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { inParallel } from '../../app/commander.ts'
import { answerQuestions } from './child.ts'
import { benchJobs, fail, jobsInFlight } from './jobs-load.ts'

const [url = ''] = process.argv.slice(2)
const connect = () => new Redis(url, { maxRetriesPerRequest: null })
const prefix = '{own}'
const puts = connect()
const queue = new Queue('bench', { connection: puts, prefix })

answerQuestions(
  async (question) => {
    const [round = '', count = ''] = question.split(' ')
    const jobs = benchJobs(round, Number(count)).map(({ data, ...job }) => ({
      ...job,
      data: JSON.parse(data),
    }))
    global.gc?.()
    let left = jobs.length
    let end: () => void = () => undefined
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    const start = performance.now()
    const connection = connect()
    const worker = new Worker(
      'bench',
      async () => {
        left -= 1
        if (left === 0) end()
      },
      { connection, prefix, concurrency: jobsInFlight },
    )
    worker.on('error', fail)
    await inParallel(jobs, jobsInFlight, async ({ id, name, data }) => {
      await queue.add(name, data, { jobId: id, removeOnComplete: true })
    })
    await ended
    await worker.close()
    const milliseconds = performance.now() - start
    connection.disconnect()
    return { jobs: jobs.length, milliseconds }
  },
  async () => {
    await queue.close()
    puts.disconnect()
  },
)
