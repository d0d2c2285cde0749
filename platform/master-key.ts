import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { keyLength } from './aead.ts'
import { readOrMakeSecret } from './secret-file.ts'

/** The 32 bytes behind 64 hex digits or 44 characters of base64, or null. */
export const parseMasterKey = (text: string): Buffer | null => {
  const trimmed = text.trim()
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex')
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return Buffer.from(trimmed, 'base64')
  return null
}

/**
 * The key that wraps all others, from `master.key` of the data folder; made where `mayMake`. Whoever copies
 * the folder has it too: on servers it is given by the configuration instead.
 * @throws {SecretExposed} where others may read the file
 */
export const readMasterKey = (dataFolder: string, mayMake: boolean): Buffer => {
  const path = join(dataFolder, 'master.key')
  const text = readOrMakeSecret(path, () => {
    if (mayMake) return `${randomBytes(keyLength).toString('hex')}\n`
    throw new Error(
      `${path} is missing, and keys.db beside it cannot be read without. Put it back, or set TRIBUTARY_MASTER_KEY.`,
    )
  })
  const key = parseMasterKey(text)
  if (!key)
    throw new Error(`${path} does not hold a key: 64 hex digits are expected. Put the right one back.`)
  return key
}
