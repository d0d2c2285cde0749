/** Backups: the log in one consistent file, taken while it is written to; keys and secrets in files of their own. */
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { verifyLog } from '../eventstore/chain.ts'
import { checkLogFile } from '../eventstore/sqlite/check-file.ts'
import { openSqliteEventStore } from '../eventstore/sqlite/sqlite-event-store.ts'
import type { Tributary } from './tributary.ts'

/** Beside `FILE`: the keys of personal data, and what wraps and signs. Keep them apart from the log. */
export const companionsOf = (file: string) => ({ keys: `${file}.keys`, secrets: `${file}.secrets.json` })

/** Files of the data folder that nothing can make again. The master key is not there where the environment has it. */
export const secretFiles = ['master.key', 'signing-key.pem'] as const

/** The copy is not sound, or would replace another file. What was begun is removed. */
export class BackupUnsound extends Error {
  override readonly name = 'BackupUnsound'
}

export interface Backup {
  readonly log: string
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

/** @throws {BackupUnsound | StoreUnavailable} */
export const takeBackup = async (tributary: Tributary, path: string): Promise<Backup> => {
  const file = resolve(path)
  const companions = companionsOf(file)
  if (existsSync(file)) throw new BackupUnsound(`${file} is there already. Name a file that is not.`)
  // The log first: every value in the copy has its key in the copy of the keys, which is taken after it.
  await tributary.store.backupTo(file)
  await tributary.keys.backupTo(companions.keys)
  const secrets: Record<string, string> = {}
  for (const name of secretFiles) {
    const at = join(tributary.folder, name)
    if (existsSync(at)) secrets[name] = await readFile(at, 'utf8')
  }
  await writeFile(companions.secrets, `${JSON.stringify(secrets)}\n`, { mode: 0o600, flush: true })
  const problems = [...checkLogFile(file), ...(await brokenChains(file))]
  for (const trace of ['-wal', '-shm']) await rm(`${file}${trace}`, { force: true })
  if (problems.length > 0) {
    await rm(file, { force: true })
    throw new BackupUnsound(`The copy is unsound: ${problems.join(' ')}`)
  }
  return { log: file, ...companions }
}
