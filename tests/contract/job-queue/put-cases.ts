import { expect, it } from 'vitest'
import { InvalidJob, jobLimits, keptNotes } from '../../../workers/queue.ts'
import { done, gate, jobOf, type OpenedEngine, until, type workers } from './kit.ts'

export const putCases = (opened: () => OpenedEngine, run: ReturnType<typeof workers>): void => {
  const queueOf = (name: string) => opened().engine.queue(name)

  it('hands each job to a handler as it was put', async () => {
    const queue = queueOf('as-put')
    const data = JSON.stringify({ text: 'ä 😀 "quoted"', n: 1 })
    await queue.put([jobOf('a', { data, name: 'greet.kindly' }), jobOf('b')])
    const { jobs, seen } = run.start(queue)
    await until(() => seen.length === 2)
    expect(jobs.find(({ id }) => id === 'a')).toMatchObject({ name: 'greet.kindly', data, failures: 0 })
    await until(async () => (await queue.isHandled('a')) && (await queue.isHandled('b')))
    expect(await queue.find('a')).toBeNull()
  })

  it('keeps jobs of different queues apart', async () => {
    await queueOf('one').put([jobOf('a')])
    await queueOf('other').put([jobOf('a')])
    const { seen } = run.start(queueOf('one'))
    await until(() => seen.length === 1)
    expect(await queueOf('other').find('a')).toMatchObject({ state: 'WAITING' })
    expect(await queueOf('other').isHandled('a')).toBe(false)
  })

  it('takes the same id twice for one job: while it waits, while it is worked on, and after it was handled', async () => {
    const queue = queueOf('twice')
    const { opened: go, open } = gate()
    await queue.put([jobOf('a')])
    await queue.put([jobOf('a', { data: '"other"' })])
    const { seen, jobs } = run.start(queue, async () => {
      await go
      return done
    })
    await until(() => seen.length === 1)
    await queue.put([jobOf('a')])
    open()
    await until(() => queue.isHandled('a'))
    await queue.put([jobOf('a'), jobOf('z')])
    await until(() => queue.isHandled('z'))
    expect(seen).toEqual(['a', 'z'])
    expect(jobs[0]?.data).toBe(jobOf('a').data)
  })

  it('holds a job back for as long as it was told to', async () => {
    const queue = queueOf('delayed')
    const { seen, jobs } = run.start(queue)
    await queue.put([jobOf('later', { delayMs: 400 }), jobOf('now')])
    expect(await queue.find('later')).toMatchObject({ state: 'DELAYED' })
    await until(() => seen.length === 2)
    expect(seen).toEqual(['now', 'later'])
    expect(Date.now() - (jobs[1]?.createdAt ?? Date.now())).toBeGreaterThanOrEqual(400)
  })

  it('takes many jobs at once, and works on as many at once as it was told', async () => {
    const queue = queueOf('many')
    const ids = Array.from({ length: 200 }, (_, n) => `job-${n}`)
    await queue.put(ids.map((id) => jobOf(id)))
    let [now, most] = [0, 0]
    const { seen } = run.start(
      queue,
      async () => {
        now += 1
        most = Math.max(most, now)
        await new Promise((resolve) => setImmediate(resolve))
        now -= 1
        return done
      },
      { concurrency: 8 },
    )
    await until(() => seen.length === ids.length)
    expect(new Set(seen)).toEqual(new Set(ids))
    expect(most).toBeLessThanOrEqual(8)
    expect(most).toBeGreaterThan(1)
  })

  it('refuses what is no job, and puts none of them', async () => {
    const queue = queueOf('refused')
    const tooMuch = `"${'é'.repeat(jobLimits.dataBytes / 2)}"`
    for (const bad of [
      jobOf('a', { data: tooMuch }),
      jobOf('a:b'),
      jobOf('1'),
      jobOf(''),
      jobOf('a'.repeat(jobLimits.id + 1)),
      jobOf('a', { name: 'no name' }),
      jobOf('a', { delayMs: -1 }),
      jobOf('a', { delayMs: 0.5 }),
    ]) {
      await expect(queue.put([jobOf('good'), bad])).rejects.toBeInstanceOf(InvalidJob)
    }
    await expect(
      queue.put(Array.from({ length: jobLimits.jobs + 1 }, (_, n) => jobOf(`j${n}`))),
    ).rejects.toBeInstanceOf(InvalidJob)
    expect(await queue.find('good')).toBeNull()
    const just = `"${'e'.repeat(jobLimits.dataBytes - 2)}"`
    await queue.put([jobOf('just', { data: just })])
    expect((await queue.find('just'))?.data).toBe(just)
  })

  it('takes nothing at all', async () => {
    await queueOf('nothing').put([])
    expect(await queueOf('nothing').stats()).toEqual({
      waiting: 0,
      delayed: 0,
      active: 0,
      dead: 0,
      oldestMs: 0,
    })
  })

  it('counts what waits, is delayed, is worked on and is dead', async () => {
    const queue = queueOf('counted')
    const { opened: go, open } = gate()
    await queue.put([jobOf('dies')])
    const { seen } = run.start(queue, async ({ id }) => {
      if (id === 'dies') return { kind: 'DEAD', error: 'no' }
      await go
      return done
    })
    await until(async () => (await queue.stats()).dead === 1)
    await queue.put([jobOf('active')])
    await until(() => seen.includes('active'))
    await queue.put([jobOf('waits'), jobOf('delayed', { delayMs: 600_000 })])
    await until(async () => (await queue.stats()).oldestMs > 0)
    expect(await queue.stats()).toMatchObject({ waiting: 1, delayed: 1, active: 1, dead: 1 })
    open()
    await until(() => queue.isHandled('waits'))
  })

  it('keeps the last notes about something, newest first', async () => {
    const { engine, beside } = opened()
    for (let n = 0; n < keptNotes + 5; n += 1) await engine.note('a', `note ${n}`)
    await engine.note('b', 'other')
    const other = await beside()
    expect(await other.notes('a', 2)).toEqual([`note ${keptNotes + 4}`, `note ${keptNotes + 3}`])
    expect(await other.notes('a', keptNotes * 2)).toHaveLength(keptNotes)
    expect(await other.notes('b', 10)).toEqual(['other'])
    expect(await other.notes('c', 10)).toEqual([])
  })

  it('keeps marks by name', async () => {
    const { engine, beside } = opened()
    expect(await engine.mark('webhooks')).toBeNull()
    await engine.setMark('webhooks', '{"a":1}')
    await engine.setMark('webhooks', '{"a":2}')
    expect(await (await beside()).mark('webhooks')).toBe('{"a":2}')
  })
}
