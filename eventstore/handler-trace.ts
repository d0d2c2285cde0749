/** The spans of the command handler: one for each command, and one for each append, which may be of several commands. */
import {
  batchSpanStart,
  isTracing,
  markFailed,
  type Span,
  startSpan,
  traceparentOf,
} from '../platform/tracing.ts'
import type { CommandMeta, Executed } from './command.ts'
import { isTrouble, outcomeOfDone, outcomeOfError } from './command-outcome.ts'
import type { AppendKind } from './handler-meters.ts'
import type { Append } from './port.ts'

/** A command's span, and the meta that carries it on: into its events, and so to all that follows them. */
export interface TracedCommand {
  readonly meta: CommandMeta
  readonly span: Span
}

const typeOf = (command: unknown): string =>
  typeof command === 'object' && command !== null && 'type' in command && typeof command.type === 'string'
    ? command.type
    : 'command'

/** Null without telemetry: then what the command came with goes on as it is. */
export const traceCommand = (
  command: unknown,
  category: string,
  stream: string,
  meta: CommandMeta,
): TracedCommand | null => {
  if (!isTracing()) return null
  const span = startSpan(typeOf(command), {
    parent: meta.traceparent,
    attributes: {
      'tributary.decider': category,
      'tributary.stream': stream,
      'tributary.command.id': meta.commandId,
      'tributary.correlation.id': meta.correlationId,
    },
  })
  return { span, meta: { ...meta, traceparent: traceparentOf(span) } }
}

export const endDone = (span: Span, { replayed, events }: Executed<unknown>): void => {
  span.setAttributes({
    'tributary.outcome': outcomeOfDone(replayed),
    'tributary.events': replayed ? 0 : events.length,
  })
  span.end()
}

export const endFailed = (span: Span, error: unknown): void => {
  const outcome = outcomeOfError(error)
  span.setAttribute('tributary.outcome', outcome)
  // A refusal is an answer as good as another.
  if (isTrouble(error)) markFailed(span, outcome)
  span.end()
}

/** The span of an append by commands of these traces; null without telemetry, or where none of them is sampled. */
export const startAppendSpan = (
  { stream, events }: Append,
  engine: string,
  traceparents: Iterable<string | null>,
): Span | null => {
  const start = isTracing() ? batchSpanStart(traceparents) : null
  if (start === null) return null
  const category = stream.slice(0, stream.indexOf('-'))
  return startSpan(`append ${category}`, {
    ...start,
    kind: 'CLIENT',
    attributes: {
      'db.system.name': engine,
      'db.operation.name': 'append',
      'db.collection.name': category,
      'db.operation.batch.size': events.length,
      'tributary.stream': stream,
    },
  })
}

export const endAppendSpan = (span: Span, kind: AppendKind): void => {
  const outcome = kind.toUpperCase()
  span.setAttribute('tributary.outcome', outcome)
  if (kind === 'failed' || kind === 'unknown') markFailed(span, outcome)
  span.end()
}
