import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from './needs.ts'
import { ownRedis, type RedisServer, startOwnRedis } from './redis-server.ts'

/** What the server answers to a few commands, one a line; an error where it does not within `ms`. */
const ask = (url: string, commands: readonly string[], ms = 30_000): Promise<string> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.setTimeout(ms, () => socket.destroy(new Error('no answer')))
  socket.write(`${[...commands, 'QUIT'].join('\r\n')}\r\n`)
  return text(socket)
}

describeWith([ownRedis], 'a Redis server of a test', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startOwnRedis()
  })
  afterAll(() => redis.stop())

  it('keeps every job: it is durable and evicts nothing', async () => {
    expect(await ask(redis.url, ['CONFIG GET maxmemory-policy', 'CONFIG GET appendonly'])).toMatch(
      /noeviction[\s\S]*yes/,
    )
  })

  it('has what it acknowledged after it was killed and started again, at the same address', async () => {
    expect(await ask(redis.url, ['SET a kept'])).toContain('+OK')
    await redis.kill()
    await expect(ask(redis.url, ['GET a'])).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await redis.restart()
    expect(await ask(redis.url, ['GET a'])).toContain('kept')
  })

  it('answers nothing while it is paused, and everything afterwards', async () => {
    redis.pause()
    await expect(ask(redis.url, ['PING'], 300)).rejects.toThrow('no answer')
    redis.resume()
    expect(await ask(redis.url, ['PING'])).toContain('PONG')
  })

  it('can be ended while it is paused', async () => {
    redis.pause()
    await redis.restart()
    expect(await ask(redis.url, ['PING'])).toContain('PONG')
  })
})
