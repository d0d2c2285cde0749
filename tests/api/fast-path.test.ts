/** The short way of requests answers as the long way does, whatever is sent. */
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createWorld, type Served, serve, type World } from './support/world.ts'

interface Sent {
  readonly name: string
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Whether the body is sent in chunks, without its length. */
  readonly chunked?: boolean
}

interface Got {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

const json = { 'content-type': 'application/json' }

let world: World
let plain: Served
let token: string
beforeAll(async () => {
  world = await createWorld()
  plain = await serve(world.services, { fastPath: false })
  token = await world.signIn('OPERATOR')
})
afterAll(async () => {
  await plain[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const send = (url: string, { method = 'POST', path = '/graphql', headers = json, body, chunked }: Sent) =>
  new Promise<Got>((resolve, reject) => {
    const length = body === undefined || chunked ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const outgoing = httpRequest(
      `${url}${path}`,
      { method, headers: { ...length, ...headers } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        )
      },
    )
    outgoing.on('error', reject)
    if (body !== undefined) outgoing.write(body)
    outgoing.end()
  })

/** Ids of errors and what is left to spend differ from one answer to the next. */
const comparable = ({ status, headers, body }: Got) => ({
  status,
  type: headers['content-type'],
  allow: headers.allow,
  authenticate: headers['www-authenticate'],
  retry: headers['retry-after'],
  body: body.replaceAll(/error_[0-9a-z]{26}/g, 'error_…').replaceAll(/"available":\d+/g, '"available":…'),
})

const query = (text: string, more: object = {}) => JSON.stringify({ query: text, ...more })

const bodies: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['a blank', ' '],
  ['null', 'null'],
  ['a number', '5'],
  ['a text', '"{ __typename }"'],
  ['true', 'true'],
  ['an empty list', '[]'],
  ['a batch of one', `[${query('{ __typename }')}]`],
  ['a batch of two', `[${query('{ __typename }')},${query('{ __typename }')}]`],
  ['an empty object', '{}'],
  ['half of an object', '{"query":"{ __ty'],
  ['JSON and more', `${query('{ __typename }')}x`],
  ['a byte order mark', `\u{feff}${query('{ __typename }')}`],
  ['query of null', '{"query":null}'],
  ['query of a number', '{"query":5}'],
  ['query of a list', '{"query":["{ __typename }"]}'],
  ['query of an object', '{"query":{}}'],
  ['query of false', '{"query":false}'],
  ['an empty query', query('')],
  ['a query of blanks', query('   ')],
  ['a query of a comment', query('# nothing')],
  ['two queries in one body', '{"query":"{ nope }","query":"{ __typename }"}'],
  ['an unknown parameter', query('{ __typename }', { persisted: true })],
  ['an unknown parameter of null', query('{ __typename }', { persisted: null })],
  ['id beside it', query('{ __typename }', { id: '1' })],
  ['extensions of null', query('{ __typename }', { extensions: null })],
  ['extensions', query('{ __typename }', { extensions: {} })],
  ['extensions of a text', query('{ __typename }', { extensions: 'x' })],
  ['extensions of a list', query('{ __typename }', { extensions: [] })],
  ['variables of null', query('{ __typename }', { variables: null })],
  ['variables of a text', query('{ __typename }', { variables: '{}' })],
  ['variables of a list', query('{ __typename }', { variables: [] })],
  ['variables of a number', query('{ __typename }', { variables: 0 })],
  ['variables that nobody asks for', query('{ __typename }', { variables: { x: 1 } })],
  ['operationName of null', query('{ __typename }', { operationName: null })],
  ['an empty operationName', query('{ __typename }', { operationName: '' })],
  ['operationName of a number', query('{ __typename }', { operationName: 1 })],
  ['operationName of an object', query('{ __typename }', { operationName: {} })],
  ['an operationName that is not there', query('query A { __typename }', { operationName: 'B' })],
  ['an operationName that is there', query('query A { __typename }', { operationName: 'A' })],
  [
    'two operations, one named',
    query('query A { __typename } query B { __typename }', { operationName: 'A' }),
  ],
  ['two operations, none named', query('query A { __typename } query B { __typename }')],
  ['__proto__ as a variable', '{"query":"{ __typename }","variables":{"__proto__":{"x":1}}}'],
  ['__proto__ as a parameter', '{"query":"{ __typename }","__proto__":{}}'],
  ['constructor as a parameter', '{"query":"{ __typename }","constructor":1}'],
  ['a syntax error', query('{ __typename ')],
  ['only a brace', query('}')],
  ['a lone fragment', query('fragment F on Query { __typename }')],
  ['an unused fragment', query('{ __typename } fragment F on Query { __typename }')],
  ['a fragment in itself', query('{ ...F } fragment F on Query { ...F }')],
  ['an unknown field', query('{ nope }')],
  ['an unknown type', query('{ ...on Nope { x } }')],
  ['an unknown directive', query('{ __typename @nope }')],
  ['an unknown argument', query('{ viewer(x: 1) { id } }')],
  ['a missing argument', query('{ purchases { nodes { id } } }')],
  ['a field without its selection', query('{ viewer }')],
  ['a leaf with a selection', query('{ __typename { x } }')],
  ['a missing variable', query('query ($id: ID!) { partner(id: $id) { id } }')],
  ['a variable of null', query('query ($id: ID!) { partner(id: $id) { id } }', { variables: { id: null } })],
  [
    'a variable of another type',
    query('query ($n: Int!) { partners(first: $n) { nodes { id } } }', { variables: { n: 'x' } }),
  ],
  [
    'a variable past 32 bits',
    query('query ($n: Int!) { partners(first: $n) { nodes { id } } }', { variables: { n: 3e9 } }),
  ],
  [
    'a fraction for an integer',
    query('query ($n: Int!) { partners(first: $n) { nodes { id } } }', { variables: { n: 1.5 } }),
  ],
  ['an undeclared variable', query('{ partner(id: $id) { id } }')],
  ['a variable of an output type', query('query ($x: Partner) { __typename }')],
  ['nobody where somebody is needed', query('{ viewer { id } }')],
  [
    'a mutation of nobody',
    query('mutation { admitPartner(input: { partnerId: "x" }) { userErrors { code } } }'),
  ],
  [
    'two members of a oneOf',
    query(
      'mutation { applyAsPartner(input: { name: "x", key: { idempotencyKey: "1", external: { source: "a", id: "b" } } }) { userErrors { code } } }',
    ),
  ],
  [
    'no member of a oneOf',
    query('mutation { applyAsPartner(input: { name: "x", key: {} }) { userErrors { code } } }'),
  ],
  ['a subscription as a query', query('subscription { viewsAdvanced { lagMs } }')],
  [
    'too deep',
    query(`{ a: __schema { queryType { name } } ${'viewer { roles { '.repeat(6)} x ${'} }'.repeat(6)} }`),
  ],
  [
    'too many aliases',
    query(
      `{ ${Array.from({ length: 16 }, (_, i) => `a${i}: __typename`).join(' ')} ${Array.from({ length: 16 }, (_, i) => `b${i}: viewer { id }`).join(' ')} }`,
    ),
  ],
  ['too many tokens', query(`{ ${'__typename '.repeat(2_100)} }`)],
  ['a long name', query(`{ ${'x'.repeat(10_000)} }`)],
  ['a text with a lone surrogate', '{"query":"{ __typename }","operationName":"\\ud800"}'],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]).toString('latin1')],
  ['introspection', query('{ __schema { types { name fields { name type { name ofType { name } } } } } }')],
  ['an unknown type looked up', query('{ __type(name: "Nope") { name } }')],
]

