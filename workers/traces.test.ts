/** What workers do shows in the trace of the event that led to it. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLogger } from '../platform/log.ts'
import { startTelemetry, type Telemetry } from '../platform/telemetry.ts'
import { activeTraceparent } from '../platform/tracing.ts'
import { recorded } from '../tests/support/folded.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../tests/support/otlp-receiver.ts'
import { traceReaction } from './reactor-trace.ts'
import { sendTraced } from './webhooks/trace-delivery.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`
const [plain] = recorded([{ stream: 'category-toys', type: 'CategoryDefined', data: {} }])
if (plain === undefined) throw new Error('There is no event.')
const event = { ...plain, metadata: { ...plain.metadata, traceparent } }

let receiver: OtlpReceiver
let telemetry: Telemetry | null
beforeEach(async () => {
  receiver = await startOtlpReceiver()
  telemetry = await startTelemetry(
    { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    createLogger({ level: 'silent' }),
  )
})
afterEach(() => receiver[Symbol.asyncDispose]())

it('a reaction, and what it leads to', async () => {
  let within: string | null = null
  await traceReaction('some-reactor', [event, event], async () => {
    await Promise.resolve()
    within = activeTraceparent()
  })
  await expect(
    traceReaction('some-reactor', [event], () => Promise.reject(new RangeError('Mary'))),
  ).rejects.toThrow(RangeError)
  await telemetry?.stop()
  const [done, failed] = receiver.spans
  expect(done).toMatchObject({
    traceId,
    parentSpanId: '00f067aa0ba902b7',
    name: 'react some-reactor',
    attributes: { 'messaging.batch.message_count': 2 },
  })
  expect(within).toBe(`00-${traceId}-${done?.spanId}-01`)
  expect(failed?.attributes).toMatchObject({ 'error.type': 'RangeError' })
  expect(receiver.texts.join()).not.toContain('Mary')
})

it('a delivery, of which the receiver is told, and no more of its address than the host', async () => {
  const told: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    told.push(request.headers)
    response.writeHead(503).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('The server has no port.')
  const { data, metadata, ...rest } = event
  const stored = { ...rest, data: JSON.stringify(data), metadata: JSON.stringify(metadata) }
  const sent = await sendTraced(
    stored,
    { url: `http://127.0.0.1:${address.port}/hook?token=sesame`, headers: { 'webhook-id': 'a' }, body: '{}' },
    { allowPrivate: true },
  )
  await telemetry?.stop()
  server.close()
  expect(sent).toEqual({ kind: 'ANSWERED', status: 503 })
  const [span] = receiver.spans
  expect(told).toMatchObject([{ 'webhook-id': 'a', traceparent: `00-${traceId}-${span?.spanId}-01` }])
  expect(span).toMatchObject({
    name: 'POST webhook',
    traceId,
    attributes: { 'http.response.status_code': 503, 'error.type': '503', 'server.address': '127.0.0.1' },
  })
  expect(receiver.texts.join()).not.toContain('sesame')
})
