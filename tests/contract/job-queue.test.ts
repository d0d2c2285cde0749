import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { newId } from '../../platform/ids.ts'
import { openBullmqJobs } from '../../workers/bullmq/bullmq-queue.ts'
import type { JobEngine } from '../../workers/queue.ts'
import { openSqliteJobs } from '../../workers/sqlite/sqlite-queue.ts'
import { describeWith } from '../support/needs.ts'
import { type RedisServer, redis, startRedis } from '../support/redis-server.ts'
import type { EngineAddress, OpenedEngine } from './job-queue/kit.ts'
import { jobQueueContract } from './job-queue.contract.ts'

const openedBy = async (
  address: EngineAddress,
  open: () => Promise<JobEngine>,
  clean: () => Promise<void>,
): Promise<OpenedEngine> => {
  const engines = [await open()]
  const [engine] = engines
  if (engine === undefined) throw new TypeError('Nothing was opened.')
  return {
    engine,
    address,
    beside: async () => {
      const another = await open()
      engines.push(another)
      return another
    },
    close: async () => {
      for (const each of engines) await each.close()
      await clean()
    },
  }
}

jobQueueContract('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-jobs-'))
  const options = { file: join(folder, 'jobs.db'), deploymentId: newId('deployment') }
  return openedBy(
    { kind: 'sqlite', ...options },
    async () => openSqliteJobs(options),
    () => rm(folder, { recursive: true }),
  )
})

/** All of a deployment's keys are gone afterwards, so that a server which others use too stays as it was. */
const removeAll = async (url: string, deploymentId: string): Promise<void> => {
  const connection = new Redis(url)
  const keys = await connection.keys(`{tributary:${deploymentId}}*`)
  await connection.del('tributary:deployment', ...keys)
  connection.disconnect()
}

describeWith([redis], 'jobs on a Redis', () => {
  const deploymentId = newId('deployment')
  let server: RedisServer | undefined

  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  jobQueueContract('BullMQ', async () => {
    const options = { url: server?.url ?? '', deploymentId }
    return openedBy(
      { kind: 'bullmq', ...options },
      () => openBullmqJobs({ ...options, onError: () => undefined }),
      () => removeAll(options.url, deploymentId),
    )
  })
})
