/** Metrics for Prometheus: seconds and totals, named by its conventions. No ids of anybody among the labels. */
import { Router } from 'express'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Services } from '../services.ts'

export interface HttpMetrics {
  /** A request of a kind (`graphql` or `other`) was answered with a status, after so many milliseconds. */
  answered(kind: 'graphql' | 'other', status: number, milliseconds: number): void
}

const readers = new Set(['OPERATOR', 'AUDITOR', 'SERVICE'])
const loopback = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

const viewMetrics = (registry: Registry, { views }: Services): void => {
  const registers = [registry]
  const labelNames = ['view'] as const
  const parked = new Gauge({
    name: 'tributary_view_parked_streams',
    help: 'Streams set aside, since an event of theirs could not be folded.',
    labelNames,
    registers,
  })
  const scanned = new Gauge({
    name: 'tributary_view_scanned_events',
    help: 'Events read by the view since the beginning of the log.',
    labelNames,
    registers,
  })
  new Gauge({
    name: 'tributary_view_lag_seconds',
    help: 'How long ago the last event in the view was recorded; 0 at the head of the log.',
    labelNames,
    registers,
    collect: async function collect() {
      for (const { name: view, lagMs, parked: aside, scanned: read } of await views.status()) {
        this.set({ view }, lagMs / 1_000)
        parked.set({ view }, aside)
        scanned.set({ view }, read)
      }
    },
  })
}

const commandMetrics = (registry: Registry, { handler }: Services): void => {
  const registers = [registry]
  const told = {
    commands: 'Commands taken.',
    appends: 'Appends to the log.',
    events: 'Events appended.',
    conflicts: 'Appends that met a stream which had moved.',
    replays: 'Commands that had been done before.',
    doubts: 'Appends of which the engine did not say whether they happened.',
  } as const
  const counters = new Map(
    Object.entries(told).map(([name, help]) => [
      name,
      new Counter({ name: `tributary_command_${name}_total`, help, registers }),
    ]),
  )
  new Gauge({
    name: 'tributary_command_waiting',
    help: 'Commands taken and not answered yet.',
    registers,
    collect() {
      const stats = handler.stats()
      this.set(stats.waiting)
      for (const [name, counter] of counters) {
        counter.reset()
        counter.inc(Object.entries(stats).find(([key]) => key === name)?.[1] ?? 0)
      }
    },
  })
}

/** `GET /metrics`: from this machine as it is, from elsewhere for an operator, auditor or service. */
export const createMetrics = (
  services: Services,
  authenticate: Authenticate,
): { readonly routes: Router; readonly http: HttpMetrics } => {
  const registry = new Registry()
  viewMetrics(registry, services)
  commandMetrics(registry, services)
  const requests = new Histogram({
    name: 'tributary_http_request_duration_seconds',
    help: 'Time until a request was answered.',
    labelNames: ['kind', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  const routes = Router()
  routes.get('/metrics', async (request, response) => {
    if (!loopback.has(request.socket.remoteAddress ?? '')) {
      const principal = await authenticate(request.headers.authorization).catch(() => null)
      const may = principal?.grants.some(
        ({ role, organisation }) => organisation === null && readers.has(role),
      )
      if (may !== true) {
        response
          .status(principal === null ? 401 : 403)
          .json({ error: 'Sign in as an operator, auditor or service.' })
        return
      }
    }
    response.set('content-type', registry.contentType).send(await registry.metrics())
  })
  return {
    routes,
    http: {
      answered: (kind, status, milliseconds) =>
        requests.observe({ kind, status: String(status) }, milliseconds / 1_000),
    },
  }
}
