/** `/graphql` on node's own server: bounds the body, finds out who asks, and takes the short way where it can. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { activeTraceparent, readTraceparent } from '../../platform/tracing.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Principal } from '../auth/principal.ts'
import type { ApiContext } from '../graphql/context.ts'
import type { MaskError } from '../graphql/masking.ts'
import { RequestError } from '../graphql/request-error.ts'
import type { SubscriptionGate } from '../graphql/subscription-gate.ts'
import type { GraphQLServer } from '../graphql/yoga.ts'
import type { Services } from '../services.ts'
import { sendRequestError, sendResponse } from './answer.ts'
import { readBody } from './body.ts'
import { createPlainAnswer, parseParams, plainAnswerType } from './fast-path.ts'
import type { Metrics } from './metrics.ts'

export type Endpoint = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Points are shared within an organisation; whoever acts for several, or none, has points of their own. */
const spenderOf = (principal: Principal | null, request: IncomingMessage): string => {
  if (principal === null) return `address:${request.socket.remoteAddress ?? ''}`
  const [first, ...others] = new Set(principal.grants.map(({ organisation }) => organisation))
  return typeof first === 'string' && others.length === 0 ? first : principal.subject
}

/** Of the request's own span, where there is telemetry; else what it came with goes on to its events. */
const traceparentOf = ({ headers: { traceparent } }: IncomingMessage): string | null =>
  activeTraceparent() ?? readTraceparent(traceparent)

const headersOf = ({ headers }: IncomingMessage): Headers => {
  const result = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) result.append(name, one)
  }
  return result
}

export interface EndpointParts {
  readonly services: Services
  readonly authenticate: Authenticate
  readonly yoga: GraphQLServer
  readonly metrics: Metrics
  readonly maskError: MaskError
  readonly subscriptions: SubscriptionGate
  /** Aborts when the API is closed: streams end with it. */
  readonly closing: AbortSignal
  /** False sends everything the long way: how the two are compared. */
  readonly fastPath: boolean
}

export const createGraphQLEndpoint = (parts: EndpointParts): Endpoint => {
  const { services, authenticate, yoga, metrics, maskError, subscriptions, closing, fastPath } = parts
  const answerPlainly = createPlainAnswer(yoga)
  const contextOf = async (request: IncomingMessage, signal: AbortSignal | null): Promise<ApiContext> => {
    const principal = await authenticate(request.headers.authorization)
    return {
      services,
      principal,
      authorization: request.headers.authorization,
      authenticate,
      subscriptions,
      metrics,
      spender: spenderOf(principal, request),
      correlationId: services.newId('correlation'),
      traceparent: traceparentOf(request),
      signal,
    }
  }

  /** Through all of Yoga, with the body that was read already. */
  const answerAtLength = async (request: IncomingMessage, response: ServerResponse, body: Buffer | null) => {
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    const { method = 'GET', url = '/graphql' } = request
    const signal = AbortSignal.any([gone.signal, closing])
    const context = await contextOf(request, signal)
    const answer = await yoga.fetch(
      new yoga.fetchAPI.Request(`http://localhost${url}`, {
        method,
        headers: headersOf(request),
        signal,
        ...(body === null || body.length === 0 ? {} : { body: new Uint8Array(body) }),
      }),
      context,
    )
    await sendResponse(response, answer)
  }

  const answer: Endpoint = async (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') return answerAtLength(request, response, null)
    const body = await readBody(request, services.limits.bodyBytes)
    const mediaType = fastPath ? plainAnswerType(request) : undefined
    const params = mediaType === undefined ? undefined : parseParams(body)
    if (mediaType !== undefined && params !== undefined) {
      if (await answerPlainly(response, await contextOf(request, null), mediaType, params)) return
    }
    await answerAtLength(request, response, body)
  }

  return async (request, response) => {
    try {
      await answer(request, response)
    } catch (error) {
      // What was under way for a client that went away ends with an abortion of its own.
      if (response.destroyed && error instanceof Error && error.name === 'AbortError') return
      const masked = maskError(error)
      if (response.headersSent) response.destroy()
      else if (masked instanceof RequestError) sendRequestError(response, masked)
      else sendRequestError(response, new RequestError('BAD_REQUEST', masked.message))
    }
  }
}
