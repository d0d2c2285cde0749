/** Backups: the log in one consistent file, taken while it is written to; keys and secrets in files of their own. */
import { existsSync, statSync } from 'node:fs'
import { chmod, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { verifyLog } from '../eventstore/chain.ts'
import { checkLogFile } from '../eventstore/sqlite/check-file.ts'
import { openSqliteEventStore, type SqliteEventStore } from '../eventstore/sqlite/sqlite-event-store.ts'
import type { Tributary } from './tributary.ts'

/** Beside `FILE`: the keys of personal data, and what wraps and signs. Keep them apart from the log. */
export const companionsOf = (file: string) => ({ keys: `${file}.keys`, secrets: `${file}.secrets.json` })

/** Files of the data folder that nothing can make again. The master key is not there where the environment has it. */
export const secretFiles = ['master.key', 'signing-key.pem'] as const

/** The copy is not sound, has no folder to go to, or would replace another file. What was begun is removed. */
export class BackupUnsound extends Error {
  override readonly name = 'BackupUnsound'
}

export interface Backup {
  /** Null where the log is on a server: its own tools back it up, before this is run. */
  readonly log: string | null
  readonly keys: string
  readonly secrets: string
}

const brokenChains = async (file: string): Promise<readonly string[]> => {
  const store = await openSqliteEventStore(file)
  try {
    const { broken } = await verifyLog(store)
    return broken === null
      ? []
      : [`${broken.event}: ${broken.detail} The log itself is damaged: run the doctor.`]
  } finally {
    await store.close()
  }
}

const copyLog = async (store: SqliteEventStore, file: string): Promise<void> => {
  // A folder that only its owner may look into: SQLite makes the copy with the rights that files have by default.
  const staging = await mkdtemp(`${file}.unfinished-`)
  const copy = join(staging, basename(file))
  try {
    await store.backupTo(copy)
    await chmod(copy, 0o600)
    const problems = [...checkLogFile(copy), ...(await brokenChains(copy))]
    if (problems.length > 0) throw new BackupUnsound(`The copy is unsound: ${problems.join(' ')}`)
    await rename(copy, file)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === 'win32') return
  await using handle = await open(folder, 'r')
  await handle.sync()
}

/** All files are their owner's alone. @throws {BackupUnsound | StoreUnavailable} */
export const takeBackup = async (tributary: Tributary, path: string): Promise<Backup> => {
  const file = resolve(path)
  const folder = dirname(file)
  const companions = companionsOf(file)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new BackupUnsound(`There is no folder ${folder} for the backup. Make it, or name a file elsewhere.`)
  if (existsSync(file)) throw new BackupUnsound(`${file} is there already. Name a file that is not.`)
  // The log first: every value in the copy has its key in the copy of the keys, which is taken after it.
  const { log } = tributary
  if (log.kind === 'file') await copyLog(log.store, file)
  await tributary.keys.backupTo(companions.keys)
  const secrets: Record<string, string> = {}
  for (const name of secretFiles) {
    const at = join(tributary.folder, name)
    if (existsSync(at)) secrets[name] = await readFile(at, 'utf8')
  }
  await writeFile(companions.secrets, `${JSON.stringify(secrets)}\n`, { mode: 0o600, flush: true })
  await syncFolder(folder)
  return { log: log.kind === 'file' ? file : null, ...companions }
}
