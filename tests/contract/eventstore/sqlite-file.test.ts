import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../../../eventstore/port.ts'
import { checkLogFile } from '../../../eventstore/sqlite/check-file.ts'
import { DataFolderTooNew, NotALog } from '../../../eventstore/sqlite/errors.ts'
import { openSqliteEventStore } from '../../../eventstore/sqlite/sqlite-event-store.ts'
import { append, eventsOf, newStream, readAll, written } from './kit.ts'
import { newFolder } from './sqlite-kit.ts'

const foreignDatabase = (file: string, sql: string): Buffer => {
  using database = new DatabaseSync(file)
  database.exec(sql)
  database.close()
  return readFileSync(file)
}

describe('opening a file', () => {
  it('founds a log where there is none, with large pages', async () => {
    await using folder = await newFolder()
    const store = await openSqliteEventStore(folder.file)
    expect(await store.head()).toBeNull()
    await store.close()
    using database = new DatabaseSync(folder.file, { readOnly: true })
    expect(database.prepare('PRAGMA page_size').get()).toEqual({ page_size: 16_384 })
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
  })

  it('founds a log in an empty file', async () => {
    await using folder = await newFolder()
    writeFileSync(folder.file, '')
    const store = await openSqliteEventStore(folder.file)
    await written(store, 1)
    await store.close()
  })

  it('by several at once founds one log', async () => {
    await using folder = await newFolder()
    const stores = await Promise.all([1, 2, 3, 4].map(() => openSqliteEventStore(folder.file)))
    expect(new Set(stores.map(({ epoch }) => epoch)).size).toBe(1)
    for (const store of stores) await store.close()
  })

  it('of a newer version is refused, says what to do, and changes nothing', async () => {
    await using folder = await newFolder()
    const store = await openSqliteEventStore(folder.file)
    await written(store, 1)
    await store.close()
    const before = foreignDatabase(folder.file, 'UPDATE meta SET format = 7')
    const refusal = await openSqliteEventStore(folder.file).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(DataFolderTooNew)
    expect(refusal).toMatchObject({
      found: 7,
      known: 1,
      message: expect.stringContaining('Start a version at least as new'),
    })
    expect(readFileSync(folder.file)).toEqual(before)
  })

  it.each([
    ['a database of another program', 'CREATE TABLE orders (id INTEGER PRIMARY KEY)'],
    ['an empty database of another program', 'PRAGMA application_id = 252006674'],
  ])('that is %s is refused, and changes nothing', async (_, sql) => {
    await using folder = await newFolder()
    const before = foreignDatabase(folder.file, sql)
    await expect(openSqliteEventStore(folder.file)).rejects.toThrow(NotALog)
    expect(readFileSync(folder.file)).toEqual(before)
  })

  it.each([
    ['a short text', 'hello'],
    ['a long text', 'x'.repeat(100_000)],
  ])('that is %s is refused, and changes nothing', async (_, content) => {
    await using folder = await newFolder()
    writeFileSync(folder.file, content)
    const refusal = await openSqliteEventStore(folder.file).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(NotALog)
    expect(refusal).toMatchObject({ message: expect.stringContaining('Name another data folder') })
    expect(readFileSync(folder.file, 'utf8')).toBe(content)
  })

  it('in a folder that does not exist, or that is a folder, is refused', async () => {
    await using folder = await newFolder()
    await expect(openSqliteEventStore(`${folder.path}/none/events.db`)).rejects.toThrow(StoreUnavailable)
    await mkdir(folder.file)
    await expect(openSqliteEventStore(folder.file)).rejects.toThrow(StoreUnavailable)
  })
})

describe('a file that goes away while it is open', () => {
  it.each([
    ['removed', (file: string) => rmSync(file)],
    [
      'replaced',
      (file: string) => {
        writeFileSync(`${file}.new`, readFileSync(file))
        renameSync(`${file}.new`, file)
      },
    ],
  ])('is noticed where it was %s: nothing is acknowledged that nobody would find', async (word, lose) => {
    await using folder = await newFolder()
    const store = await openSqliteEventStore(folder.file)
    const { stream } = await written(store, 1)
    lose(folder.file)
    const refusal = await append(store, eventsOf(stream, 1, 1)).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(StoreUnavailable)
    expect(refusal).toMatchObject({ message: expect.stringContaining(word) })
    await store.close()
  })
})

