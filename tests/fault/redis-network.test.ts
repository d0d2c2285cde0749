import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { ownRedis, type RedisServer, startOwnRedis } from '../support/redis-server.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { RedisLoad } from './redis-load.ts'

const some = 50

describeWith([ownRedis], 'jobs in a Redis', () => {
  let server: RedisServer
  let proxy: TcpProxy
  beforeEach(async () => {
    server = await startOwnRedis()
    proxy = await startTcpProxy(Number(new URL(server.url).port))
  })
  afterEach(async () => {
    await proxy?.stop()
    await server?.stop()
  })

  const begin = async (): Promise<RedisLoad> => {
    const load = await RedisLoad.start(`redis://127.0.0.1:${proxy.port}`)
    await load.progress(some)
    return load
  }

  it('survive connections that are cut, again and again', async () => {
    const load = await begin()
    for (let cut = 0; cut < 20; cut += 1) {
      proxy.cut()
      await load.progress(some)
    }
    await load.expectSound(20)
  })

  it('survive a server that nobody can connect to for a while', async () => {
    const load = await begin()
    await proxy.refuse()
    proxy.cut()
    await load.failing(some)
    await proxy.heal()
    await load.progress(some)
    await load.expectSound(1)
  })

  for (const direction of ['requests', 'answers'] as const)
    it(`survive ${direction} that do not come through for longer than leases and puts last`, async () => {
      const load = await begin()
      proxy.blackhole(direction)
      await load.failing(8)
      await proxy.heal()
      await load.progress(some)
      await load.expectSound(1)
    })

  it('survive connections that are gone without their being told', async () => {
    const load = await begin()
    for (let gone = 0; gone < 2; gone += 1) {
      proxy.halfOpen()
      await load.failing(1)
      await load.progress(some)
    }
    await load.expectSound(2)
  })

  it('go on, slowly, over a slow network', async () => {
    const load = await begin()
    proxy.delay(100)
    await load.progress(some)
    expect(load.refused).toBe(0)
    await proxy.heal()
    await load.expectSound(0)
  })

  it('survive a server that is stopped for a minute', async () => {
    const load = await begin()
    server.pause()
    const over = AbortSignal.timeout(60_000)
    while (!over.aborted) await load.failing(1)
    server.resume()
    await load.progress(some)
    await load.expectSound(1)
  })
})
