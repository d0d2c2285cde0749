/** The span of a request: under the caller's trace, where it names one. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  isTracing,
  markFailed,
  readTraceparent,
  runIn,
  type Span,
  startSpan,
} from '../../platform/tracing.ts'

/** Paths that may stand in a span. Others may hold anything, a token too. */
const routes = new Set([
  '/',
  '/explorer',
  '/graphql',
  '/schema.graphql',
  '/sign-in',
  '/.well-known/jwks.json',
])

/** What tools ask every few seconds. */
const isWatching = (path: string): boolean => path === '/metrics' || path.startsWith('/health/')

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

const spanFor = (request: IncomingMessage, path: string): Span => {
  const known = request.method ?? 'GET'
  const method = methods.has(known) ? known : '_OTHER'
  const isRoute = routes.has(path)
  return startSpan(`${method === '_OTHER' ? 'HTTP' : method}${isRoute ? ` ${path}` : ''}`, {
    parent: readTraceparent(request.headers.traceparent),
    kind: 'SERVER',
    attributes: {
      'http.request.method': method,
      'url.scheme': 'http',
      'network.protocol.version': request.httpVersion,
      ...(isRoute ? { 'http.route': path, 'url.path': path } : {}),
    },
  })
}

/** Answers a request in a span of its own, which ends when the answer was written or the client went away. */
export const traceRequest = (
  request: IncomingMessage,
  response: ServerResponse,
  answer: () => void,
): void => {
  const [path = '/'] = isTracing() ? (request.url ?? '/').split('?', 1) : []
  if (!isTracing() || isWatching(path)) {
    answer()
    return
  }
  const span = spanFor(request, path)
  response.once('close', () => {
    const { statusCode } = response
    span.setAttribute('http.response.status_code', statusCode)
    if (statusCode >= 500) markFailed(span, String(statusCode))
    span.end()
  })
  runIn(span, answer)
}
