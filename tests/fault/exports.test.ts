/** Exports where workers die, people cancel, and roles are taken back. */
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { mayFetch } from '../../api/auth/export-access.ts'
import type { ExportPort } from '../../api/services.ts'
import { exportPort } from '../../app/exports.ts'
import { createProjector } from '../../app/projector.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { openTributary, type Tributary } from '../../app/tributary.ts'
import { newId } from '../../platform/ids.ts'
import type { DocumentStore } from '../../projections/documents.ts'
import type { ExportRequest } from '../../projections/queries/exported.ts'
import { removeOlder } from '../../workers/exports/export-folder.ts'
import { exportJob } from '../../workers/exports/export-job.ts'
import { etaSeconds, exportQueue } from '../../workers/exports/export-record.ts'
import { runJobs } from '../../workers/jobs.ts'
import { until } from '../support/until.ts'

let folder: string
let files: string
let tributary: Tributary
let projector: ReturnType<typeof createProjector>
let port: ExportPort

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-exports-'))
  files = join(folder, 'data', 'exports')
  tributary = await openTributary({ folder: join(folder, 'data') })
  await simulate(tributary, { members: 10, purchases: 220, seed: 5, until: '2026-06-01T00:00:00.000Z' })
  projector = createProjector(tributary, () => undefined)
  await projector.start()
  port = exportPort({ open: tributary.jobs, folder: files, clock: tributary.clock })
})
afterEach(async () => {
  await projector.stop()
  await tributary.close()
  rmSync(folder, { recursive: true, force: true })
})

const asked = async (): Promise<ExportRequest> => ({
  id: newId('export'),
  subject: newId('person'),
  list: {
    kind: 'PURCHASES',
    asked: { community: null, person: null, status: null, placedFrom: null, placedBefore: null },
  },
  format: 'JSONL',
  scope: { all: true, organisations: [] },
  asOf: { epoch: tributary.store.epoch, position: (await tributary.store.head()) ?? '', event: 'a-b@0' },
  askedAt: new Date(tributary.clock.now()).toISOString(),
})

const partsFor = async (documents: DocumentStore) => ({
  engine: await tributary.jobs(),
  documents,
  views: projector,
  epoch: tributary.store.epoch,
  clock: tributary.clock,
  folder: files,
})

const work = async (documents: DocumentStore = tributary.documents) => {
  const parts = await partsFor(documents)
  return runJobs({ engine: parts.engine, kinds: [exportJob(parts)], onError: () => undefined })
}

const stateOf = async (id: string) => (await port.find(id))?.state

