/** Runs a command line as a person would, in a process of its own. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { withParent } from '../support/with-parent.ts'

export interface Ran {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))

export const scriptPath = (name: string): string => join(root, 'scripts', `${name}.ts`)

/** The script's outcome; nobody writes to its standard input. */
export const runScript = (name: string, ...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...withParent, scriptPath(name), ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (part) => {
      out += part
    })
    child.stderr.on('data', (part) => {
      err += part
    })
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, out, err }))
  })

/** A folder of this test alone, gone when it is done. */
export const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
