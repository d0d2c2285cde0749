/**
 * Sends spans to an OpenTelemetry collector, in the words of the standard environment variables. The only file that
 * knows the SDK, which is loaded only where a collector is named: without one nothing of it runs.
 */
import { z } from 'zod'
import { ConfigError } from './config.ts'
import type { Logger } from './log.ts'
import { setTracing } from './tracing.ts'

export interface Telemetry {
  /** Sends what waits, for at most five seconds, and ends. Never rejects. */
  stop(): Promise<void>
}

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const
type SamplerName = (typeof samplers)[number]

const settings = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url('expected the address of a collector').optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url('expected the address of a collector').optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.string().optional(),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], 'expected otlp or none').default('otlp'),
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_TRACES_SAMPLER: z
    .enum(samplers, `expected one of ${samplers.join(', ')}`)
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number('expected a number from 0 to 1')
    .min(0, 'expected a number from 0 to 1')
    .max(1, 'expected a number from 0 to 1')
    .default(1),
  /** Milliseconds between sendings. */
  OTEL_BSP_SCHEDULE_DELAY: z.coerce.number('expected milliseconds').int().min(1).default(5_000),
  OTEL_BSP_MAX_QUEUE_SIZE: z.coerce.number('expected a number of spans').int().min(1).default(2_048),
})

/** @throws {ConfigError} naming each variable that cannot be used */
const read = (environment: NodeJS.ProcessEnv): z.output<typeof settings> => {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = settings.safeParse(given)
  if (parsed.success) return parsed.data
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}.`).join('\n'),
  )
}

/** Where spans are sent to; null where nothing says so. */
const addressIn = (config: z.output<typeof settings>): string | null => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ofTraces } = config
  if (ofTraces !== undefined) return ofTraces
  return all === undefined ? null : `${all.replace(/\/+$/, '')}/v1/traces`
}

/** Milliseconds in which the same trouble is told once. */
const toldEveryMs = 60_000

const tellingSeldom = (log: Logger, now: () => number) => {
  let toldAt = Number.NEGATIVE_INFINITY
  return (message: string) => {
    if (now() - toldAt < toldEveryMs) return
    toldAt = now()
    log.warn({ telemetry: message.slice(0, 300) }, 'Spans could not be sent; the rest goes on')
  }
}

const stopMs = 5_000

/**
 * Starts to send spans where `OTEL_EXPORTER_OTLP_ENDPOINT` (or `…_TRACES_ENDPOINT`) names a collector; null where none
 * is named, or `OTEL_SDK_DISABLED` is true. One for each process, and one for each thread of its own.
 * @throws (rejects) {ConfigError}
 */
export const startTelemetry = async (
  environment: NodeJS.ProcessEnv,
  log: Logger,
): Promise<Telemetry | null> => {
  const config = read(environment)
  const url = addressIn(config)
  if (url === null || config.OTEL_TRACES_EXPORTER === 'none') return null
  if (config.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return null
  const protocol = config.OTEL_EXPORTER_OTLP_PROTOCOL
  if (protocol === 'grpc')
    throw new ConfigError(
      'OTEL_EXPORTER_OTLP_PROTOCOL: spans are sent by http/json. Name the HTTP port of the collector, 4318 by default.',
    )
  const [api, { AsyncLocalStorageContextManager }, { OTLPTraceExporter }, resources, sdk] = await Promise.all(
    [
      import('@opentelemetry/api'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace'),
    ],
  )
  const { context, diag, DiagLogLevel, trace } = api

  const rootSampler = (name: SamplerName) => {
    if (name.endsWith('traceidratio')) return new sdk.TraceIdRatioBasedSampler(config.OTEL_TRACES_SAMPLER_ARG)
    return name.endsWith('always_off') ? new sdk.AlwaysOffSampler() : new sdk.AlwaysOnSampler()
  }
  const name = config.OTEL_TRACES_SAMPLER
  const root = rootSampler(name)
  const sampler = name.startsWith('parentbased') ? new sdk.ParentBasedSampler({ root }) : root

  const tell = tellingSeldom(log, () => performance.now())
  const ignore = () => undefined
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  const { resourceAttributesEnvDetector, serviceInstanceIdDetector, serviceNameEnvDetector } = resources
  const processor = new sdk.BatchSpanProcessor({
    exporter: new OTLPTraceExporter({ url }),
    scheduledDelayMillis: config.OTEL_BSP_SCHEDULE_DELAY,
    maxQueueSize: config.OTEL_BSP_MAX_QUEUE_SIZE,
    maxExportBatchSize: Math.min(512, config.OTEL_BSP_MAX_QUEUE_SIZE),
  })
  const provider = new sdk.TracerProvider({
    sampler,
    resource: resources
      .defaultResource()
      .merge(resources.resourceFromAttributes({ 'service.name': 'tributary' }))
      .merge(
        resources.detectResources({
          detectors: [serviceInstanceIdDetector, resourceAttributesEnvDetector, serviceNameEnvDetector],
        }),
      ),
    spanProcessors: [processor],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(provider)
  setTracing(true)
  return {
    stop: async () => {
      setTracing(false)
      const late = Promise.withResolvers<void>()
      const timer = setTimeout(late.resolve, stopMs)
      await Promise.race([provider.shutdown().catch((error: unknown) => tell(String(error))), late.promise])
      clearTimeout(timer)
      trace.disable()
      context.disable()
      diag.disable()
    },
  }
}
