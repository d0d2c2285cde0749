/** Opens what a process needs by its configuration. */
import { existsSync } from 'node:fs'
import type { Config } from '../platform/config.ts'
import { filesIn, refuseFile } from './data-folder.ts'
import { type Founding, NoLog } from './deployment.ts'
import { openTributary, type Tributary } from './tributary.ts'

/** The deployment that is in the configured data folder. @throws {NoLog | NotADataFolder} where there is none, and as `openTributary` */
export const openExisting = async (config: Config): Promise<Tributary> => {
  refuseFile(config.dataFolder)
  if (config.eventStoreUrl !== null || existsSync(filesIn(config.dataFolder).log))
    return openConfigured(config, null)
  throw new NoLog(
    `There is no log in ${config.dataFolder}. Name its folder with --data, or make one with npm start.`,
  )
}

/** The deployment in the configured data folder, founded where there is none. @throws as `openTributary` */
export const openConfigured = (config: Config, founding?: Founding | null): Promise<Tributary> =>
  openTributary({
    folder: config.dataFolder,
    eventStoreUrl: config.eventStoreUrl,
    redisUrl: config.redisUrl,
    toleranceMinor: config.toleranceMinor,
    masterKey: config.masterKey,
    partitions: config.partitions,
    ...(founding === undefined ? {} : { founding }),
  })
