/** The span of what a reactor does about a batch of events. */
import type { RecordedEvent } from '../eventstore/event.ts'
import { batchSpanStart, errorTypeOf, isTracing, markFailed, runIn, startSpan } from '../platform/tracing.ts'

/** Reacts in a span of its own, where there is telemetry and an event of a sampled trace. @throws what `react` throws */
export const traceReaction = async (
  reactor: string,
  events: readonly RecordedEvent[],
  react: () => Promise<void>,
): Promise<void> => {
  const start = isTracing() ? batchSpanStart(events.map(({ metadata }) => metadata.traceparent)) : null
  if (start === null) return react()
  const span = startSpan(`react ${reactor}`, {
    ...start,
    kind: 'CONSUMER',
    attributes: {
      'messaging.system': 'tributary',
      'messaging.operation.name': 'react',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'events',
      'messaging.consumer.group.name': reactor,
      'messaging.batch.message_count': events.length,
    },
  })
  try {
    await runIn(span, react)
  } catch (error) {
    markFailed(span, errorTypeOf(error))
    throw error
  } finally {
    span.end()
  }
}
