/** Which folders a deployment may be kept in: none that somebody else keeps things in. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Files of a data folder. Views can be rebuilt from the log; the rest cannot be had again. `jobs` has what waits to be
 * done, where no Redis keeps it; `exports` is a folder of files that were asked for. `moved` is there once the
 * log was moved to a server.
 */
export const filesIn = (folder: string) => ({
  log: join(folder, 'events.db'),
  moved: join(folder, 'moved.json'),
  views: join(folder, 'views.db'),
  jobs: join(folder, 'jobs.db'),
  exports: join(folder, 'exports'),
})

/** What was named as the data folder is none, and nothing was put there. */
export class NotADataFolder extends Error {
  override readonly name = 'NotADataFolder'
}

const log = 'events.db'
/** Made by a founding, before there is a log or beside it; a number behind a name is that of the process that writes it. */
const own =
  /^(?:(?:views|exports|(?:events|views|keys|jobs)\.db(?:-wal|-shm|-journal)?)|(?:master\.key|signing-key\.pem|deployment\.json|moved\.json)(?:\.\d+)?|seals\.jsonl)$/
/** What an operating system or a repository puts into a folder that is empty to people. */
const unasked: ReadonlySet<string> = new Set(['lost+found', '.DS_Store', '.gitkeep'])
/** Names that a refusal shows. */
const mostNamed = 3

/** @throws {NotADataFolder} where something is there, and no folder */
export const refuseFile = (path: string): void => {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new NotADataFolder(`${path} is no folder. Name the data folder with --data.`)
}

/**
 * Passes where a deployment may be founded or opened: a folder that is not there, is empty, has a log, or in which a
 * founding was interrupted.
 * @throws {NotADataFolder}
 */
export const refuseForeignFolder = (folder: string): void => {
  refuseFile(folder)
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return
  const names = readdirSync(folder)
  if (names.includes(log)) return
  const foreign = names.filter((name) => !own.test(name) && !unasked.has(name)).sort()
  if (foreign.length === 0) return
  const named = foreign.slice(0, mostNamed).join(', ')
  const more = foreign.length > mostNamed ? ` and ${foreign.length - mostNamed} more` : ''
  throw new NotADataFolder(
    `${folder} is no data folder: it has no log, and things that are not Tributary's (${named}${more}). Name an empty folder, or one that is not there yet, with --data. Nothing was changed.`,
  )
}
