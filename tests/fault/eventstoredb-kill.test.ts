import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EventStoreServer, ownEventStore, startOwnEventStore } from '../support/eventstore-server.ts'
import { describeWith } from '../support/needs.ts'
import { expectSoundAfter, Follower, Load, shortTimes } from './eventstoredb-load.ts'

const kills = 20
const width = 64

describeWith([ownEventStore], 'a log on EventStoreDB whose server is killed', () => {
  let server: EventStoreServer
  beforeAll(async () => {
    server = await startOwnEventStore()
  })
  afterAll(() => server?.stop())

  it(`has each acknowledged command once after ${kills} kills with ${width} in flight, and goes on by itself`, async () => {
    const loads = [
      await Load.start(server.url, { lanes: width / 2, who: 'one' }),
      await Load.start(server.url, { lanes: width / 2, who: 'other', times: shortTimes }),
    ]
    const follower = await Follower.start(server.url)
    for (let kill = 0; kill < kills; kill += 1) {
      await Promise.all(loads.map((load) => load.progress(1 + kill * 5)))
      await server.kill()
      await server.restart()
    }
    await Promise.all(loads.map((load) => load.progress(width)))
    expect(await expectSoundAfter(server.url, loads, follower)).toBeGreaterThan(kills * width)
  })
})
