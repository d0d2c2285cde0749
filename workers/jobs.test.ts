import { expect, it } from 'vitest'
import { z } from 'zod'
import { defineJob, doubling, Hopeless, type JobContext, jobFor } from './jobs.ts'
import type { Job, JobControls } from './queue.ts'

const controls = (signal = new AbortController().signal): JobControls => ({
  signal,
  progress: async () => undefined,
})
const job = (changes: Partial<Job> = {}): Job => ({
  id: 'a',
  name: 'count',
  data: '{"n":1}',
  failures: 0,
  createdAt: 0,
  ...changes,
})
const kind = (handle: (data: { n: number }, context: JobContext) => Promise<void>) =>
  defineJob({
    name: 'count',
    queue: 'counting',
    data: z.object({ n: z.number() }),
    retry: { attempts: 3, delayMs: doubling(1_000, 60_000) },
    handle,
  })
const nothing = async (): Promise<void> => undefined
const fails = (error: Error) => async (): Promise<void> => {
  throw error
}

it('hands parsed data to the handler', async () => {
  const seen: unknown[] = []
  const counting = kind(async (data, { id, failures, isLast }) => {
    seen.push({ data, id, failures, isLast })
  })
  expect(await counting.run(job(), controls())).toEqual({ kind: 'DONE' })
  expect(seen).toEqual([{ data: { n: 1 }, id: 'a', failures: 0, isLast: false }])
  expect(jobFor(counting, 'b', { n: 2 }, 5)).toEqual({ id: 'b', name: 'count', data: '{"n":2}', delayMs: 5 })
})

it('lets die what cannot be read, and does not hand it over', async () => {
  for (const data of ['{"n":"one"}', '{', '[]']) {
    const outcome = await kind(fails(new Error('never called'))).run(job({ data }), controls())
    expect(outcome).toMatchObject({ kind: 'DEAD' })
    expect(outcome).not.toMatchObject({ error: 'never called' })
  }
})

it('tries again ever later, and dies after the last try', async () => {
  const failing = kind(fails(new Error('closed')))
  const first = await failing.run(job(), controls())
  expect(first).toMatchObject({ kind: 'AGAIN', error: 'closed' })
  expect(first.kind === 'AGAIN' && first.delayMs >= 900 && first.delayMs <= 1_100).toBe(true)
  const second = await failing.run(job({ failures: 1 }), controls())
  expect(second.kind === 'AGAIN' && second.delayMs >= 1_800 && second.delayMs <= 2_200).toBe(true)
  expect(await failing.run(job({ failures: 2 }), controls())).toEqual({ kind: 'DEAD', error: 'closed' })
})

it('lets die at once what is hopeless, and what ended its worker too often', async () => {
  expect(await kind(fails(new Hopeless('gone'))).run(job(), controls())).toEqual({
    kind: 'DEAD',
    error: 'gone',
  })
  expect(await kind(nothing).run(job({ failures: 3 }), controls())).toMatchObject({ kind: 'DEAD' })
})

it('gives back what was interrupted because the worker stops', async () => {
  const stopping = new AbortController()
  stopping.abort('STOPPING')
  expect(await kind(fails(new Error('interrupted'))).run(job(), controls(stopping.signal))).toEqual({
    kind: 'GIVEN_BACK',
  })
})
