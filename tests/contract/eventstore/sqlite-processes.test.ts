import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifyLog } from '../../../eventstore/chain.ts'
import type { StoredEvent } from '../../../eventstore/event.ts'
import type { EventStore } from '../../../eventstore/port.ts'
import { checkLogFile } from '../../../eventstore/sqlite/check-file.ts'
import { openSqliteEventStore } from '../../../eventstore/sqlite/sqlite-event-store.ts'
import { type Acknowledgement, expectAllThere, startChild } from './child.ts'
import { neighbours, readAll } from './kit.ts'
import { newFolder } from './sqlite-kit.ts'

const follow = async (store: EventStore, done: AbortSignal): Promise<readonly StoredEvent[]> => {
  const seen: StoredEvent[] = []
  for (let next: string | null = null; ; ) {
    const last = done.aborted
    const page = await store.readLog(next, 50)
    seen.push(...page.events)
    next = page.next
    if (last && page.atHead) return seen
    if (page.atHead) await store.waitForAppend(next, 60_000, done)
  }
}

const expectSound = async (store: EventStore, file: string): Promise<void> => {
  expect(await verifyLog(store)).toMatchObject({ broken: null })
  expect(checkLogFile(file)).toEqual([])
}

describe('two processes that write to one file', () => {
  it('lose nothing, write nothing twice, and never put an event behind a reader', async () => {
    await using folder = await newFolder()
    const store = await openSqliteEventStore(folder.file)
    const done = new AbortController()
    const following = follow(store, done.signal)
    const children = ['one', 'other'].map((who) =>
      startChild(folder.file, { who, lanes: 16, events: 1_200, shared: 4, thread: who === 'one' }),
    )
    expect(await Promise.all(children.map(({ gone }) => gone))).toEqual([0, 0])
    done.abort()
    const seen = await following
    const log = await readAll(store)

    expect(seen).toEqual(log)
    for (const [before, after] of neighbours(log))
      expect(store.comparePositions(before.position, after.position)).toBeLessThan(0)
    for (const { acknowledged } of children) expectAllThere(log, acknowledged)
    const told = children.flatMap(({ acknowledged }) => acknowledged).flatMap(({ hashes }) => hashes)
    expect(log).toHaveLength(told.length)
    expect(log.filter(({ stream }) => stream.startsWith('shared-')).length).toBeGreaterThan(300)
    await expectSound(store, folder.file)
    await store.close()
  })
})

describe('processes that open an empty folder at the same moment', () => {
  it('found one log, and all write to it', async () => {
    await using folder = await newFolder()
    const children = ['one', 'two', 'three', 'four'].map((who) =>
      startChild(folder.file, { who, lanes: 2, events: 40, shared: 1, thread: who > 'p' }),
    )
    expect(await Promise.all(children.map(({ gone }) => gone))).toEqual([0, 0, 0, 0])
    const store = await openSqliteEventStore(folder.file)
    const log = await readAll(store)
    for (const { acknowledged } of children) expectAllThere(log, acknowledged)
    await expectSound(store, folder.file)
    await store.close()
  })
})

describe('a process that is killed while it writes', () => {
  it.each([
    ['by itself', false],
    ['by a thread', true],
  ])('(%s) has kept each append that it acknowledged, once, in sound chains', async (_, thread) => {
    await using folder = await newFolder()
    const moments = fc.sample(fc.integer({ min: 0, max: 400 }), 8)
    const acknowledged: Acknowledgement[] = []
    for (const [turn, moment] of moments.entries()) {
      const child = startChild(folder.file, {
        who: `turn${turn}`,
        lanes: 96,
        events: 1_000_000,
        shared: 4,
        thread,
      })
      await child.reaches(moment)
      child.process.kill('SIGKILL')
      expect(await child.gone).toBeNull()
      acknowledged.push(...child.acknowledged)

      const store = await openSqliteEventStore(folder.file, { namesHeld: 16 })
      expectAllThere(await readAll(store), acknowledged)
      await expectSound(store, folder.file)
      await store.close()
    }
  })

  it.each([
    ['by itself', false],
    ['by a thread', true],
  ])('(%s) takes nothing with it that another process is writing', async (_, thread) => {
    await using folder = await newFolder()
    const survivor = startChild(folder.file, { who: 'survivor', lanes: 8, events: 1_500, shared: 2, thread })
    await survivor.reaches(1)
    const killed = startChild(folder.file, {
      who: 'killed',
      lanes: 8,
      events: 1_000_000,
      shared: 2,
      thread: true,
    })
    await killed.reaches(40)
    killed.process.kill('SIGKILL')
    await killed.gone
    expect(await survivor.gone).toBe(0)

    const store = await openSqliteEventStore(folder.file)
    expectAllThere(await readAll(store), [...survivor.acknowledged, ...killed.acknowledged])
    await expectSound(store, folder.file)
    await store.close()
  })
})
