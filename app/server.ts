/** A running process: the engines, the roles that its configuration names, and the HTTP server. */
import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLocalIssuer, type LocalIssuer } from '../api/auth/issuer.ts'
import { type Issuer, remoteIssuer } from '../api/auth/issuers.ts'
import { type Api, createApi } from '../api/create-api.ts'
import { type ApiLimits, defaultLimits, type Services } from '../api/services.ts'
import { type Config, ConfigError } from '../platform/config.ts'
import { newId } from '../platform/ids.ts'
import type { Logger } from '../platform/log.ts'
import { identityHash } from '../platform/sealing.ts'
import { allProjections } from '../projections/views/all.ts'
import { erase, erasuresFile } from './erasures.ts'
import { ProjectorThread } from './projector-thread.ts'
import type { Tributary } from './tributary.ts'
import { startWorker, type Worker } from './worker.ts'

export interface RunningServer {
  /** `http://127.0.0.1:4000`. */
  readonly url: string
  /** A link that signs a person or service in, once, within a day. */
  signInLink(subject: string): string
  readonly projector: Projector
  readonly worker: Worker
  /** Takes no more requests, answers those it took, and stops the roles. The engines stay open. */
  close(): Promise<void>
}

/** Keeps the views up, here or elsewhere. */
export type Projector = Pick<ProjectorThread, 'isReady' | 'whenReady' | 'waitFor' | 'status'>

/** The port is taken, or not to be had. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen'
}

const servicesOf = (
  tributary: Tributary,
  projector: Projector,
  issuer: LocalIssuer,
  log: Logger,
  limits: ApiLimits,
  remoteIssuers: readonly Issuer[],
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
  } = tributary
  return {
    handler,
    codec,
    model,
    store,
    documents,
    clock,
    newId,
    derive,
    sealing,
    stating,
    deployment,
    log,
    limits,
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

const closeServer = (server: Server, api: Api): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)))
    server.closeIdleConnections()
    api.close().catch(reject)
  })

/** @throws {CannotListen} */
export const startServer = async (
  tributary: Tributary,
  config: Pick<Config, 'host' | 'port' | 'oidcIssuer' | 'oidcAudience' | 'oidcJwksUrl'>,
  log: Logger,
  limits: ApiLimits = defaultLimits,
): Promise<RunningServer> => {
  const projector = new ProjectorThread(
    tributary,
    allProjections.map(({ name }) => name),
    (error, projection) => log.error({ error, projection }, 'a view could not go on; it is tried again'),
  )
  const issuer = await createLocalIssuer(tributary.signingKey, tributary.deployment.id, tributary.clock)
  const api = createApi(servicesOf(tributary, projector, issuer, log, limits, remoteIssuersOf(config)))
  const server = createServer(api.listener)
  // Longer than clients and proxies keep idle connections, so that none is closed under a request that comes just then.
  server.keepAliveTimeout = 65_000
  // For a request to come whole; answers, and streams, take as long as they take.
  server.requestTimeout = 30_000
  server.headersTimeout = 30_000
  await projector.start()
  const worker = await startWorker(tributary, {
    projector,
    onError: (name, error) =>
      log.error({ error, reactor: name }, 'a reactor could not go on; it tries again'),
  })
  const stopRoles = async () => {
    await worker.stop()
    await projector.stop()
  }
  let url: string
  try {
    url = await listen(server, config.port, config.host)
  } catch (error) {
    await stopRoles()
    throw error
  }
  return {
    url,
    signInLink: (subject) => `${url}${api.signInLink(subject) ?? ''}`,
    projector,
    worker,
    close: async () => {
      await closeServer(server, api)
      await stopRoles()
    },
  }
}
