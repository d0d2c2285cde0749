/** What the API writes to its log about requests, and what it never writes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createLogger } from '../../platform/log.ts'
import { overlay } from '../property/projection-runner-kit.ts'
import { createWorld, type World } from './support/world.ts'

const email = 'mary.poppins@example.org'
const phone = '+44 20 7946 0958'
const secrets = ['Mary', 'Poppins', email, phone, '7946', 'hunter2', 'sesame-code', 'Cherry Tree Lane']

const lines: string[] = []
let failure: Error | null = null
let world: World
let token: string

beforeAll(async () => {
  const log = createLogger({ level: 'trace', stream: { write: (line) => void lines.push(line) } })
  world = await createWorld({
    change: (services) => ({
      ...services,
      log,
      handler: overlay(services.handler, {
        execute: (...command) =>
          failure === null ? services.handler.execute(...command) : Promise.reject(failure),
      }),
    }),
  })
  token = await world.signIn('OPERATOR')
})
afterAll(() => world[Symbol.asyncDispose]())

const register = `mutation Mary($input: RegisterPersonInput!) { Poppins: registerPerson(input: $input) { id: __typename } }`
const input = { key: { external: { source: 'crm', id: `Mary Poppins ${phone}` } } }

/** A request that fails as told, and the lines that it leaves. */
const failing = async (error: Error) => {
  failure = error
  lines.length = 0
  const answer = await world.ask(register, { input }, token)
  failure = null
  return { answer, lines: lines.map((line): Record<string, unknown> => JSON.parse(line)) }
}

const post = (body: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${world.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })

describe('the log', () => {
  it('has an error that nobody expected under the id that the caller is told', async () => {
    const { answer, lines: written } = await failing(
      new RangeError('That was too much.', { cause: new Error('disk') }),
    )
    const told = z.object({ errorId: z.string() }).parse(answer.body.errors?.[0]?.extensions)
    expect(written).toEqual([
      {
        level: 'error',
        time: expect.any(String),
        msg: expect.any(String),
        errorId: told.errorId,
        field: 'registerPerson',
        error: {
          type: 'RangeError',
          message: 'That was too much.: disk',
          stack: expect.stringContaining('logs.test.ts'),
        },
      },
    ])
    expect(JSON.stringify(answer.body)).not.toContain('too much')
  })

  it('repeats none of what came in, whoever put it into a message', async () => {
    const errors = [
      `Cannot read properties of ${email}`,
      `call ${phone} or (${phone})`,
      `Authorization: Bearer ${token}`,
      `the token ${token}`,
      'redis://default:hunter2@redis:6379 refused',
      'tk_person_01h455vb4pex5vsknk084sn02q.key_01h455vb4pex5vsknk084sn02q.hunter2hunter2',
      'whsec_aHVudGVyMg==hunter2',
    ].map((message) => new Error(message, { cause: new Error(message) }))
    const driver = Object.assign(new Error('a driver'), { parameters: ['Mary'], config: { code: 'hunter2' } })
    for (const error of [...errors, parseFailure('{"name": Mary Poppins}'), driver]) {
      const { lines: written } = await failing(error)
      expect(written).toMatchObject([{ error: { type: error.name, message: expect.any(String) } }])
      for (const secret of [...secrets, token]) expect(JSON.stringify(written)).not.toContain(secret)
    }
  })
})

const parseFailure = (text: string): Error => {
  try {
    JSON.parse(text)
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new TypeError('It was JSON.')
}

it('no request leaves names, numbers or tokens in the log: in variables, headers, documents, addresses or bodies', async () => {
  const all: string[] = []
  const keep = async (asked: Promise<unknown>) => {
    await asked
    all.push(...lines.splice(0))
  }
  lines.length = 0
  await keep(world.ask(register, { input }, token))
  await keep(world.ask(register, { input: { name: 'Mary Poppins', phone, email } }, token))
  await keep(world.ask('query Mary { Poppins }', {}, token))
  await keep(world.ask('{ viewer(name: "Mary Poppins") { id } }', { Mary: 1 }, token))
  await keep(world.ask('query Mary {', {}, token))
  await keep(post('{"query": Mary Poppins', { authorization: `Bearer ${token}` }))
  await keep(post('Mary Poppins', { authorization: 'Basic hunter2', cookie: 'name=Mary', 'x-phone': phone }))
  await keep(post(JSON.stringify({ query: '{ viewer { id } }' }), { authorization: 'Bearer hunter2' }))
  await keep(fetch(`${world.url}/graphql?query={viewer{id}}&variables={"name":"Mary"}`))
  await keep(fetch(`${world.url}/sign-in?code=sesame-code`))
  await keep(
    fetch(`${world.url}/sign-in`, { method: 'POST', body: new URLSearchParams({ code: 'sesame-code' }) }),
  )
  await keep(fetch(`${world.url}/members/Mary%20Poppins?phone=${encodeURIComponent(phone)}`))
  await keep(failing(new Error(`${email} of 17, ${phone} with ${token}`)))
  await keep(failing(parseFailure('{"street": Cherry Tree Lane}')))
  const text = all.join('')
  for (const secret of [...secrets, token]) expect(text).not.toContain(secret)
  for (const line of all)
    expect(Object.keys(JSON.parse(line))).toEqual(expect.arrayContaining(['level', 'time', 'msg']))
  // Without those that were made to fail there is nothing to log about a request.
  expect(all.length).toBe(2)
})
