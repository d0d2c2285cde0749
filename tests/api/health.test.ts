/** What a process says of itself where something that it stands on is away. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Services } from '../../api/services.ts'
import { overlay } from '../property/projection-runner-kit.ts'
import { createWorld, type World } from './support/world.ts'

const health = z.object({
  ready: z.boolean(),
  able: z.record(z.string(), z.boolean()),
  problems: z.array(z.object({ part: z.string(), message: z.string(), detail: z.string().optional() })),
  lagMs: z.number().nullable(),
})

let current: (services: Services) => Partial<Services> = () => ({})
let world: World

beforeAll(async () => {
  // Looked up at each request, so that one world does for all.
  world = await createWorld({
    change: (services) =>
      new Proxy(services, {
        get: (inner, name) => Reflect.get({ ...inner, ...current(inner) }, name),
      }),
  })
})
afterAll(() => world[Symbol.asyncDispose]())

const healthWith = async (
  change: (services: Services) => Partial<Services>,
  headers: Readonly<Record<string, string>> = {},
) => {
  current = change
  const response = await fetch(`${world.url}/health/ready`, { headers })
  const body = health.parse(await response.json())
  current = () => ({})
  return { status: response.status, body }
}

const gone = () => Promise.reject(new Error('It is away.'))
const never = () => new Promise<never>(() => undefined)
const hosts = 'EventStoreDB at 10.0.0.7:2113 failed: connect ECONNREFUSED'
const noAppends = { logHealth: { engine: 'eventstoredb', trouble: () => hosts } }
const noLog = (services: Services) => ({ ...noAppends, store: overlay(services.store, { head: gone }) })
const noJobs = (services: Services) => ({ jobs: { ...services.jobs, figures: gone } })

describe('an api', () => {
  it('has no problems where all is well', async () => {
    const { status, body } = await healthWith(() => ({}))
    expect([status, body.problems]).toEqual([200, []])
  })

  it('goes on where the event store takes no appends, and says so', async () => {
    const { status, body } = await healthWith(() => noAppends)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      ready: true,
      able: { api: true },
      problems: [
        { part: 'EVENT_STORE', message: expect.stringContaining('takes no appends now'), detail: hosts },
      ],
    })
  })

  it('goes on where the log cannot be read at all, nor the queue', async () => {
    const { status, body } = await healthWith((services) => ({ ...noLog(services), ...noJobs(services) }))
    expect([status, body.ready, body.able.api, body.able.projector]).toEqual([200, true, true, false])
    expect(body.problems.map(({ part }) => part)).toEqual(['EVENT_STORE', 'EVENT_STORE', 'JOBS'])
  })

  it('answers where what it asks never does', async () => {
    const { status, body } = await healthWith((services) => ({
      store: overlay(services.store, { head: never }),
      views: { ...services.views, isReady: true, waitFor: async () => false, status: never },
      jobs: { ...services.jobs, figures: never },
    }))
    expect([status, body.lagMs]).toEqual([200, null])
    expect(body.problems.map(({ part }) => part)).toEqual(['EVENT_STORE', 'VIEWS', 'JOBS'])
  })

  it('names hosts to nobody from elsewhere', async () => {
    const { status, body } = await healthWith(() => noAppends, { 'x-forwarded-for': '203.0.113.7' })
    expect([status, body.problems.length]).toEqual([200, 1])
    expect(JSON.stringify(body)).not.toContain('10.0.0.7')
  })

  it('names views that are late, failing, or not complete', async () => {
    const { body } = await healthWith(({ views }) => ({
      views: overlay(views, {
        status: async () =>
          (await views.status()).map((status) => {
            if (status.name === 'matrix') return { ...status, lagMs: 90_000 }
            if (status.name === 'journal') return { ...status, parked: 2 }
            return status.name === 'members' ? { ...status, state: 'failing', error: 'disk' } : status
          }),
      }),
    }))
    const said = body.problems.map(({ message }) => message).join('\n')
    expect(said).toContain('matrix is 90 s behind')
    expect(said).toContain('journal set 2 streams aside')
    expect(said).toContain('members is failing')
    expect(body.ready).toBe(true)
  })
})

describe('a process without an api', () => {
  it.each([
    ['a worker is not ready where the event store takes no appends', 'worker', () => noAppends, false],
    ['a worker is not ready where the queue does not answer', 'worker', noJobs, false],
    ['a projector is not ready where the log cannot be read', 'projector', noLog, false],
    ['a projector does without a queue', 'projector', noJobs, true],
    ['a projector needs no appends', 'projector', () => noAppends, true],
  ] as const)('%s', async (_what, role, change, ready) => {
    const { status, body } = await healthWith((services) => ({ ...change(services), roles: [role] }))
    expect([status, body.ready, body.able]).toEqual([ready ? 200 : 503, ready, { [role]: ready }])
  })

  it('names a reactor that fails', async () => {
    const { body } = await healthWith(() => ({
      reactors: () => [{ name: 'intake-reactor', lagMs: 5, isActive: true, failures: 3 }],
    }))
    expect(body.problems).toEqual([
      { part: 'REACTOR', message: expect.stringContaining('intake-reactor failed 3 times') },
    ])
  })
})
