/**
 * What is counted, in the form that Prometheus reads. Names follow its conventions: base units, `_total` for counters,
 * `tributary_` ahead, but for those of the process and of Node, which go by the names that they have everywhere. Labels
 * are from closed lists; none holds an id. One registry for each API.
 */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { handlerText } from './handler-text.ts'
import { createStateGauges, type GaugeParts } from './state-gauges.ts'

export interface Metrics {
  /** Adds one answered request. `seconds`: until the answer was written, or the stream ended. */
  request(endpoint: string, status: number, seconds: number): void
  /** Adds one mutation: what it came to, `DONE`, `REPLAYED` or the code of its error. */
  mutation(name: string, outcome: string): void
  /** Adds one operation: what it came to, `OK` or the code of its first error. */
  operation(type: string, outcome: string, seconds: number): void
  text(): Promise<string>
  readonly contentType: string
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** Of the process and of Node, once for all APIs of it. */
let ofProcess: Registry | null = null

const processRegistry = (): Registry => {
  if (ofProcess === null) {
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }
  return ofProcess
}

export const createMetrics = (parts: GaugeParts, openStreams: () => number): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Histogram({
    name: 'tributary_http_request_duration_seconds',
    help: 'Answered requests, by endpoint and status.',
    labelNames: ['endpoint', 'status'],
    buckets,
    registers,
  })
  const operations = new Histogram({
    name: 'tributary_graphql_operation_duration_seconds',
    help: 'Operations that were executed, by type and what they came to: OK or the code of the first error.',
    labelNames: ['type', 'outcome'],
    buckets,
    registers,
  })
  const mutations = new Counter({
    name: 'tributary_mutations_total',
    help: 'Mutations, by name and what they came to.',
    labelNames: ['mutation', 'outcome'],
    registers,
  })
  const tellState = createStateGauges(registry, parts, openStreams)
  return {
    request: (endpoint, status, seconds) => requests.observe({ endpoint, status }, seconds),
    mutation: (mutation, outcome) => mutations.inc({ mutation, outcome }),
    operation: (type, outcome, seconds) => operations.observe({ type, outcome }, seconds),
    text: async () => {
      await tellState()
      const { handler } = parts
      const own = handlerText({ meters: handler.meters, stats: handler.stats() })
      return `${await registry.metrics()}\n${own}${await processRegistry().metrics()}`
    },
    contentType: registry.contentType,
  }
}
