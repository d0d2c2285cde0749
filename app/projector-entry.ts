/** The thread in which the projector of an embedded deployment runs: see projector-thread.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { readConfig } from '../platform/config.ts'
import { createLogger } from '../platform/log.ts'
import { startTelemetry } from '../platform/telemetry.ts'
import { GenerationGone } from '../projections/documents.ts'
import { LeaseLost } from '../projections/leases.ts'
import { createProjector } from './projector.ts'
import { isThreadOrder, isThreadStart, type ThreadReport } from './projector-messages.ts'
import { openViewEngines } from './view-engines.ts'

/** Milliseconds between reports while nothing is stepped: of a build, and of how far behind a stuck view is. */
const reportEvery = 500

if (parentPort === null || !isThreadStart(workerData))
  throw new TypeError('This file is run as a thread: see projector-thread.ts.')
const port = parentPort
const { folder, eventStoreUrl, owner, partitions } = workerData
const engines = await openViewEngines(folder, eventStoreUrl, partitions)
const { store } = engines
const tell = (report: ThreadReport): void => port.postMessage(report)

const log = createLogger({ level: readConfig(process.env).logLevel })
const telemetry = await startTelemetry(process.env, log)

/** Another process rebuilt a view, or took over a part of it while this one slept: no failure, and it goes on from there. */
const failed = (error: unknown, projection: string | null): void => {
  if (error instanceof GenerationGone)
    log.info({ projection }, 'another process rebuilt this view: going on with what it built')
  else if (error instanceof LeaseLost)
    log.info({ projection, lease: error.lease }, 'another process took over: leaving it to that')
  else tell({ kind: 'failure', error, projection })
}

let appended = new AbortController()
const projector = createProjector(
  {
    ...engines,
    // Told of appends by the process that makes them, the thread need not wait until it notices them.
    store: {
      get epoch() {
        return store.epoch
      },
      head: () => store.head(),
      readLog: (after, limit) => store.readLog(after, limit),
      readStream: (stream, read) => store.readStream(stream, read),
      waitForAppend: async (after, timeoutMs, signal) => {
        appended = new AbortController()
        const ends = signal === undefined ? appended.signal : AbortSignal.any([signal, appended.signal])
        await store.waitForAppend(after, timeoutMs, ends)
      },
    },
  },
  failed,
  { onStep: () => void report(), lease: { owner } },
)

const report = async (): Promise<void> =>
  tell({ kind: 'state', isReady: projector.isReady, statuses: await projector.status() })

const reporting = setInterval(() => void report(), reportEvery)

const stop = async (): Promise<void> => {
  clearInterval(reporting)
  await projector.stop()
  await report()
  await engines.close()
  await telemetry?.stop()
  port.close()
}

port.on('message', (order: unknown) => {
  if (!isThreadOrder(order)) return
  if (order === 'stop') return void stop()
  if (order === 'hurry') projector.hurry()
  appended.abort()
})
await projector.start()
await report()
