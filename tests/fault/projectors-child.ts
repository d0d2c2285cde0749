/** One of several projectors over one folder. Tells of each write that the store took. */
import { setTimeout as sleep } from 'node:timers/promises'

import { openSqliteEventStore } from '../../eventstore/sqlite/sqlite-event-store.ts'
import type { DocumentStore } from '../../projections/documents.ts'
import { unclaimed } from '../../projections/leases.ts'
import { createProjectionRunner } from '../../projections/runner.ts'
import { openSqliteDocumentStore } from '../../projections/sqlite/document-store.ts'
import { decode, world } from '../property/projection-kit.ts'
import { overlay } from '../property/projection-runner-kit.ts'

const [folder = '', leaseMs = ''] = process.argv.slice(2)
const tell = (told: object): unknown => process.stdout.write(`${JSON.stringify(told)}\n`)

const events = await openSqliteEventStore(`${folder}/events.db`)
const inner = openSqliteDocumentStore({ path: `${folder}/views.db`, graceMs: 0 })
const documents: DocumentStore = overlay(inner, {
  live: async (projection) => {
    const live = await inner.live(projection)
    return (
      live &&
      overlay(live, {
        write: async (stages, checkpoint, hold = unclaimed) => {
          // As an engine elsewhere takes: so that a process is often stopped with a write in hand.
          await sleep(5)
          await live.write(stages, checkpoint, hold)
          tell({ wrote: `${live.id}/${hold.partition}`, token: hold.token, position: checkpoint.position })
        },
      })
    )
  },
})
const runner = createProjectionRunner({
  events,
  documents,
  projections: world,
  decode,
  partitions: 3,
  lease: { leaseMs: Number(leaseMs) },
  batch: { live: 5, catchUp: 5 },
  gatherMs: 1,
})
await runner.start()
tell({ started: process.pid })
process.once('SIGTERM', () => {
  void runner.stop().then(async () => {
    await inner.close()
    await events.close()
    process.exit(0)
  })
})
