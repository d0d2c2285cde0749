import { describe, expect, it } from 'vitest'
import { append, type Engine, eventsOf, newStream, written } from './kit.ts'

/** Longer than any test may take: a wait that ends by itself would fail it. */
const forEver = 3_600_000

export const waitCases = ({ shared, fresh }: Engine): void => {
  describe('waiting for an append', () => {
    it('ends at once where the log is past the position', async () => {
      const { answer } = await written(shared(), 1)
      await written(shared(), 1)
      await shared().waitForAppend(answer.position, forEver)
    })

    it('ends at once from the beginning of a log that has events', async () => {
      await written(shared(), 1)
      await shared().waitForAppend(null, forEver)
    })

    it('ends when an event is appended', async () => {
      const { answer, stream } = await written(shared(), 1)
      const waiting = shared().waitForAppend(answer.position, forEver)
      await append(shared(), eventsOf(stream, 1, 1))
      await waiting
    })

    it('ends when the first event of all is appended', async () => {
      const { store } = await fresh()
      const waiting = store.waitForAppend(null, forEver)
      await written(store, 1)
      await waiting
    })

    it('ends for all who wait', async () => {
      const { answer } = await written(shared(), 1)
      const waiting = Array.from({ length: 20 }, () => shared().waitForAppend(answer.position, forEver))
      await written(shared(), 1)
      await Promise.all(waiting)
    })

    it('ends when its signal aborts, without an error', async () => {
      const { store } = await fresh()
      const abort = new AbortController()
      const waiting = store.waitForAppend(null, forEver, abort.signal)
      abort.abort()
      await waiting
    })

    it('ends at once where its signal has aborted', async () => {
      const { store } = await fresh()
      await store.waitForAppend(null, forEver, AbortSignal.abort())
    })

    it('ends after its time where nothing happens', async () => {
      const { store } = await fresh()
      await store.waitForAppend(null, 30)
      const { answer } = await written(store, 1)
      await store.waitForAppend(answer.position, 30)
    })

    it('ends at once where it has no time', async () => {
      const { store } = await fresh()
      await store.waitForAppend(null, 0)
    })

    it('ends when the store is closed', async () => {
      const { store } = await fresh()
      const waiting = store.waitForAppend(null, forEver)
      await store.close()
      await waiting
    })

    it('never misses an append that comes between reading and waiting', async () => {
      const { store } = await fresh()
      const stream = newStream()
      const writing = (async () => {
        for (let revision = 0; revision < 60; revision += 1)
          await append(store, eventsOf(stream, revision, 1))
      })()
      let next: string | null = null
      for (let seen = 0; seen < 60; ) {
        await store.waitForAppend(next, forEver)
        const page = await store.readLog(next, 5)
        seen += page.events.length
        next = page.next
      }
      await writing
    })

    it('is refused after what is no position', async () => {
      await expect(shared().waitForAppend('yesterday', 10)).rejects.toThrow(TypeError)
    })
  })
}
