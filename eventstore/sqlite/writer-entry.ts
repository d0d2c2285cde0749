/** The thread that writes the log of a busy store: see writer-thread.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { openWriter } from './open.ts'
import { busyTimeout } from './schema.ts'
import { serveWrites } from './serve-writes.ts'
import { isWriterStart } from './writer-messages.ts'

if (parentPort === null || !isWriterStart(workerData))
  throw new TypeError('This file is run as a thread: see writer-thread.ts.')
const { file, inode } = workerData
serveWrites(parentPort, { file, inode, writer: openWriter(file, busyTimeout) }, workerData)
