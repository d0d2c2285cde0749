import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import {
  type Document,
  type DocumentStore,
  DocumentStoreTooNew,
  DocumentStoreUnavailable,
  type Generation,
  GenerationGone,
  type ProjectionSpec,
} from '../documents.ts'
import { readLive, ViewNotReady } from '../read-live.ts'
import { openSqliteDocumentStore } from './document-store.ts'

const spec: ProjectionSpec = {
  name: 'view',
  version: 1,
  collections: [{ name: 'things', fields: { amount: 'integer' }, indexes: [['amount']] }],
}
const at = (position: number) => ({
  epoch: 'e',
  position: String(position),
  event: 'thing-1@0',
  recordedAt: null,
  scanned: position,
})

let folder: string
let path: string
const open: DocumentStore[] = []
const openStore = (graceMs = 0): DocumentStore => {
  const store = openSqliteDocumentStore({ path, graceMs })
  open.push(store)
  return store
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'views-'))
  path = join(folder, 'views.db')
})
afterEach(async () => {
  for (const store of open.splice(0)) await store.close()
  await rm(folder, { recursive: true })
})

const published = async (
  store: DocumentStore,
  position: number,
  document: Document = { amount: position },
) => {
  const generation = await store.begin(spec, { bulk: true })
  await generation.write(
    [[{ collection: 'things', key: 'k', position: String(position), document }]],
    at(position),
  )
  await store.publish(generation)
  return generation
}
const fileOf = (generation: Generation): string => join(folder, 'views', `${generation.id}.db`)
const files = (): readonly string[] =>
  readdirSync(join(folder, 'views')).filter((file) => file.endsWith('.db'))

const raiseVersion = (file: string): void => {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA user_version = 99')
  db.close()
}

it('keeps what was published across a close', async () => {
  const store = openStore()
  const { id } = await published(store, 1)
  await store.close()
  const live = await openStore().live('view')
  expect(live).toMatchObject({ id, projection: 'view', version: 1, collections: spec.collections })
  expect(await live?.get('things', 'k')).toMatchObject({ document: { amount: 1 } })
})

it('refuses a catalogue of a newer version, and leaves it as it is', async () => {
  await openStore().close()
  raiseVersion(path)
  expect(() => openStore()).toThrow(DocumentStoreTooNew)
  expect(() => openStore()).toThrow(/schema version 99; this program knows 2/)
})

it('takes a catalogue of the version before partitions, whose views count as never built', async () => {
  const db = new DatabaseSync(path)
  db.exec(`
    CREATE TABLE generations (
      id TEXT PRIMARY KEY NOT NULL, projection TEXT NOT NULL, spec TEXT NOT NULL, state TEXT NOT NULL,
      owner TEXT NOT NULL, retired_at INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX live ON generations (projection) WHERE state = 'live';
    INSERT INTO generations VALUES ('old', 'view', '${JSON.stringify(spec)}', 'live', '1:gone', NULL);
    PRAGMA user_version = 1;
  `)
  db.close()
  mkdirSync(join(folder, 'views'))
  const old = new DatabaseSync(join(folder, 'views', 'old.db'))
  old.exec('PRAGMA user_version = 1')
  old.close()
  const store = openStore()
  expect(await store.live('view')).toBeNull()
  const { id } = await published(store, 1)
  expect((await store.live('view'))?.id).toBe(id)
  expect(await store.leases.claim('work', 'ann', 0)).toBe(1)
  await store.sweep()
  await vi.waitFor(() => expect(files()).toEqual([`${id}.db`]))
})

it('refuses a generation of a newer version', async () => {
  const store = openStore()
  const generation = await published(store, 1)
  await store.close()
  raiseVersion(fileOf(generation))
  await expect(openStore().live('view')).rejects.toThrow(DocumentStoreTooNew)
})

it('says what cannot be used, and what to do', () => {
  writeFileSync(path, 'This is no database, though it is long enough to look at. '.repeat(100))
  expect(() => openStore()).toThrow(DocumentStoreUnavailable)
  expect(() => openStore()).toThrow(
    /views\.db cannot be used now: .*Move it away: views are rebuilt from the log/,
  )
})

