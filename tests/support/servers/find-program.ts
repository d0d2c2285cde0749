import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** The file of the first of these programs that stands on the path, or null. */
export const findProgram = (
  names: readonly string[],
  path: string = process.env.PATH ?? '',
): string | null => {
  const folders = path.split(delimiter).filter((folder) => folder !== '')
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find(isProgram)
    if (found !== undefined) return found
  }
  return null
}
