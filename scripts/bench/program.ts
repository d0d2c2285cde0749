/** Servers of the bench's own, from programs on the path: loopback, a free port, a folder of this run. */
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

/** The first of these names that is on the path; null where none is. */
export const programOnPath = (names: readonly string[]): string | null =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
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

/** Whether somebody listens at a port. */
export const takesConnections = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

export interface StartedProgram {
  readonly port: number
  end(): Promise<void>
}

/** @throws where it does not take work within a minute */
export const startProgram = async (options: {
  readonly program: string
  readonly folder: string
  readonly args: (port: number) => readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly isUp: (port: number) => Promise<boolean>
}): Promise<StartedProgram> => {
  const { program, folder, args, env = {}, isUp } = options
  const port = await freePort()
  mkdirSync(folder, { recursive: true })
  const server = spawn(program, args(port), { stdio: 'ignore', env: { ...process.env, ...env } })
  const until = performance.now() + 60_000
  while (!(await isUp(port))) {
    if (performance.now() > until || server.exitCode !== null) {
      server.kill()
      throw new Error(`${program} does not take connections.`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    port,
    end: async () => {
      const exit = once(server, 'exit')
      server.kill()
      await exit
    },
  }
}