const accepted = [
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json',
  'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8',
  'application/json;q=0.5, */*;q=0.1',
  'application/json; charset=latin1',
  'text/html',
  'text/event-stream',
  'image/png',
  'application/*',
  'text/event-stream, */*',
  'multipart/mixed, */*',
  ',,',
  'APPLICATION/JSON',
]

const contentTypes = [
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
  'application/json; charset=latin1',
  'APPLICATION/JSON',
  'application/graphql+json',
  'application/graphql',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/json, application/json',
  'application/jsonx',
  '',
]

const valid = query('{ __typename }')

const requests: readonly Sent[] = [
  ...bodies.map(([name, body]) => ({ name: `a body of ${name}`, body })),
  ...bodies.map(([name, body]) => ({
    name: `a body of ${name}, for graphql-response+json`,
    headers: { ...json, accept: 'application/graphql-response+json' },
    body,
  })),
  ...accepted.map((accept) => ({ name: `Accept: ${accept}`, headers: { ...json, accept }, body: valid })),
  ...accepted.map((accept) => ({
    name: `Accept: ${accept}, of a query that is wrong`,
    headers: { ...json, accept },
    body: query('{ nope }'),
  })),
  ...contentTypes.map((type) => ({
    name: `Content-Type: ${type}`,
    headers: { 'content-type': type },
    body: valid,
  })),
  { name: 'no Content-Type', headers: {}, body: valid },
  { name: 'a body in chunks', chunked: true, body: valid },
  { name: 'a body that says it is gzip', headers: { ...json, 'content-encoding': 'gzip' }, body: valid },
  { name: 'a body too large by its length', body: query(`{ __typename } # ${'x'.repeat(1_000_001)}`) },
  {
    name: 'a body too large in chunks',
    chunked: true,
    body: query(`{ __typename } # ${'x'.repeat(1_000_001)}`),
  },
  { name: 'the path with a slash', path: '/graphql/', body: valid },
  { name: 'the path with a query', path: '/graphql?query={__typename}', body: valid },
  { name: 'another path below', path: '/graphql/x', body: valid },
  ...['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => ({
    name: method,
    method,
    body: '',
  })),
  { name: 'a GET with a query', method: 'GET', path: '/graphql?query=%7B__typename%7D', headers: {} },
  {
    name: 'a GET with a mutation',
    method: 'GET',
    path: '/graphql?query=mutation%7B__typename%7D',
    headers: {},
  },
  {
    name: 'a GET with variables that are no JSON',
    method: 'GET',
    path: '/graphql?query=%7B__typename%7D&variables=x',
    headers: {},
  },
  { name: 'a GET for a page', method: 'GET', headers: { accept: 'text/html' } },
  { name: 'a token that is none', headers: { ...json, authorization: 'Bearer nonsense' }, body: valid },
  { name: 'another scheme', headers: { ...json, authorization: 'Basic eDp5' }, body: valid },
  { name: 'an empty Authorization', headers: { ...json, authorization: '' }, body: valid },
  { name: 'a key that is none', headers: { ...json, authorization: 'Bearer tk_x' }, body: valid },
]

