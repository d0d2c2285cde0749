/** What was sent to do harm: small requests that cost much, nesting that ends the stack, texts that are not what they show. */
import { connect } from 'node:net'
import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from '../../platform/log.ts'
import { type Answer, ask, createWorld, type Served, serve, type World } from './support/world.ts'

const codeOf = ({ body }: Answer) => body.errors?.[0]?.extensions?.code

let world: World
let short: Served
let long: Served
let token: string
const logged: string[] = []
beforeAll(async () => {
  world = await createWorld()
  const log = createLogger({ level: 'info', stream: { write: (line) => logged.push(line) } })
  short = await serve({ ...world.services, log })
  long = await serve({ ...world.services, log }, { fastPath: false })
  token = await world.signIn('OPERATOR')
})
afterAll(async () => {
  await short[Symbol.asyncDispose]()
  await long[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})
beforeEach(() => {
  logged.length = 0
})

const both = () => [short.url, long.url]

describe('introspection', () => {
  const costOf = ({ body: { extensions } }: Answer): unknown => extensions

  it('lets the usual query of tools through, with all that may be asked for in it, at a price', async () => {
    const whole = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      experimentalDirectiveDeprecation: true,
      oneOf: true,
    })
    const answer = await world.ask(whole)
    expect(answer.body.errors).toBeUndefined()
    expect(answer.body.data).toMatchObject({ __schema: { queryType: { name: 'Query' } } })
    expect(costOf(answer)).toMatchObject({
      cost: { requested: expect.toSatisfy((cost) => cost > 50 && cost < 300) },
    })
  })

  it.each([
    [
      'below __schema, where fields are asked for 40 times',
      `{ __schema { types { ${Array.from({ length: 40 }, (_, i) => `a${i}: fields { name }`).join(' ')} } } }`,
    ],
    [
      'below __type, through fragments',
      `{ __type(name: "Query") { a: fields { type { ...F } } b: fields { type { ...F } } } } fragment F on __Type { ${Array.from({ length: 8 }, (_, i) => `b${i}: name`).join(' ')} }`,
    ],
    [
      'on the data beside it',
      `{ ${Array.from({ length: 8 }, (_, i) => `a${i}: __type(name: "Query") { b${i}: name }`).join(' ')} }`,
    ],
  ])('counts aliases %s', async (_, query) => {
    expect(codeOf(await world.ask(query))).toBe('QUERY_TOO_WIDE')
  })

  it.each([
    ['fields within fields', '{ __schema { types { fields { type { fields { name } } } } } }'],
    [
      'fields within fields, through a fragment',
      '{ __type(name: "Query") { fields { type { ...F } } } } fragment F on __Type { fields { name } }',
    ],
    [
      'four lists within one another',
      '{ __schema { types { fields { args { type { enumValues { name } } } } } } }',
    ],
    ['many levels', `{ __type(name: "Query") { ${'ofType { '.repeat(20)} name ${'}'.repeat(20)} } }`],
  ])('is QUERY_TOO_DEEP where it asks for %s', async (_, query) => {
    expect(codeOf(await world.ask(query))).toBe('QUERY_TOO_DEEP')
  })

  it('is QUERY_TOO_COSTLY where it asks for all of it several times', async () => {
    const parts = Array.from(
      { length: 15 },
      (_, i) => `a${i}: fields { name type { name } args { name type { name } } }`,
    )
    expect(codeOf(await world.ask(`{ __schema { types { ${parts.join(' ')} } } }`))).toBe('QUERY_TOO_COSTLY')
  })

  it('leaves __typename free, by whatever names', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `is${i}: __typename`).join(' ')
    const answer = await world.ask(`{ ${names} }`)
    expect(answer.body.errors).toBeUndefined()
    expect(costOf(answer)).toMatchObject({ cost: { requested: 0 } })
  })
})

