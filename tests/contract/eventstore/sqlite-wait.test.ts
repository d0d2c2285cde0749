import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openSqliteEventStore } from '../../../eventstore/sqlite/sqlite-event-store.ts'
import { written } from './kit.ts'
import { newFolder } from './sqlite-kit.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

it('an append wakes those who wait in the same process by itself, without a look at the clock', async () => {
  await using folder = await newFolder()
  const store = await openSqliteEventStore(folder.file)
  const waiting = store.waitForAppend(null, 3_600_000)
  await written(store, 1)
  await waiting
  await store.close()
})

it('an append of another process is noticed within 100 ms, and looking ends with the waiting', async () => {
  await using folder = await newFolder()
  const [store, other] = [await openSqliteEventStore(folder.file), await openSqliteEventStore(folder.file)]
  const waiting = store.waitForAppend(null, 3_600_000)
  await written(other, 1)
  await vi.advanceTimersByTimeAsync(100)
  await waiting
  expect(vi.getTimerCount()).toBe(0)
  await store.close()
  await other.close()
})
