/** Each limit answers with an error of its own, which says what to do. */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, ask, createWorld, type World } from './support/world.ts'

const codeOf = ({ body }: Answer) => body.errors?.[0]?.extensions?.code

let world: World
let token: string
beforeAll(async () => {
  world = await createWorld({
    limits: { bodyBytes: 20_000, cost: 200, bucket: { points: 300, perSecond: 1 } },
  })
  token = await world.signIn('OPERATOR')
})
afterAll(() => world[Symbol.asyncDispose]())

describe('documents', () => {
  it('of more tokens than allowed are QUERY_TOO_LONG', async () => {
    expect(codeOf(await world.ask(`{ ${'id '.repeat(2_001)} }`))).toBe('QUERY_TOO_LONG')
  })

  it('deeper than allowed are QUERY_TOO_DEEP, through fragments too', async () => {
    const deep = `{ events(first: 1) { nodes { ${'cause { '.repeat(8)} name ${'}'.repeat(8)} } } }`
    expect(codeOf(await world.ask(deep))).toBe('QUERY_TOO_DEEP')
    const spread = `{ events(first: 1) { nodes { ...A } } } fragment A on Event { cause { cause { cause { ...B } } } } fragment B on Event { cause { cause { cause { cause { cause { name } } } } } }`
    expect(codeOf(await world.ask(spread))).toBe('QUERY_TOO_DEEP')
  })

  it('of more aliases than allowed are QUERY_TOO_WIDE, through fragments too', async () => {
    const aliases = Array.from({ length: 8 }, (_, index) => `a${index}: id`).join(' ')
    const twice = `{ x: viewer { ...F } y: viewer { ...F } } fragment F on Viewer { ${aliases} }`
    expect(codeOf(await world.ask(twice))).toBe('QUERY_TOO_WIDE')
  })

  it('of several operations are refused', async () => {
    const answer = await ask(world.url, {
      query: 'query A { __typename } query B { __typename }',
      operationName: 'A',
    })
    expect(codeOf(answer)).toBe('BAD_REQUEST')
  })

  it('may look at the whole schema', async () => {
    const deep = `{ __schema { types { fields { type { ${'ofType { '.repeat(7)} name ${'}'.repeat(7)} } } } } }`
    expect((await world.ask(deep)).body.errors).toBeUndefined()
  })
})

describe('cost', () => {
  it('is told in each answer', async () => {
    const { body } = await world.ask('{ viewer { id } }', {}, token)
    expect(body.extensions).toMatchObject({ cost: { requested: 1, capacity: 300, restorePerSecond: 1 } })
  })

  it('counts what a page may hold, also where its size is a variable', async () => {
    const text = 'query ($n: Int!) { partners(first: $n) { nodes { id suppliesTo { what } } } }'
    const small = await world.ask(text, { n: 1 }, token)
    expect(small.body.errors).toBeUndefined()
    const large = await world.ask(text, { n: 100 }, token)
    expect(codeOf(large)).toBe('QUERY_TOO_COSTLY')
    expect(large.status).toBe(400)
    expect(large.body.errors?.[0]?.extensions).toMatchObject({ limit: 200 })
  })

  it('counts rows that are sent', async () => {
    const rows = Array.from({ length: 80 }, () => ({}))
    const text =
      'mutation ($rows: [RecordPurchaseInput!]!) { recordPurchases(input: { rows: $rows, onError: PARTIAL }) { accepted } }'
    expect(codeOf(await world.ask(text, { rows }, token))).toBe('QUERY_TOO_COSTLY')
  })

  it('is drawn from a bucket, which THROTTLED says when to come back to', async () => {
    const eager = await world.signIn('OPERATOR')
    let answer = await world.ask('{ partners(first: 50) { nodes { id } } }', {}, eager)
    for (let round = 0; round < 10 && answer.body.errors === undefined; round += 1)
      answer = await world.ask('{ partners(first: 50) { nodes { id } } }', {}, eager)
    expect(codeOf(answer)).toBe('THROTTLED')
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await world.ask('{ viewer { id } }', {}, token)).body.errors).toBeUndefined()
  })
})

describe('bodies', () => {
  it('larger than allowed are BODY_TOO_LARGE, by their length', async () => {
    const answer = await ask(world.url, { query: `{ __typename } # ${'x'.repeat(20_000)}` })
    expect([answer.status, codeOf(answer)]).toEqual([413, 'BODY_TOO_LARGE'])
  })

  it('are cut off while they come, where their length was not told', async () => {
    const { port } = new URL(world.url)
    const socket = connect(Number(port), '127.0.0.1')
    const answered = new Promise<string>((resolve, reject) => {
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk.toString()
      })
      socket.on('close', () => resolve(text))
      socket.on('error', reject)
    })
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    )
    const chunk = `4e20\r\n${'x'.repeat(20_000)}\r\n`
    socket.write(chunk)
    socket.write(chunk)
    expect(await answered).toMatch(/^HTTP\/1\.1 413 /)
  })
})

it('an answer that takes too long is TIMEOUT, and for a mutation says that it may have happened', async () => {
  const never = new Promise<never>(() => undefined)
  await using slow = await createWorld({
    limits: { wallClockMs: 50 },
    views: () => ({ waitFor: () => never, status: () => never, isReady: true }),
  })
  const operator = await slow.signIn('OPERATOR')
  const read = await slow.ask('{ views { name } }', {}, operator)
  expect([read.status, codeOf(read)]).toEqual([504, 'TIMEOUT'])
  const text = 'mutation ($input: ApplyAsPartnerInput!) { applyAsPartner(input: $input) { partner { id } } }'
  const input = { name: 'Acme', key: { idempotencyKey: '1' } }
  const written = await slow.ask(text, { input }, operator)
  expect(codeOf(written)).toBe('TIMEOUT')
  expect(written.body.errors?.[0]?.message).toMatch(/same key/)
})
