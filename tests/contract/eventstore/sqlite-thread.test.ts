/** What holds where a thread writes the log: what may happen to it, and when it does. */
import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { OutcomeUnknown, StoreUnavailable } from '../../../eventstore/port.ts'
import { checkLogFile } from '../../../eventstore/sqlite/check-file.ts'
import { openSqliteEventStore, type SqliteOptions } from '../../../eventstore/sqlite/sqlite-event-store.ts'
import { append, eventOf, eventsOf, newStream, readAll, settled, written } from './kit.ts'
import { newFolder } from './sqlite-kit.ts'

type Fault = 'before' | 'after' | 'dies before' | 'dies after' | 'full'

const threadEntry = new URL('../fixtures/failing-writer-child.ts', import.meta.url)

/** A store whose thread meets the fault with its next batch. */
const openFailing = async (options: SqliteOptions = {}) => {
  const folder = await newFolder()
  const store = await openSqliteEventStore(folder.file, { threadAfter: 0, threadEntry, ...options })
  return {
    store,
    file: folder.file,
    meets: (fault: Fault) => writeFileSync(`${folder.file}.fault`, fault),
    [Symbol.asyncDispose]: async () => {
      await store.close()
      expect(checkLogFile(folder.file)).toEqual([])
      await folder[Symbol.asyncDispose]()
    },
  }
}

describe('a thread that fails', () => {
  it.each(['before', 'after', 'dies before', 'dies after'] as const)(
    'leaves the outcome unknown (%s COMMIT), and the same batch again settles it',
    async (fault) => {
      await using failing = await openFailing()
      const { store } = failing
      const first = await written(store, 2)
      const [known, unknown] = [eventsOf(first.stream, 2, 2), eventsOf(newStream(), 0, 2)]
      failing.meets(fault)
      const { answers, errors } = await settled([append(store, known), append(store, unknown)])
      expect(answers).toEqual([])
      expect(errors.map((error) => error instanceof OutcomeUnknown)).toEqual([true, true])

      const again = await Promise.all([append(store, known), append(store, unknown)])
      expect(again.map(({ revision }) => revision)).toEqual([3, 1])
      expect(await store.headRevision(first.stream)).toBe(3)
      await append(store, eventsOf(newStream(), 0, 1))
      expect(await readAll(store)).toHaveLength(7)
    },
  )

  it('refuses, where the disk is full, what does not fit, and goes on once there is space', async () => {
    await using failing = await openFailing()
    const { store } = failing
    const { stream } = await written(store, 3)
    const before = await readAll(store)
    const large = eventOf(stream, 3, { data: 'x'.repeat(500_000) })
    failing.meets('full')
    const { answers, errors } = await settled([
      append(store, eventsOf(newStream(), 0, 2)),
      append(store, [large]),
    ])
    expect(answers).toEqual([])
    for (const error of errors) {
      expect(error).toBeInstanceOf(StoreUnavailable)
      expect(error).toMatchObject({ message: expect.stringContaining('Free some space') })
    }
    expect(await readAll(store)).toEqual(before)
    expect((await append(store, [large])).revision).toBe(3)
  })

  it('refuses what was asked for on top of what it did not write', async () => {
    await using failing = await openFailing()
    const { store } = failing
    const stream = newStream()
    failing.meets('full')
    // As many as are handed over at once; the last one goes with the next batch.
    const lost = [
      append(store, [eventOf(stream, 0, { data: 'x'.repeat(500_000) })]),
      ...Array.from({ length: 63 }, () => append(store, eventsOf(newStream(), 0, 1))),
    ]
    const onTop = append(store, eventsOf(stream, 1, 1))
    const { errors } = await settled<unknown>([...lost, onTop])
    expect(errors.slice(0, 64).every((error) => error instanceof StoreUnavailable)).toBe(true)
    expect(errors[64]).toMatchObject({ name: 'WrongExpectedRevision', expected: 0, actual: -1 })
    expect(await store.headRevision(stream)).toBe(-1)
  })
})

