import { afterEach, beforeEach, expect, it } from 'vitest'
import { type EventStoreServer, ownEventStore, startOwnEventStore } from '../support/eventstore-server.ts'
import { describeWith } from '../support/needs.ts'
import { expectSoundAfter, Follower, Load, shortTimes } from './eventstoredb-load.ts'

const width = 64

describeWith([ownEventStore], 'a log on EventStoreDB whose server is paused', () => {
  let server: EventStoreServer
  beforeEach(async () => {
    server = await startOwnEventStore()
  })
  afterEach(() => server?.stop())

  it('tells everybody in time that it does not know, or that nothing was written, and goes on by itself', async () => {
    const load = await Load.start(server.url, { lanes: width, times: shortTimes })
    const follower = await Follower.start(server.url, shortTimes)
    for (const attempts of [2 * width, 4 * width, 6 * width]) {
      await load.progress(width)
      server.pause()
      await load.failing(attempts)
      server.resume()
    }
    await load.progress(width)
    expect([...load.failures.keys()].toSorted()).toEqual(['OutcomeUnknown', 'StoreUnavailable'])
    await expectSoundAfter(server.url, [load], follower)
  })

  it('keeps everything through a pause that outlasts every time-out, those of its connections too', async () => {
    // With the defaults: 10 seconds for an append, and 20 until a silent connection is given up.
    const load = await Load.start(server.url, { lanes: width })
    const follower = await Follower.start(server.url)
    await load.progress(width)
    server.pause()
    const over = AbortSignal.timeout(30_000)
    while (!over.aborted) await load.failing(1)
    server.resume()
    await load.progress(2 * width)
    await expectSoundAfter(server.url, [load], follower)
  })
})
