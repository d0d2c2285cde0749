import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EventStoreCluster, startEventStoreCluster } from '../support/eventstore-cluster.ts'
import { ownEventStore } from '../support/eventstore-server.ts'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { expectSoundAfter, Follower, Load, shortTimes } from './eventstoredb-load.ts'

const width = 32

describeWith([ownEventStore], 'a log on a cluster of three', () => {
  let cluster: EventStoreCluster
  /** What wrote to the log of this cluster so far. */
  const loads: Load[] = []
  const begin = async (who: string): Promise<readonly [Load, Follower]> => {
    const load = await Load.start(cluster.url, { lanes: width, who, times: shortTimes })
    loads.push(load)
    await load.progress(width)
    return [load, await Follower.start(cluster.url, shortTimes)]
  }
  beforeAll(async () => {
    cluster = await startEventStoreCluster()
  })
  afterAll(() => cluster?.stop())

  it('goes on under another leader where its own is killed, and loses nothing that was acknowledged', async () => {
    const [load, follower] = await begin('killed')
    for (let kill = 0; kill < 3; kill += 1) {
      await load.progress(width)
      const leader = await cluster.leader()
      await leader.kill()
      await until('another leads', async () => (await cluster.leader()) !== leader)
      await load.progress(width)
      await leader.restart()
      await cluster.settled()
    }
    await expectSoundAfter(cluster.url, loads, follower)
  })

  it('goes on under another leader where its own is paused, and the old one changes nothing when it wakes', async () => {
    const [load, follower] = await begin('paused')
    const leader = await cluster.leader()
    leader.pause()
    await until('another leads', async () => (await cluster.leader()) !== leader)
    await load.progress(width)
    leader.resume()
    await cluster.settled()
    await load.progress(width)
    await expectSoundAfter(cluster.url, loads, follower)
  })

  it('takes nothing while two of three are gone, and goes on when they are back', async () => {
    const [load, follower] = await begin('minority')
    const [one, two] = cluster.nodes
    await one?.kill()
    await two?.kill()
    await load.failing(4 * width)
    await Promise.all([one?.restart(), two?.restart()])
    await cluster.settled()
    await load.progress(width)
    expect(load.failures.get('StoreUnavailable')).toBeGreaterThan(0)
    await expectSoundAfter(cluster.url, loads, follower)
  })
})
