/** Takes spans as a collector does, by OTLP over HTTP in JSON. */
import { createServer } from 'node:http'
import { z } from 'zod'
import { until } from './until.ts'

const value = z.union([
  z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z.object({ intValue: z.coerce.number() }).transform(({ intValue }) => intValue),
  z.object({ boolValue: z.boolean() }).transform(({ boolValue }) => boolValue),
  z.unknown().transform((other) => JSON.stringify(other)),
])

const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes: z
    .array(z.object({ key: z.string(), value }))
    .default([])
    .transform((list) => Object.fromEntries(list.map((each) => [each.key, each.value]))),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
})

export type ReceivedSpan = z.output<typeof span>

const body = z.object({
  resourceSpans: z.array(
    z.object({ scopeSpans: z.array(z.object({ spans: z.array(span) })), resource: z.unknown() }),
  ),
})

export interface OtlpReceiver extends AsyncDisposable {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string
  readonly spans: readonly ReceivedSpan[]
  /** All that came, as it came. */
  readonly texts: readonly string[]
  /** Resolves once spans of all these names have come in one trace. */
  spansOf(traceId: string, names: readonly string[]): Promise<readonly ReceivedSpan[]>
}

export const startOtlpReceiver = async (): Promise<OtlpReceiver> => {
  const spans: ReceivedSpan[] = []
  const texts: string[] = []
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const text = Buffer.concat(parts).toString()
    texts.push(text)
    for (const { scopeSpans } of body.parse(JSON.parse(text)).resourceSpans)
      for (const scope of scopeSpans) spans.push(...scope.spans)
    response.setHeader('content-type', 'application/json').end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('The receiver has no port.')
  const ofTrace = (traceId: string) => spans.filter((each) => each.traceId === traceId)
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    texts,
    spansOf: async (traceId, names) => {
      await until(`${names.join(', ')} came in trace ${traceId}`, () =>
        names.every((name) => ofTrace(traceId).some((each) => each.name === name)),
      )
      return ofTrace(traceId)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
