/** The API: what a node:http server calls for each request. Express serves all but `/graphql`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Express } from 'express'
import { createAuthenticate } from './auth/authenticate.ts'
import { createSignIn } from './auth/sign-in.ts'
import { createMaskError } from './graphql/masking.ts'
import { createSubscriptionGate } from './graphql/subscription-gate.ts'
import { createGraphQL } from './graphql/yoga.ts'
import { createGraphQLEndpoint } from './http/graphql-endpoint.ts'
import { createMetrics } from './http/metrics.ts'
import { createRoutes } from './http/routes.ts'
import { traceRequest } from './http/trace-request.ts'
import { schema } from './schema/schema.ts'
import type { Services } from './services.ts'

export interface Api {
  /** Everything but `/graphql`. */
  readonly app: Express
  /** The request listener of a node:http server: `createServer(api.listener)`. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void
  /** The path of a link that signs a person or service in, once; null without a local issuer. */
  signInLink(subject: string): string | null
  /** Ends the streams that are open. The server and the engines are closed by whoever opened them. */
  close(): Promise<void>
}

export interface ApiOptions {
  /** Default true; false answers every request through the whole of Yoga. */
  readonly fastPath?: boolean
}

const isGraphQL = (url: string | undefined): boolean =>
  url !== undefined && (url === '/graphql' || url.startsWith('/graphql?') || url.startsWith('/graphql/'))

export const createApi = (services: Services, { fastPath = true }: ApiOptions = {}): Api => {
  const authenticate = createAuthenticate(services)
  const subscriptions = createSubscriptionGate(services.limits.subscriptions)
  const metrics = createMetrics(services, () => subscriptions.open)
  const maskError = createMaskError(services.log, services.newId)
  const signIn = services.localIssuer === null ? null : createSignIn(services.localIssuer, services.clock)
  const yoga = createGraphQL(schema, services)
  const closing = new AbortController()
  const app = createRoutes({ services, authenticate, metrics, maskError, signIn })
  const graphql = createGraphQLEndpoint({
    services,
    authenticate,
    yoga,
    metrics,
    maskError,
    subscriptions,
    closing: closing.signal,
    fastPath,
  })
  return {
    app,
    listener: (request, response) => {
      const isQuery = isGraphQL(request.url)
      const startedAt = performance.now()
      response.on('close', () => {
        const seconds = (performance.now() - startedAt) / 1_000
        metrics.request(isQuery ? 'graphql' : 'other', response.statusCode, seconds)
      })
      traceRequest(request, response, () => {
        if (isQuery) void graphql(request, response)
        else app(request, response)
      })
    },
    signInLink: (subject) => signIn?.linkFor(subject) ?? null,
    close: async () => {
      closing.abort()
      await yoga.dispose()
    },
  }
}
