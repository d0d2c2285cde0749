import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newId } from '../../platform/ids.ts'
import { openBullmqJobs } from '../../workers/bullmq/bullmq-queue.ts'
import { type JobEngine, QueueRefused, QueueUnavailable } from '../../workers/queue.ts'
import { gate, jobOf, until, workers } from '../contract/job-queue/kit.ts'
import { describeWith } from '../support/needs.ts'
import { ownRedis, type RedisServer, startOwnRedis } from '../support/redis-server.ts'

const deploymentId = newId('deployment')
const noMatter = () => undefined

describeWith([ownRedis], 'a Redis that', () => {
  let redis: RedisServer | undefined
  const server = (): RedisServer => {
    if (redis === undefined) throw new TypeError('The server runs only while tests do.')
    return redis
  }
  const open = (url = server().url, id = deploymentId): Promise<JobEngine> =>
    openBullmqJobs({ url, deploymentId: id, onError: noMatter })
  const withRedis = async (work: (connection: Redis) => Promise<unknown>): Promise<void> => {
    const connection = new Redis(server().url)
    await work(connection)
    connection.disconnect()
  }
  const refusedWith = async (opening: Promise<JobEngine>): Promise<string> => {
    const error: unknown = await opening.then(
      () => null,
      (reason: unknown) => reason,
    )
    if (!(error instanceof QueueRefused)) throw new Error(`It was not refused: ${error}`)
    expect(error.message).not.toContain('secret')
    return error.code
  }

  beforeAll(async () => {
    redis = await startOwnRedis()
  })
  afterAll(() => redis?.stop())

  it('is no Redis at all, or away, or does not know us, is refused at start', async () => {
    expect(await refusedWith(open('http://127.0.0.1'))).toBe('BAD_ADDRESS')
    expect(await refusedWith(open('redis://user:secret@127.0.0.1:1'))).toBe('NOT_REACHED')
    await withRedis((connection) => connection.config('SET', 'requirepass', 'right'))
    const { port } = new URL(server().url)
    expect(await refusedWith(open(`redis://:secret@127.0.0.1:${port}`))).toBe('NOT_ALLOWED')
    expect(await refusedWith(open())).toBe('NOT_ALLOWED')
    const right = await open(`redis://:right@127.0.0.1:${port}`)
    await right.close()
    const connection = new Redis(`redis://:right@127.0.0.1:${port}`)
    await connection.config('SET', 'requirepass', '')
    connection.disconnect()
  })

  it('throws keys away when it is full is refused at start', async () => {
    await withRedis((connection) => connection.config('SET', 'maxmemory-policy', 'allkeys-lru'))
    expect(await refusedWith(open())).toBe('EVICTS')
    await withRedis((connection) => connection.config('SET', 'maxmemory-policy', 'noeviction'))
  })

  it('throws keys away when we come back to it takes no jobs until that is set right', async () => {
    const engine = await open()
    const queue = engine.queue('evicted')
    await queue.put([jobOf('a')])
    await withRedis(async (connection) => {
      await connection.config('SET', 'maxmemory-policy', 'allkeys-lru')
      await connection.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    })
    const refusal = (): Promise<unknown> =>
      queue.put([jobOf('b')]).then(
        () => null,
        (error: unknown) => error,
      )
    await until(async () => {
      const error = await refusal()
      return error instanceof QueueUnavailable && error.cause instanceof QueueRefused
    })
    expect(await refusal()).toMatchObject({ message: expect.stringContaining('noeviction') })
    expect(await queue.find('a')).toMatchObject({ state: 'WAITING' })
    await withRedis((connection) => connection.config('SET', 'maxmemory-policy', 'noeviction'))
    await queue.put([jobOf('b')])
    await engine.close()
  })

  it('keeps the jobs of another deployment is refused at start', async () => {
    const engine = await open()
    expect(await refusedWith(open(server().url, newId('deployment')))).toBe('OTHER_DEPLOYMENT')
    await engine.close()
  })

  it('is full refuses jobs for now, and takes them once it has room', async () => {
    const engine = await open()
    const queue = engine.queue('full')
    await queue.put([jobOf('before')])
    await withRedis((connection) => connection.config('SET', 'maxmemory', '1'))
    await expect(queue.put([jobOf('a'), jobOf('b')])).rejects.toThrow(QueueUnavailable)
    await expect(queue.put([jobOf('a')])).rejects.toThrow(/full/)
    expect(await queue.find('before')).toMatchObject({ state: 'WAITING' })
    await withRedis((connection) => connection.config('SET', 'maxmemory', '0'))
    await queue.put([jobOf('a'), jobOf('b')])
    expect(await queue.stats()).toMatchObject({ waiting: 3 })
    await engine.close()
  })

  it('is away lets workers stop, whose jobs come again', async () => {
    const engine = await open()
    const run = workers()
    const queue = engine.queue('stops')
    await queue.put([jobOf('a')])
    const { opened, open: go } = gate()
    const { worker, seen } = run.start(queue, async () => {
      await opened
      return { kind: 'DONE' }
    })
    await until(() => seen.length === 1)
    await server().kill()
    const stopped = worker.stop(60_000)
    go()
    await stopped
    await engine.close()
    await server().restart()
    const again = await open()
    const { seen: later } = run.start(again.queue('stops'), undefined, { leaseMs: 1_000 })
    await until(() => later.length === 1)
    await run.stopAll()
    await again.close()
  })

  for (const fault of ['is paused', 'is killed'] as const)
    it(`${fault} for a while loses nothing, and workers go on by themselves`, async () => {
      const engine = await open()
      const queue = engine.queue(fault.replace(' ', '-'))
      const run = workers()
      const { seen } = run.start(queue, undefined, { concurrency: 4, leaseMs: 2_000 })
      const acknowledged: string[] = []
      let refused = 0
      let isOver = false
      const putting = async (lane: number): Promise<void> => {
        for (let n = 0; !isOver; n += 1) {
          const id = `job-${lane}-${n}`
          for (let isPut = false; !isPut; )
            try {
              await queue.put([jobOf(id)])
              isPut = true
            } catch (error) {
              if (!(error instanceof QueueUnavailable)) throw error
              refused += 1
              await new Promise((resolve) => setTimeout(resolve, 50))
            }
          acknowledged.push(id)
        }
      }
      const lanes = Promise.all([1, 2, 3, 4].map(putting))
      await until(() => seen.length > 50)
      if (fault === 'is paused') server().pause()
      else await server().kill()
      await until(() => refused > 0)
      if (fault === 'is paused') server().resume()
      else await server().restart()
      const atRecovery = seen.length
      await until(() => seen.length > atRecovery + 50)
      isOver = true
      await lanes
      await until(async () => {
        const { waiting, active, delayed } = await queue.stats()
        return waiting + active + delayed === 0
      })
      const handled = new Set(seen)
      expect(acknowledged.filter((id) => !handled.has(id))).toEqual([])
      for (const id of acknowledged.slice(0, 20)) expect(await queue.isHandled(id)).toBe(true)
      await run.stopAll()
      await engine.close()
    })
})
