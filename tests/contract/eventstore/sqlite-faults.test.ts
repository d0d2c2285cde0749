import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { OutcomeUnknown, StoreUnavailable } from '../../../eventstore/port.ts'
import { checkLogFile } from '../../../eventstore/sqlite/check-file.ts'
import { openLogFile } from '../../../eventstore/sqlite/open.ts'
import { SqliteEventStore } from '../../../eventstore/sqlite/sqlite-event-store.ts'
import { FailingDatabase, type Failure } from './failing-database.ts'
import { append, eventOf, eventsOf, newStream, readAll, settled, written } from './kit.ts'
import { newFolder } from './sqlite-kit.ts'

describe('a full disk', () => {
  it('refuses appends, changes nothing, and takes them again once there is space', async () => {
    await using folder = await newFolder()
    const log = openLogFile(folder.file, 20)
    const store = new SqliteEventStore(log)
    const { stream } = await written(store, 3)
    const before = await readAll(store)
    log.writer.exec('PRAGMA max_page_count = 1')

    const large = (revision: number) => eventOf(stream, revision, { data: 'x'.repeat(500_000) })
    const other = newStream()
    const { answers, errors } = await settled([
      append(store, eventsOf(other, 0, 2)),
      append(store, [large(3)]),
      append(store, eventsOf(newStream(), 0, 1)),
    ])
    expect(answers).toEqual([])
    for (const error of errors) {
      expect(error).toBeInstanceOf(StoreUnavailable)
      expect(error).toMatchObject({ message: expect.stringContaining('Free some space') })
    }
    expect(await readAll(store)).toEqual(before)
    expect(await store.headRevision(other)).toBe(-1)

    log.writer.exec('PRAGMA max_page_count = 1000000')
    expect((await append(store, [large(3)])).revision).toBe(3)
    expect((await append(store, eventsOf(other, 0, 2))).revision).toBe(1)
    await store.close()
    expect(checkLogFile(folder.file)).toEqual([])
  })
})

describe('a COMMIT that fails', () => {
  const failing = async (failure: Failure) => {
    const folder = await newFolder()
    const log = openLogFile(folder.file, 20)
    log.writer.close()
    const writer = new FailingDatabase(folder.file, { returnArrays: true })
    const store = new SqliteEventStore({ ...log, writer })
    const first = await written(store, 2)
    const failures = [failure]
    writer.nextFailure = () => failures.pop() ?? 'none'
    return { folder, store, first }
  }

  it.each(['before', 'after'] as const)(
    'says that the outcome is unknown, and the same batch again settles it (%s it reached the disk)',
    async (failure) => {
      const { folder, store, first } = await failing(failure)
      const [known, unknown] = [eventsOf(first.stream, 2, 2), eventsOf(newStream(), 0, 2)]
      const { answers, errors } = await settled([append(store, known), append(store, unknown)])
      expect(answers).toEqual([])
      for (const error of errors) expect(error).toBeInstanceOf(OutcomeUnknown)
      expect(errors).toHaveLength(2)

      const again = await Promise.all([append(store, known), append(store, unknown)])
      expect(again.map(({ revision }) => revision)).toEqual([3, 1])
      await append(store, eventsOf(newStream(), 0, 1))
      expect(await readAll(store)).toHaveLength(7)
      await store.close()
      expect(checkLogFile(folder.file)).toEqual([])
      await folder[Symbol.asyncDispose]()
    },
  )

  it('leaves a refusal in doubt too: it may rest on what was not written', async () => {
    const { folder, store } = await failing('before')
    const stream = newStream()
    const { errors } = await settled([
      append(store, eventsOf(stream, 0, 1, 'first')),
      append(store, eventsOf(stream, 0, 1, 'second')),
    ])
    expect(errors.map((error) => error instanceof OutcomeUnknown)).toEqual([true, true])
    expect((await append(store, eventsOf(stream, 0, 1, 'second'))).revision).toBe(0)
    await store.close()
    await folder[Symbol.asyncDispose]()
  })
})

describe('a process that holds the file for writing', () => {
  it('delays appends until it lets go', async () => {
    await using folder = await newFolder()
    const log = openLogFile(folder.file, 1)
    const store = new SqliteEventStore(log)
    const other = new DatabaseSync(folder.file)
    other.exec('BEGIN IMMEDIATE')
    let answered = false
    const asked = written(store, 1).then((answer) => {
      answered = true
      return answer
    })
    for (let turn = 0; turn < 3; turn += 1) await store.waitForAppend(null, 20)
    expect(answered).toBe(false)
    other.exec('ROLLBACK')
    expect((await asked).answer.revision).toBe(0)
    other.close()
    await store.close()
  })

  it('makes appends fail where it never does, and nothing is written', async () => {
    await using folder = await newFolder()
    const store = new SqliteEventStore(openLogFile(folder.file, 1), { patience: 50 })
    const other = new DatabaseSync(folder.file)
    other.exec('BEGIN IMMEDIATE')
    const events = eventsOf(newStream(), 0, 1)
    const { errors } = await settled<unknown>([append(store, events), written(store, 1)])
    expect(errors).toHaveLength(2)
    for (const error of errors) {
      expect(error).toBeInstanceOf(StoreUnavailable)
      expect(error).toMatchObject({ message: expect.stringContaining('Another process holds the log') })
    }
    expect(await store.head()).toBeNull()
    other.exec('ROLLBACK')
    other.close()
    expect((await append(store, events)).revision).toBe(0)
    await store.close()
  })
})

describe('appends of one process to one stream', () => {
  it('may be asked for one after the other without waiting, and are taken in that order', async () => {
    await using folder = await newFolder()
    const store = new SqliteEventStore(openLogFile(folder.file, 20))
    const events = eventsOf(newStream(), 0, 50)
    const answers = await Promise.all(events.map((event) => append(store, [event])))
    expect(answers.map(({ revision }) => revision)).toEqual(events.map(({ revision }) => revision))
    await store.close()
  })
})
