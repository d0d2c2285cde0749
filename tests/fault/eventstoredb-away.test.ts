/** A whole process whose event store goes away and comes back: what callers are told, what goes on, and what health and metrics say. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { createLocalIssuer } from '../../api/auth/issuer.ts'
import { subjectWithRole } from '../../app/people-of-roles.ts'
import { type RunningServer, startServer } from '../../app/server.ts'
import { openTributary, type Tributary } from '../../app/tributary.ts'
import { readConfig } from '../../platform/config.ts'
import { createLogger } from '../../platform/log.ts'
import { freshFolder } from '../e2e/run-script.ts'
import { type EventStoreServer, ownEventStore, startOwnEventStore } from '../support/eventstore-server.ts'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'

const health = z.object({
  ready: z.boolean(),
  able: z.record(z.string(), z.boolean()),
  problems: z.array(z.object({ part: z.string(), message: z.string(), detail: z.string().optional() })),
})

const answer = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }) })).optional(),
})

const refused = z.object({
  defineCategory: z.object({ userErrors: z.array(z.object({ code: z.string() })) }),
})

/** Why a change was not made; null where it was. */
const refusalIn = ({ data, errors }: z.output<typeof answer>): string | null => {
  const [error] = errors ?? []
  if (error !== undefined) return error.extensions.code
  return refused.parse(data).defineCategory.userErrors[0]?.code ?? null
}

describeWith([ownEventStore], 'a process whose event store is away', () => {
  let store: EventStoreServer
  let tributary: Tributary
  let server: RunningServer
  let token: string

  beforeEach(async () => {
    store = await startOwnEventStore()
    tributary = await openTributary({ folder: freshFolder(), eventStoreUrl: store.url })
    const subject = await subjectWithRole(tributary, 'OPERATOR', null)
    server = await startServer(tributary, readConfig({}, { port: '0' }), createLogger({ level: 'silent' }))
    const issuer = await createLocalIssuer(tributary.signingKey, tributary.deployment.id, tributary.clock)
    token = await issuer.issueToken(subject, 3_600)
    expect(await server.projector.whenReady(60_000)).toBe(true)
  })
  afterEach(async () => {
    await server?.close()
    await tributary?.close()
    await store?.stop()
  })

  const ask = async (query: string, variables: object = {}) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    })
    return answer.parse(await response.json())
  }
  const define = (code: string) =>
    ask('mutation ($input: DefineCategoryInput!) { defineCategory(input: $input) { userErrors { code } } }', {
      input: { code, names: [{ language: 'en', text: code }], key: { idempotencyKey: code } },
    })
  const read = () => ask('{ categories(first: 5) { nodes { code } } }')
  const readiness = async () => {
    const response = await fetch(`${server.url}/health/ready`)
    return { status: response.status, ...health.parse(await response.json()) }
  }
  const isUp = async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text()
    return /^tributary_event_store_up\{engine="eventstoredb"\} (\d)$/m.exec(text)?.[1] === '1'
  }

  it('refuses changes in a way that may be tried again, goes on reading, and says what is wrong until it is over', async () => {
    expect(refusalIn(await define('toys'))).toBeNull()
    await until('the view has it', async () => JSON.stringify((await read()).data).includes('toys'))
    expect(await readiness()).toMatchObject({ status: 200, problems: [] })

    await store.kill()
    const code = await until('a change is refused', async () => {
      return refusalIn(await define('books')) ?? false
    })
    expect(['UNAVAILABLE', 'TIMEOUT']).toContain(code)
    const told = await until('health says so', async () => {
      const found = await readiness()
      return found.problems.some(({ part }) => part === 'EVENT_STORE') && found
    })
    expect(told).toMatchObject({ status: 200, ready: true, able: { api: true, worker: false } })
    expect(told.problems.map(({ message }) => message).join('\n')).toContain('takes no appends now')
    expect(await isUp()).toBe(false)
    const reading = await read()
    expect([reading.errors, JSON.stringify(reading.data).includes('toys')]).toEqual([undefined, true])

    await store.restart()
    await until('the change is taken', async () => refusalIn(await define('books')) === null)
    await until('nothing is wrong any more', async () => {
      const { status, problems, able } = await readiness()
      return status === 200 && problems.length === 0 && able.worker
    })
    await until('metrics say so', isUp)
    await until('the view has both', async () => JSON.stringify((await read()).data).includes('books'))
  })
})