it('says where a folder cannot be made', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => openSqliteDocumentStore({ path: join(folder, 'file', 'views.db') })).toThrow(
    DocumentStoreUnavailable,
  )
})

it.each([
  ['missing', (file: string) => rmSync(file)],
  ['damaged', (file: string) => writeFileSync(file, 'no database '.repeat(5_000))],
  ['empty', (file: string) => writeFileSync(file, '')],
])('counts a view whose file is %s as never built, and builds it anew', async (_, harm) => {
  const store = openStore()
  const generation = await published(store, 5)
  await store.close()
  for (const file of readdirSync(join(folder, 'views')))
    if (!file.endsWith('.db')) rmSync(join(folder, 'views', file))
  harm(fileOf(generation))
  const again = openStore()
  expect(await again.live('view')).toBeNull()
  await expect(readLive(again, 'view', async () => 1)).rejects.toThrow(ViewNotReady)
  await published(again, 2)
  expect(await readLive(again, 'view', (reader) => reader.get('things', 'k'))).toMatchObject({
    position: '2',
  })
})

it('drops the files of a generation that was replaced, once its grace is over', async () => {
  const store = openStore()
  const before = await published(store, 1)
  const after = await published(store, 2)
  await vi.waitFor(() => expect(files()).toEqual([`${after.id}.db`]))
  await expect(before.get('things', 'k')).rejects.toThrow(GenerationGone)
})

it('drops what was replaced at the next sweep, where nobody lived to do it', async () => {
  const store = openStore(60_000)
  await published(store, 1)
  const after = await published(store, 2)
  await store.close()
  expect(files()).toHaveLength(2)
  const again = openStore(0)
  expect(await again.sweep()).toBe(1)
  expect(files()).toEqual([`${after.id}.db`])
})

it('leaves what was replaced a moment ago to its readers', async () => {
  const store = openStore(60_000)
  await published(store, 1)
  await published(store, 2)
  expect(await store.sweep()).toBe(0)
  expect(files()).toHaveLength(2)
})

it('drops files that the catalogue does not know', async () => {
  const store = openStore()
  const { id } = await published(store, 1)
  for (const ending of ['db', 'db-wal', 'db-journal'])
    writeFileSync(join(folder, 'views', `orphan.${ending}`), 'x')
  expect(await store.sweep()).toBe(1)
  expect(files()).toEqual([`${id}.db`])
  expect(existsSync(join(folder, 'views', 'orphan.db-wal'))).toBe(false)
})

it('reads on in the next generation where one vanishes under a reader', async () => {
  const store = openStore()
  await published(store, 1)
  let tries = 0
  const found = await readLive(store, 'view', async (reader) => {
    tries += 1
    if (tries === 1) {
      const before = files().length
      await published(store, 2)
      await vi.waitFor(() => expect(files()).toHaveLength(before))
    }
    return reader.get('things', 'k')
  })
  expect(found).toMatchObject({ position: '2' })
  expect(tries).toBe(2)
})

it('makes the indexes of a large build too', async () => {
  const store = openStore()
  const generation = await store.begin(spec, { bulk: true })
  const text = 'x'.repeat(10_000)
  const batch = Array.from({ length: 1_000 }, (_, index) => ({
    collection: 'things',
    key: `k${index}`,
    position: '1',
    document: { amount: index, text },
  }))
  await generation.write([batch], at(1))
  await store.publish(generation)
  await store.close()
  const db = new DatabaseSync(fileOf(generation), { readOnly: true })
  expect(db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`).all()).toEqual(
    [{ name: 'i_things_0' }],
  )
  expect(db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  db.close()
})

it('is written with a journal once it is live: what a crash cuts short is rolled back', async () => {
  const store = openStore()
  const generation = await published(store, 1)
  const db = new DatabaseSync(fileOf(generation), { readOnly: true })
  expect(db.prepare('PRAGMA journal_mode').all()).toEqual([{ journal_mode: 'wal' }])
  db.close()
})
