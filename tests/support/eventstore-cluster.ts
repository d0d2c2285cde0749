/** Clusters of EventStoreDB for tests; see eventstore-server.ts. */
import { z } from 'zod'
import { type EventStoreServer, startEventStoreNode } from './eventstore-server.ts'
import { freePort } from './servers/free-port.ts'
import { until } from './until.ts'

const gossipSchema = z.object({
  members: z.array(z.object({ state: z.string(), isAlive: z.boolean(), httpEndPointPort: z.int() })),
})

/** A cluster of three on one machine. */
export interface EventStoreCluster {
  /** `esdb://…` with all three as seeds of gossip. */
  readonly url: string
  readonly nodes: readonly EventStoreServer[]
  /** The node that a living majority holds for its leader, waited for. Paused and dead nodes are asked in vain. */
  leader(): Promise<EventStoreServer>
  /** Waits until every node is alive and follows or leads. */
  settled(): Promise<void>
  stop(): Promise<void>
}

const gossipOf = async (port: number): Promise<z.infer<typeof gossipSchema>['members']> => {
  const answer = await fetch(`http://127.0.0.1:${port}/gossip`, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(1_000),
  })
  return gossipSchema.parse(await answer.json()).members.filter(({ isAlive }) => isAlive)
}

/** Three servers of the caller alone, once they have chosen a leader. */
export const startEventStoreCluster = async (): Promise<EventStoreCluster> => {
  const ports = [await freePort(), await freePort(), await freePort()]
  const started = await Promise.allSettled(
    ports.map(async (port) =>
      startEventStoreNode(
        port,
        {
          'replication-ip': '127.0.0.1',
          'replication-port': String(await freePort()),
          'cluster-size': String(ports.length),
          'discover-via-dns': 'false',
          'gossip-seed': ports
            .filter((other) => other !== port)
            .map((other) => `127.0.0.1:${other}`)
            .join(','),
        },
        true,
      ),
    ),
  )
  const nodes = started.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const stop = async (): Promise<void> => {
    for (const node of nodes) await node.stop()
  }
  const failed = started.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) {
    await stop()
    throw failed.reason
  }

  const views = async () => {
    const answers = await Promise.allSettled(ports.map(gossipOf))
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  }
  const leader = (): Promise<EventStoreServer> =>
    until('a majority of the cluster has a leader', async () => {
      const leaders = (await views()).map(
        (members) => members.find(({ state }) => state === 'Leader')?.httpEndPointPort,
      )
      return nodes.find(({ port }) => leaders.filter((led) => led === port).length > ports.length / 2)
    })
  const settled = async (): Promise<void> => {
    await until('all of the cluster follow one leader', async () => {
      const seen = await views()
      return (
        seen.length === ports.length &&
        seen.every(
          (members) =>
            members.filter(({ state }) => state === 'Leader').length === 1 &&
            members.filter(({ state }) => state === 'Follower').length === ports.length - 1,
        )
      )
    })
  }
  const seeds = ports.map((port) => `127.0.0.1:${port}`).join(',')
  await settled()
  return { url: `esdb://${seeds}?tls=false`, nodes, leader, settled, stop }
}
