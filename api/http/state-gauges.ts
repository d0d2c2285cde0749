/** How things stand at the moment of a scrape: views, reactors, jobs and the log, as gauges. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { ProjectionStatus } from '../../projections/view-status.ts'
import type { Services } from '../services.ts'
import { inTime } from './in-time.ts'

export type GaugeParts = Pick<
  Services,
  'views' | 'handler' | 'roles' | 'reactors' | 'jobs' | 'store' | 'logHealth'
>

const gaugeIn =
  (registry: Registry) =>
  (name: string, help: string, labelNames: readonly string[] = []): Gauge =>
    new Gauge({ name: `tributary_${name}`, help, labelNames: [...labelNames], registers: [registry] })

const logGauges = (registry: Registry, { store, logHealth }: GaugeParts) => {
  const gauge = gaugeIn(registry)
  const up = gauge('event_store_up', 'Whether the engine that has the log takes appends now.', ['engine'])
  const readable = gauge('event_store_readable', 'Whether the log could be read just now.', ['engine'])
  const at = gauge('log_head_position', 'Where the log ends, in the numbers of its engine.')
  return async () => {
    const { engine } = logHealth
    const head = await inTime(store.head())
    up.set({ engine }, logHealth.trouble() === null ? 1 : 0)
    readable.set({ engine }, head === undefined ? 0 : 1)
    if (head !== undefined) at.set(Number(head ?? 0))
  }
}

const viewGauges = (registry: Registry, { views }: GaugeParts) => {
  const gauge = gaugeIn(registry)
  const lag = gauge('view_lag_seconds', 'Age of the last event that a view has seen; 0 at the head.', [
    'view',
  ])
  const position = gauge('view_position', 'Up to where a view has seen the log, as log_head_position.', [
    'view',
  ])
  const scanned = gauge('view_scanned_events', 'Events that a view has read since its beginning.', ['view'])
  const parked = gauge('view_parked_streams', 'Streams that a view has set aside.', ['view'])
  const ready = gauge('view_ready', 'Whether there is anything to read in a view.', ['view'])
  const failing = gauge('view_failing', 'Whether a view is failing, and tried again.', ['view'])
  const byPartition = ['view', 'partition']
  const partLag = gauge(
    'view_partition_lag_seconds',
    'As view_lag_seconds, of each partition of a view.',
    byPartition,
  )
  const claimed = gauge('view_partition_claimed', 'Whether any process folds a partition.', byPartition)
  const owned = gauge('view_partition_owned', 'Whether this process folds a partition.', byPartition)
  const written = new Counter({
    name: 'tributary_view_documents_written_total',
    help: 'Documents of a view that this process wrote, rebuilds included.',
    labelNames: ['view'],
    registers: [registry],
  })
  const tell = (status: ProjectionStatus): void => {
    const view = status.name
    lag.set({ view }, status.lagMs / 1_000)
    position.set({ view }, Number(status.position ?? 0))
    scanned.set({ view }, status.scanned)
    parked.set({ view }, status.parked)
    ready.set({ view }, status.ready ? 1 : 0)
    failing.set({ view }, status.state === 'failing' ? 1 : 0)
    written.inc({ view }, status.documentsWritten)
    for (const { partition, lagMs, owner, isOurs } of status.partitions) {
      partLag.set({ view, partition }, lagMs / 1_000)
      claimed.set({ view, partition }, owner === null ? 0 : 1)
      owned.set({ view, partition }, isOurs ? 1 : 0)
    }
  }
  return async () => {
    const statuses = await inTime(views.status())
    // A view that was built anew may have fewer partitions; the counter is set to what is kept elsewhere.
    for (const each of [lag, partLag, claimed, owned, written]) each.reset()
    for (const status of statuses ?? []) tell(status)
  }
}

const reactorGauges = (registry: Registry, { reactors }: GaugeParts) => {
  const gauge = gaugeIn(registry)
  const lag = gauge('reactor_lag_seconds', 'Age of the last event that a reactor has handled.', ['reactor'])
  const active = gauge('reactor_active', 'Whether it is the turn of this process to react.', ['reactor'])
  const failures = gauge('reactor_failures', 'Failures of a reactor since its last success.', ['reactor'])
  return () => {
    for (const { name: reactor, lagMs, isActive, failures: count } of reactors()) {
      lag.set({ reactor }, lagMs / 1_000)
      active.set({ reactor }, isActive ? 1 : 0)
      failures.set({ reactor }, count)
    }
  }
}

const jobGauges = (registry: Registry, { jobs }: GaugeParts) => {
  const gauge = gaugeIn(registry)
  const queued = gauge('jobs', 'Jobs of a queue, by their state.', ['queue', 'state'])
  const oldest = gauge('jobs_oldest_seconds', 'For how long the oldest job that is due has waited.', [
    'queue',
  ])
  const reachable = gauge('jobs_reachable', 'Whether the engine that keeps the jobs answered just now.')
  return async () => {
    const figures = await inTime(jobs.figures())
    reachable.set(figures === undefined ? 0 : 1)
    queued.reset()
    oldest.reset()
    for (const { name: queue, oldestMs, ...counts } of figures ?? []) {
      for (const [state, count] of Object.entries(counts)) queued.set({ queue, state }, count)
      oldest.set({ queue }, oldestMs / 1_000)
    }
  }
}

/** Sets all of them to what is the case now. What does not answer keeps back nothing else. */
export const createStateGauges = (
  registry: Registry,
  parts: GaugeParts,
  openStreams: () => number,
): (() => Promise<void>) => {
  const gauge = gaugeIn(registry)
  const role = gauge('role', 'Parts of the program that this process runs.', ['role'])
  const streams = gauge('subscriptions_open', 'Streams that are open.')
  const [tellLog, tellViews] = [logGauges(registry, parts), viewGauges(registry, parts)]
  const [tellReactors, tellJobs] = [reactorGauges(registry, parts), jobGauges(registry, parts)]
  return async () => {
    for (const each of parts.roles) role.set({ role: each }, 1)
    streams.set(openStreams())
    tellReactors()
    await Promise.all([tellLog(), tellViews(), tellJobs()])
  }
}
