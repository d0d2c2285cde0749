import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventStore } from '../../eventstore/port.ts'
import { openSqliteEventStore } from '../../eventstore/sqlite/sqlite-event-store.ts'
import type { DocumentStore } from '../../projections/documents.ts'
import { createProjectionRunner } from '../../projections/runner.ts'
import { openSqliteDocumentStore } from '../../projections/sqlite/document-store.ts'
import { verifyProjection } from '../../projections/verify.ts'
import { append, decode, type Happening, world } from '../property/projection-kit.ts'
import { withParent } from '../support/with-parent.ts'

const rounds = 8

/** Joins, payments and leavings of a few people, with a poisoned one now and then. */
const happenings = (round: number, count: number): readonly Happening[] =>
  Array.from({ length: count }, (_, index): Happening => {
    const number = round * 1_000 + index
    const who = number % 7
    const type = (['Joined', 'Paid', 'Joined', 'Left', 'Paid', 'Closed'] as const)[number % 6] ?? 'Paid'
    const happening = {
      type,
      who: number % 97 === 0 ? 1_000 + number : who,
      group: number % 3,
      amount: number,
    }
    return number % 97 === 0 ? { ...happening, poison: 'fold' } : happening
  })

describe('killed at any moment', () => {
  let folder: string
  let events: EventStore
  const children: ChildProcess[] = []
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'projection-kill-'))
    events = await openSqliteEventStore(join(folder, 'events.db'))
  })
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await events.close()
    await rm(folder, { recursive: true })
  })

  /** Starts a process, and kills it when it has told of `steps` steps. */
  const killAfter = async (mode: 'follow' | 'rebuild', steps: number): Promise<readonly string[]> => {
    const script = join(import.meta.dirname, 'projection-child.ts')
    const child = spawn(process.execPath, [...withParent, script, folder, mode], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    children.push(child)
    const errors: string[] = []
    child.stderr.on('data', (data: Buffer) => errors.push(data.toString()))
    const told: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      told.push(line)
      if (told.length === steps) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    expect(errors.join('')).toBe('')
    expect(child.signalCode).toBe('SIGKILL')
    return told
  }

  const withViews = async <T>(work: (documents: DocumentStore) => Promise<T>): Promise<T> => {
    const documents = openSqliteDocumentStore({ path: join(folder, 'views.db'), graceMs: 0 })
    try {
      return await work(documents)
    } finally {
      await documents.close()
    }
  }

  const expectEqual = async (
    documents: DocumentStore,
    outcomes: readonly string[] = ['EQUAL'],
  ): Promise<void> => {
    for (const projection of world) {
      const { outcome, difference } = await verifyProjection({ events, documents, projection, decode })
      expect(difference).toBeNull()
      expect(outcomes).toContain(outcome)
    }
  }

  it('while following, the views are true up to their checkpoint, and go on from there', async () => {
    for (let round = 0; round < rounds; round++) {
      await append(events, happenings(round, 150))
      await killAfter('follow', 1 + round * 3)
      // The first rounds may kill it before anything was published.
      await withViews((documents) => expectEqual(documents, ['EQUAL', 'NOT_BUILT']))
    }
    await withViews(async (documents) => {
      const runner = createProjectionRunner({ events, documents, projections: world, decode })
      await runner.start()
      expect(await runner.waitFor((await events.head()) ?? '', 30_000)).toBe(true)
      await runner.stop()
      await expectEqual(documents)
    })
  })

  it('while rebuilding, readers keep a whole view, and what was begun is dropped at the next start', async () => {
    await append(events, happenings(0, 300))
    await withViews((documents) =>
      createProjectionRunner({ events, documents, projections: world, decode }).rebuild(),
    )
    let dropped = 0
    for (let round = 0; round < rounds; round++) {
      const told = await killAfter('rebuild', 1 + round * 40)
      expect(told.length).toBeGreaterThan(round * 40)
      await withViews(async (documents) => {
        await expectEqual(documents)
        dropped += await documents.sweep()
        const live = await Promise.all(world.map(({ name }) => documents.live(name)))
        const kept = readdirSync(join(folder, 'views')).filter((file) => file.endsWith('.db'))
        expect(kept.toSorted()).toEqual(live.map((generation) => `${generation?.id}.db`).toSorted())
      })
    }
    expect(dropped).toBeGreaterThan(0)
  })
})
