/** `eventstoredb.append` and `eventstoredb.rebuild`: what our adapter leaves of a server's speed, and of a file's. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { migrate } from '../../app/migrate.ts'
import { startChild, startLikeProduct } from './child.ts'
import { type BenchContext, type Figure, median, type Round } from './figure.ts'
import { programOnPath, startProgram } from './program.ts'
import { filled } from './rebuild.ts'

const program = programOnPath(['eventstored', 'kurrentd'])

const missing = (): string | null =>
  program === null && process.env.EVENTSTORE_URL === undefined
    ? 'no EventStoreDB: set EVENTSTORE_URL, or put a program named eventstored or kurrentd on the path'
    : null

const isLive = async (port: number): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/live`)).ok
  } catch {
    return false
  }
}

/** The server at `EVENTSTORE_URL`, or one of this run with an empty log. */
const startServer = async (
  { folder }: BenchContext,
  name: string,
): Promise<{ readonly url: string; end(): Promise<void> }> => {
  const given = process.env.EVENTSTORE_URL
  if (given !== undefined) return { url: given, end: async () => undefined }
  const at = join(folder, name)
  const { port, end } = await startProgram({
    program: program ?? '',
    folder: at,
    args: (free) => [
      ...['--insecure', '--node-ip', '127.0.0.1', '--node-port', String(free)],
      ...['--db', join(at, 'db'), '--log', join(at, 'log')],
    ],
    env: { EVENTSTORE_TELEMETRY_OPTOUT: 'true', KURRENTDB_TELEMETRY_OPTOUT: 'true' },
    isUp: isLive,
  })
  return { url: `esdb://127.0.0.1:${port}?tls=false`, end }
}

export const eventstoredbAppend: Figure = {
  name: 'eventstoredb.append',
  atLeast: 0.8,
  missing,
  measure: async (context) => {
    const data = await filled(
      context,
      'eventstoredb-events',
      context.sizes.small + 2 * context.sizes.purchases,
    )
    const server = await startServer(context, 'eventstoredb-append')
    const ours = startLikeProduct('./eventstoredb-ours.ts', data, server.url)
    const raw = startLikeProduct('./eventstoredb-raw.ts', data, server.url)
    const rounds: Round[] = []
    for (let round = 0; round <= context.sizes.rounds; round++) {
      // In turn first: what the server does in the background falls on either.
      const order = round % 2 === 0 ? [ours, raw] : [raw, ours]
      const speeds = new Map<typeof ours, number>()
      for (const side of order) {
        const { events = 0, milliseconds = 1 } = await side.ask(`${round} ${context.sizes.purchases}`)
        speeds.set(side, (events / milliseconds) * 1_000)
      }
      // The first round warms both up.
      if (round === 0) continue
      const [mine = 0, theirs = 1] = [speeds.get(ours), speeds.get(raw)]
      rounds.push({ ours: mine, limit: theirs, ratio: mine / theirs })
    }
    await ours.end()
    await raw.end()
    await server.end()
    return {
      name: eventstoredbAppend.name,
      atLeast: eventstoredbAppend.atLeast,
      ratio: median(rounds.map(({ ratio }) => ratio)),
      unit: 'events/s',
      rounds,
      notes: { inFlight: 256 },
    }
  },
}

export const eventstoredbRebuild: Figure = {
  name: 'eventstoredb.rebuild',
  atLeast: 0.6,
  missing,
  measure: async (context) => {
    const { small: events } = context.sizes
    const data = await filled(context, 'eventstoredb-file', events)
    const moved = join(context.folder, 'eventstoredb-moved')
    cpSync(data, moved, { recursive: true })
    const server = await startServer(context, 'eventstoredb-rebuild')
    context.say('moving a copy of the log to the server')
    await migrate({ folder: moved, to: server.url, progress: () => undefined })
    const rounds: Round[] = []
    for (let round = 0; round < context.sizes.rounds; round++) {
      const speeds: number[] = []
      for (const args of [[moved, server.url], [data]]) {
        const child = startChild('./rebuild-views.ts', ...args)
        const { milliseconds = 1 } = await child.ask('rebuild')
        await child.end()
        speeds.push((events / milliseconds) * 1_000)
      }
      const [ours = 0, limit = 1] = speeds
      rounds.push({ ours, limit, ratio: ours / limit })
    }
    await server.end()
    return {
      name: eventstoredbRebuild.name,
      atLeast: eventstoredbRebuild.atLeast,
      ratio: median(rounds.map(({ ratio }) => ratio)),
      unit: 'events/s',
      rounds,
      notes: { events },
    }
  },
}
