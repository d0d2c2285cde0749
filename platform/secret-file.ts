/** Secrets that the deployment keeps in its data folder: files that only their owner may read. */
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** The file is there, but others than its owner may read it. */
export class SecretExposed extends Error {
  override readonly name = 'SecretExposed'
  constructor(path: string) {
    super(
      `Others than its owner may read ${path}. Run chmod 600 on it, and replace it if it may have been seen.`,
    )
  }
}

const isThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST'

const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

/** Whole and on the disk, or not there at all; the first of several processes wins. */
const create = (path: string, content: string): void => {
  const fresh = `${path}.${process.pid}`
  mkdirSync(dirname(path), { recursive: true })
  rmSync(fresh, { force: true })
  const descriptor = openSync(fresh, 'wx', 0o600)
  try {
    writeSync(descriptor, content)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  try {
    linkSync(fresh, path)
  } catch (error) {
    if (!isThere(error)) throw error
  } finally {
    rmSync(fresh, { force: true })
  }
  syncFolder(dirname(path))
}

/**
 * The content of a secret file, which is made with what `make` answers where there is none.
 * @throws {SecretExposed} where the file's mode lets others than its owner read it
 */
export const readOrMakeSecret = (path: string, make: () => string): string => {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) create(path, make())
  else if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) throw new SecretExposed(path)
  return readFileSync(path, 'utf8')
}
