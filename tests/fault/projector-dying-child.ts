/** Thread: the projector, which dies, the first time, on hearing that the log has grown. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'

const marker = join(String(workerData.folder), 'died')
if (!existsSync(marker)) {
  parentPort?.on('message', (order) => {
    if (order !== 'appended') return
    writeFileSync(marker, '')
    throw new Error('Struck by lightning.')
  })
}
await import('../../app/projector-entry.ts')
