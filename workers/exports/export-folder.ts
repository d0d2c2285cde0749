/** The folder of exported files: each is there whole, under its export's id, or not at all. */
import { createReadStream, type ReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '../../platform/ids.ts'

const idShape = /^export_[0-7][0-9a-hjkmnp-tv-z]{25}$/

/** Whether a text can be an export's id, so that a path is made of nothing else. */
export const isExportId = (text: string): boolean => idShape.test(text)

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

const pathIn = (folder: string, id: string): string => {
  if (!isExportId(id)) throw new TypeError('This is no id of an export.')
  return join(folder, id)
}

const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === 'win32') return
  await using handle = await open(folder, 'r')
  await handle.sync()
}

/**
 * Writes a file by and by, then puts it in its place. Whatever `write` throws leaves nothing behind, and a process that
 * dies leaves a part that `removeOlder` takes away. Resolves to its bytes.
 */
export const writeExport = async (
  folder: string,
  id: string,
  write: (file: Pick<FileHandle, 'appendFile'>) => Promise<void>,
): Promise<number> => {
  const path = pathIn(folder, id)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const part = `${path}.${newId('part')}`
  try {
    const bytes = await (async () => {
      await using file = await open(part, 'wx', 0o600)
      await write(file)
      await file.sync()
      return (await file.stat()).size
    })()
    await rename(part, path)
    await syncFolder(folder)
    return bytes
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

/** Null where it is not there. Whoever gets the stream reads or destroys it. */
export const readExport = async (
  folder: string,
  id: string,
): Promise<{ readonly stream: ReadStream; readonly bytes: number } | null> => {
  const path = pathIn(folder, id)
  try {
    const handle = await open(path, 'r')
    const { size } = await handle.stat()
    return { stream: createReadStream(path, { fd: handle }), bytes: size }
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

export const removeExport = (folder: string, id: string): Promise<void> =>
  rm(pathIn(folder, id), { force: true })

/** Takes away files, and parts of files, last written before an instant in milliseconds since 1970. */
export const removeOlder = async (folder: string, before: number): Promise<void> => {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  for (const name of names) {
    const path = join(folder, name)
    try {
      if (isExportId(name.split('.')[0] ?? '') && (await stat(path)).mtimeMs < before) await rm(path)
    } catch (error) {
      // Another worker was there before.
      if (!isMissing(error)) throw error
    }
  }
}
