/** Restoring: a backup is verified whole before anything is put in place, and erasures are carried out again. */
import { existsSync, statSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { verifyLog } from '../eventstore/chain.ts'
import { StoreUnavailable } from '../eventstore/port.ts'
import { checkLogFile } from '../eventstore/sqlite/check-file.ts'
import { openSqliteEventStore } from '../eventstore/sqlite/sqlite-event-store.ts'
import { companionsOf, secretFiles } from './backup.ts'
import { filesIn, refuseFile } from './data-folder.ts'
import { eraseAgain, erasuresFile } from './erasures.ts'
import { verifySeals } from './seals.ts'
import { openTributary, type TributaryOptions } from './tributary.ts'

/** The backup cannot be restored. Nothing was changed. */
export class RestoreRefused extends Error {
  override readonly name = 'RestoreRefused'
}

export interface Restored {
  readonly events: number
  readonly seals: number
  readonly erasures: number
}

export interface RestoreOptions extends Omit<TributaryOptions, 'founding' | 'clock' | 'eventStoreUrl'> {
  readonly from: string
  /** The list of erasures; default beside the data folder. */
  readonly erasures?: string
  /** Restores although there is no list: nobody was ever erased. */
  readonly withoutErasures: boolean
}

/** The first thing that is wrong with a file; null where it is a sound log. */
const problemOf = (file: string): string | null => {
  try {
    return checkLogFile(file)[0] ?? null
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
    return error.cause instanceof Error ? error.cause.message : error.message
  }
}

/** `from`: the backup that `file` is a copy of. */
const verifyCopy = async (file: string, from: string): Promise<number> => {
  const problem = problemOf(file)
  if (problem !== null)
    throw new RestoreRefused(
      `${from} is no backup, or a damaged one: ${problem.replace(`${file}: `, '')}. Nothing was changed.`,
    )
  const store = await openSqliteEventStore(file)
  try {
    const report = await verifyLog(store)
    if (report.broken !== null)
      throw new RestoreRefused(`${from} was changed at ${report.broken.event}: ${report.broken.detail}`)
    store.newEpoch()
    return report.events
  } finally {
    await store.close()
  }
}

const putSecrets = async (file: string, folder: string): Promise<void> => {
  if (!existsSync(file)) return
  const secrets = z
    .partialRecord(z.enum(secretFiles), z.string())
    .parse(JSON.parse(await readFile(file, 'utf8')))
  for (const name of secretFiles) {
    const content = secrets[name]
    if (content !== undefined)
      await writeFile(join(folder, name), content, { mode: 0o600, flag: 'wx', flush: true })
  }
}

/**
 * Restores into a data folder that is empty or not there. Views are built anew by whoever serves it next.
 * @throws {RestoreRefused | NotADataFolder | ErasureListBroken}
 */
export const restoreBackup = async (options: RestoreOptions): Promise<Restored> => {
  const { folder, withoutErasures } = options
  const from = resolve(options.from)
  const companions = companionsOf(from)
  const list = options.erasures ?? erasuresFile(folder)
  if (!existsSync(from)) throw new RestoreRefused(`There is no backup ${from}.`)
  if (!statSync(from).isFile()) throw new RestoreRefused(`${from} is no file. Name the file of a backup.`)
  refuseFile(folder)
  if (existsSync(folder) && (await readdir(folder)).length > 0) {
    throw new RestoreRefused(`${folder} is not empty. Restore into another folder, or move this one away.`)
  }
  if (!existsSync(list) && !withoutErasures) {
    throw new RestoreRefused(
      `The list of erasures ${list} is not there. Name it with --erasures, or say --without-erasures if nobody was ever erased.`,
    )
  }
  await mkdir(dirname(resolve(folder)), { recursive: true })
  const staging = await mkdtemp(`${resolve(folder)}.restoring-`)
  try {
    const staged = filesIn(staging).log
    await copyFile(from, staged)
    const events = await verifyCopy(staged, from)
    if (existsSync(companions.keys)) await copyFile(companions.keys, join(staging, 'keys.db'))
    await putSecrets(companions.secrets, staging)
    const { seals, erasures } = await verifyStaged(
      { ...options, folder: staging },
      existsSync(list) ? list : null,
    )
    if (existsSync(folder)) await rmdir(folder)
    await rename(staging, folder)
    return { events, seals, erasures }
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    if (!(error instanceof Error && error.message.includes(staging))) throw error
    // Whoever restores knows the file and the folder that they named.
    const message = error.message.replaceAll(filesIn(staging).log, from).replaceAll(staging, folder)
    throw new RestoreRefused(message, { cause: error })
  }
}

const verifyStaged = async (options: RestoreOptions, list: string | null) => {
  const tributary = await openTributary(options)
  try {
    const { count, problem } = await verifySeals(tributary)
    if (problem !== null) throw new RestoreRefused(problem)
    const erasures =
      list === null ? 0 : await eraseAgain(tributary.keys, tributary.signingKey.publicPem, list)
    return { seals: count, erasures }
  } finally {
    await tributary.close()
  }
}
