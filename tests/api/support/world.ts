/** A deployment in memory with the API in front of it, on a port of its own. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalIssuer, type LocalIssuer } from '../../../api/auth/issuer.ts'
import { type Api, type ApiOptions, createApi } from '../../../api/create-api.ts'
import { type ApiLimits, defaultLimits, type Services, type Views } from '../../../api/services.ts'
import { exportPort } from '../../../app/exports.ts'
import { jobAdmin, webhookPort } from '../../../app/inside.ts'
import type { AccessRole } from '../../../domain/events/platform.ts'
import { createModel } from '../../../domain/model.ts'
import { currentVersion, upcast } from '../../../domain/upcasting.ts'
import { createCodec } from '../../../eventstore/codec.ts'
import { createCommandHandler } from '../../../eventstore/handler.ts'
import { MemoryEventStore } from '../../../eventstore/memory/memory-event-store.ts'
import { createStating } from '../../../eventstore/stating.ts'
import { systemClock } from '../../../platform/clock.ts'
import { derivedId, newId, uuidOf } from '../../../platform/ids.ts'
import { openKeyStore } from '../../../platform/key-store.ts'
import { createLogger } from '../../../platform/log.ts'
import { createSealing, identityHash } from '../../../platform/sealing.ts'
import { openSigningKey } from '../../../platform/signing-key.ts'
import { openMemoryDocumentStore } from '../../../projections/memory/document-store.ts'
import { createProjectionRunner } from '../../../projections/runner.ts'
import { allProjections } from '../../../projections/views/all.ts'
import { openSqliteJobs } from '../../../workers/sqlite/sqlite-queue.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: {
    readonly data?: unknown
    readonly errors?: readonly AnsweredError[]
    readonly extensions?: unknown
  }
}

export interface AnsweredError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions?: { readonly code?: string; readonly [name: string]: unknown }
}

export interface World extends AsyncDisposable {
  readonly url: string
  readonly api: Api
  readonly services: Services
  readonly localIssuer: LocalIssuer
  /** Grants a role to somebody new, or to `subject`, and answers with a token that names them. */
  signIn(role: AccessRole, organisation?: string | null, subject?: string): Promise<string>
  ask(query: string, variables?: Readonly<Record<string, unknown>>, token?: string): Promise<Answer>
}

const systemMeta = () => ({
  commandId: newId('command'),
  correlationId: newId('correlation'),
  causationId: null,
  actor: { kind: 'SYSTEM', id: 'test', onBehalfOf: null } as const,
  occurredAt: null,
  traceparent: null,
})

export interface Served extends AsyncDisposable {
  readonly url: string
  readonly api: Api
}

/** The API on a port of its own. */
export const serve = async (services: Services, options: ApiOptions = {}): Promise<Served> => {
  const api = createApi(services, options)
  const server = createServer(api.listener)
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('The server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    api,
    async [Symbol.asyncDispose]() {
      await api.close()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

export interface WorldOptions extends ApiOptions {
  readonly limits?: Partial<ApiLimits>
  readonly views?: (services: Omit<Services, 'views'>) => Views
  /** Puts others in the place of some that the API stands on. */
  readonly change?: (services: Services) => Services
}

export const createWorld = async ({
  limits,
  views,
  change = (services) => services,
  ...options
}: WorldOptions = {}): Promise<World> => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-api-'))
  const store = new MemoryEventStore()
  const codec = createCodec({ current: currentVersion, upcast })
  const clock = systemClock
  const handler = createCommandHandler({ store, clock, codec })
  const deploymentId = newId('deployment')
  const namespace = uuidOf(deploymentId)
  const derive = (prefix: string, ...parts: readonly string[]) => derivedId(prefix, namespace, ...parts)
  const model = createModel({ derive, tolerance: 1 })
  await handler.execute(
    model.deployment,
    'own',
    { type: 'FoundDeployment', deploymentId, ledgerZone: 'UTC', currencies: ['BRL', 'EUR', 'JPY'] },
    systemMeta(),
  )
  const keys = openKeyStore(folder)
  const localIssuer = await createLocalIssuer(openSigningKey(folder), deploymentId, clock)
  const documents = openMemoryDocumentStore()
  const jobs = openSqliteJobs({ file: join(folder, 'jobs.db'), deploymentId })
  const parts: Omit<Services, 'views'> = {
    roles: ['api', 'projector'],
    jobs: jobAdmin(async () => jobs),
    webhooks: webhookPort(async () => jobs, false),
    exports: exportPort({ open: async () => jobs, folder: join(folder, 'exports'), clock }),
    reactors: () => [],
    handler,
    codec,
    model,
    store,
    logHealth: { engine: 'memory', trouble: () => null },
    stating: createStating({ handler, clock, model, derive, ledgerZone: 'UTC' }),
    documents,
    clock,
    newId,
    derive,
    sealing: createSealing(keys),
    identityHash: (provider, externalId) => identityHash(keys.identityKey, provider, externalId),
    forget: async (subject) => {
      for (const purpose of ['identity', 'payee', 'contact']) keys.destroy(subject, purpose)
    },
    cursorKey: randomBytes(32),
    issuers: [localIssuer.issuer],
    localIssuer,
    deployment: { id: deploymentId, zone: 'UTC', currencies: ['BRL', 'EUR', 'JPY'] },
    log: createLogger({ level: process.env.TRIBUTARY_LOG_LEVEL ?? 'silent' }),
    limits: { ...defaultLimits, ...limits },
  }
  const runner = createProjectionRunner({
    events: store,
    documents,
    projections: allProjections,
    decode: (stored) => codec.decode(stored),
    clock,
  })
  await runner.start()
  const services = change({ ...parts, views: views?.(parts) ?? runner })
  const served = await serve(services, options)
  const { url } = served

  return {
    url,
    api: served.api,
    services,
    localIssuer,
    async signIn(role, organisation = null, subject = newId('person')) {
      await handler.execute(
        model.access,
        subject,
        { type: 'GrantRole', subject, role, organisation, grantedBy: null },
        systemMeta(),
      )
      return await localIssuer.issueToken(subject, 600)
    },
    ask: (query, variables = {}, token = undefined) => ask(url, { query, variables }, token),
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]()
      await handler.close()
      await runner.stop()
      await documents.close()
      await jobs.close()
      keys.close()
      rmSync(folder, { recursive: true })
    },
  }
}

const isAnswer = (value: unknown): value is Answer['body'] => typeof value === 'object' && value !== null

/** Posts a GraphQL request as JSON. */
export const ask = async (url: string, body: unknown, token?: string): Promise<Answer> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  const answered: unknown = await response.json()
  if (!isAnswer(answered)) throw new TypeError('The answer is no object.')
  return { status: response.status, headers: response.headers, body: answered }
}
