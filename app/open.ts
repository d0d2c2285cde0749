/** Opens what a process needs by its configuration. */
import { existsSync } from 'node:fs'
import type { Config } from '../platform/config.ts'
import { refuseFile } from './data-folder.ts'
import { type Founding, NoLog } from './deployment.ts'
import { filesIn, openTributary, type Tributary } from './tributary.ts'

/** The deployment that is in the configured data folder. @throws {NoLog | NotADataFolder} where there is none, and as `openTributary` */
export const openExisting = async (config: Config): Promise<Tributary> => {
  refuseFile(config.dataFolder)
  if (existsSync(filesIn(config.dataFolder).log)) return openConfigured(config)
  throw new NoLog(
    `There is no log in ${config.dataFolder}. Name its folder with --data, or make one with npm start.`,
  )
}

/** The deployment in the configured data folder, founded where there is none. @throws as `openTributary` */
export const openConfigured = (config: Config, founding?: Founding): Promise<Tributary> =>
  openTributary({
    folder: config.dataFolder,
    toleranceMinor: config.toleranceMinor,
    masterKey: config.masterKey,
    ...(founding === undefined ? {} : { founding }),
  })
