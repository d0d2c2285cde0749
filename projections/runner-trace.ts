/** The span of a batch of events that was folded: one for all views and documents, linked to the traces that its events came from. */
import {
  batchSpanStart,
  errorTypeOf,
  isTracing,
  markFailed,
  type Span,
  startSpan,
} from '../platform/tracing.ts'
import type { Arrival } from './runner-fold.ts'
import type { Follower } from './runner-follower.ts'

/** Null without telemetry, or where no event of the batch is of a sampled trace. */
export const startBatchSpan = (arrivals: readonly Arrival[], scanned: number): Span | null => {
  if (!isTracing()) return null
  const start = batchSpanStart(arrivals.map(({ event }) => event?.metadata.traceparent ?? null))
  if (start === null) return null
  return startSpan('project events', {
    ...start,
    kind: 'CONSUMER',
    attributes: {
      'messaging.system': 'tributary',
      'messaging.operation.name': 'project',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'events',
      'messaging.batch.message_count': scanned,
    },
  })
}

/** `failed`: the views that could not follow, and why. */
export const endBatchSpan = (
  span: Span,
  failed: readonly { readonly follower: Pick<Follower, 'projection'>; readonly error: unknown }[],
): void => {
  const [first] = failed
  if (first !== undefined) {
    span.setAttribute(
      'tributary.views.failed',
      failed.map(({ follower }) => follower.projection.name),
    )
    markFailed(span, errorTypeOf(first.error))
  }
  span.end()
}
