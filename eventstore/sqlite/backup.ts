/** A consistent copy of the log while it is written to. */
import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { backup } from 'node:sqlite'
import { unavailable } from './errors.ts'
import { openReader } from './open.ts'

/** Pages of one step; between steps other work on the file gets its turn. */
const pagesAtOnce = 256

const sync = async (path: string): Promise<void> => {
  await using handle = await open(path, 'r')
  await handle.sync()
}

const copySnapshot = async (from: string, to: string): Promise<void> => {
  using source = openReader(from)
  // Pins what the copy sees: without it, each append of another connection starts the copy over again.
  source.exec('BEGIN')
  source.prepare('SELECT epoch FROM meta').get()
  await backup(source, to, { rate: pagesAtOnce })
  source.exec('COMMIT')
}

/** See `SqliteEventStore.backupTo`. */
export const backUp = async (from: string, to: string): Promise<void> => {
  const unfinished = `${to}.${randomUUID()}.unfinished`
  try {
    await copySnapshot(from, unfinished)
    await sync(unfinished)
    await rename(unfinished, to)
    // Windows has no such thing as an fsync of a folder.
    if (process.platform !== 'win32') await sync(dirname(to))
  } catch (error) {
    await rm(unfinished, { force: true })
    throw unavailable('The backup', to, error)
  }
}
