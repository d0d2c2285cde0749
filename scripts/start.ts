/** `npm start`: runs the product. On an empty data folder it makes a sample ecosystem first. */
import { makeOnce } from '../app/make-once.ts'
import { untilMoved } from '../app/moved.ts'
import { openConfigured } from '../app/open.ts'
import { organisationOf, subjectWithRole } from '../app/people-of-roles.ts'
import { type RunningServer, startServer } from '../app/server.ts'
import { simulate } from '../app/simulate/simulate.ts'
import type { Tributary } from '../app/tributary.ts'
import { accessRoles } from '../domain/events/platform.ts'
import { firstEvents } from '../eventstore/reads.ts'
import { createLogger } from '../platform/log.ts'
import { startTelemetry } from '../platform/telemetry.ts'
import { type Line, runCommandLine, textFlag } from './command-line.ts'

const sample = { members: 600, purchases: 1_500, seed: 2026 } as const
/** How long a start waits for views to be built before it says that it listens: it answers meanwhile. */
const viewsMs = 60_000

/** Only what founded the deployment is in the log. */
const isEmpty = async ({ store }: Tributary): Promise<boolean> => (await firstEvents(store, 2)).length < 2

const makeSample = async (tributary: Tributary, { progress, say }: Line): Promise<void> => {
  say(`The data folder ${tributary.folder} is empty: making a sample ecosystem (--empty does without).`)
  const until = new Date(tributary.clock.now())
  until.setUTCHours(0, 0, 0, 0)
  const { communities, partners } = await simulate(tributary, {
    ...sample,
    until: until.toISOString(),
    progress,
  })
  say(
    `${sample.members} members, ${communities.length} communities, ${partners.length} partners, ${sample.purchases} purchases.`,
  )
}

/** The first organisation of a kind, in the order of the log; null where there is none. */
const firstOrganisation = async (
  { store, codec }: Tributary,
  kind: 'partner' | 'community',
): Promise<string | null> => {
  const type = kind === 'partner' ? 'PartnerApplied' : 'CommunityFounded'
  for (let after: string | null = null; ; ) {
    const page = await store.readLog(after, 1_000)
    const found = page.events.find((event) => event.type === type)
    const event = found === undefined ? undefined : codec.decode(found)
    if (event !== undefined) return event.stream.slice(event.stream.indexOf('-') + 1)
    after = page.next
    if (page.atHead) return null
  }
}

const printLinks = async (tributary: Tributary, server: RunningServer, { say }: Line): Promise<void> => {
  say('\nSign in as one person of each role (each link once, within a day; for scripts: npm run token):')
  for (const role of accessRoles) {
    const kind = organisationOf(role)
    const organisation = kind === null ? null : await firstOrganisation(tributary, kind)
    if (kind !== null && organisation === null) continue
    const subject = await subjectWithRole(tributary, role, organisation)
    const link = server.signInLink(subject)
    if (link !== null) say(`  ${role.padEnd(17)} ${link}`)
  }
}

const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })

await runCommandLine({
  name: 'start',
  summary:
    'Runs Tributary, or some of its roles: GraphQL at /graphql, health at /health/ready, metrics at /metrics.',
  define: (command) =>
    command
      .name('npm start --')
      .option('--role <roles>', 'some of api, projector, worker, with commas between them (default: all)')
      .option('--empty', 'makes no sample ecosystem in an empty data folder')
      .option('--port <n>', 'port to listen on; 0 takes a free one (default: 4000)')
      .option('--host <address>', 'address to listen on (default: 127.0.0.1)'),
  settings: (flags) => ({
    port: textFlag(flags.port),
    host: textFlag(flags.host),
    roles: textFlag(flags.role),
  }),
  parse: (flags) => ({ empty: flags.empty === true }),
  run: async ({ empty }, line) => {
    const { config } = line
    const log = createLogger({ level: config.logLevel })
    const stopped = untilStopped()
    const tributary = await openConfigured(config)
    try {
      if (!empty && (await isEmpty(tributary)))
        await makeOnce(
          tributary,
          'sample',
          () => isEmpty(tributary),
          () => makeSample(tributary, line),
        )
      const telemetry = await startTelemetry(process.env, log)
      const server = await startServer(tributary, config, log)
      try {
        // Where another process keeps the views up, nobody knows when that one starts.
        const patience = config.roles.includes('projector') ? viewsMs : 0
        if (!(await server.projector.whenReady(patience)))
          line.say('The views are not built yet: see /health/ready.')
        const answers = config.roles.includes('api')
        if (answers) await printLinks(tributary, server, line)
        const at = `${server.url}${answers ? '/graphql' : '/health/ready'}`
        line.say(
          `\nTributary listens on ${at} (${config.roles.join(', ')}; data in ${tributary.folder}). Ctrl-C stops it.`,
        )
        if (line.json)
          process.stdout.write(`${JSON.stringify({ url: server.url, folder: tributary.folder })}\n`)
        const hasMoved = await Promise.race([
          stopped.then(() => false),
          untilMoved(tributary).then(() => true),
        ])
        if (hasMoved) {
          log.fatal(
            'the log of this data folder was moved to a server: this process ends; start it again with TRIBUTARY_EVENTSTORE_URL',
          )
          process.exitCode = 1
        }
      } finally {
        await server.close()
        await telemetry?.stop()
      }
    } finally {
      await tributary.close()
    }
  },
})