describe('a process that holds the file for writing', () => {
  it('delays what the thread writes until it lets go, and leaves reads and their order alone', async () => {
    await using failing = await openFailing()
    const { store } = failing
    const stream = newStream()
    const other = new DatabaseSync(failing.file)
    other.exec('BEGIN IMMEDIATE')
    let answered = 0
    const asked = Array.from({ length: 100 }, (_, revision) =>
      append(store, eventsOf(stream, revision, 1)).then(() => {
        answered += 1
      }),
    )
    for (let turn = 0; turn < 3; turn += 1) await store.waitForAppend(null, 20)
    expect(await store.headRevision(stream)).toBe(-1)
    expect(answered).toBe(0)
    other.exec('ROLLBACK')
    other.close()
    await Promise.all(asked)
    expect(await store.headRevision(stream)).toBe(99)
  })

  it('makes appends fail where it never does, and nothing is written', async () => {
    await using failing = await openFailing({ patience: 50 })
    const { store } = failing
    const other = new DatabaseSync(failing.file)
    other.exec('BEGIN IMMEDIATE')
    const events = eventsOf(newStream(), 0, 1)
    const { errors } = await settled<unknown>([append(store, events), written(store, 1)])
    expect(errors).toHaveLength(2)
    for (const error of errors) {
      expect(error).toBeInstanceOf(StoreUnavailable)
      expect(error).toMatchObject({ message: expect.stringContaining('Another process holds the log') })
    }
    other.exec('ROLLBACK')
    other.close()
    expect(await store.head()).toBeNull()
    expect((await append(store, events)).revision).toBe(0)
  })
})

describe('a store under load', () => {
  /** Appends one event a lane, in one batch, to streams that are there or are made. */
  const round = async (
    store: Awaited<ReturnType<typeof openSqliteEventStore>>,
    streams: readonly string[],
    revision: number,
  ) => {
    await Promise.all(streams.map((stream) => append(store, eventsOf(stream, revision, 1))))
  }

  it('has a thread write once many appends came together, and none while they come one by one', async () => {
    await using failing = await openFailing({ threadAfter: 64 })
    const { store } = failing
    const alone = newStream()
    failing.meets('after')
    for (let revision = 0; revision < 100; revision += 1) await append(store, eventsOf(alone, revision, 1))

    const streams = Array.from({ length: 32 }, () => newStream())
    let revision = 0
    const inDoubt = async (): Promise<boolean> => {
      try {
        await round(store, streams, revision)
        revision += 1
        return false
      } catch (error) {
        expect(error).toBeInstanceOf(OutcomeUnknown)
        return true
      }
    }
    // The fault is the thread's alone, so it shows from when on the thread writes.
    while (!(await inDoubt())) expect(await store.headRevision(streams[0] ?? '')).toBe(revision - 1)
    expect(revision).toBeGreaterThan(1)
    for (const stream of streams) expect(await store.headRevision(stream)).toBe(revision)
  })

  it('reads what it has answered, at once, whichever connection wrote it', async () => {
    await using failing = await openFailing({ threadAfter: 16 })
    const { store, file } = failing
    const streams = Array.from({ length: 16 }, () => newStream())
    const other = await openSqliteEventStore(file)
    for (let revision = 0; revision < 60; revision += 1) {
      await round(store, streams, revision)
      for (const stream of streams) expect(store.readAtOnce(stream, revision, 60_000)).toHaveLength(1)
      if (revision % 3 === 0) await written(store, 2)
      if (revision % 7 === 0) await written(other, 2)
    }
    expect(await readAll(store)).toEqual(await readAll(other))
    await other.close()
  })

  it('answers all that was asked for before it is closed', async () => {
    await using folder = await newFolder()
    const store = await openSqliteEventStore(folder.file, { threadAfter: 0 })
    const asked = Array.from({ length: 1_000 }, () => append(store, eventsOf(newStream(), 0, 1)))
    await store.close()
    expect((await settled(asked)).answers).toHaveLength(1_000)
  })
})
