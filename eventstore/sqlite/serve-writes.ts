/** The work of the thread that writes: takes batches in the order they were sent, and answers each after its COMMIT. */
import type { MessagePort } from 'node:worker_threads'
import { type Append, StoreUnavailable } from '../port.ts'
import { isBusy, unavailable } from './errors.ts'
import { CommitInDoubt, LogWriter, type WrittenFile } from './log-writer.ts'
import { packWritten, unpackBatch } from './packed-batch.ts'
import { StreamHeads } from './stream-heads.ts'
import { StreamNames } from './stream-names.ts'
import { isWriterOrder, type WriterReport, type WriterStart } from './writer-messages.ts'

/** Milliseconds between attempts while another process writes, about. */
const busyPause = 10

const nobody = new Int32Array(new SharedArrayBuffer(4))
const sleep = (milliseconds: number): void => {
  Atomics.wait(nobody, 0, 0, milliseconds)
}

const failed = (error: unknown, file: string): WriterReport => {
  if (error instanceof CommitInDoubt)
    return { kind: 'failed', inDoubt: true, message: error.message, cause: error.cause }
  const { message, cause } =
    error instanceof StoreUnavailable ? error : unavailable('The append', file, error)
  return { kind: 'failed', inDoubt: false, message, cause }
}

/** Serves until it is told to end; then it lets go of the file, and of the port. */
export const serveWrites = (
  port: MessagePort,
  log: WrittenFile,
  { namesHeld, patience }: Pick<WriterStart, 'namesHeld' | 'patience'>,
): void => {
  const names = new StreamNames(namesHeld)
  const heads = new StreamHeads(log.writer, names)
  const writer = new LogWriter(log, names, heads)

  /** Waits here for another process to be done, so that no batch overtakes another. */
  const write = (appends: readonly Append[]): WriterReport => {
    for (const start = performance.now(); ; ) {
      try {
        return { kind: 'written', numbers: packWritten(appends, writer.write(appends)) }
      } catch (error) {
        if (!isBusy(error) || performance.now() - start >= patience) return failed(error, log.file)
        sleep(busyPause * (0.5 + Math.random()))
      }
    }
  }

  port.on('message', (order: unknown) => {
    if (!isWriterOrder(order)) return
    if (order === 'end') {
      log.writer.close()
      port.close()
    } else port.postMessage(write(unpackBatch(order)))
  })
  port.postMessage({ kind: 'ready' } satisfies WriterReport)
}