describe('nesting', () => {
  const nested = (levels: number, open: string, close: string) =>
    `${open.repeat(levels)}${close.repeat(levels)}`

  it.each([
    ['lists, of 100,000 levels', `{ node(id: ${nested(100_000, '[', ']')}) { id } }`],
    ['lists that do not end', `{ node(id: ${'['.repeat(100_000)}`],
    ['objects, of 600 levels', `{ node(id: ${nested(600, '{a:', '}')}) { id } }`],
    ['selections, of 900 levels', nested(900, '{ a ', '}')],
    ['types of variables, of 900 levels', `query ($a: ${nested(900, '[', ']')}) { __typename }`],
    [
      'brackets behind strings and comments',
      `{ a(b: "]]]]\\"]]]", c: """ ]]]] \\""" ]]] """) # ]]]]]\n ${'['.repeat(64)}`,
    ],
  ])('in a document is QUERY_TOO_DEEP: %s', async (_, query) => {
    for (const url of both()) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query }),
      })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'QUERY_TOO_DEEP' } }] })
    }
    expect(logged).toEqual([])
  })

  it('in strings and comments of a document is none', async () => {
    const many = '[{('.repeat(100)
    const query = `# ${many}\n{ __type(name: "${many}") { name } a: __type(name: """${many}""") { name } }`
    expect((await ask(short.url, { query })).body.errors).toBeUndefined()
  })

  const text = 'query ($rule: SegmentRuleInput!) { __typename }'
  it.each([3_000, 40_000, 100_000])('in variables is BAD_REQUEST: %d levels', async (levels) => {
    const rule = `${'{"not":'.repeat(levels)}null${'}'.repeat(levels)}`
    for (const url of both()) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: `{"query":${JSON.stringify(text)},"variables":{"rule":${rule}}}`,
      })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
    }
    expect(logged).toEqual([])
  })

  it('in variables may be as deep as any rule that can be kept', async () => {
    const rule = `${'{"not":'.repeat(60)}null${'}'.repeat(60)}`
    const answer = await ask(short.url, { query: '{ __typename }', variables: { rule: JSON.parse(rule) } })
    expect(answer.body.errors).toBeUndefined()
  })

  it('in parameters of an address is BAD_REQUEST', async () => {
    const variables = nested(1_000, '[', ']')
    const response = await fetch(
      `${short.url}/graphql?query=${encodeURIComponent('{ __typename }')}&variables=${encodeURIComponent(`{"a":${variables}}`)}`,
    )
    expect(response.status).toBe(400)
    expect(logged).toEqual([])
  })
})

describe('a client that goes away', () => {
  it.each([
    [
      'announced, to GraphQL',
      '/graphql',
      'content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"que',
    ],
    [
      'in chunks, to GraphQL',
      '/graphql',
      'content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"qu\r\n',
    ],
    [
      'announced, to sign in',
      '/sign-in',
      'content-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\ncode',
    ],
  ])('during its body, %s, is no error of ours', async (_, path, rest) => {
    for (const url of both()) {
      const handled = Promise.withResolvers<void>()
      const { port } = new URL(url)
      const socket = connect(Number(port), '127.0.0.1')
      const closed = Promise.withResolvers<void>()
      socket.on('close', () => closed.resolve())
      socket.on('error', () => undefined)
      socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\n${rest}`, () => {
        setImmediate(() => {
          socket.resetAndDestroy()
          handled.resolve()
        })
      })
      await Promise.all([handled.promise, closed.promise])
      // Asked after it, on a connection of its own.
      await ask(url, { query: '{ __typename }' })
      await ask(url, { query: '{ __typename }' })
    }
    expect(logged).toEqual([])
  })
})

it.each([
  ['the short way', true],
  ['the long way', false],
])('a client that goes away while its answer is made, %s, is no error of ours', async (_, fastPath) => {
  const never = new Promise<never>(() => undefined)
  const reached = Promise.withResolvers<void>()
  const views = {
    waitFor: () => never,
    status: () => {
      reached.resolve()
      return never
    },
    isReady: true,
  }
  const log = createLogger({ level: 'info', stream: { write: (line) => logged.push(line) } })
  const limits = { ...world.services.limits, wallClockMs: 50 }
  await using slow = await serve({ ...world.services, views, limits, log }, { fastPath })
  const leaving = new AbortController()
  const answer = fetch(`${slow.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ views { name } }' }),
    signal: leaving.signal,
  })
  await reached.promise
  leaving.abort()
  await expect(answer).rejects.toThrow()
  // The next one is answered after its time is up, and so after that of the first.
  expect(codeOf(await ask(slow.url, { query: '{ views { name } }' }, token))).toBe('TIMEOUT')
  expect(logged).toEqual([])
})
