/** What is counted, in the form that Prometheus reads. One registry for each API. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Services } from '../services.ts'

export interface Metrics {
  /** Adds one answered request. `seconds`: until the answer was written, or the stream ended. */
  request(endpoint: string, status: number, seconds: number): void
  /** Adds one command: what it came to, `DONE`, `REPLAYED` or the code of its error. */
  command(mutation: string, outcome: string, seconds: number): void
  /** @throws (rejects) what the views throw */
  text(): Promise<string>
  readonly contentType: string
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

type Parts = Pick<Services, 'views' | 'handler' | 'roles' | 'reactors' | 'jobs'>

const gaugesOf = (registry: Registry, services: Parts, openStreams: () => number) => {
  const { views, handler, roles, reactors, jobs } = services
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name: `tributary_${name}`, help, labelNames: [...labelNames], registers: [registry] })
  const lag = gauge('view_lag_seconds', 'Age of the last event that a view has seen; 0 at the head.', [
    'view',
  ])
  const scanned = gauge('view_scanned_events', 'Events that a view has read since its beginning.', ['view'])
  const parked = gauge('view_parked_streams', 'Streams that a view has set aside.', ['view'])
  const ready = gauge('view_ready', 'Whether there is anything to read in a view.', ['view'])
  const partLag = gauge('view_partition_lag_seconds', 'As view_lag_seconds, of each partition of a view.', [
    'view',
    'partition',
  ])
  const owner = gauge('view_partition_owner', 'Who folds a partition: 1 where it is this process, else 0.', [
    'view',
    'partition',
    'owner',
  ])
  const role = gauge('role', 'Parts of the program that this process runs.', ['role'])
  const reactorLag = gauge('reactor_lag_seconds', 'Age of the last event that a reactor has handled.', [
    'reactor',
  ])
  const reactorActive = gauge('reactor_active', 'Whether it is the turn of this process to react.', [
    'reactor',
  ])
  const queued = gauge('jobs', 'Jobs of a queue, by their state.', ['queue', 'state'])
  const oldest = gauge('jobs_oldest_seconds', 'For how long the oldest job that is due has waited.', [
    'queue',
  ])
  const reachable = gauge('jobs_reachable', 'Whether the engine that keeps the jobs answered just now.')
  const totals = gauge('handler', 'What the command handler has done since it was made, and holds now.', [
    'what',
  ])
  const streams = gauge('subscriptions_open', 'Streams that are open.')
  const memory = gauge('resident_memory_bytes', 'Resident memory of the process.')
  /** What does not answer now is told as that, and keeps back nothing else. */
  const tellJobs = async (): Promise<void> => {
    try {
      for (const { name: queue, oldestMs, ...counts } of await jobs.figures()) {
        for (const [state, count] of Object.entries(counts)) queued.set({ queue, state }, count)
        oldest.set({ queue }, oldestMs / 1_000)
      }
      reachable.set(1)
    } catch {
      queued.reset()
      oldest.reset()
      reachable.set(0)
    }
  }
  return async () => {
    for (const each of roles) role.set({ role: each }, 1)
    for (const { name, lagMs, isActive } of reactors()) {
      reactorLag.set({ reactor: name }, lagMs / 1_000)
      reactorActive.set({ reactor: name }, isActive ? 1 : 0)
    }
    // A view that was built anew may have fewer.
    partLag.reset()
    owner.reset()
    for (const status of await views.status()) {
      const view = status.name
      lag.set({ view }, status.lagMs / 1_000)
      scanned.set({ view }, status.scanned)
      parked.set({ view }, status.parked)
      ready.set({ view }, status.ready ? 1 : 0)
      for (const { partition, lagMs, owner: by, isOurs } of status.partitions) {
        partLag.set({ view, partition }, lagMs / 1_000)
        owner.set({ view, partition, owner: by ?? '' }, isOurs ? 1 : 0)
      }
    }
    await tellJobs()
    for (const [what, value] of Object.entries(handler.stats())) totals.set({ what }, value)
    streams.set(openStreams())
    memory.set(process.memoryUsage.rss())
  }
}

export const createMetrics = (services: Parts, openStreams: () => number): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Histogram({
    name: 'tributary_http_request_seconds',
    help: 'Answered requests, by endpoint and status.',
    labelNames: ['endpoint', 'status'],
    buckets,
    registers,
  })
  const commands = new Histogram({
    name: 'tributary_command_seconds',
    help: 'Commands from decision to acknowledged append, by what they came to.',
    labelNames: ['outcome'],
    buckets,
    registers,
  })
  const mutations = new Counter({
    name: 'tributary_mutations_total',
    help: 'Mutations, by name and what they came to.',
    labelNames: ['mutation', 'outcome'],
    registers,
  })
  const collect = gaugesOf(registry, services, openStreams)
  return {
    request: (endpoint, status, seconds) => requests.observe({ endpoint, status }, seconds),
    command: (mutation, outcome, seconds) => {
      commands.observe({ outcome }, seconds)
      mutations.inc({ mutation, outcome })
    },
    text: async () => {
      await collect()
      return await registry.metrics()
    },
    contentType: registry.contentType,
  }
}
