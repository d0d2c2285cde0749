import { afterEach, beforeEach, expect, it } from 'vitest'
import type { EventStoreDbOptions } from '../../eventstore/eventstoredb/eventstoredb-event-store.ts'
import { StoreUnavailable } from '../../eventstore/port.ts'
import { append, eventsOf, newStream } from '../contract/eventstore/kit.ts'
import { type EventStoreServer, ownEventStore, startOwnEventStore } from '../support/eventstore-server.ts'
import { describeWith } from '../support/needs.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { expectSoundAfter, Follower, Load, shortTimes } from './eventstoredb-load.ts'

const width = 32

describeWith([ownEventStore], 'a log on EventStoreDB behind a bad network', () => {
  let server: EventStoreServer
  let proxy: TcpProxy
  let load: Load
  let follower: Follower
  beforeEach(async () => {
    server = await startOwnEventStore()
    proxy = await startTcpProxy(server.port)
  })
  afterEach(async () => {
    await proxy?.stop()
    await server?.stop()
  })

  const begin = async (times?: EventStoreDbOptions): Promise<void> => {
    const url = `esdb://127.0.0.1:${proxy.port}?tls=false`
    load = await Load.start(url, { lanes: width, ...(times && { times }) })
    follower = await Follower.start(url, times)
    await load.progress(width)
  }

  /** Lets it go on, and checks what the server has, asked directly. */
  const expectWell = async (): Promise<void> => {
    await proxy.heal()
    await load.progress(2 * width)
    expect(await expectSoundAfter(server.url, [load], follower)).toBeGreaterThan(3 * width)
  }

  it('survives connections that are cut, again and again', async () => {
    await begin(shortTimes)
    for (let cut = 0; cut < 20; cut += 1) {
      proxy.cut()
      await load.progress(3 + cut)
    }
    await expectWell()
  })

  it('waits for a server that refuses connections, and writes nothing that it refused', async () => {
    await begin(shortTimes)
    await proxy.refuse()
    proxy.cut()
    await load.failing(4 * width)
    // What was on its way is in doubt; what is asked for now is not even sent.
    await expect(append(load.store, eventsOf(newStream(), 0, 1))).rejects.toBeInstanceOf(StoreUnavailable)
    await expectWell()
  })

  it('finds what was written while nobody was told', async () => {
    await begin(shortTimes)
    proxy.blackhole('answers')
    await load.failing(3 * width)
    expect(load.failures.get('OutcomeUnknown')).toBeGreaterThan(0)
    await expectWell()
  })

  it('survives that nothing passes any more, for longer than every time-out', async () => {
    await begin(shortTimes)
    proxy.blackhole()
    await load.failing(8 * width)
    await expectWell()
  })

  it('leaves half-open connections for new ones', async () => {
    await begin(shortTimes)
    proxy.halfOpen()
    await load.progress(2 * width)
    proxy.halfOpen()
    await load.progress(2 * width)
    await expectWell()
  })

  it('is only slower where the network is', async () => {
    await begin()
    const failures = load.failures.size
    for (const ms of [20, 100, 5]) {
      proxy.delay(ms)
      await load.progress(width)
    }
    expect(load.failures.size).toBe(failures)
    await expectWell()
  })
})
