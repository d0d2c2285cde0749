/** Runs statements on a file that nobody else uses: a long sort that must not hold up the event loop. */
import { workerData } from 'node:worker_threads'
import { z } from 'zod'
import { Connection } from './connection.ts'

const task = z.object({ path: z.string(), statements: z.array(z.string()) }).parse(workerData)
const connection = new Connection(task.path, 'bulk')
try {
  for (const statement of task.statements) connection.run(() => connection.db.exec(statement))
} finally {
  connection.close()
}
