/**
 * Runs before `npm start`, `npm test` and the other commands, so that a bare clone needs nothing done first:
 * installs what package-lock.json names where it is not there already, and says nothing otherwise.
 *
 * Plain JavaScript without dependencies, because it runs on the host's Node before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')
const lock = join(root, '.setup-lock')
const windows = process.platform === 'win32'
const neededNode = 24
const longestWaitMs = 15 * 60_000

const say = (text) => process.stderr.write(`${text}\n`)
const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages

/**
 * npm writes node_modules/.package-lock.json at the end of a finished install, so it tells an older or an
 * interrupted one from what package-lock.json wants. Optional packages are for other machines than this.
 */
const isInstalled = () => {
  const record = join(modules, '.package-lock.json')
  if (!existsSync(record)) return false
  try {
    const present = packagesOf(record)
    return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
      ([path, wanted]) => path === '' || wanted.optional || present[path]?.integrity === wanted.integrity,
    )
  } catch {
    return false
  }
}

/** The major version of the `node` that npm's scripts find: the pinned one, else the host's. */
const nodeOfScripts = () => {
  const pinned = join(modules, '.bin', windows ? 'node.cmd' : 'node')
  if (!existsSync(pinned)) return Number.parseInt(process.versions.node, 10)
  const { stdout } = spawnSync(pinned, ['--version'], { encoding: 'utf8', shell: windows })
  return Number.parseInt(String(stdout).slice(1), 10) || 0
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** The lock's owner, or undefined where there is none at this moment. */
const lockOwner = () => {
  try {
    return readdirSync(lock)[0]
  } catch {
    return undefined
  }
}

const mine = `owner-${process.pid}`

/** Owned by a process and by the npm that it started, which lives on where only the former is killed. */
const isOwned = (owner) =>
  owner
    .split('-')
    .slice(1)
    .some((pid) => isAlive(Number(pid)))

/**
 * The lock is a folder that appears with its owner's name already in it (by rename), so that nobody ever sees
 * it without one. A dead owner's lock is taken over by renaming that very name: only one process can.
 */
const takeLock = () => {
  const own = `${lock}-${process.pid}`
  rmSync(own, { recursive: true, force: true })
  mkdirSync(own)
  writeFileSync(join(own, mine), '')
  const until = Date.now() + longestWaitMs
  for (let waited = false; ; waited = true) {
    try {
      renameSync(own, lock)
      return
    } catch (error) {
      if (!existsSync(lock) && Date.now() > until) throw error
    }
    const owner = lockOwner()
    if (owner !== undefined && !isOwned(owner)) {
      try {
        renameSync(join(lock, owner), join(lock, mine))
        rmSync(own, { recursive: true, force: true })
        return
      } catch {
        continue
      }
    }
    if (Date.now() > until) {
      rmSync(own, { recursive: true, force: true })
      throw new Error(`Another set-up has held ${lock} for too long. If none is running, remove that folder.`)
    }
    if (!waited) say('Another set-up is running here; waiting for it to finish.')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  }
}

const releaseLock = () => {
  const gone = `${lock}-${process.pid}`
  renameSync(lock, gone)
  rmSync(gone, { recursive: true, force: true })
}

const install = async () => {
  say('Installing the packages that package-lock.json names (only the first time) …')
  // The pinned Node of an older install is about to be deleted: npm has to run on the host's.
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(modules + sep))
    .join(delimiter)
  const flags = ['ci', '--include=dev', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']
  const npm = spawn('npm', flags, {
    cwd: root,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: windows,
  })
  const closed = once(npm, 'close').catch((error) => {
    throw new Error(`npm could not be started: ${error.message}.`)
  })
  if (npm.pid !== undefined) renameSync(join(lock, mine), join(lock, `${mine}-${npm.pid}`))
  const [status] = await closed
  if (status !== 0) {
    throw new Error(
      'npm ci failed; what it said is above. Mend that (network, disk, package-lock.json) and try again.',
    )
  }
}

const setUp = async () => {
  if (isInstalled() && nodeOfScripts() >= neededNode) return
  takeLock()
  try {
    if (!isInstalled() || nodeOfScripts() < neededNode) await install()
    if (nodeOfScripts() < neededNode) {
      throw new Error(
        `Node ${neededNode} or newer is needed. The npm package "node" brings it, but its install script did not run: ` +
          'allow it (npm config get ignore-scripts should say false), or put a newer Node on the PATH.',
      )
    }
  } finally {
    releaseLock()
  }
}

try {
  await setUp()
} catch (error) {
  say(`Set-up failed. ${error.message}`)
  process.exitCode = 1
}
