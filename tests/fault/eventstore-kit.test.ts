import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EventStoreCluster, startEventStoreCluster } from '../support/eventstore-cluster.ts'
import { type EventStoreServer, ownEventStore, startOwnEventStore } from '../support/eventstore-server.ts'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'

const connect = (url: string): EventStoreDBClient => EventStoreDBClient.connectionString(url)
const event = jsonEvent({ type: 'Noted', data: { n: 1 } })

const revisions = async (url: string): Promise<readonly bigint[]> => {
  const client = connect(url)
  const found: bigint[] = []
  try {
    for await (const { event } of client.readStream('noted-1')) found.push(event?.revision ?? -1n)
  } finally {
    await client.dispose()
  }
  return found
}

const append = async (url: string): Promise<void> => {
  const client = connect(url)
  try {
    await client.appendToStream('noted-1', event, { expectedRevision: 'no_stream' })
  } finally {
    await client.dispose()
  }
}

describeWith([ownEventStore], 'an EventStoreDB server of a test', () => {
  let server: EventStoreServer
  beforeAll(async () => {
    server = await startOwnEventStore()
  })
  afterAll(() => server?.stop())

  it('has what it acknowledged after it was killed and started again, at the same address', async () => {
    await append(server.url)
    await server.kill()
    await expect(revisions(server.url)).rejects.toThrow()
    await server.restart()
    expect(await revisions(server.url)).toEqual([0n])
  })

  it('answers nothing while it is paused, and everything afterwards', async () => {
    server.pause()
    const asked = revisions(server.url)
    const health = fetch(`http://127.0.0.1:${server.port}/health/live`, { signal: AbortSignal.timeout(500) })
    await expect(health).rejects.toThrow('timeout')
    server.resume()
    expect(await asked).toEqual([0n])
  })
})

describeWith([ownEventStore], 'a cluster of three servers of a test', () => {
  let cluster: EventStoreCluster
  beforeAll(async () => {
    cluster = await startEventStoreCluster()
  })
  afterAll(() => cluster?.stop())

  it('chooses another leader when its own is killed, and keeps what was acknowledged', async () => {
    await append(cluster.url)
    const first = await cluster.leader()
    await first.kill()
    await until('another leads', async () => (await cluster.leader()) !== first)
    expect(await until('it can be read', () => revisions(cluster.url))).toEqual([0n])
    await first.restart()
    await cluster.settled()
    expect(await revisions(cluster.url)).toEqual([0n])
  })
})
