/** Follows a log, or rebuilds its views, in small steps and without end, until it is killed; tells of each step. */
import { setTimeout as sleep } from 'node:timers/promises'
import { openSqliteEventStore } from '../../eventstore/sqlite/sqlite-event-store.ts'
import { createProjectionRunner } from '../../projections/runner.ts'
import { openSqliteDocumentStore } from '../../projections/sqlite/document-store.ts'
import { decode, world } from '../property/projection-kit.ts'

const [folder = '', mode = ''] = process.argv.slice(2)
const tell = (line: string): unknown => process.stdout.write(`${line}\n`)

const events = await openSqliteEventStore(`${folder}/events.db`)
const documents = openSqliteDocumentStore({ path: `${folder}/views.db`, graceMs: 0 })
const runner = createProjectionRunner({
  events,
  documents,
  projections: world,
  decode,
  batch: { live: 3, catchUp: 3, rebuild: 3 },
  cached: { live: 10, rebuild: 10 },
})
if (mode === 'rebuild') for (;;) await runner.rebuild([], ({ scanned }) => tell(`rebuilt ${scanned}`))
await runner.start()
for (;;) {
  const [status] = await runner.status()
  tell(`followed ${status?.scanned}`)
  await sleep(1)
}
