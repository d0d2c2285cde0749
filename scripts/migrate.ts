/** `npm run migrate -- --to URL`: moves the log of the data folder to an EventStoreDB. */
import { migrate } from '../app/migrate.ts'
import { hostsOf } from '../eventstore/eventstoredb/connection.ts'
import { runCommandLine, textFlag, WrongUsage } from './command-line.ts'

await runCommandLine({
  name: 'migrate',
  summary:
    'Moves the log of the data folder to an EventStoreDB, compares the copy, and builds the views anew. Stop the servers first. It can be stopped, and run again.',
  define: (command) =>
    command.option(
      '--to <url>',
      'connection string of the server (default: TRIBUTARY_EVENTSTORE_URL, where no one sees its password)',
    ),
  parse: (flags) => textFlag(flags.to) ?? null,
  run: async (given, { config, say, progress }) => {
    const to = given ?? config.eventStoreUrl
    if (to === null) throw new WrongUsage('Name the server with --to, or in TRIBUTARY_EVENTSTORE_URL.')
    const { dataFolder: folder, toleranceMinor, masterKey, redisUrl, partitions } = config
    const migrated = await migrate({ folder, to, toleranceMinor, masterKey, redisUrl, partitions, progress })
    say(
      `${migrated.events} events are on ${hostsOf(to)}, each compared; the views were built from there. From now on set TRIBUTARY_EVENTSTORE_URL for every command.`,
    )
    return migrated
  },
})
