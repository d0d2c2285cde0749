import { describe, expect, it } from 'vitest'
import { fakeClock } from '../platform/clock.ts'
import type { JobControls, JobQueue, NewJob } from './queue.ts'
import { nextOccurrence, schedule } from './schedule.ts'

const iso = (cron: string, zone: string, after: string): string =>
  new Date(nextOccurrence(cron, zone, Date.parse(after))).toISOString()

describe('an occurrence', () => {
  it('is at the time that clocks of the zone show, winter and summer', () => {
    expect(iso('30 9 * * *', 'Asia/Shanghai', '2026-03-01T00:00:00.000Z')).toBe('2026-03-01T01:30:00.000Z')
    expect(iso('30 9 * * *', 'Europe/Berlin', '2026-03-28T12:00:00.000Z')).toBe('2026-03-29T07:30:00.000Z')
    expect(iso('30 9 * * *', 'Europe/Berlin', '2026-03-27T12:00:00.000Z')).toBe('2026-03-28T08:30:00.000Z')
  })

  it('is after the instant, never at it', () => {
    expect(iso('0 * * * *', 'UTC', '2026-03-01T01:00:00.000Z')).toBe('2026-03-01T02:00:00.000Z')
  })

  it('cannot be of an expression or a zone that there is not', () => {
    const at = (cron: string, zone: string) => () =>
      schedule(
        {
          name: 'a',
          queue: 'q',
          cron,
          zone,
          retry: { attempts: 1, delayMs: () => 0 },
          handle: async () => undefined,
        },
        {
          engine: {
            queue: () => {
              throw new Error('Nothing is put.')
            },
          },
          clock: fakeClock(),
        },
      )
    expect(at('61 * * * *', 'UTC')).toThrow()
    expect(at('0 * * * *', 'Mars/Olympus')).toThrow()
  })
})

const controls: JobControls = { signal: new AbortController().signal, progress: async () => undefined }

const scheduled = (cron: string, start: string) => {
  const clock = fakeClock(Date.parse(start))
  const put: NewJob[] = []
  const done: number[] = []
  const queue: Pick<JobQueue, 'put'> = {
    put: async (jobs) => {
      put.push(...jobs)
    },
  }
  const unused = (): never => {
    throw new Error('Only put is used.')
  }
  const full: JobQueue = {
    name: 'q',
    work: unused,
    find: unused,
    isHandled: unused,
    dead: unused,
    retry: unused,
    cancel: unused,
    stats: unused,
    ...queue,
  }
  const made = schedule(
    {
      name: 'tidy',
      queue: 'q',
      cron,
      zone: 'UTC',
      retry: { attempts: 3, delayMs: () => 1_000 },
      handle: async (due) => {
        done.push(due)
      },
    },
    { engine: { queue: () => full }, clock },
  )
  const run = (job: NewJob) => made.kind.run({ ...job, failures: 0, createdAt: 0 }, controls)
  return { clock, put, done, made, run }
}

describe('a schedule', () => {
  it('puts the same job whoever begins it, and the next one before it works', async () => {
    const { clock, put, done, made, run } = scheduled('0 * * * *', '2026-03-01T00:10:00.000Z')
    await made.begin()
    clock.advance(60_000)
    await made.begin()
    expect(put.map(({ id }) => id)).toEqual([put[0]?.id, put[0]?.id])
    expect(put[0]).toMatchObject({ delayMs: 50 * 60_000 })
    const [first] = put
    if (first === undefined) throw new Error('Nothing was put.')
    clock.set(Date.parse('2026-03-01T01:00:00.000Z'))
    expect(await run(first)).toEqual({ kind: 'DONE' })
    expect(done).toEqual([Date.parse('2026-03-01T01:00:00.000Z')])
    expect(put.at(-1)?.id).toBe(`tidy@${Date.parse('2026-03-01T02:00:00.000Z')}`)
  })

  it('does once what it missed', async () => {
    const { clock, put, done, made, run } = scheduled('0 * * * *', '2026-03-01T00:10:00.000Z')
    await made.begin()
    clock.set(Date.parse('2026-03-03T05:30:00.000Z'))
    for (const job of put.slice(0, 1)) await run(job)
    expect(done).toHaveLength(1)
    expect(put.at(-1)?.id).toBe(`tidy@${Date.parse('2026-03-03T06:00:00.000Z')}`)
  })

  it('ends the chain of an expression that has changed', async () => {
    const before = scheduled('0 * * * *', '2026-03-01T00:10:00.000Z')
    await before.made.begin()
    const after = scheduled('30 * * * *', '2026-03-01T01:00:00.000Z')
    for (const job of before.put) expect(await after.run(job)).toEqual({ kind: 'DONE' })
    expect([after.done, after.put]).toEqual([[], []])
  })
})
