import { expect, it } from 'vitest'
import type { Outcome } from '../../../workers/queue.ts'
import { aborted, done, gate, jobOf, type OpenedEngine, startChild, until, type workers } from './kit.ts'

const again = (delayMs = 0, error = 'not yet'): Outcome => ({ kind: 'AGAIN', delayMs, error })

export const failureCases = (opened: () => OpenedEngine, run: ReturnType<typeof workers>): void => {
  const queueOf = (name: string) => opened().engine.queue(name)

  it('tries again after the delay that the handler asked for, and says how often it failed', async () => {
    const queue = queueOf('again')
    await queue.put([jobOf('a')])
    const starts: number[] = []
    const { jobs } = run.start(queue, ({ failures }) => {
      starts.push(Date.now())
      return failures < 2 ? again(150) : done
    })
    await until(() => queue.isHandled('a'))
    expect(jobs.map(({ failures }) => failures)).toEqual([0, 1, 2])
    expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBeGreaterThanOrEqual(140)
  })

  it('shows why a job failed while it waits to be tried again', async () => {
    const queue = queueOf('why')
    await queue.put([jobOf('a')])
    run.start(queue, () => again(600_000, 'the till is closed'))
    await until(async () => (await queue.find('a'))?.state === 'DELAYED')
    expect(await queue.find('a')).toMatchObject({ failures: 1, error: 'the till is closed' })
  })

  it('tries again where a handler breaks its word and throws', async () => {
    const queue = queueOf('throws')
    await queue.put([jobOf('a')])
    run.start(queue, () => {
      throw new Error('oops')
    })
    await until(async () => (await queue.find('a'))?.state === 'DELAYED')
    expect(await queue.find('a')).toMatchObject({ failures: 1, error: 'oops' })
  })

  it('keeps dead jobs, latest first, until a person tries them again or takes them away', async () => {
    const queue = queueOf('dead')
    let isMended = false
    const { seen } = run.start(queue, ({ id }) =>
      isMended ? done : { kind: 'DEAD', error: `${id} cannot be` },
    )
    for (const id of ['a', 'b', 'c']) {
      await queue.put([jobOf(id)])
      await until(async () => (await queue.find(id))?.state === 'DEAD')
      // Deaths are told apart by the millisecond.
      const died = Date.now()
      await until(() => Date.now() > died)
    }
    const page = await queue.dead({ offset: 0, limit: 2 })
    expect(page.map(({ id }) => id)).toEqual(['c', 'b'])
    expect(page[0]).toMatchObject({ state: 'DEAD', error: 'c cannot be', data: jobOf('c').data })
    expect(page[0]?.deadAt).toBeGreaterThan(0)
    expect((await queue.dead({ offset: 2, limit: 2 })).map(({ id }) => id)).toEqual(['a'])
    await queue.put([jobOf('a')])
    expect(await queue.find('a')).toMatchObject({ state: 'DEAD' })
    isMended = true
    expect(await queue.retry('a')).toBe(true)
    await until(() => queue.isHandled('a'))
    expect(await queue.cancel('b')).toBe(true)
    expect(await queue.isHandled('b')).toBe(true)
    expect(await queue.retry('b')).toBe(false)
    expect(await queue.retry('never')).toBe(false)
    expect(seen).toEqual(['a', 'b', 'c', 'a'])
    expect((await queue.dead({ offset: 0, limit: 10 })).map(({ id }) => id)).toEqual(['c'])
  })

  it('begins a retried job with no failures', async () => {
    const queue = queueOf('afresh')
    await queue.put([jobOf('a')])
    const { jobs } = run.start(queue, ({ failures }) =>
      failures < 2 ? again() : { kind: 'DEAD', error: 'enough' },
    )
    await until(async () => (await queue.find('a'))?.state === 'DEAD')
    expect(await queue.find('a')).toMatchObject({ failures: 3 })
    await queue.retry('a')
    await until(() => jobs.length === 6)
    expect(jobs.map(({ failures }) => failures)).toEqual([0, 1, 2, 0, 1, 2])
  })

  it('does not begin what was cancelled, and counts it as handled', async () => {
    const queue = queueOf('cancelled')
    await queue.put([jobOf('waits'), jobOf('delayed', { delayMs: 600_000 })])
    expect(await queue.cancel('waits')).toBe(true)
    expect(await queue.cancel('delayed')).toBe(true)
    expect(await queue.cancel('never')).toBe(false)
    await queue.put([jobOf('waits'), jobOf('never')])
    const { seen } = run.start(queue)
    await until(() => queue.isHandled('never'))
    expect(seen).toEqual(['never'])
    expect(await queue.isHandled('delayed')).toBe(true)
  })

  it('tells a handler in work that its job was cancelled, by whatever process, and never begins it again', async () => {
    const queue = queueOf('cancelled-in-work')
    await queue.put([jobOf('a')])
    let reason: unknown
    const { seen } = run.start(
      queue,
      async (_, { signal }) => {
        reason = await aborted(signal)
        return again()
      },
      { leaseMs: 1_000 },
    )
    await until(() => seen.length === 1)
    const other = (await opened().beside()).queue('cancelled-in-work')
    expect(await other.cancel('a')).toBe(true)
    await until(() => reason !== undefined)
    expect(reason).toBe('CANCELLED')
    await queue.put([jobOf('a'), jobOf('b')])
    await until(() => seen.includes('b'))
    expect(seen.filter((id) => id === 'a')).toHaveLength(1)
  })

  it('shows the progress that a handler tells', async () => {
    const queue = queueOf('progress')
    await queue.put([jobOf('a')])
    const { opened: go, open } = gate()
    run.start(queue, async (_, { progress }) => {
      await progress({ done: 3, total: null })
      await progress({ done: 4, total: 10 })
      await go
      return done
    })
    await until(async () => (await queue.find('a'))?.progress?.total === 10)
    expect(await queue.find('a')).toMatchObject({ state: 'ACTIVE', progress: { done: 4, total: 10 } })
    open()
    await until(() => queue.isHandled('a'))
  })

  it('waits for handlers when it stops, and takes up nothing more', async () => {
    const queue = queueOf('stops')
    await queue.put([jobOf('a'), jobOf('b')])
    const { opened: go, open } = gate()
    const { worker, seen } = run.start(queue, async () => {
      await go
      return done
    })
    await until(() => seen.length === 1)
    const stopped = worker.stop(60_000)
    open()
    await stopped
    expect(seen).toHaveLength(1)
    expect(await queue.isHandled(seen[0] ?? '')).toBe(true)
    expect((await queue.stats()).waiting).toBe(1)
  })

  it('gives back, as no failure, what a stopping worker could not finish', async () => {
    const queue = queueOf('given-back')
    await queue.put([jobOf('a')])
    let reason: unknown
    const { worker, seen } = run.start(queue, async (_, { signal }) => {
      reason = await aborted(signal)
      return { kind: 'GIVEN_BACK' }
    })
    await until(() => seen.length === 1)
    await worker.stop(0)
    expect(reason).toBe('STOPPING')
    expect(await queue.find('a')).toMatchObject({ state: 'WAITING', failures: 0 })
    const { jobs } = run.start(queue)
    await until(() => queue.isHandled('a'))
    expect(jobs.map(({ failures }) => failures)).toEqual([0])
  })

  it('keeps a lease for as long as its handler works', async () => {
    const queue = queueOf('renewed')
    await queue.put([jobOf('a')])
    const { opened: go, open } = gate()
    const first = run.start(
      queue,
      async () => {
        await go
        return done
      },
      { leaseMs: 600 },
    )
    await until(() => first.seen.length === 1)
    const second = run.start((await opened().beside()).queue('renewed'), () => done, { leaseMs: 600 })
    await queue.put([jobOf('later', { delayMs: 2_000 })])
    await until(() => second.seen.length === 1)
    expect(second.seen).toEqual(['later'])
    open()
    await until(() => queue.isHandled('a'))
  })

  it('brings a job again whose process died, and counts the death', async () => {
    const queue = queueOf('died')
    await queue.put([jobOf('a')])
    const child = startChild(opened().address, 'died', false)
    await until(() => child.taken.length === 1)
    await child.kill()
    const { jobs } = run.start(queue, () => done, { leaseMs: 1_000 })
    await until(() => queue.isHandled('a'))
    expect(jobs).toMatchObject([{ id: 'a', failures: 1 }])
  })

  it('shares jobs among processes, each to one of them', async () => {
    const queue = queueOf('shared')
    const children = [1, 2].map(() => startChild(opened().address, 'shared', true))
    const ids = Array.from({ length: 300 }, (_, n) => `job-${n}`)
    const { seen } = run.start(queue, () => done, { concurrency: 4 })
    const taken = () => [...seen, ...children.flatMap((child) => child.taken)]
    for (let at = 0; at < ids.length; at += 50) await queue.put(ids.slice(at, at + 50).map((id) => jobOf(id)))
    await until(() => taken().length >= ids.length)
    await until(async () => {
      const { waiting, active } = await queue.stats()
      return waiting + active === 0
    })
    for (const child of children) await child.kill()
    expect(taken().toSorted()).toEqual(ids.toSorted())
  })
}
