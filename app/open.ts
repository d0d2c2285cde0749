/** Opens what a process needs by its configuration. */
import type { Config } from '../platform/config.ts'
import type { Founding } from './deployment.ts'
import { openTributary, type Tributary } from './tributary.ts'

/** The deployment in the configured data folder. @throws as `openTributary` */
export const openConfigured = (config: Config, founding?: Founding): Promise<Tributary> =>
  openTributary({
    folder: config.dataFolder,
    toleranceMinor: config.toleranceMinor,
    masterKey: config.masterKey,
    ...(founding === undefined ? {} : { founding }),
  })
