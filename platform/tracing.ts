/**
 * Spans, as every layer makes them: through the OpenTelemetry API, and tied together by W3C `traceparent` texts, which
 * is how a trace goes through commands, events and jobs. Without telemetry (platform/telemetry.ts) none is made, and
 * asking whether there is any costs the reading of a variable.
 *
 * Attributes hold opaque ids, codes and counts; never what a person entered, variables or tokens.
 */
import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'

export type { Attributes, Span }

/** Most links of one span: a batch may come from thousands of traces. */
export const mostLinks = 32

const shape = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

const parse = (text: string): SpanContext | null => {
  const [, version, traceId, spanId, flags, more] = shape.exec(text) ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return null
  // Later versions may say more at the end; the first may not.
  if (version === 'ff' || (version === '00' && more !== undefined)) return null
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED
  const found = { traceId, spanId, traceFlags, isRemote: true }
  return isSpanContextValid(found) ? found : null
}

const write = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`

/** What a request or an event says of its trace, in the form of version 00; null where it says nothing that can be. */
export const readTraceparent = (text: unknown): string | null => {
  const found = typeof text === 'string' ? parse(text) : null
  return found === null ? null : write(found)
}

export const traceparentOf = (span: Span): string => write(span.spanContext())

let isOn = false

/** For platform/telemetry.ts alone: whether spans go anywhere. */
export const setTracing = (on: boolean): void => {
  isOn = on
}

export const isTracing = (): boolean => isOn

export interface SpanStart {
  /** The span that it belongs under, as a `traceparent`; null: a trace of its own. */
  readonly parent: string | null
  /** What else led to it, as `traceparent`s. The first `mostLinks` of them count. */
  readonly links?: readonly string[]
  readonly kind?: keyof typeof SpanKind
  readonly attributes?: Attributes
}

const contextOf = (parent: string | null): Context => {
  const found = parent === null ? null : parse(parent)
  return found === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, found)
}

const linkOf = (traceparent: string): readonly Link[] => {
  const found = parse(traceparent)
  return found === null ? [] : [{ context: found }]
}

/** Whoever starts it ends it. To be called while `isTracing`; else what it answers is of no trace. */
export const startSpan = (name: string, { parent, links, kind, attributes = {} }: SpanStart): Span =>
  trace.getTracer('tributary').startSpan(
    name,
    {
      kind: SpanKind[kind ?? 'INTERNAL'],
      attributes,
      links: links?.slice(0, mostLinks).flatMap(linkOf) ?? [],
    },
    contextOf(parent),
  )

/** Runs something so that `activeTraceparent`, and the log, know the span in all that it leads to. */
export const runIn = <Result>(span: Span, run: () => Result): Result =>
  context.with(trace.setSpan(context.active(), span), run)

/** Of the span that this runs in; null where there is none. */
export const activeTraceparent = (): string | null => {
  const span = isOn ? trace.getActiveSpan() : undefined
  return span === undefined ? null : traceparentOf(span)
}

/** Adds to the span that this runs in, if there is one. */
export const describeActiveSpan = (attributes: Attributes): void => {
  if (isOn) trace.getActiveSpan()?.setAttributes(attributes)
}

/** What the log says of the span that this runs in. */
export const activeTrace = (): { readonly trace_id: string; readonly span_id: string } | null => {
  const span = isOn ? trace.getActiveSpan() : undefined
  if (span === undefined) return null
  const { traceId, spanId } = span.spanContext()
  return { trace_id: traceId, span_id: spanId }
}

/** Marks what the span is about as failed: by the kind of error, since its message may say what a person entered. */
export const markFailed = (span: Span, errorType: string): void => {
  span.setAttribute('error.type', errorType)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/** What an error is called in spans and metrics. */
export const errorTypeOf = (error: unknown): string => (error instanceof Error ? error.name : 'Error')

/**
 * How the work on a batch of events begins its span: under the one trace that all sampled events are of, or as a
 * trace of its own that is linked to each of theirs. Null where none of them is sampled: then no span is made.
 */
export const batchSpanStart = (
  traceparents: Iterable<string | null>,
): Pick<SpanStart, 'parent' | 'links'> | null => {
  const byTrace = new Map<string, string>()
  for (const traceparent of traceparents) {
    if (traceparent === null || !traceparent.endsWith('1')) continue
    const traceId = traceparent.slice(3, 35)
    if (!byTrace.has(traceId)) byTrace.set(traceId, traceparent)
    if (byTrace.size === mostLinks) break
  }
  const [first, ...others] = byTrace.values()
  if (first === undefined) return null
  return others.length === 0 ? { parent: first } : { parent: null, links: [first, ...others] }
}
