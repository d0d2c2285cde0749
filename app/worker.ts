/** The worker: reactors that follow the log, and seals at intervals. */
import type { RecordedEvent, StoredEvent } from '../eventstore/event.ts'
import { LeaseKeeper, leaseByName } from '../projections/lease-keeper.ts'
import { readLive } from '../projections/read-live.ts'
import type { Freshness } from '../projections/read-your-writes.ts'
import { facts } from '../projections/views/intake.ts'
import { memberships } from '../projections/views/members.ts'
import { createOfferExpiryReactor, offerExpiryJob } from '../workers/expiry/offer-expiry.ts'
import { createReferralLapseReactor, referralLapseJob } from '../workers/expiry/referral-lapse.ts'
import { timerQueue } from '../workers/expiry/timers.ts'
import { removeOlder } from '../workers/exports/export-folder.ts'
import { exportJob } from '../workers/exports/export-job.ts'
import { exportKeptMs, exportQueue } from '../workers/exports/export-record.ts'
import { createIntakeReactor } from '../workers/intake-reactor.ts'
import { doubling, runJobs } from '../workers/jobs.ts'
import { type ReactorStatus, type RunningReactor, startReactor } from '../workers/reactor.ts'
import { schedule } from '../workers/schedule.ts'
import { createSegmentReactor } from '../workers/segment-reactor.ts'
import { webhookQueue } from '../workers/webhooks/delivery.ts'
import { filesIn } from './data-folder.ts'
import { sealLog } from './seals.ts'
import type { Tributary } from './tributary.ts'
import { createWebhooks, openGate } from './webhooks.ts'

export interface Worker {
  status(): readonly ReactorStatus[]
  /** Whether all reactors came past a position within `timeoutMs`. */
  waitFor(position: string, timeoutMs: number): Promise<boolean>
  stop(): Promise<void>
}

export interface WorkerOptions {
  /** Waits for views: reactors look up in them whom an event concerns. */
  readonly projector: Freshness
  readonly onError: (name: string, error: unknown) => void
  /** Whether webhooks may lead to private addresses; default not. Between tries, milliseconds; default: over a day. */
  readonly webhooks?: { readonly allowPrivate: boolean; readonly pauses?: readonly number[] }
}

type StoredAt = Pick<StoredEvent, 'position' | 'stream' | 'revision'>

const viewsWaitMs = 60_000
const pageSize = 1_000
const everyHour = '0 * * * *'
const beginEveryMs = 600_000

/** The view did not come to an event in time; the reactor tries again. */
class ViewBehind extends Error {
  override readonly name = 'ViewBehind'
}

