import { afterEach, describe, expect, it, vi } from 'vitest'
import { StoreUnavailable } from '../eventstore/port.ts'
import { fakeClock } from '../platform/clock.ts'
import {
  accounts,
  append,
  decode,
  logOf,
  members,
  watchers,
  world,
} from '../tests/property/projection-kit.ts'
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
import { openMemoryDocumentStore } from './memory/document-store.ts'
import { UnknownProjection } from './unknown-projection.ts'

afterEach(stopAll)

describe('starting', () => {
  it('builds what was never built, and is ready then', async () => {
    const events = await logOf([joined(0), paid(1, 5), joined(1)])
    const documents = openMemoryDocumentStore()
    const runner = runnerOf(events, documents)
    expect(runner.isReady).toBe(false)
    await runner.start()
    expect(await runner.whenReady(soon)).toBe(true)
    await expectTrue(events, documents)
    expect(await statusOf(runner, members)).toMatchObject({
      state: 'live',
      ready: true,
      position: await events.head(),
      event: 'person-1@1',
      scanned: 3,
      lagMs: 0,
      parked: 0,
      error: null,
    })
  })

  it('is ready on an empty log', async () => {
    const events = await logOf([])
    const documents = openMemoryDocumentStore()
    const runner = await started(events, documents)
    expect(await statusOf(runner, members)).toMatchObject({
      state: 'live',
      position: null,
      lagMs: 0,
      scanned: 0,
    })
    await append(events, [joined(3)])
    expect(await runner.waitFor(await headOf(events), soon)).toBe(true)
    await expectTrue(events, documents)
  })

  it('goes on from its checkpoint, without building again', async () => {
    const events = await logOf([joined(0), paid(1, 5)])
    const documents = openMemoryDocumentStore()
    await (await started(events, documents)).stop()
    const before = await liveOf(documents, members)
    await append(events, [joined(1), paid(1, 6)])
    const again = await started(events, documents)
    expect((await liveOf(documents, members)).id).toBe(before.id)
    expect((await statusOf(again, members)).eventsScanned).toBe(2)
    await expectTrue(events, documents)
  })

  it('builds another version beside the one before, which readers see until then', async () => {
    const events = await logOf([joined(0)])
    const documents = openMemoryDocumentStore()
    await (await started(events, documents)).stop()
    const next = world.map((projection) => ({ ...projection, version: 2 }))
    const versions: unknown[] = []
    const watched = overlay(documents, {
      publish: async (generation) => {
        versions.push((await documents.live(generation.projection))?.version)
        await documents.publish(generation)
      },
    })
    await started(events, watched, { projections: next })
    expect(versions).toEqual([1, 1])
    expect((await liveOf(documents, members)).version).toBe(2)
  })

  it('lets projections that stand apart come together, each event delivered once', async () => {
    const events = await logOf([joined(0), paid(0, 1), joined(1)])
    const documents = openMemoryDocumentStore()
    await (await started(events, documents, { projections: [members] })).stop()
    await append(events, [joined(2), paid(2, 7), joined(3)])
    await (await started(events, documents, { projections: [accounts] })).stop()
    await append(events, [joined(4), paid(4, 9)])
    await started(events, documents, { batch: { live: 1, catchUp: 2 } })
    await expectTrue(events, documents)
  })
})

