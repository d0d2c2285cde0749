/** The composition root: opens the engines that the configuration names and puts the parts together. */
import { mkdirSync } from 'node:fs'
import type { Derive } from '../domain/derive.ts'
import { createModel, type Model } from '../domain/model.ts'
import { currentVersion, upcast } from '../domain/upcasting.ts'
import { type Codec, createCodec } from '../eventstore/codec.ts'
import { type CommandHandler, createCommandHandler } from '../eventstore/handler.ts'
import type { EventStore } from '../eventstore/port.ts'
import { createStating, type Stating } from '../eventstore/stating.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { derivedId, uuidOf } from '../platform/ids.ts'
import { type KeyStore, openKeyStore } from '../platform/key-store.ts'
import { createSealing, type Sealing } from '../platform/sealing.ts'
import { openSigningKey, type SigningKey } from '../platform/signing-key.ts'
import type { DocumentStore } from '../projections/documents.ts'
import { openSqliteDocumentStore } from '../projections/sqlite/document-store.ts'
import type { JobEngine } from '../workers/queue.ts'
import { filesIn, refuseForeignFolder } from './data-folder.ts'
import { type Deployment, type Founding, openDeployment } from './deployment.ts'
import { rememberDerived } from './derived-ids.ts'
import { lateJobs } from './jobs.ts'
import { logHealthOf, type OpenedLog, openLog } from './log.ts'

/** The write side and what it stands on. Whoever opens it closes it. */
export interface Tributary {
  readonly folder: string
  readonly clock: Clock
  readonly deployment: Deployment
  readonly derive: Derive
  readonly log: OpenedLog
  /** That of `log`. */
  readonly store: EventStore
  readonly codec: Codec
  readonly handler: CommandHandler
  readonly model: Model
  readonly stating: Stating
  readonly keys: KeyStore
  readonly sealing: Sealing
  readonly signingKey: SigningKey
  readonly documents: DocumentStore
  /** By how many partitions each view that is built is folded. */
  readonly partitions: number
  /** What waits to be done; opened when it is first asked for. @throws (rejects) {QueueRefused | QueueUnavailable} */
  jobs(): Promise<JobEngine>
  close(): Promise<void>
}

/** How many derived ids are remembered at least: each purchase asks for several that the last ones asked for. */
const derivedKept = 16_384

export interface TributaryOptions {
  readonly folder: string
  /** Connection string of the EventStoreDB that has the log; null: a file of the folder. */
  readonly eventStoreUrl?: string | null
  /** Address of the Redis that keeps the jobs; null: a file of the folder does. */
  readonly redisUrl?: string | null
  readonly clock?: Clock
  /** Minor units by which a line may miss its amount and still count as covered; default 1. */
  readonly toleranceMinor?: number
  readonly masterKey?: Buffer | null
  /** By how many partitions each view that is built is folded; default 1. */
  readonly partitions?: number
  /** Of a deployment that is founded now; default UTC and all currencies. Null: none is, `NoLog` is thrown instead. */
  readonly founding?: Founding | null
}

/**
 * Opens the engines of a data folder, and founds a deployment where there is none.
 * @throws {NotADataFolder | DataFolderTooNew | NotALog | StoreUnavailable | ForeignLog | SecretExposed}
 * @throws {NoLog | LogElsewhere | BadEventStoreUrl}
 */
export const openTributary = async (options: TributaryOptions): Promise<Tributary> => {
  const {
    folder,
    eventStoreUrl = null,
    redisUrl = null,
    clock = systemClock,
    toleranceMinor = 1,
    masterKey = null,
  } = options
  refuseForeignFolder(folder)
  mkdirSync(folder, { recursive: true })
  const files = filesIn(folder)
  const log = await openLog(folder, eventStoreUrl)
  const { store } = log
  const opened: (() => unknown)[] = [() => store.close()]
  try {
    const codec = createCodec({ current: currentVersion, upcast })
    const { engine } = logHealthOf(log)
    const handler = createCommandHandler({ store, clock, codec, engine })
    opened.unshift(() => handler.close())
    const { founding = { zone: 'UTC', currencies: [] } } = options
    const deployment = await openDeployment(folder, store, codec, handler, founding, log.kind === 'server')
    const namespace = uuidOf(deployment.id)
    const derive = rememberDerived((prefix, ...parts) => derivedId(prefix, namespace, ...parts), derivedKept)
    const model = createModel({ derive, tolerance: toleranceMinor })
    const keys = openKeyStore(folder, masterKey)
    opened.push(() => keys.close())
    const documents = openSqliteDocumentStore({ path: files.views })
    opened.unshift(() => documents.close())
    const jobs = lateJobs({ file: files.jobs, redisUrl, deploymentId: deployment.id, clock })
    return {
      folder,
      clock,
      deployment,
      derive,
      log,
      store,
      codec,
      handler,
      model,
      stating: createStating({ handler, clock, model, derive, ledgerZone: deployment.zone }),
      keys,
      sealing: createSealing(keys),
      signingKey: openSigningKey(folder),
      documents,
      partitions: options.partitions ?? 1,
      jobs: jobs.open,
      close: async () => {
        await jobs.close()
        await handler.close()
        await documents.close()
        await store.close()
        keys.close()
      },
    }
  } catch (error) {
    for (const close of opened) await close()
    throw error
  }
}
