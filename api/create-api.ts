/** The API: what a node:http server calls for each request. Express serves all but `/graphql`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import express, { type Express } from 'express'
import { createAuthenticate } from './auth/authenticate.ts'
import { createSubscriptionGate } from './graphql/subscription-gate.ts'
import { createGraphQL } from './graphql/yoga.ts'
import { createGraphQLEndpoint } from './http/graphql-endpoint.ts'
import { healthRoutes } from './http/health.ts'
import { createMetrics } from './http/metrics.ts'
import { signInRoutes } from './http/sign-in.ts'
import { schema } from './schema/schema.ts'
import type { Services } from './services.ts'

export interface Api {
  /** Everything but `/graphql`. */
  readonly app: Express
  /** The request listener of a node:http server: `createServer(api.listener)`. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void
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
  const yoga = createGraphQL(schema, services)
  const closing = new AbortController()
  const subscriptions = createSubscriptionGate(services.limits.subscriptions)
  const graphql = createGraphQLEndpoint({
    services,
    authenticate,
    yoga,
    subscriptions,
    closing: closing.signal,
    fastPath,
  })
  const app = express()
  const metrics = createMetrics(services, authenticate)
  app.disable('x-powered-by')
  app.use(healthRoutes(services), metrics.routes, signInRoutes())
  return {
    app,
    listener: (request, response) => {
      const start = performance.now()
      const kind = isGraphQL(request.url) ? 'graphql' : 'other'
      response.once('close', () =>
        metrics.http.answered(kind, response.statusCode, performance.now() - start),
      )
      if (kind === 'graphql') void graphql(request, response)
      else app(request, response)
    },
    close: async () => {
      closing.abort()
      await yoga.dispose()
    },
  }
}
