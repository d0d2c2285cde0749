/**
 * Preloaded by processes that tests start (`node --import …`), whose standard input is a pipe that nobody writes to:
 * it ends with the process that holds the other end, however that one ends, and so does this one. A test that is
 * killed leaves nothing running behind.
 */
import { isMainThread } from 'node:worker_threads'

// Threads are given the same preload, and end with their process.
if (isMainThread) {
  process.stdin.once('close', () => process.kill(process.pid, 'SIGKILL'))
  process.stdin.on('error', () => process.stdin.destroy())
  process.stdin.resume()
  // Whoever has nothing left to do ends before.
  if ('unref' in process.stdin) process.stdin.unref()
}
