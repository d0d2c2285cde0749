/** Several runners over one log and one document store. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { EventStore } from '../eventstore/port.ts'
import { accounts, append, logOf, members, world } from '../tests/property/projection-kit.ts'
import {
  expectTrue,
  headOf,
  joined,
  liveOf,
  overlay,
  paid,
  runnerOf,
  soon,
  started,
  statusOf,
  stopAll,
} from '../tests/property/projection-runner-kit.ts'
import type { DocumentStore } from './documents.ts'
import { LeaseLost } from './leases.ts'
import { openMemoryDocumentStore } from './memory/document-store.ts'
import type { ProjectionRunner } from './runner.ts'
import type { RunnerOptions } from './runner-options.ts'

afterEach(stopAll)

const lease = { leaseMs: 100 }

const held = async (runner: ProjectionRunner): Promise<number> =>
  (await runner.status()).flatMap(({ partitions }) => partitions.filter(({ isOurs }) => isOurs)).length

const another = (events: EventStore, documents: DocumentStore, options: Partial<RunnerOptions> = {}) =>
  started(events, documents, { partitions: 3, lease, ...options })

const sales = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    index % 3 === 0 ? joined(index % 5, index % 2) : paid(index % 5, index, index % 7),
  )

describe('several runners', () => {
  it('share the partitions evenly, and again whenever one comes or goes', async () => {
    const events = await logOf(sales(20))
    const documents = openMemoryDocumentStore()
    const first = await another(events, documents)
    expect(await held(first)).toBe(6)
    const second = await another(events, documents)
    await vi.waitFor(async () => expect([await held(first), await held(second)]).toEqual([3, 3]), soon)
    const third = await another(events, documents)
    const all = [first, second, third]
    await vi.waitFor(async () => expect(await Promise.all(all.map(held))).toEqual([2, 2, 2]), soon)
    await append(events, sales(30))
    for (const runner of all) expect(await runner.waitFor(await headOf(events), soon)).toBe(true)
    await expectTrue(events, documents)
    await first.stop()
    await vi.waitFor(async () => expect([await held(second), await held(third)]).toEqual([3, 3]), soon)
    await append(events, sales(10))
    expect(await second.waitFor(await headOf(events), soon)).toBe(true)
    await expectTrue(events, documents)
  })

  it('a view is as far as the least of its partitions, whoever folds them', async () => {
    const events = await logOf(sales(12))
    const documents = openMemoryDocumentStore()
    const [first, second] = [await another(events, documents), await another(events, documents)]
    await vi.waitFor(async () => expect(await held(second)).toBe(3), soon)
    await append(events, sales(5))
    const head = await headOf(events)
    expect(await first.waitFor(head, soon)).toBe(true)
    expect(await second.waitFor(head, soon)).toBe(true)
    for (const runner of [first, second])
      await vi.waitFor(async () => {
        const status = await statusOf(runner, accounts)
        expect(status).toMatchObject({ position: head, lagMs: 0, state: 'live' })
        expect(status.partitions.map(({ owner }) => owner)).not.toContain(null)
      }, soon)
  })

  it('one that stood still is superseded, and what it was about to write is refused', async () => {
    const events = await logOf(sales(4))
    const inner = openMemoryDocumentStore()
    let wake = () => {}
    let asleep: Promise<void> | null = null
    const sleepily = overlay(inner, {
      leases: overlay(inner.leases, {
        beat: async (owner, role) => {
          await asleep
          await inner.leases.beat(owner, role)
        },
      }),
      live: async (projection) => {
        const live = await inner.live(projection)
        return (
          live &&
          overlay(live, {
            write: async (...written) => {
              await asleep
              await live.write(...written)
            },
          })
        )
      },
    })
    await (await another(events, inner)).stop()
    const failures: unknown[] = []
    const sleeper = await another(events, sleepily, { onFailure: (error) => failures.push(error) })
    expect(await held(sleeper)).toBe(6)
    asleep = new Promise((resolve) => {
      wake = resolve
    })
    await append(events, sales(9))
    const other = await another(events, inner)
    await vi.waitFor(async () => expect(await held(other)).toBe(6), soon)
    await append(events, sales(9))
    expect(await other.waitFor(await headOf(events), soon)).toBe(true)
    await expectTrue(events, inner)
    asleep = null
    wake()
    await vi.waitFor(() => expect(failures.some((error) => error instanceof LeaseLost)).toBe(true), soon)
    await append(events, sales(9))
    expect(await sleeper.waitFor(await headOf(events), soon)).toBe(true)
    await expectTrue(events, inner)
    expect(new Set(failures.map((error) => error instanceof Error && error.name))).toEqual(
      new Set(['LeaseLost']),
    )
  })

  it('of two that are asked to rebuild a view one does, and both know when it is done', async () => {
    const events = await logOf(sales(20))
    const inner = openMemoryDocumentStore()
    let built = 0
    const documents = overlay(inner, {
      publish: async (generation, token) => {
        await inner.publish(generation, token)
        built += 1
      },
    })
    const runners = [await another(events, documents), await another(events, documents)]
    const before = (await liveOf(documents, members)).id
    built = 0
    await Promise.all(runners.map((runner) => runner.rebuild([members.name])))
    expect(built).toBe(1)
    expect((await liveOf(documents, members)).id).not.toBe(before)
    for (const runner of runners) expect(await runner.waitFor(await headOf(events), soon)).toBe(true)
    await expectTrue(events, documents)
  })

  it('of two that start on nothing one builds, and the other waits for it', async () => {
    const events = await logOf(sales(20))
    const inner = openMemoryDocumentStore()
    let built = 0
    const documents = overlay(inner, {
      begin: (...asked) => {
        built += 1
        return inner.begin(...asked)
      },
    })
    await Promise.all([another(events, documents), another(events, documents)])
    expect(built).toBe(world.length)
    await expectTrue(events, documents)
  })

  it('another number of partitions is built beside the view, which is followed until then', async () => {
    const events = await logOf(sales(20))
    const documents = openMemoryDocumentStore()
    await (await another(events, documents, { partitions: 1 })).stop()
    const runner = await another(events, documents, { partitions: 4 })
    await vi.waitFor(async () => {
      for (const projection of world) expect((await liveOf(documents, projection)).partitions).toBe(4)
    }, soon)
    await append(events, sales(8))
    expect(await runner.waitFor(await headOf(events), soon)).toBe(true)
    await expectTrue(events, documents)
    expect(await held(runner)).toBe(8)
  })

  it('a command line takes what nobody has, rebuilds nothing unasked, and waits for what others fold', async () => {
    const events = await logOf(sales(20))
    const documents = openMemoryDocumentStore()
    const server = await another(events, documents)
    const visitor = await another(events, documents, { partitions: 1, lease: { ...lease, shares: false } })
    await append(events, sales(8))
    expect(await visitor.waitFor(await headOf(events), soon)).toBe(true)
    expect([await held(server), await held(visitor)]).toEqual([6, 0])
    await server.stop()
    await append(events, sales(8))
    expect(await visitor.waitFor(await headOf(events), soon)).toBe(true)
    expect(await held(visitor)).toBe(6)
    expect((await liveOf(documents, members)).partitions).toBe(3)
    await expectTrue(events, documents)
  })

  it('says which collections are incomplete, whichever partition parked a stream', async () => {
    const events = await logOf([paid(0, 1, 0), { ...paid(1, 5, 1), poison: 'fold' }, paid(2, 1, 2)])
    const documents = openMemoryDocumentStore()
    const runners = [await another(events, documents), await another(events, documents)]
    for (const runner of runners)
      await vi.waitFor(async () => {
        const status = await statusOf(runner, accounts)
        expect(status.parked).toBe(1)
        expect(status.incomplete).toContain('accounts')
      }, soon)
  })

  it('goes on as the owner that it was, at once, where it is started again', async () => {
    const events = await logOf(sales(9))
    const documents = openMemoryDocumentStore()
    const owner = documents.leases.nameOwner()
    await another(events, documents, { lease: { leaseMs: 60_000, owner } })
    await append(events, sales(3))
    // The first is not stopped: it died without a word.
    const again = runnerOf(events, documents, { partitions: 3, lease: { leaseMs: 60_000, owner } })
    await again.start()
    expect(await again.whenReady(soon)).toBe(true)
    expect(await held(again)).toBe(6)
    await expectTrue(events, documents)
  })
})