/** Documents whose reading is held up from the third on, until it is let go. */
const heldUp = () => {
  const { promise, resolve: letGo } = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  let reads = 0
  const { documents } = tributary
  const live: DocumentStore['live'] = async (name) => {
    reads += 1
    if (reads === 3) {
      reached.resolve()
      await promise
    }
    return documents.live(name)
  }
  const held: DocumentStore = new Proxy(documents, {
    get: (target, name) => {
      if (name === 'live') return live
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { held, reached: reached.promise, letGo }
}

it('a worker that dies in the middle leaves no file, and another begins again', async () => {
  const request = await asked()
  await port.ask(request)
  const parts = await partsFor(tributary.documents)
  const { held, reached, letGo } = heldUp()
  // What a dead worker leaves: a part, a note that it began, and the job.
  const controls = new AbortController()
  const dying = exportJob({ ...parts, documents: held }).run(
    {
      id: request.id,
      name: 'export.write',
      data: JSON.stringify({ id: request.id }),
      failures: 0,
      createdAt: 0,
    },
    { signal: controls.signal, progress: async () => undefined },
  )
  await reached
  expect(existsSync(join(files, request.id))).toBe(false)
  expect(readdirSync(files)).toHaveLength(1)
  const worker = await work()
  await until('it is done', async () => (await stateOf(request.id)) === 'DONE')
  await worker.stop()
  const lines = (await readFile(join(files, request.id), 'utf8')).trimEnd().split('\n')
  expect(lines).toHaveLength(220)
  expect(new Set(lines).size).toBe(220)
  controls.abort('LEASE_LOST')
  letGo()
  expect((await dying).kind).toBe('AGAIN')
  expect(readdirSync(files)).toEqual([request.id])
  expect((await port.find(request.id))?.rows).toBe(220)
})

it('one that is cancelled at work stops, and leaves nothing', async () => {
  const request = await asked()
  await port.ask(request)
  const { held, reached, letGo } = heldUp()
  const worker = await work(held)
  await reached
  expect(await stateOf(request.id)).toBe('RUNNING')
  expect(await port.cancel(request.id)).toBe(true)
  expect(await stateOf(request.id)).toBe('CANCELLED')
  letGo()
  await worker.stop()
  expect(readdirSync(files)).toEqual([])
  await port.ask(request)
  expect(await (await tributary.jobs()).queue(exportQueue).find(request.id)).toBeNull()
  expect(await port.open(request.id)).toBeNull()
})

it('one that is done cannot be cancelled', async () => {
  const request = await asked()
  await port.ask(request)
  const worker = await work()
  await until('it is done', async () => (await stateOf(request.id)) === 'DONE')
  await worker.stop()
  expect(await port.cancel(request.id)).toBe(false)
  expect((await port.of(request.subject)).map(({ state }) => state)).toEqual(['DONE'])
})

it('the journal ends at the position at which it was asked for, whatever came after', async () => {
  const { events } = await tributary.store.readLog(null, 1_000)
  const head = events.at(-1)?.position ?? ''
  await until('the journal is there', () => projector.waitFor(head, 1_000, ['journal']))
  const middle = events[Math.floor(events.length * 0.8)]?.position ?? ''
  const rowsAt = async (position: string): Promise<readonly string[]> => {
    const request = await asked()
    const list = { kind: 'JOURNAL', asked: { account: null, currency: null, purchase: null } } as const
    await port.ask({ ...request, list, asOf: { ...request.asOf, position } })
    const worker = await work()
    await until('it is done', async () => (await stateOf(request.id)) === 'DONE')
    await worker.stop()
    return (await readFile(join(files, request.id), 'utf8')).trimEnd().split('\n')
  }
  const [whole, part] = [await rowsAt(head), await rowsAt(middle)]
  expect(part.length).toBeGreaterThan(0)
  expect(part.length).toBeLessThan(whole.length)
  expect(part).toEqual(whole.slice(0, part.length))
  const told = new Map(events.map((each) => [`${each.stream}@${each.revision}`, each.position]))
  for (const row of part) {
    const { event } = z.object({ event: z.string() }).parse(JSON.parse(row))
    expect(tributary.store.comparePositions(told.get(event) ?? '999999', middle)).toBeLessThanOrEqual(0)
  }
})

it('files, and parts that the dead left, are taken away when they are old; others are not', async () => {
  const worker = await work()
  const request = await asked()
  await port.ask(request)
  await until('it is done', async () => (await stateOf(request.id)) === 'DONE')
  await worker.stop()
  const [old, part] = [newId('export'), `${newId('export')}.part_1`]
  for (const name of [old, part, 'notes.txt']) {
    writeFileSync(join(files, name), '')
    utimesSync(join(files, name), 1, 1)
  }
  await removeOlder(files, 2_000)
  expect(readdirSync(files).sort()).toEqual([request.id, 'notes.txt'].sort())
})

it('is fetched only while all that was frozen may still be seen', async () => {
  const [here, there] = [newId('community'), newId('community')]
  const request = { ...(await asked()), scope: { all: false, organisations: [here] } }
  const holding = (...organisations: readonly (string | null)[]) => ({
    subject: request.subject,
    grants: organisations.map((organisation) => ({
      role: organisation === null ? ('OPERATOR' as const) : ('COMMUNITY_OWNER' as const),
      organisation,
    })),
    expiresAt: null,
    keyId: null,
    isRemembered: false,
  })
  expect(mayFetch(request, holding(here))).toBe(true)
  expect(mayFetch(request, holding(here, there))).toBe(true)
  expect(mayFetch(request, holding(null))).toBe(true)
  expect(mayFetch(request, holding(there))).toBe(false)
  expect(mayFetch(request, holding())).toBe(false)
  expect(mayFetch({ ...request, scope: { all: true, organisations: [] } }, holding(here))).toBe(false)
  expect(mayFetch(request, { ...holding(here), subject: newId('person') })).toBe(false)
})

it('the time that is left follows from the pace so far', () => {
  expect(etaSeconds({ done: 100, total: 400 }, 0, 10_000)).toBe(30)
  expect(etaSeconds({ done: 0, total: 400 }, 0, 10_000)).toBeNull()
  expect(etaSeconds({ done: 5, total: null }, 0, 10_000)).toBeNull()
})