it('is asked with at least 100 requests', () => {
  expect(requests.length).toBeGreaterThanOrEqual(100)
})

it.each(requests.map((request) => [request.name, request] as const))(
  'answers alike: %s',
  async (_, request) => {
    const [short, long] = await Promise.all([send(world.url, request), send(plain.url, request)])
    expect(comparable(short)).toEqual(comparable(long))
  },
)

it.each([
  ['who asks', '{ viewer { id roles { role organisation } } }'],
  ['a thing that is not there', '{ partner(id: "partner_01h455vb4pex5vsknk084sn02q") { id } }'],
  ['a wrong page size', '{ partners(first: 0) { nodes { id } } }'],
  ['a cursor that is none', '{ partners(first: 1, after: "x") { nodes { id } } }'],
  ['an error beside data', '{ viewer { id } partners(first: 0) { nodes { id } } }'],
  [
    'a user error',
    'mutation { admitPartner(input: { partnerId: "x" }) { userErrors { code path message } } }',
  ],
])('answers alike, signed in: %s', async (_, text) => {
  const request = { name: '', headers: { ...json, authorization: `Bearer ${token}` }, body: query(text) }
  const [short, long] = await Promise.all([send(world.url, request), send(plain.url, request)])
  expect(comparable(short)).toEqual(comparable(long))
  expect(short.status).toBeLessThan(500)
})
