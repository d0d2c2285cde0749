/** The API: what a node:http server calls for each request. Express serves all but `/graphql`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import express, { type Express } from 'express'
import { createAuthenticate } from './auth/authenticate.ts'
import { createGraphQL } from './graphql/yoga.ts'
import { createGraphQLEndpoint } from './http/graphql-endpoint.ts'
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
  const graphql = createGraphQLEndpoint({ services, authenticate, yoga, fastPath })
  const app = express()
  app.disable('x-powered-by')
  return {
    app,
    listener: (request, response) => {
      if (isGraphQL(request.url)) void graphql(request, response)
      else app(request, response)
    },
    close: async () => {
      await yoga.dispose()
    },
  }
}
