/** Exports over HTTP: asked for, waited for, fetched, and compared with the query. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { createLocalIssuer } from '../../api/auth/issuer.ts'
import { subjectWithRole } from '../../app/people-of-roles.ts'
import { type RunningServer, startServer } from '../../app/server.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { openTributary, type Tributary } from '../../app/tributary.ts'
import type { AccessRole } from '../../domain/events/platform.ts'
import { readConfig } from '../../platform/config.ts'
import { createLogger } from '../../platform/log.ts'
import { ask } from '../api/support/world.ts'
import { until } from '../support/until.ts'

let folder: string
let tributary: Tributary
let server: RunningServer
let [communityId, otherId] = ['', '']

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-exports-'))
  tributary = await openTributary({ folder: join(folder, 'data') })
  const made = await simulate(tributary, {
    members: 30,
    purchases: 500,
    seed: 11,
    until: '2026-06-01T00:00:00.000Z',
  })
  communityId = made.communities[0]?.id ?? ''
  otherId = made.communities[1]?.id ?? ''
  server = await startServer(tributary, readConfig({}, { port: '0' }), createLogger({ level: 'silent' }))
  await server.projector.whenReady(60_000)
})
afterAll(async () => {
  await server.close()
  await tributary.close()
  rmSync(folder, { recursive: true, force: true })
})

const signIn = async (role: AccessRole, organisation: string | null = null): Promise<string> => {
  const subject = await subjectWithRole(tributary, role, organisation)
  const issuer = await createLocalIssuer(tributary.signingKey, tributary.deployment.id, tributary.clock)
  return issuer.issueToken(subject, 3_600)
}

const exported = z.object({
  id: z.string(),
  state: z.string(),
  path: z.string().nullable(),
  rows: z.number().nullable(),
  progress: z.object({ done: z.number(), total: z.number().nullable() }).nullable(),
})
const requested = z.object({
  requestExport: z.object({
    replayed: z.boolean(),
    export: exported.nullable(),
    userErrors: z.array(z.object({ code: z.string() })),
  }),
})

const fields = 'id state path rows progress { done total }'
let keys = 0
const nextKey = (): string => {
  keys += 1
  return `export-${keys}`
}

const request = async (token: string, list: unknown, format = 'CSV', key = nextKey()) => {
  const { body } = await ask(
    server.url,
    {
      query: `mutation ($input: RequestExportInput!) { requestExport(input: $input) { replayed export { ${fields} } userErrors { code } } }`,
      variables: { input: { list, format, key: { idempotencyKey: key } } },
    },
    token,
  )
  return requested.parse(body.data).requestExport
}

const find = async (token: string, id: string) => {
  const { body } = await ask(server.url, { query: `{ export(id: "${id}") { ${fields} } }` }, token)
  return z.object({ export: exported.nullable() }).parse(body.data).export
}

const fetched = (path: string, token: string | null) =>
  fetch(`${server.url}${path}`, token === null ? {} : { headers: { authorization: `Bearer ${token}` } })

const whole = async (token: string, list: unknown, format = 'CSV') => {
  const id = (await request(token, list, format)).export?.id ?? ''
  const done = await until('the export is done', async () => {
    const found = await find(token, id)
    return found?.state === 'DONE' ? found : undefined
  })
  return { done, response: await fetched(done.path ?? '', token) }
}

const purchasePage = z.object({
  purchases: z.object({
    nodes: z.array(z.object({ id: z.string(), total: z.object({ minor: z.string(), decimal: z.string() }) })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
})

const queried = async (token: string) => {
  const found: z.infer<typeof purchasePage>['purchases']['nodes'] = []
  for (let after: string | null = null; ; ) {
    const query = `query ($c: ID!, $after: String) { purchases(communityId: $c, newestFirst: false, first: 100, after: $after) { nodes { id total { minor decimal } } pageInfo { hasNextPage endCursor } } }`
    const answer = await ask(server.url, { query, variables: { c: communityId, after } }, token)
    const { nodes, pageInfo } = purchasePage.parse(answer.body.data).purchases
    found.push(...nodes)
    if (!pageInfo.hasNextPage) return found
    after = pageInfo.endCursor
  }
}

const table = z.array(z.record(z.string(), z.string()))

it('a file has the rows of the query, in its order, to the cent', async () => {
  const owner = await signIn('COMMUNITY_OWNER', communityId)
  const { done, response } = await whole(owner, { purchases: { communityId } })
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(response.headers.get('content-disposition')).toMatch(
    /^attachment; filename="purchases-export_\w+\.csv"$/,
  )
  const rows = table.parse(parse(await response.text(), { columns: true, bom: true }))
  const shown = await queried(owner)
  expect(shown.length).toBeGreaterThan(100)
  expect(rows.map((row) => [row.purchase_id, row.total_minor, row.total])).toEqual(
    shown.map(({ id, total }) => [id, total.minor, total.decimal]),
  )
  expect(done.rows).toBe(shown.length)
  expect(done.progress).toEqual({ done: shown.length, total: shown.length })
})

it('the journal as JSONL sums to zero in each currency', async () => {
  const finance = await signIn('FINANCE_ANALYST')
  const { done, response } = await whole(finance, { journal: {} }, 'JSONL')
  const lines = (await response.text()).trimEnd().split('\n')
  const sums: Record<string, number> = {}
  for (const line of lines) {
    const row = z.object({ currency: z.string(), amount_minor: z.number() }).parse(JSON.parse(line))
    sums[row.currency] = (sums[row.currency] ?? 0) + row.amount_minor
  }
  expect(lines).toHaveLength(done.rows ?? -1)
  expect(lines.length).toBeGreaterThan(250)
  expect(new Set(Object.values(sums))).toEqual(new Set([0]))
})

it('the same request twice is the same export; with another list the key is refused', async () => {
  const owner = await signIn('COMMUNITY_OWNER', communityId)
  const first = await request(owner, { purchases: {} }, 'CSV', 'twice')
  const again = await request(owner, { purchases: {} }, 'CSV', 'twice')
  expect([first.replayed, again.replayed]).toEqual([false, true])
  expect(again.export?.id).toBe(first.export?.id)
  const other = await request(owner, { journal: {} }, 'CSV', 'twice')
  expect(other.userErrors).toEqual([{ code: 'KEY_REUSED' }])
})

it('nobody exports what they may not query', async () => {
  const owner = await signIn('COMMUNITY_OWNER', communityId)
  const foreign = await request(owner, { purchases: { communityId: otherId } })
  expect(foreign).toMatchObject({ export: null, userErrors: [{ code: 'NOT_ALLOWED' }] })
  const staff = await signIn('COMMUNITY_STAFF', communityId)
  expect((await request(staff, { journal: {} })).userErrors).toEqual([{ code: 'NOT_ALLOWED' }])
})

it('a file is for who asked alone, and no path leads elsewhere', async () => {
  const owner = await signIn('COMMUNITY_OWNER', communityId)
  const { done, response } = await whole(owner, { purchases: {} })
  await response.body?.cancel()
  const foreign = await signIn('COMMUNITY_OWNER', otherId)
  const operator = await signIn('OPERATOR')
  expect(await find(foreign, done.id)).toBeNull()
  expect((await fetched(done.path ?? '', foreign)).status).toBe(404)
  expect((await fetched(done.path ?? '', operator)).status).toBe(404)
  expect((await fetched(done.path ?? '', null)).status).toBe(401)
  for (const id of ['..%2Fevents.db', '..%2F..%2Fetc%2Fpasswd', `${done.id}.part`])
    expect((await fetched(`/exports/${id}`, owner)).status).toBe(404)
  expect(readdirSync(join(folder, 'data', 'exports')).filter((name) => name.includes('.'))).toEqual([])
})
