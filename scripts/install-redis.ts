import { spawnSync } from 'node:child_process'

/** Where the set-up of the tests looks and may act. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv
  readonly isRoot: boolean
}

const longestMs = 180_000

const thisMachine = (): Machine => ({ env: process.env, isRoot: process.getuid?.() === 0 })

/** Exit status, or null where the program is not there or took too long. */
const run = (machine: Machine, program: string, args: readonly string[]): number | null =>
  spawnSync(program, args, {
    env: {
      ...machine.env,
      DEBIAN_FRONTEND: 'noninteractive',
      // Tests start servers of their own: the package shall start none.
      RUNLEVEL: '1',
      SYSTEMD_OFFLINE: '1',
    },
    stdio: 'ignore',
    timeout: longestMs,
  }).status

const apt = (machine: Machine, ...args: readonly string[]): boolean =>
  run(machine, 'apt-get', [
    ...['-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::Retries=1', '-o', 'DPkg::Lock::Timeout=60'],
    ...args,
  ]) === 0

/**
 * Debian's Redis for the tests of jobs, where there is none and this process may install it (root, apt); says nothing
 * where there is nothing to do. Answers what to tell a person, or null: a failure here fails no run, tests that need
 * Redis are skipped then and say what to do.
 */
export const installRedis = (machine: Machine = thisMachine()): string | null => {
  if (machine.env.REDIS_URL !== undefined) return null
  if (run(machine, 'redis-server', ['--version']) !== null) return null
  if (!machine.isRoot || run(machine, 'apt-get', ['--version']) !== 0) return null
  const install = ['install', '-y', '--no-install-recommends', 'redis-server']
  const isInstalled = apt(machine, ...install) || (apt(machine, 'update') && apt(machine, ...install))
  return isInstalled
    ? 'Installed redis-server for the tests of jobs.'
    : 'redis-server could not be installed with apt-get; tests that need it are skipped.'
}
