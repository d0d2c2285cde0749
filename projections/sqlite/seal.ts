/** What makes the file of a bulk build as good as one that was written with care. */
import { once } from 'node:events'
import { open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { DocumentStoreUnavailable } from '../documents.ts'
import { Connection } from './connection.ts'

/** Bytes up to which indexes are made at once: it takes no longer than to start a thread. */
const small = 8_000_000

const flush = async (path: string): Promise<void> => {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Creates the indexes of a file that nobody has open. Of a large one on a thread of its own: a million documents take
 * seconds, in which a server in this process would answer nobody.
 */
export const createIndexesIn = async (path: string, statements: readonly string[]): Promise<void> => {
  if (statements.length === 0) return
  if ((await stat(path)).size <= small) {
    const connection = new Connection(path, 'bulk')
    try {
      for (const statement of statements) connection.run(() => connection.db.exec(statement))
    } finally {
      connection.close()
    }
    return
  }
  const worker = new Worker(new URL('./index-worker.ts', import.meta.url), {
    workerData: { path, statements },
  })
  // An error of the thread arrives as the event `error`, which `once` throws.
  const [code] = await once(worker, 'exit')
  if (code !== 0)
    throw new DocumentStoreUnavailable(`The indexes of ${path} could not be created (exit ${code}).`)
}

/** From here on the file survives power loss as it is. Nobody may have it open: closing it drops SQLite's locks. */
export const flushFile = async (path: string): Promise<void> => {
  await flush(path)
  await flush(dirname(path))
}
