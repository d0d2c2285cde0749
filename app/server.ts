/** A running process: the engines, the roles that its configuration names, and the HTTP server. */
import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLocalIssuer, type LocalIssuer } from '../api/auth/issuer.ts'
import { type Issuer, remoteIssuer } from '../api/auth/issuers.ts'
import { type Api, createApi } from '../api/create-api.ts'
import { createInside } from '../api/create-inside.ts'
import { type ApiLimits, defaultLimits, type Services } from '../api/services.ts'
import { type Config, ConfigError } from '../platform/config.ts'
import { newId } from '../platform/ids.ts'
import type { Logger } from '../platform/log.ts'
import { identityHash } from '../platform/sealing.ts'
import { StoreViews } from '../projections/store-views.ts'
import { allProjections } from '../projections/views/all.ts'
import { filesIn } from './data-folder.ts'
import { erase, erasuresFile } from './erasures.ts'
import { exportPort } from './exports.ts'
import { jobAdmin, webhookPort } from './inside.ts'
import { logHealthOf } from './log.ts'
import { ProjectorThread } from './projector-thread.ts'
import type { Tributary } from './tributary.ts'
import { openGate } from './webhooks.ts'
import { startWorker, type Worker } from './worker.ts'

export interface RunningServer {
  /** `http://127.0.0.1:4000`. */
  readonly url: string
  /** A link that signs a person or service in, once, within a day; null where this process runs no API. */
  signInLink(subject: string): string | null
  readonly projector: Projector
  /** Null where this process runs none. */
  readonly worker: Worker | null
  /** Takes no more requests, answers those it took, and stops the roles. The engines stay open. */
  close(): Promise<void>
}

/** Keeps the views up, here or elsewhere. */
export type Projector = Pick<ProjectorThread, 'isReady' | 'whenReady' | 'waitFor' | 'status'>

/** The port is taken, or not to be had. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen'
}

interface ServiceParts
  extends Pick<Services, 'roles' | 'reactors' | 'log' | 'limits' | 'jobs' | 'webhooks' | 'exports'> {
  readonly projector: Projector
  readonly issuer: LocalIssuer
  readonly remoteIssuers: readonly Issuer[]
}

const servicesOf = (
  tributary: Tributary,
  { projector, issuer, remoteIssuers, ...parts }: ServiceParts,
): Services => {
  const {
    handler,
    codec,
    model,
    store,
    documents,
    clock,
    derive,
    sealing,
    stating,
    deployment,
    keys,
    signingKey,
    folder,
    log,
  } = tributary
  return {
    handler,
    codec,
    model,
    store,
    logHealth: logHealthOf(log),
    documents,
    clock,
    newId,
    derive,
    sealing,
    stating,
    deployment,
    ...parts,
    issuers: [issuer.issuer, ...remoteIssuers],
    localIssuer: issuer,
    views: projector,
    identityHash: (provider, externalId) => identityHash(keys.identityKey, provider, externalId),
    forget: (subject) =>
      erase(keys, signingKey, erasuresFile(folder), subject, new Date(clock.now()).toISOString()),
    cursorKey: createHmac('sha256', keys.identityKey).update('page cursors').digest(),
  }
}

/** @throws {ConfigError} */
const remoteIssuersOf = ({
  oidcIssuer,
  oidcAudience,
  oidcJwksUrl,
}: Parameters<typeof startServer>[1]): readonly Issuer[] => {
  if (oidcIssuer === null) return []
  if (oidcJwksUrl === null)
    throw new ConfigError('TRIBUTARY_OIDC_JWKS_URL: name where the keys of the OIDC issuer are.')
  return [remoteIssuer(oidcIssuer, oidcAudience, new URL(oidcJwksUrl))]
}

const isAddress = (address: string | AddressInfo | null): address is AddressInfo =>
  typeof address === 'object' && address !== null

const listen = (server: Server, port: number, host: string): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new CannotListen(
          `Cannot listen on ${host}:${port}: ${error.message}. Choose another port with --port.`,
          {
            cause: error,
          },
        ),
      ),
    )
    server.listen(port, host, () => {
      const address = server.address()
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${isAddress(address) ? address.port : port}`)
    })
  })

const closeServer = (server: Server, api: Api | null): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)))
    server.closeIdleConnections()
    api?.close().catch(reject)
  })

type ServerConfig = Pick<
  Config,
  'host' | 'port' | 'roles' | 'oidcIssuer' | 'oidcAudience' | 'oidcJwksUrl' | 'webhookAllowPrivate'
>

/** In a thread where this process is to keep the views up; else, what the document store says of them. */
const viewsFor = (
  tributary: Tributary,
  { roles }: ServerConfig,
  log: Logger,
): ProjectorThread | StoreViews => {
  const onFailure = (error: unknown, projection: string | null = null) =>
    log.error({ error, projection }, 'a view could not go on; it is tried again')
  const names = allProjections.map(({ name }) => name)
  if (roles.includes('projector')) return new ProjectorThread(tributary, names, onFailure)
  const { documents, store: events, clock } = tributary
  return new StoreViews({ documents, events, projections: allProjections, clock, onFailure })
}

const createListener = (api: Api | null, services: Services): Server => {
  const server = createServer(api?.listener ?? createInside(services))
  // Longer than clients and proxies keep idle connections, so that none is closed under a request that comes just then.
  server.keepAliveTimeout = 65_000
  // For a request to come whole; answers, and streams, take as long as they take.
  server.requestTimeout = 30_000
  server.headersTimeout = 30_000
  return server
}

/** Starts the roles that the configuration names; whatever they are, health and metrics are answered. @throws {CannotListen} */
export const startServer = async (
  tributary: Tributary,
  config: ServerConfig,
  log: Logger,
  limits: ApiLimits = defaultLimits,
): Promise<RunningServer> => {
  const { roles, host, port } = config
  const projector = viewsFor(tributary, config, log)
  let worker: Worker | null = null
  const issuer = await createLocalIssuer(tributary.signingKey, tributary.deployment.id, tributary.clock)
  const services = servicesOf(tributary, {
    projector,
    issuer,
    remoteIssuers: remoteIssuersOf(config),
    roles: [...new Set(roles)],
    jobs: jobAdmin(tributary.jobs),
    webhooks: webhookPort(tributary.jobs, config.webhookAllowPrivate),
    exports: exportPort({
      open: tributary.jobs,
      folder: filesIn(tributary.folder).exports,
      clock: tributary.clock,
    }),
    reactors: () => worker?.status() ?? [],
    log,
    limits,
  })
  const api = roles.includes('api') ? createApi(services) : null
  const server = createListener(api, services)
  await openGate(tributary, await tributary.jobs())
  await projector.start()
  if (roles.includes('worker'))
    worker = await startWorker(tributary, {
      projector,
      webhooks: { allowPrivate: config.webhookAllowPrivate },
      onError: (name, error) =>
        log.error({ error, reactor: name }, 'a reactor could not go on; it tries again'),
    })
  const stopRoles = async () => {
    await worker?.stop()
    await projector.stop()
  }
  let url: string
  try {
    url = await listen(server, port, host)
  } catch (error) {
    await stopRoles()
    throw error
  }
  return {
    url,
    signInLink: (subject) => (api === null ? null : `${url}${api.signInLink(subject) ?? ''}`),
    projector,
    worker,
    close: async () => {
      await closeServer(server, api)
      await stopRoles()
    },
  }
}
