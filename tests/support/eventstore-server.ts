/**
 * EventStoreDB for tests: the server at `EVENTSTORE_URL` where it is set, else servers of their own, started from a
 * program `eventstored` or `kurrentd` on the path: insecure, loopback only, telemetry off.
 */
import type { Need } from './needs.ts'
import { findProgram } from './servers/find-program.ts'
import { freePort } from './servers/free-port.ts'
import { type ServerProcess, startServerProcess } from './servers/server-process.ts'

export interface EventStoreServer extends ServerProcess {
  /** `esdb://127.0.0.1:PORT?tls=false` */
  readonly url: string
  readonly port: number
}

const given = process.env.EVENTSTORE_URL
const program = findProgram(['eventstored', 'kurrentd'])
const remedy = 'put a program named eventstored or kurrentd (EventStoreDB, KurrentDB) on the path'

/** Whether `startOwnEventStore` can answer. */
export const hasOwnEventStore: boolean = program !== null

/** A server to append to and read from: suites that only do that may share it, in streams of their own. */
export const eventStore: Need = {
  missing:
    given === undefined && program === null ? `no EventStoreDB: set EVENTSTORE_URL, or ${remedy}` : null,
}
/** Servers that a test may pause and end: one at `EVENTSTORE_URL` is somebody else's. */
export const ownEventStore: Need = {
  missing: program === null ? `no EventStoreDB to pause and end: ${remedy}` : null,
}

/** Each flag in the form that both programs take; telemetry has no flag, only a variable each. */
const flags = (options: Readonly<Record<string, string>>): readonly string[] => [
  '--insecure',
  ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
]
const env = { EVENTSTORE_TELEMETRY_OPTOUT: 'true', KURRENTDB_TELEMETRY_OPTOUT: 'true' }

const isHealthy = async (port: number): Promise<boolean> => {
  const answer = await fetch(`http://127.0.0.1:${port}/health/live`, { signal: AbortSignal.timeout(2_000) })
  return answer.ok
}

/**
 * A server at this port with further flags. A node of a cluster ends by itself where it has to give up what it wrote
 * and no other node has: it is started again then.
 */
export const startEventStoreNode = async (
  port: number,
  options: Readonly<Record<string, string>> = {},
  isKeptUp = false,
): Promise<EventStoreServer> => {
  if (program === null) throw new Error(`There is no server program: ${remedy}.`)
  const server = await startServerProcess({
    program,
    args: (folder) =>
      flags({
        db: `${folder}/db`,
        log: `${folder}/log`,
        'node-ip': '127.0.0.1',
        'node-port': String(port),
        ...options,
      }),
    env,
    isLive: () => isHealthy(port),
    isKeptUp,
  })
  return { ...server, port, url: `esdb://127.0.0.1:${port}?tls=false` }
}

/** One server of the caller alone, with an empty log. */
export const startOwnEventStore = async (): Promise<EventStoreServer> => startEventStoreNode(await freePort())

const refuse = (): never => {
  throw new Error('The server at EVENTSTORE_URL is not for tests to pause or end: use startOwnEventStore.')
}

/** The server at `EVENTSTORE_URL`, whose log others may write to, else one of the caller alone. */
export const startEventStore = async (): Promise<EventStoreServer> => {
  if (given === undefined) return startOwnEventStore()
  const port = Number(new URL(given).port || 2113)
  const nothing = async (): Promise<void> => {}
  return { url: given, port, pause: refuse, resume: refuse, kill: refuse, restart: refuse, stop: nothing }
}
