import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

interface Check {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

const colors = `--colors=${process.stdout.isTTY ? 'force' : 'off'}`

/** What must hold of the source before a test is run. */
const checks: readonly Check[] = [
  { name: 'types (tsc)', command: 'tsc', args: ['--noEmit'] },
  { name: 'format and lint (biome)', command: 'biome', args: ['ci', '--error-on-warnings', colors, '.'] },
  { name: 'dead code (knip)', command: 'knip', args: [] },
]

/** Runs a command of node_modules/.bin, its output passed through. Answers its exit status. */
export const run = (command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): number => {
  const { status, error } = spawnSync(join(root, 'node_modules', '.bin', command), args, {
    cwd: root,
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (error) throw new Error(`${command} could not be started: ${error.message}`, { cause: error })
  return status ?? 1
}

/** Runs every check, also after one has failed. Answers how many passed and failed. */
export const runChecks = (): { readonly passed: number; readonly failed: number } => {
  const results = checks.map(({ name, command, args }) => {
    const passed = run(command, args) === 0
    console.log(`${passed ? '✓' : '✗'} ${name}`)
    return passed
  })
  const passed = results.filter(Boolean).length
  return { passed, failed: results.length - passed }
}
