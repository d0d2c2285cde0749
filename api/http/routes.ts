/** Everything but `/graphql`, on Express: health, metrics, keys, the schema, signing in. */
import type { IncomingMessage } from 'node:http'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import type { Authenticate } from '../auth/authenticate.ts'
import { reachesNothing, reachUnder } from '../auth/reach.ts'
import type { SignIn } from '../auth/sign-in.ts'
import { isRecord } from '../graphql/input-value.ts'
import type { MaskError } from '../graphql/masking.ts'
import { RequestError } from '../graphql/request-error.ts'
import { sdl } from '../schema/sdl.ts'
import type { Services } from '../services.ts'
import { sendRequestError } from './answer.ts'
import { addExports } from './exports.ts'
import { isLoopback } from './loopback.ts'
import type { Metrics } from './metrics.ts'
import { explorerPage, messagePage, type Page, signInPage } from './pages.ts'
import { readinessOf, withoutDetails } from './readiness.ts'

export interface RouteParts {
  readonly services: Services
  readonly authenticate: Authenticate
  readonly metrics: Metrics
  readonly maskError: MaskError
  /** Null where no local issuer signs people in. */
  readonly signIn: SignIn | null
}

const sendPage = (response: Response, { html, headers }: Page, status = 200): void => {
  response.status(status).set(headers).send(html)
}

/** Who may see the inside of the process from elsewhere. */
const insiders = { OPERATOR: 'ALL', AUDITOR: 'ALL', SERVICE: 'ALL' } as const

/** @throws (rejects) {RequestError} UNAUTHENTICATED | FORBIDDEN */
const checkInsider = async (request: IncomingMessage, authenticate: Authenticate): Promise<void> => {
  if (isLoopback(request)) return
  const principal = await authenticate(request.headers.authorization)
  if (principal === null) throw new RequestError('UNAUTHENTICATED', 'Sign in first.')
  const reach = reachUnder(insiders, principal.grants)
  if (reachesNothing(reach)) throw new RequestError('FORBIDDEN', 'None of your roles may see this.')
}

/** False too where it cannot be found out now. */
const isInsider = async (request: IncomingMessage, authenticate: Authenticate): Promise<boolean> =>
  checkInsider(request, authenticate).then(
    () => true,
    () => false,
  )

const addSignIn = (app: Express, signIn: SignIn): void => {
  const elsewhere = messagePage('Not from here', 'Sign-in links work on the machine that the server runs on.')
  app.get('/sign-in', (request, response) => {
    if (!isLoopback(request)) return sendPage(response, elsewhere, 403)
    sendPage(response, signInPage(String(request.query.code ?? '')))
  })
  app.post('/sign-in', express.urlencoded({ extended: false, limit: 1_000 }), async (request, response) => {
    if (!isLoopback(request)) return sendPage(response, elsewhere, 403)
    const body: unknown = request.body
    const code = typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : ''
    const token = await signIn.redeem(code)
    if (token === null)
      return sendPage(
        response,
        messagePage('This link is used up', 'Links work once. The server prints new ones when it starts.'),
        410,
      )
    sendPage(response, explorerPage(token))
  })
}

/** What the reading of bodies has against a request, for its client alone; undefined where it was no fault of the request. */
const requestErrorOf = (error: unknown): RequestError | undefined => {
  if (!isRecord(error) || error.expose !== true) return undefined
  return error.status === 413
    ? new RequestError('BODY_TOO_LARGE', 'The body is larger than is taken here. Send less at once.')
    : new RequestError('BAD_REQUEST', 'The request cannot be read.')
}

const bare = (): Express => {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', 'simple')
  return app
}

type InsideParts = Pick<RouteParts, 'services' | 'authenticate' | 'metrics'>

/** What operators and their tools ask: of every process, whatever it runs. */
const addInside = (app: Express, { services, authenticate, metrics }: InsideParts): void => {
  app.get('/health/live', (_request, response) => {
    response.json({ alive: true, roles: services.roles })
  })
  app.get('/health/ready', async (request, response) => {
    const found = await readinessOf(services)
    const told = (await isInsider(request, authenticate)) ? found : withoutDetails(found)
    response.status(found.ready ? 200 : 503).json(told)
  })
  app.get('/metrics', async (request, response) => {
    await checkInsider(request, authenticate)
    response.set('content-type', metrics.contentType).send(await metrics.text())
  })
}

const addErrors = (app: Express, maskError: MaskError, advice: string): void => {
  app.use((_request, response) => {
    sendRequestError(response, new RequestError('NOT_FOUND', advice))
  })
  // Express tells error handlers by their four parameters.
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const masked = requestErrorOf(error) ?? maskError(error)
    sendRequestError(
      response,
      masked instanceof RequestError
        ? masked
        : new RequestError('BAD_REQUEST', 'The request cannot be read.'),
    )
  })
}

/** All that a process answers which does not run the API. */
export const createInsideRoutes = (parts: Omit<RouteParts, 'signIn'>): Express => {
  const app = bare()
  addInside(app, parts)
  addErrors(app, parts.maskError, 'This process runs no API: there are /health/ready and /metrics.')
  return app
}

export const createRoutes = ({ services, authenticate, metrics, maskError, signIn }: RouteParts): Express => {
  const app = bare()
  addInside(app, { services, authenticate, metrics })
  app.get('/schema.graphql', (_request, response) => {
    response.type('text/plain').send(sdl)
  })
  app.get(['/', '/explorer'], (_request, response) => sendPage(response, explorerPage(null)))
  const { localIssuer } = services
  if (localIssuer !== null)
    app.get('/.well-known/jwks.json', (_request, response) => {
      response.json(localIssuer.jwks)
    })
  if (signIn !== null) addSignIn(app, signIn)
  addExports(app, { services, authenticate })

  addErrors(app, maskError, 'There is nothing here. The API is at /graphql.')
  return app
}