export const startWorker = async (tributary: Tributary, options: WorkerOptions): Promise<Worker> => {
  const { documents, handler, model, derive, stating, store, codec, clock, deployment } = tributary
  const { projector, onError, webhooks: hooks = { allowPrivate: false } } = options

  const upTo = async (view: string, { position, stream, revision }: StoredAt): Promise<void> => {
    if (!(await projector.waitFor(position, viewsWaitMs, [view])))
      throw new ViewBehind(`The view ${view} has not come to ${stream}@${revision} yet.`)
  }

  async function* membersOf(communityId: string, through: RecordedEvent): AsyncGenerator<string> {
    await upTo('members', through)
    for (let after: readonly (string | number | null)[] | undefined; ; ) {
      const page = await readLive(documents, 'members', (reader) =>
        reader.find({
          collection: memberships.name,
          where: { community: communityId },
          order: { fields: ['joinedAt'] },
          limit: pageSize,
          ...(after === undefined ? {} : { after }),
        }),
      )
      for (const { key } of page) yield key
      const last = page.at(-1)
      if (last === undefined || page.length < pageSize) return
      after = [memberships.read(last.document).joinedAt, last.key]
    }
  }

  const isAnyParked = (): Promise<boolean> =>
    readLive(documents, 'intake', async (reader) => {
      const parked = await reader.count({ collection: facts.name, where: { status: 'PARKED' } }, 1)
      return parked > 0
    })

  const parkedFor = async (purchaseId: string): Promise<readonly string[]> => {
    const found = await readLive(documents, 'intake', (reader) =>
      reader.find({ collection: facts.name, where: { purchase: purchaseId }, limit: pageSize }),
    )
    return found.filter(({ document }) => facts.read(document).status === 'PARKED').map(({ key }) => key)
  }

  const engine = await tributary.jobs()
  await openGate(tributary, engine)
  const webhooks = createWebhooks(tributary, engine, {
    ...hooks,
    sendOptions: { allowPrivate: hooks.allowPrivate },
    upTo,
  })

  const expiry = { engine, handler, model, derive, clock }

  // Of several workers over one log one reacts, reactor by reactor; the others stand by.
  const { leases } = documents
  const keeper = new LeaseKeeper({ leases, role: 'worker', onError: (error) => onError('leases', error) })
  await keeper.start()
  const parts = { store, documents, codec, clock, keeper, onError }
  const reactors: readonly RunningReactor[] = [
    await startReactor(createSegmentReactor({ handler, model, derive, membersOf }), parts),
    await startReactor(
      createIntakeReactor({
        stating,
        derive,
        parkedThrough: (event) => upTo('intake', event),
        isAnyParked,
        parkedFor,
      }),
      parts,
    ),
    await startReactor(webhooks.reactor, parts),
    await startReactor(createOfferExpiryReactor(expiry), parts),
    await startReactor(createReferralLapseReactor(expiry), parts),
  ]
  const seal = async (): Promise<void> => {
    try {
      const lease = leaseByName(leases, 'sealer')
      const token = await keeper.claim(lease)
      if (token === null) return
      try {
        await sealLog(tributary)
      } finally {
        await lease.release(token)
      }
    } catch (error) {
      onError('sealer', error)
    }
  }
  const sealing = schedule(
    {
      name: 'seal-log',
      queue: timerQueue,
      cron: everyHour,
      zone: deployment.zone,
      retry: { attempts: 3, delayMs: doubling(10_000, 600_000) },
      handle: seal,
    },
    { engine, clock },
  )
  const exportsFolder = filesIn(tributary.folder).exports
  const expiringExports = schedule(
    {
      name: 'expire-exports',
      queue: timerQueue,
      cron: everyHour,
      zone: deployment.zone,
      retry: { attempts: 3, delayMs: doubling(10_000, 600_000) },
      handle: () => removeOlder(exportsFolder, clock.now() - exportKeptMs),
    },
    { engine, clock },
  )
  // Again and again: it changes nothing while the chain stands, and mends one that was lost with its engine.
  const begin = (): void => {
    sealing.begin().catch((error: unknown) => onError('schedule of seals', error))
    expiringExports.begin().catch((error: unknown) => onError('schedule of exports', error))
  }
  begin()
  const beginning = setInterval(begin, beginEveryMs)
  const jobs = runJobs({
    engine,
    kinds: [
      webhooks.job,
      offerExpiryJob(expiry),
      referralLapseJob(expiry),
      sealing.kind,
      expiringExports.kind,
      exportJob({ engine, documents, views: projector, epoch: store.epoch, clock, folder: exportsFolder }),
    ],
    concurrency: { [webhookQueue]: 32, [exportQueue]: 2 },
    onError,
  })
  return {
    status: () => reactors.map((reactor) => reactor.status()),
    waitFor: async (position, timeoutMs) => {
      const reached = await Promise.all(reactors.map((reactor) => reactor.waitFor(position, timeoutMs)))
      return reached.every(Boolean)
    },
    stop: async () => {
      clearInterval(beginning)
      await Promise.all([jobs.stop(), ...reactors.map((reactor) => reactor.stop())])
      await seal()
      await keeper.stop()
    },
  }
}
