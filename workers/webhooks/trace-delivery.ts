/** The span of a delivery, under the trace of the event that it tells of; the receiver is told of it as W3C asks. */
import type { StoredEvent } from '../../eventstore/event.ts'
import { isTracing, markFailed, readTraceparent, startSpan, traceparentOf } from '../../platform/tracing.ts'
import { type Delivery, type SendOptions, type Sent, send } from './send.ts'

const traceparentIn = ({ metadata }: StoredEvent): string | null => {
  const parsed: unknown = JSON.parse(metadata)
  return typeof parsed === 'object' && parsed !== null && 'traceparent' in parsed
    ? readTraceparent(parsed.traceparent)
    : null
}

/** Sends it; with telemetry in a span, whose id goes along. Never rejects. */
export const sendTraced = async (
  event: StoredEvent,
  delivery: Delivery,
  options: SendOptions,
): Promise<Sent> => {
  if (!isTracing()) return send(delivery, options)
  const span = startSpan('POST webhook', {
    parent: traceparentIn(event),
    kind: 'CLIENT',
    attributes: {
      'http.request.method': 'POST',
      // Of the address no more: a token may stand in the rest.
      'server.address': new URL(delivery.url).hostname,
      'tributary.event': `${event.stream}@${event.revision}`,
    },
  })
  const headers = { ...delivery.headers, traceparent: traceparentOf(span) }
  const sent = await send({ ...delivery, headers }, options)
  if (sent.kind === 'ANSWERED') {
    span.setAttribute('http.response.status_code', sent.status)
    if (sent.status >= 400) markFailed(span, String(sent.status))
  } else markFailed(span, sent.kind)
  span.end()
  return sent
}
