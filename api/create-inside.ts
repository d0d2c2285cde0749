/** What a process answers that runs no API: whether it is well, how far it is, and what it counts. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createAuthenticate } from './auth/authenticate.ts'
import { createMaskError } from './graphql/masking.ts'
import { createMetrics } from './http/metrics.ts'
import { createInsideRoutes } from './http/routes.ts'
import type { Services } from './services.ts'

/** The request listener of a node:http server. */
export const createInside = (
  services: Services,
): ((request: IncomingMessage, response: ServerResponse) => void) =>
  createInsideRoutes({
    services,
    authenticate: createAuthenticate(services),
    metrics: createMetrics(services, () => 0),
    maskError: createMaskError(services.log, services.newId),
  })