describe('a new epoch', () => {
  it('is another one, and stays', async () => {
    await using folder = await newFolder()
    const store = await openSqliteEventStore(folder.file)
    const { answer } = await written(store, 1)
    const before = store.epoch
    const epoch = store.newEpoch()
    expect(epoch).not.toBe(before)
    expect(store.epoch).toBe(epoch)
    await store.close()
    const again = await openSqliteEventStore(folder.file)
    expect(again.epoch).toBe(epoch)
    expect(await again.head()).toBe(answer.position)
    await again.close()
  })
})

describe('a backup', () => {
  it('is one consistent file, taken while appends go on', async () => {
    await using folder = await newFolder()
    const copy = `${folder.path}/copy.db`
    const store = await openSqliteEventStore(folder.file)
    for (let time = 0; time < 40; time += 1) await written(store, 20)
    const before = await readAll(store)
    let over = false
    const lanes = Array.from({ length: 8 }, async () => {
      while (!over) {
        const stream = newStream()
        await append(store, eventsOf(stream, 0, 3))
        await append(store, eventsOf(stream, 3, 2))
      }
    })
    await store.backupTo(copy)
    over = true
    await Promise.all(lanes)

    const other = await openSqliteEventStore(copy)
    const copied = await readAll(other)
    expect(copied.slice(0, before.length)).toEqual(before)
    expect((await readAll(store)).slice(0, copied.length)).toEqual(copied)
    expect(other.epoch).toBe(store.epoch)
    expect(checkLogFile(copy)).toEqual([])
    await written(other, 1)
    await other.close()
    await store.close()
  })

  it('replaces the one before it', async () => {
    await using folder = await newFolder()
    const copy = `${folder.path}/copy.db`
    const store = await openSqliteEventStore(folder.file)
    await store.backupTo(copy)
    await written(store, 2)
    await store.backupTo(copy)
    await store.close()
    const other = await openSqliteEventStore(copy)
    expect(await readAll(other)).toHaveLength(2)
    await other.close()
  })

  it('that cannot be written is refused, and leaves nothing behind', async () => {
    await using folder = await newFolder()
    const store = await openSqliteEventStore(folder.file)
    await expect(store.backupTo(`${folder.path}/none/copy.db`)).rejects.toThrow(StoreUnavailable)
    expect(statSync(`${folder.path}/none`, { throwIfNoEntry: false })).toBeUndefined()
    await store.close()
  })
})

describe('checking a file', () => {
  const damage = async (sql: string): Promise<readonly string[]> => {
    await using folder = await newFolder()
    const store = await openSqliteEventStore(folder.file, { namesHeld: 4 })
    for (let time = 0; time < 12; time += 1) await written(store, 3)
    await store.close()
    expect(checkLogFile(folder.file)).toEqual([])
    foreignDatabase(folder.file, sql)
    return checkLogFile(folder.file)
  }

  it.each([
    [
      'an event is gone from a stream',
      'DELETE FROM events WHERE stream = 2 AND revision = 1',
      'holds 2 events',
    ],
    ['a stream is gone', 'DELETE FROM streams WHERE id = 3', 'number 3 have no stream'],
    ['a stream has no events', 'DELETE FROM events WHERE stream = 12', 'has no events'],
    [
      'a stream is there twice',
      'UPDATE streams SET name = (SELECT name FROM streams WHERE id = 1) WHERE id = 12',
      'has 2 numbers',
    ],
    ['a name is not in the index', 'DELETE FROM stream_names WHERE id = 1', 'missing from the index'],
    [
      'the index has a wrong name',
      "UPDATE stream_names SET name = 'other-1' WHERE id = 1",
      'The index of names has other-1',
    ],
  ])('finds that %s', async (_, sql, sentence) => {
    expect((await damage(sql)).join('\n')).toContain(sentence)
  })

  it('finds bytes that were overwritten', async () => {
    await using folder = await newFolder()
    const store = await openSqliteEventStore(folder.file)
    for (let time = 0; time < 50; time += 1) await written(store, 10)
    await store.close()
    const bytes = readFileSync(folder.file)
    writeFileSync(folder.file, bytes.fill(0xff, 16_384 * 8, 16_384 * 9))
    expect(checkLogFile(folder.file).length).toBeGreaterThan(0)
  })
})
