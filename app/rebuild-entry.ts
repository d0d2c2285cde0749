/** The thread that rebuilds some of the views: see rebuild.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { createProjector } from './projector.ts'
import { isRebuildTask, type RebuildReport } from './rebuild-messages.ts'
import { openViewEngines } from './view-engines.ts'

if (parentPort === null || !isRebuildTask(workerData))
  throw new TypeError('This file is run as a thread: see rebuild.ts.')
const port = parentPort
const { folder, eventStoreUrl, names, partitions } = workerData
const tell = (report: RebuildReport): void => port.postMessage(report)

const engines = await openViewEngines(folder, eventStoreUrl, partitions)
try {
  const projector = createProjector(engines, () => undefined)
  await projector.rebuild(names, (progress) => tell({ kind: 'progress', progress }))
  const statuses = await projector.status()
  await projector.stop()
  tell({ kind: 'done', documents: statuses.reduce((sum, { documentsWritten }) => sum + documentsWritten, 0) })
} finally {
  await engines.close()
}
