/** Where the Olist files are: beside the project, or where TRIBUTARY_DATA says. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const shared = process.env.TRIBUTARY_DATA ?? resolve(root, '..', 'shared', 'data')
const folder = join(shared, 'olist')

/** Null where it is absent. */
export const olistFolder: string | null = existsSync(folder) ? folder : null

/** Why tests that need it were skipped. */
export const olistAbsent =
  'the Olist files are absent: put them into ../shared/data/olist, or set TRIBUTARY_DATA'

/** Data, not code: which category belongs to which family. */
export const familiesFile = join(root, 'app', 'import', 'olist-families.json')
