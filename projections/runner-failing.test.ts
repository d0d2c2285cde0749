import { afterEach, describe, expect, it, vi } from 'vitest'
import type { EventStore } from '../eventstore/port.ts'
import { accounts, append, logOf, members } from '../tests/property/projection-kit.ts'
import {
  expectTrue,
  headOf,
  joined,
  liveOf,
  overlay,
  paid,
  soon,
  started,
  statusOf,
  stopAll,
} from '../tests/property/projection-runner-kit.ts'
import { DocumentStoreUnavailable } from './documents.ts'
import { openMemoryDocumentStore } from './memory/document-store.ts'

afterEach(stopAll)

describe('failing', () => {
  it('tries a view again that could not be written, while the others go on', async () => {
    const events = await logOf([])
    const inner = openMemoryDocumentStore()
    let isFull = false
    const documents = overlay(inner, {
      live: async (projection) => {
        const live = await inner.live(projection)
        if (!live || projection !== accounts.name) return live
        return overlay(live, {
          write: async (...written) => {
            if (isFull) throw new DocumentStoreUnavailable('The disk is full.')
            await live.write(...written)
          },
        })
      },
    })
    await (await started(events, documents)).stop()
    const failures: (string | null)[] = []
    const runner = await started(events, documents, {
      onFailure: (_, projection) => failures.push(projection),
    })
    isFull = true
    await append(events, [joined(0), paid(0, 1)])
    const position = await headOf(events)
    expect(await runner.waitFor(position, soon, [members.name])).toBe(true)
    await vi.waitFor(() => expect(failures.length).toBeGreaterThan(3))
    expect(new Set(failures)).toEqual(new Set([accounts.name]))
    expect(await statusOf(runner, accounts)).toMatchObject({
      state: 'failing',
      ready: true,
      error: 'The disk is full.',
    })
    expect(await runner.waitFor(position, 0)).toBe(false)
    isFull = false
    expect(await runner.waitFor(position, soon)).toBe(true)
    await vi.waitFor(async () =>
      expect(await statusOf(runner, accounts)).toMatchObject({ state: 'live', error: null }),
    )
    await expectTrue(events, documents)
  })

  it('tries a first build again, and is ready when it worked', async () => {
    const events = await logOf([joined(0), paid(0, 1)])
    const inner = openMemoryDocumentStore()
    let left = 5
    const documents = overlay(inner, {
      seal: async (generation) => {
        if (left-- > 0) throw new DocumentStoreUnavailable('The disk is full.')
        await inner.seal(generation)
      },
    })
    const runner = await started(events, documents)
    expect((await statusOf(runner, members)).error).toBeNull()
    await expectTrue(events, documents)
  })
})

describe('another epoch', () => {
  const inEpoch = (events: EventStore, epoch: string): EventStore => overlay(events, { epoch })

  it('goes on where the same event stands at the checkpoint', async () => {
    const events = await logOf([joined(0), paid(1, 5)])
    const documents = openMemoryDocumentStore()
    await (await started(events, documents)).stop()
    const before = await liveOf(documents, members)
    await append(events, [joined(1)])
    const moved = inEpoch(events, 'restored')
    await started(moved, documents)
    expect((await liveOf(documents, members)).id).toBe(before.id)
    expect(await (await liveOf(documents, members)).checkpoint()).toMatchObject({
      epoch: 'restored',
      scanned: 3,
    })
    await expectTrue(moved, documents)
  })

  it.each([
    ['another event stands there', [joined(0), paid(2, 5), joined(1)]],
    ['the log ends before it', [joined(0)]],
    ['the log is empty', []],
  ])('builds anew where %s', async (_, happenings) => {
    const documents = openMemoryDocumentStore()
    const lost = await logOf([joined(0), paid(1, 5)])
    await (await started(lost, documents)).stop()
    const before = await liveOf(documents, members)
    const restored = inEpoch(await logOf(happenings), 'restored')
    await started(restored, documents)
    expect((await liveOf(documents, members)).id).not.toBe(before.id)
    await expectTrue(restored, documents)
  })
})
