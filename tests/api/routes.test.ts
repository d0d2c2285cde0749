/** What is served beside /graphql. */
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../platform/ids.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${world.url}${path}`, { headers })

/** With a Host header, which fetch does not let one set. */
const statusWithHost = (path: string, host: string) =>
  new Promise<number>((resolve, reject) => {
    const outgoing = httpRequest(`${world.url}${path}`, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    outgoing.on('error', reject)
    outgoing.end()
  })

describe('health', () => {
  it('is alive', async () => {
    expect(await (await get('/health/live')).json()).toEqual({
      alive: true,
      roles: ['api', 'projector'],
    })
  })

  it('is ready once the views are built, and says how far each is', async () => {
    const response = await get('/health/ready')
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      ready: true,
      complete: true,
      views: expect.arrayContaining([expect.objectContaining({ name: 'matrix', ready: true, parked: 0 })]),
    })
  })

  it('is 503 until then', async () => {
    await using young = await createWorld({
      views: () => ({ waitFor: async () => false, status: async () => [], isReady: false }),
    })
    expect((await fetch(`${young.url}/health/ready`)).status).toBe(503)
  })
})

describe('metrics', () => {
  it('count requests, commands by what they came to, and how far views are', async () => {
    const operator = await world.signIn('OPERATOR')
    const text =
      'mutation { admitPartner(input: { partnerId: "partner_01h455vb4pex5vsknk084sn02q" }) { replayed } }'
    await world.ask(text, {}, operator)
    const metrics = await (await get('/metrics')).text()
    expect(metrics).toMatch(/tributary_mutations_total\{mutation="admitPartner",outcome="NOT_FOUND"\} 1/)
    expect(metrics).toMatch(
      /tributary_http_request_duration_seconds_count\{endpoint="graphql",status="200"\} \d/,
    )
    expect(metrics).toMatch(/tributary_view_lag_seconds\{view="matrix"\} 0/)
    expect(metrics).toMatch(/tributary_view_scanned_events\{view="matrix"\} \d/)
  })

  it('are for this machine, or for roles of the platform', async () => {
    const elsewhere = { 'x-forwarded-for': '203.0.113.7' }
    expect((await get('/metrics', elsewhere)).status).toBe(401)
    const brand = await world.signIn('BRAND_ADMIN', newId('partner'))
    expect((await get('/metrics', { ...elsewhere, authorization: `Bearer ${brand}` })).status).toBe(403)
    const auditor = await world.signIn('AUDITOR')
    expect((await get('/metrics', { ...elsewhere, authorization: `Bearer ${auditor}` })).status).toBe(200)
  })
})

describe('signing in by a link', () => {
  const post = (code: string) =>
    fetch(`${world.url}/sign-in`, { method: 'POST', body: new URLSearchParams({ code }) })
  const linkFor = (subject: string) => world.api.signInLink(subject) ?? ''
  const codeOf = (link: string) => new URL(link, world.url).searchParams.get('code') ?? ''

  it('gives a token that names whom the link is for, once', async () => {
    const subject = newId('person')
    const link = linkFor(subject)
    const asked = await get(link)
    expect([asked.status, await asked.text()]).toEqual([200, expect.stringContaining(codeOf(link))])
    const signedIn = await post(codeOf(link))
    expect(signedIn.headers.get('cache-control')).toBe('no-store')
    expect(signedIn.headers.get('content-security-policy')).toContain("default-src 'none'")
    const token = /value="(ey[^"]+)"/.exec(await signedIn.text())?.[1]
    const { body } = await world.ask('{ viewer { id } }', {}, token)
    expect(body.data).toEqual({ viewer: { id: subject } })
    expect((await post(codeOf(link))).status).toBe(410)
  })

  it('is for this machine alone, under its own name', async () => {
    const link = linkFor(newId('person'))
    expect((await get(link, { 'x-forwarded-for': '203.0.113.7' })).status).toBe(403)
    expect(await statusWithHost(link, 'evil.example')).toBe(403)
  })

  it('writes what it is given as text', async () => {
    const page = await (await get('/sign-in?code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E')).text()
    expect(page).not.toContain('<script>alert')
  })
})

it('publishes the keys of the local issuer, and not their private half', async () => {
  const jwks = await (await get('/.well-known/jwks.json')).text()
  expect(JSON.parse(jwks)).toMatchObject({ keys: [{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA' }] })
  expect(jwks).not.toContain('"d":')
})

it('serves the schema, a page to ask by hand, and nothing else', async () => {
  expect(await (await get('/schema.graphql')).text()).toContain('type Query {')
  expect(await (await get('/')).text()).toContain('/graphql')
  const response = await get('/nothing')
  expect([response.status, await response.json()]).toEqual([
    404,
    expect.objectContaining({ errors: expect.any(Array) }),
  ])
  expect(response.headers.get('x-powered-by')).toBeNull()
})

it('a form that is malformed is refused without a word about how', async () => {
  const response = await fetch(`${world.url}/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' },
    body: 'x',
  })
  expect(response.status).toBeLessThan(600)
  expect(await response.text()).not.toContain('node_modules')
})
