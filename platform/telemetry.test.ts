import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { trace } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { startOtlpReceiver } from '../tests/support/otlp-receiver.ts'
import { ConfigError } from './config.ts'
import { createLogger } from './log.ts'
import { startTelemetry } from './telemetry.ts'
import { activeTraceparent, isTracing, runIn, startSpan, traceparentOf } from './tracing.ts'

const lines: string[] = []
const log = createLogger({ level: 'warn', stream: { write: (line) => void lines.push(line) } })

describe('telemetry', () => {
  it.each([
    ['no collector is named', {}],
    ['the variable is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    [
      'it is switched off',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'true' },
    ],
    [
      'no traces are wanted',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_TRACES_EXPORTER: 'none' },
    ],
  ])('is off where %s', async (_what, environment) => {
    expect(await startTelemetry(environment, log)).toBeNull()
    expect(isTracing()).toBe(false)
  })

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'nowhere' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OTEL_TRACES_SAMPLER: 'sometimes' }, 'OTEL_TRACES_SAMPLER'],
    [{ OTEL_TRACES_SAMPLER_ARG: '2' }, 'OTEL_TRACES_SAMPLER_ARG'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'OTEL_EXPORTER_OTLP_PROTOCOL',
    ],
  ])('refuses what it cannot do, by name: %o', async (environment, variable) => {
    const failed = await startTelemetry(environment, log).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(ConfigError)
    expect(failed).toMatchObject({ message: expect.stringContaining(variable) })
  })

  it('loads nothing of the SDK where no collector is named', () => {
    const script = `
      import { startTelemetry } from './telemetry.ts'
      import { createLogger } from './log.ts'
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context) } })
      await startTelemetry({}, createLogger({ level: 'silent' }))
      console.log(loaded.filter((url) => url.includes('@opentelemetry')).length)`
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module-typescript', '--eval', script],
      { cwd: fileURLToPath(new URL('.', import.meta.url)), encoding: 'utf8' },
    )
    expect([stderr, stdout.trim()]).toEqual(['', '0'])
  })

  it('sends what waits when it stops, and is off again', async () => {
    await using receiver = await startOtlpReceiver()
    const telemetry = await startTelemetry(
      { OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`, OTEL_BSP_SCHEDULE_DELAY: '60000' },
      log,
    )
    const span = startSpan('work', { parent: null })
    await runIn(span, async () => {
      await Promise.resolve()
      expect(activeTraceparent()).toBe(traceparentOf(span))
      log.warn('something')
    })
    span.end()
    await telemetry?.stop()
    expect(receiver.spans.map(({ name }) => name)).toEqual(['work'])
    expect(receiver.texts.join()).toContain('"service.name"')
    const { traceId, spanId } = span.spanContext()
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      trace_id: traceId,
      span_id: spanId,
      msg: 'something',
    })
    expect([isTracing(), trace.getActiveSpan()]).toEqual([false, undefined])
  })

  it('samples as its parent was sampled, and else as it is told', async () => {
    await using receiver = await startOtlpReceiver()
    const telemetry = await startTelemetry(
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
      log,
    )
    const of = (flags: string) => `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-${flags}`
    startSpan('of a sampled one', { parent: of('01') }).end()
    startSpan('of one that is not', { parent: of('00') }).end()
    startSpan('of its own', { parent: null }).end()
    await telemetry?.stop()
    expect(receiver.spans.map(({ name }) => name)).toEqual(['of a sampled one'])
  })

  it('goes on without a collector that answers, and says so once', async () => {
    lines.length = 0
    const telemetry = await startTelemetry(
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: await startOtlpReceiver().then(async (receiver) => {
          await receiver[Symbol.asyncDispose]()
          return receiver.url
        }),
      },
      log,
    )
    startSpan('work', { parent: null }).end()
    await telemetry?.stop()
    expect(lines.length).toBeLessThanOrEqual(1)
  })
})