describe('following', () => {
  it('answers who waits for a position once the views are there', async () => {
    const events = await logOf([])
    const documents = openMemoryDocumentStore()
    const runner = await started(events, documents)
    for (let round = 0; round < 5; round++) {
      await append(events, [joined(round % 5), paid(round % 5, 3)])
      expect(await runner.waitFor(await headOf(events), soon)).toBe(true)
      await expectTrue(events, documents)
    }
  })

  it('answers false where the views do not come to a position in time', async () => {
    const events = await logOf([joined(0)])
    const runner = await started(events, openMemoryDocumentStore())
    expect(await runner.waitFor('999999', 1)).toBe(false)
    expect(await runner.waitFor(await headOf(events), 0)).toBe(true)
    await expect(runner.waitFor('1', 1, ['nothing'])).rejects.toThrow(UnknownProjection)
  })

  it('moves on over events that nobody looks at', async () => {
    const events = await logOf(Array.from({ length: 40 }, () => noted(1)))
    const documents = openMemoryDocumentStore()
    const runner = await started(events, documents, { batch: { live: 4, catchUp: 8, rebuild: 4 } })
    await append(
      events,
      Array.from({ length: 40 }, () => noted(2)),
    )
    expect(await runner.waitFor(await headOf(events), soon)).toBe(true)
    expect(await statusOf(runner, members)).toMatchObject({ scanned: 80, documentsWritten: 0, lagMs: 0 })
    expect((await (await liveOf(documents, members)).checkpoint())?.position).toBe(await events.head())
  })

  it('passes over types it does not know, and counts them', async () => {
    const events = await logOf([])
    const runner = await started(events, openMemoryDocumentStore())
    await append(events, [
      joined(0),
      { ...joined(1), type: 'FromTheFuture' },
      { ...joined(1), type: 'FromTheFuture' },
    ])
    expect(await runner.waitFor(await headOf(events), soon)).toBe(true)
    expect(runner.unknownEvents).toBe(2)
  })

  it('parses each event once for all projections, and none that nobody looks at', async () => {
    const events = await logOf([])
    const parsed: string[] = []
    const runner = await started(events, openMemoryDocumentStore(), {
      projections: [members, watchers],
      decode: (stored) => {
        parsed.push(`${stored.type} ${stored.stream}@${stored.revision}`)
        return decode(stored)
      },
    })
    await append(events, [joined(0), joined(1), noted(2), noted(3), noted(2), paid(1, 1)])
    expect(await runner.waitFor(await headOf(events), soon)).toBe(true)
    expect(parsed.toSorted()).toEqual([
      'Joined person-0@0',
      'Joined person-1@0',
      // Once, to learn whether the type is known.
      'Noted person-2@0',
      'Paid person-1@1',
    ])
  })

  it('says which streams are parked and what is incomplete for it', async () => {
    const events = await logOf([
      joined(0),
      { ...joined(1), poison: 'fold' },
      joined(1),
      { ...paid(2, 1), poison: 'changes' },
    ])
    const documents = openMemoryDocumentStore()
    const runner = await started(events, documents)
    expect(await statusOf(runner, members)).toMatchObject({
      parked: 1,
      incomplete: ['cells', 'overall', 'rows'],
      position: await events.head(),
    })
    expect(await statusOf(runner, accounts)).toMatchObject({
      parked: 1,
      incomplete: ['accounts', 'payments'],
    })
    expect(await (await liveOf(documents, members)).parked()).toMatchObject([
      { stream: 'person-1', event: 'person-1@0', reason: 'Error: This cannot be folded.' },
    ])
  })

  it('widens what is incomplete by what later events of a parked stream would have touched', async () => {
    const events = await logOf([{ ...paid(0, 1), type: 'Closed', poison: 'fold' }])
    const runner = await started(events, openMemoryDocumentStore(), { projections: [accounts] })
    expect((await statusOf(runner, accounts)).incomplete).toEqual(['accounts'])
    await append(events, [paid(0, 1)])
    expect(await runner.waitFor(await headOf(events), soon)).toBe(true)
    expect((await statusOf(runner, accounts)).incomplete).toEqual(['accounts', 'payments'])
  })

  it('measures lag in time while the log cannot be read', async () => {
    const clock = fakeClock(Date.UTC(2026, 0, 1, 1))
    const inner = await logOf([joined(0)])
    let isDown = false
    const events = overlay(inner, {
      readLog: async (after, limit) => {
        if (isDown) throw new StoreUnavailable('The log is down.')
        return inner.readLog(after, limit)
      },
      waitForAppend: async () => new Promise((resolve) => setImmediate(resolve)),
    })
    const failures: unknown[] = []
    const runner = await started(events, openMemoryDocumentStore(), {
      clock,
      onFailure: (error, projection) => failures.push([error, projection]),
    })
    expect((await statusOf(runner, members)).lagMs).toBe(0)
    isDown = true
    await vi.waitFor(() => expect(failures.length).toBeGreaterThan(1))
    expect(failures[0]).toEqual([expect.any(StoreUnavailable), null])
    // The only event was recorded at midnight.
    expect((await statusOf(runner, members)).lagMs).toBe(3_600_000)
    isDown = false
    await vi.waitFor(async () => expect((await statusOf(runner, members)).lagMs).toBe(0))
  })
})

describe('stopping', () => {
  it('ends between two batches, with a checkpoint that says what was done', async () => {
    const events = await logOf([])
    const documents = openMemoryDocumentStore()
    const runner = await started(events, documents, { batch: { live: 3, catchUp: 3 } })
    await append(
      events,
      Array.from({ length: 60 }, (_, index) => joined(index % 5, index % 3)),
    )
    const waiting = runner.waitFor('999999', soon)
    await runner.stop()
    expect(await waiting).toBe(false)
    expect((await statusOf(runner, members)).state).toBe('stopped')
    const position = (await (await liveOf(documents, members)).checkpoint())?.position ?? null
    await append(events, [joined(0)])
    expect((await (await liveOf(documents, members)).checkpoint())?.position ?? null).toBe(position)
    await started(events, documents)
    await expectTrue(events, documents)
  })

  it('drops a build that is under way', async () => {
    const inner = await logOf([joined(0)])
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const events = overlay(inner, {
      readLog: async (after, limit) => {
        await gate
        return inner.readLog(after, limit)
      },
    })
    const documents = openMemoryDocumentStore()
    const runner = runnerOf(events, documents)
    await runner.start()
    const stopping = runner.stop()
    open()
    await stopping
    expect(await documents.live(members.name)).toBeNull()
  })

  it('stops before it was started, and twice', async () => {
    const runner = runnerOf(await logOf([]), openMemoryDocumentStore())
    await runner.stop()
    await runner.stop()
  })
})
