import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { until } from '../until.ts'

/** A server program of one test, on data of its own that live until `stop`. */
export interface ServerProcess {
  /** As if the machine did not run it: connections stay, nothing is answered. */
  pause(): void
  resume(): void
  /** Ends the program, at once by default, and waits until it is gone. Its data stay. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Starts it on the same data and port, after a `kill` where it still runs. Answers once it serves. */
  restart(): Promise<void>
  /** Ends the program and removes its data. Once is enough; again does nothing. */
  stop(): Promise<void>
}

export interface ServerProgram {
  readonly program: string
  /** @param folder an empty folder at the first start, the same one later */
  readonly args: (folder: string) => readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** True once the server takes work; an error counts for false. */
  readonly isLive: () => Promise<boolean>
  /** Starts it again where it ends by itself, as whoever runs servers has it done. */
  readonly isKeptUp?: boolean
}

interface Running {
  readonly pid: number
  readonly gone: Promise<unknown>
  isGone: boolean
}

const keeper = fileURLToPath(new URL('./server-child.ts', import.meta.url))
const told = z.object({ pid: z.int().positive() })

const firstLine = async (child: ChildProcessByStdio<Writable, Readable, null>): Promise<string> => {
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('The program could not be started.')
}

/** Starts the program; nothing of it outlives the process that asked. @throws {Error} with its last words, where it does not come up */
export const startServerProcess = async (server: ServerProgram): Promise<ServerProcess> => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-server-'))
  let running: Running | undefined
  let isWanted = true

  const signal = (name: NodeJS.Signals): void => {
    if (running !== undefined && !running.isGone) process.kill(running.pid, name)
  }

  const start = async (): Promise<Running> => {
    const child = spawn(process.execPath, [keeper, folder, server.program, ...server.args(folder)], {
      env: { ...process.env, ...server.env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const gone = once(child, 'exit')
    const started: Running = { pid: told.parse(JSON.parse(await firstLine(child))).pid, gone, isGone: false }
    running = started
    child.once('exit', () => {
      started.isGone = true
      // What goes wrong here is seen by whoever waits for the server to serve.
      if (server.isKeptUp && isWanted) void start().catch(() => {})
    })
    return started
  }

  const startAndWait = async (): Promise<void> => {
    isWanted = true
    const started = await start()
    await until('the server serves', async () => {
      if (started.isGone && running === started) return true
      return server.isLive()
    })
    if (running?.isGone) throw new Error('The program ended before it served.')
  }

  const kill = async (name: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> => {
    isWanted = false
    signal(name)
    // A paused program takes no other signal before it goes on.
    if (name === 'SIGTERM') signal('SIGCONT')
    await running?.gone
  }

  const words = (): string => readFileSync(join(folder, 'output.txt'), 'utf8').slice(-4_000)
  const startOrTell = (): Promise<void> =>
    startAndWait().catch((error: unknown) => {
      throw new Error(`${server.program} did not come up. It said:\n${words()}`, { cause: error })
    })

  const stop = async (): Promise<void> => {
    await kill()
    rmSync(folder, { recursive: true, force: true })
  }

  await startOrTell().catch((error: unknown) => stop().then(() => Promise.reject(error)))
  return {
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    kill,
    restart: async () => {
      await kill()
      await startOrTell()
    },
    stop,
  }
}
