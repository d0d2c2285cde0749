/**
 * Redis for tests: `REDIS_URL` where it is set, else a server of their own, started from the program `redis-server`
 * on the path (`npm test` installs Debian's where it may).
 */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Need } from './needs.ts'
import { findProgram } from './servers/find-program.ts'
import { freePort } from './servers/free-port.ts'
import { type ServerProcess, startServerProcess } from './servers/server-process.ts'

export interface RedisServer extends ServerProcess {
  /** `redis://…` */
  readonly url: string
}

const given = process.env.REDIS_URL
const program = findProgram(['redis-server', 'valkey-server'])

const remedy = 'put redis-server on the path (Debian: apt-get install redis-server)'

/** A server that `startRedis` answers; suites are skipped where there is none (see `describeWith`). */
export const redis: Need = {
  missing: given === undefined && program === null ? `no Redis: set REDIS_URL, or ${remedy}` : null,
}
/** A server that tests may pause and end: one at `REDIS_URL` is somebody else's. */
export const ownRedis: Need = {
  missing: program === null ? `no Redis to pause and end: ${remedy}` : null,
}

/** Redis answers errors while it still reads its data. */
const isLive = async (port: number): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1')
  socket.setTimeout(1_000, () => socket.destroy(new Error('Redis did not answer.')))
  socket.write('PING\r\nQUIT\r\n')
  return (await text(socket)).startsWith('+PONG')
}

/** A server of the caller alone: loopback, durable before each answer, nothing evicted. */
export const startOwnRedis = async (): Promise<RedisServer> => {
  if (program === null) throw new Error(`There is no program redis-server: ${remedy}.`)
  const port = await freePort()
  const server = await startServerProcess({
    program,
    args: (folder) =>
      Object.entries({
        port: String(port),
        bind: '127.0.0.1',
        dir: folder,
        appendonly: 'yes',
        appendfsync: 'always',
        save: '',
        'maxmemory-policy': 'noeviction',
        daemonize: 'no',
      }).flatMap(([name, value]) => [`--${name}`, value]),
    isLive: () => isLive(port),
  })
  return { ...server, url: `redis://127.0.0.1:${port}` }
}

const refuse = (): never => {
  throw new Error('The server at REDIS_URL is not for tests to pause or end: use startOwnRedis.')
}

/**
 * The server at `REDIS_URL`, which others may use too and which refuses to be paused or ended, else one of the
 * caller alone.
 */
export const startRedis = async (): Promise<RedisServer> =>
  given === undefined
    ? startOwnRedis()
    : { url: given, pause: refuse, resume: refuse, kill: refuse, restart: refuse, stop: async () => {} }
