import { afterEach, describe, expect, it, vi } from 'vitest'
import { accounts, append, decode, logOf, members } from '../tests/property/projection-kit.ts'
import {
  expectTrue,
  headOf,
  joined,
  liveOf,
  noted,
  overlay,
  paid,
  runnerOf,
  soon,
  started,
  statusOf,
  stopAll,
} from '../tests/property/projection-runner-kit.ts'
import { compareGenerations } from './compare.ts'
import { DocumentStoreUnavailable } from './documents.ts'
import { openMemoryDocumentStore } from './memory/document-store.ts'
import { UnknownProjection } from './unknown-projection.ts'

afterEach(stopAll)

describe('rebuilding', () => {
  it('swaps to an equal view, while the live one goes on', async () => {
    const inner = await logOf([joined(0), paid(0, 1), joined(1)])
    let open = () => {}
    let gate = Promise.resolve()
    const events = overlay(inner, {
      readLog: async (after, limit) => {
        if (after === null) await gate
        return inner.readLog(after, limit)
      },
    })
    const documents = openMemoryDocumentStore()
    const runner = await started(events, documents)
    const before = await liveOf(documents, members)
    gate = new Promise((resolve) => {
      open = resolve
    })
    const rebuilding = runner.rebuild([members.name])
    await append(inner, [joined(2)])
    expect(await runner.waitFor(await headOf(inner), soon)).toBe(true)
    expect(await statusOf(runner, members)).toMatchObject({ isRebuilding: true, state: 'live' })
    expect((await liveOf(documents, members)).id).toBe(before.id)
    await expectTrue(inner, documents)
    open()
    await rebuilding
    expect((await liveOf(documents, members)).id).not.toBe(before.id)
    await expectTrue(inner, documents)
    await append(inner, [joined(3), paid(3, 8)])
    expect(await runner.waitFor(await headOf(inner), soon)).toBe(true)
    await expectTrue(inner, documents)
    expect(await statusOf(runner, members)).toMatchObject({ isRebuilding: false, parked: 0 })
  })

  it('works without following the log, and tells how far it is', async () => {
    const events = await logOf([joined(0), paid(0, 1), joined(1), noted(2)])
    const documents = openMemoryDocumentStore()
    const progress: number[] = []
    await runnerOf(events, documents, { batch: { rebuild: 2 } }).rebuild([], ({ scanned }) =>
      progress.push(scanned),
    )
    expect(progress).toEqual([2, 4, 4])
    await expectTrue(events, documents)
  })

  it('leaves the live view as it was where it fails, and nothing behind', async () => {
    const events = await logOf([joined(0)])
    const inner = openMemoryDocumentStore()
    const discarded: string[] = []
    const documents = overlay(inner, {
      publish: async (generation) => {
        if (await inner.live(generation.projection)) throw new DocumentStoreUnavailable('The disk is full.')
        await inner.publish(generation)
      },
      discard: async (generation) => {
        discarded.push(generation.projection)
        await inner.discard(generation)
      },
    })
    const runner = await started(events, documents)
    const before = await liveOf(documents, members)
    await expect(runner.rebuild([members.name])).rejects.toThrow(DocumentStoreUnavailable)
    expect(discarded).toEqual([members.name])
    expect((await liveOf(documents, members)).id).toBe(before.id)
    await append(events, [joined(1)])
    expect(await runner.waitFor(await headOf(events), soon)).toBe(true)
    await expectTrue(events, documents)
  })

  it('takes parked streams up again', async () => {
    const events = await logOf([joined(0), { ...joined(1), poison: 'decode' }, joined(1)])
    const documents = openMemoryDocumentStore()
    let isMended = false
    const runner = await started(events, documents, {
      decode: (stored) =>
        decode(isMended ? { ...stored, data: stored.data.replace(',"poison":"decode"', '') } : stored),
    })
    expect((await statusOf(runner, members)).parked).toBe(1)
    isMended = true
    await runner.rebuild([members.name])
    expect(await statusOf(runner, members)).toMatchObject({ parked: 0, incomplete: [] })
    expect((await (await liveOf(documents, members)).get('rows', '0/1'))?.document.count).toBe(2)
  })

  it('writes what is seldom touched again on the way, and comes to the same end', async () => {
    const events = await logOf([])
    const documents = openMemoryDocumentStore()
    const following = await started(events, documents)
    await append(
      events,
      Array.from({ length: 3_000 }, (_, index) => paid(index % 9, index, index % 3)),
    )
    expect(await following.waitFor(await headOf(events), soon)).toBe(true)
    const before = await liveOf(documents, accounts)
    const runner = runnerOf(events, documents, { cached: { rebuild: 100 }, batch: { rebuild: 50 } })
    await runner.rebuild([accounts.name])
    expect(await compareGenerations(before, await liveOf(documents, accounts))).toBeNull()
    // Each payment once; the three accounts, touched by every event, hardly more often.
    expect((await statusOf(runner, accounts)).documentsWritten).toBeLessThan(3_100)
    const live = await liveOf(documents, accounts)
    expect(await live.sum({ collection: 'payments', groupBy: [], sums: ['amount'] })).toEqual([
      { group: {}, count: 3_000, sums: { amount: 4_498_500 } },
    ])
  })

  it('refuses a name it does not know', async () => {
    const runner = runnerOf(await logOf([]), openMemoryDocumentStore())
    await expect(runner.rebuild(['nothing'])).rejects.toThrow(UnknownProjection)
  })

  it('goes on in the generation that another process published', async () => {
    const events = await logOf([joined(0)])
    const documents = openMemoryDocumentStore()
    const runner = await started(events, documents)
    await runnerOf(events, documents).rebuild()
    await append(events, [joined(1), paid(1, 1)])
    expect(await runner.waitFor(await headOf(events), soon)).toBe(true)
    await expectTrue(events, documents)
  })

  it('leaves a view alone that a newer release replaced', async () => {
    const events = await logOf([joined(0)])
    const documents = openMemoryDocumentStore()
    const runner = await started(events, documents)
    const newer = { ...members, version: 2 }
    await runnerOf(events, documents, { projections: [newer] }).rebuild()
    await append(events, [joined(1), paid(1, 1)])
    await vi.waitFor(async () => expect((await statusOf(runner, members)).state).toBe('superseded'))
    expect((await liveOf(documents, members)).version).toBe(2)
    expect(await runner.waitFor(await headOf(events), soon, [accounts.name])).toBe(true)
  })
})
