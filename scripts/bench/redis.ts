/** A Redis for the bench: a server of its own, which a program on the path gives. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { delimiter, join } from 'node:path'

const isRunnable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Null where there is none. */
export const redisProgram = (): string | null =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => ['redis-server', 'valkey-server'].map((name) => join(folder, name)))
    .find(isRunnable) ?? null

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new TypeError('No port was given.')
  return address.port
}

const takesConnections = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

/** Jobs as durable as Redis keeps them by default: appended to its file, written to disk each second. */
export const startBenchRedis = async (
  program: string,
  folder: string,
): Promise<{ readonly url: string; end(): Promise<void> }> => {
  const port = await freePort()
  mkdirSync(folder, { recursive: true })
  const options = ['--bind', '127.0.0.1', '--appendonly', 'yes', '--save', '', '--dir', folder]
  const server = spawn(program, ['--port', String(port), ...options], { stdio: 'ignore' })
  const until = performance.now() + 10_000
  while (!(await takesConnections(port))) {
    if (performance.now() > until || server.exitCode !== null) {
      server.kill()
      throw new Error(`${program} does not take connections.`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    end: async () => {
      const exit = once(server, 'exit')
      server.kill()
      await exit
    },
  }
}
