/** Runs statements on a file that nobody else uses: a long sort that must not hold up the event loop. */
import { workerData } from 'node:worker_threads'
import { Connection } from './connection.ts'

const isTask = (value: unknown): value is { readonly path: string; readonly statements: readonly string[] } =>
  typeof value === 'object' && value !== null && 'path' in value && 'statements' in value

if (!isTask(workerData)) throw new TypeError('This file is run as a thread: see seal.ts.')
const { path, statements } = workerData
const connection = new Connection(path, 'bulk')
try {
  for (const statement of statements) connection.run(() => connection.db.exec(statement))
} finally {
  connection.close()
}
