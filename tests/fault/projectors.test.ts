/** Several projector processes over one folder, of which one after the other is killed or stands still. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { EventStore } from '../../eventstore/port.ts'
import { openSqliteEventStore } from '../../eventstore/sqlite/sqlite-event-store.ts'
import type { DocumentStore } from '../../projections/documents.ts'
import { comparePositions } from '../../projections/order.ts'
import { createProjectionRunner } from '../../projections/runner.ts'
import { openSqliteDocumentStore } from '../../projections/sqlite/document-store.ts'
import { StoreViews } from '../../projections/store-views.ts'
import { verifyProjection } from '../../projections/verify.ts'
import { append, decode, type Happening, world } from '../property/projection-kit.ts'
import { withParent } from '../support/with-parent.ts'

const leaseMs = 500
const longest = 30_000

const told = z.union([
  z.object({ started: z.number() }),
  z.object({ wrote: z.string(), token: z.number(), position: z.string().nullable() }),
])
type Told = z.infer<typeof told>
type Wrote = Extract<Told, { wrote: string }>

let folder: string
let events: EventStore
let documents: DocumentStore
let views: StoreViews
let children: ChildProcess[]
let heard: Told[]

/** Views that were built: whoever starts goes on with them. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'projectors-'))
  events = await openSqliteEventStore(join(folder, 'events.db'))
  documents = openSqliteDocumentStore({ path: join(folder, 'views.db'), graceMs: 0 })
  await append(events, happenings(0, 60))
  const builder = createProjectionRunner({ events, documents, projections: world, decode, partitions: 3 })
  await builder.rebuild()
  await builder.stop()
  views = new StoreViews({ documents, events, projections: world })
  children = []
  heard = []
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await views.stop()
  await documents.close()
  await events.close()
  await rm(folder, { recursive: true })
})

const start = async (): Promise<ChildProcess> => {
  const script = join(import.meta.dirname, 'projectors-child.ts')
  const child = spawn(process.execPath, [...withParent, script, folder, String(leaseMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  const started = Promise.withResolvers<void>()
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    const said = told.parse(JSON.parse(line))
    heard.push(said)
    if ('started' in said) started.resolve()
  })
  child.once('exit', () => started.reject(new Error('The projector ended before it had started.')))
  await started.promise
  return child
}

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
  children = children.filter((each) => each !== child)
}

const happenings = (round: number, count: number): readonly Happening[] =>
  Array.from({ length: count }, (_, index): Happening => {
    const number = round * 1_000 + index
    const type = (['Joined', 'Paid', 'Joined', 'Left', 'Paid', 'Closed'] as const)[number % 6] ?? 'Paid'
    return { type, who: number % 7, group: number % 5, amount: number }
  })

/** The views come to the head of the log, and say what one pass over it says. */
const expectEqual = async (): Promise<void> => {
  expect(await views.waitFor((await events.head()) ?? '', longest)).toBe(true)
  for (const projection of world)
    expect(await verifyProjection({ events, documents, projection, decode })).toMatchObject({
      outcome: 'EQUAL',
      difference: null,
    })
}

/** Whoever was superseded wrote nothing after its successor's first write: no event was folded into the view by both. */
const expectNothingTwice = (): number => {
  const written = Map.groupBy(
    heard.filter((each): each is Wrote => 'wrote' in each),
    ({ wrote }) => wrote,
  )
  let takeovers = 0
  for (const all of written.values()) {
    const byToken = [...Map.groupBy(all, ({ token }) => token)].sort(([a], [b]) => a - b)
    let furthest: string | null = null
    for (const [, writes] of byToken) {
      const positions = writes.map(({ position }) => position).sort(comparePositions)
      if (furthest !== null) takeovers += 1
      expect(comparePositions(positions[0] ?? null, furthest)).toBeGreaterThanOrEqual(0)
      furthest = positions.at(-1) ?? furthest
    }
  }
  return takeovers
}

it('rebuilt equals live after each of many kills, and each partition has one writer at a time', async () => {
  await start()
  await start()
  for (let round = 1; round <= 8; round++) {
    const writing = append(events, happenings(round, 60))
    await sleep(20 * round)
    const [victim] = children
    if (victim) await end(victim, 'SIGKILL')
    await start()
    await writing
    await expectEqual()
  }
  expect(expectNothingTwice()).toBeGreaterThan(0)
}, 180_000)

it('one that stands still is superseded; awake again it writes nothing more, and takes its share anew', async () => {
  await start()
  await start()
  for (let round = 1; round <= 5; round++) {
    const [victim] = children
    const writing = append(events, happenings(round, 60))
    await sleep(15 * round)
    victim?.kill('SIGSTOP')
    await writing
    // Where it stood still within a transaction of SQLite, its file is locked until it wakes.
    await views.waitFor((await events.head()) ?? '', leaseMs * 6)
    victim?.kill('SIGCONT')
    await expectEqual()
    children.reverse()
  }
  expect(expectNothingTwice()).toBeGreaterThan(0)
  await vi.waitFor(async () => {
    const holders = new Map<string | null, number>()
    for (const { name } of world)
      for (const { owner } of (await (await documents.live(name))?.leases()) ?? [])
        holders.set(owner, (holders.get(owner) ?? 0) + 1)
    expect([...holders.values()]).toEqual([3, 3])
  }, longest)
}, 180_000)

it('what one that ends in order held is taken over at once', async () => {
  const first = await start()
  await start()
  await end(first, 'SIGTERM')
  await append(events, happenings(1, 30))
  await expectEqual()
  expect(await documents.leases.owners()).toHaveLength(1)
}, 60_000)
