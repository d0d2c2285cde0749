/** Two API processes over one log, without a projector of their own, beside a process that keeps the views up. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createLocalIssuer } from '../../api/auth/issuer.ts'
import { diagnose } from '../../app/doctor.ts'
import { subjectWithRole } from '../../app/people-of-roles.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { communityPlans } from '../../app/simulate/trades.ts'
import { openTributary } from '../../app/tributary.ts'
import { catalogue } from '../../domain/catalogue.ts'
import { scriptPath } from '../e2e/run-script.ts'
import { until } from '../support/until.ts'
import { withParent } from '../support/with-parent.ts'

const folder = mkdtempSync(join(tmpdir(), 'tributary-two-apis-'))
const data = join(folder, 'data')
const children: ChildProcess[] = []

interface Setting {
  readonly service: string
  readonly brand: string
  readonly communityId: string
  readonly personId: string
  readonly partnerId: string
  readonly currency: string
  readonly offerId: string
  readonly facts: object
}
let setting: Setting
let urls: readonly [string, string, string]

const listening = z.object({ url: z.string() })

const start = async (role: string): Promise<string> => {
  const child = spawn(
    process.execPath,
    [...withParent, scriptPath('start'), '--empty', '--role', role, '--port', '0', '--json', '--data', data],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  children.push(child)
  for await (const line of createInterface({ input: child.stdout }))
    return listening.parse(JSON.parse(line)).url
  throw new Error(`The process of ${role} ended before it listened.`)
}

/** A small market, and those who may record sales and revise an offer. */
const prepare = async (): Promise<Setting> => {
  const tributary = await openTributary({ folder: data })
  try {
    const { communities, partners } = await simulate(tributary, {
      members: 12,
      purchases: 0,
      seed: 9,
      until: '2026-06-01T00:00:00.000Z',
    })
    const [community] = communities
    const [plan] = communityPlans
    const partner = partners.find(({ family }) => plan?.interests.includes(family))
    const page = await tributary.store.readLog(null, 10_000)
    const published = page.events
      .filter(({ type }) => type === 'OfferPublished')
      .map((stored) => catalogue.OfferPublished.data.parse(tributary.codec.decode(stored)?.data))
      .find(({ partnerId }) => partnerId === partner?.id)
    if (!community || !plan || !partner || !published) throw new Error('There is nobody to sell to.')
    const issuer = await createLocalIssuer(tributary.signingKey, tributary.deployment.id, tributary.clock)
    const tokenOf = async (subject: string) => issuer.issueToken(subject, 3_600)
    const { stock, ...facts } = published.facts
    return {
      service: await tokenOf(await subjectWithRole(tributary, 'SERVICE', null)),
      brand: await tokenOf(await subjectWithRole(tributary, 'BRAND_ADMIN', partner.id)),
      communityId: community.id,
      personId: community.ownerId,
      partnerId: partner.id,
      currency: plan.currency,
      offerId: published.offerId,
      facts: {
        ...facts,
        listPrice: String(facts.listPrice),
        stock: { unlimited: stock.policy === 'UNLIMITED' },
      },
    }
  } finally {
    await tributary.close()
  }
}

beforeAll(async () => {
  setting = await prepare()
  urls = [await start('api'), await start('api'), await start('projector,worker')]
}, 120_000)
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const answer = z.object({
  data: z.record(
    z.string(),
    z.object({
      position: z.string().nullable(),
      replayed: z.boolean(),
      purchaseId: z.string().nullish(),
      userErrors: z.array(z.object({ code: z.string() })),
    }),
  ),
})

/** By one of the two API processes. */
const mutate = async (api: number, name: string, token: string, input: object, selection = '') => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { position replayed ${selection} userErrors { code } } }`
  const response = await fetch(`${urls[api % 2]}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input } }),
  })
  const body: unknown = await response.json()
  const parsed = answer.safeParse(body)
  const found = parsed.data?.data[name]
  if (found === undefined) throw new Error(JSON.stringify(body))
  return found
}

const sell = async (key: string): Promise<string> => {
  const { communityId, personId, partnerId, currency, service } = setting
  const line = { kind: 'GOODS', partnerId, quantity: 1, listPrice: '1999', amount: '1999' }
  const occurredAt = '2026-05-01T10:00:00.000Z'
  const input = { communityId, personId, currency, lines: [line], payments: [], occurredAt }
  const sold = await mutate(
    0,
    'recordPurchase',
    service,
    { ...input, key: { idempotencyKey: key } },
    'purchaseId',
  )
  expect(sold.userErrors).toEqual([])
  return z.string().parse(sold.purchaseId)
}

const capture = (api: number, purchaseId: string, number: number) => {
  const payment = {
    provider: 'PIX',
    account: 'MAIN',
    method: 'PIX',
    currency: setting.currency,
    amount: '10',
  }
  const named = { purchaseId, captureId: `C${number}`, transactionId: `T${number}` }
  const at = '2026-05-01T11:00:00.000Z'
  const key = { idempotencyKey: `capture-${purchaseId}-${number}` }
  return mutate(api, 'capturePayment', setting.service, { ...payment, ...named, at, key })
}

const typesIn = async (stream: string): Promise<readonly string[]> => {
  const tributary = await openTributary({ folder: data })
  try {
    return (await tributary.store.readStream(stream)).map(({ type }) => type)
  } finally {
    await tributary.close()
  }
}

describe('two API processes', () => {
  it('write one purchase at the same time: whoever loses reloads and decides again, and nothing is lost', async () => {
    const purchaseId = await sell('sale')
    const numbers = Array.from({ length: 40 }, (_, number) => number)
    const captured = await Promise.all(numbers.map((number) => capture(number, purchaseId, number)))
    expect(captured.flatMap(({ userErrors }) => userErrors)).toEqual([])
    const types = await typesIn(`purchase-${purchaseId}`)
    expect(types.filter((type) => type === 'PaymentCaptured')).toHaveLength(numbers.length)
  }, 60_000)

  it('are given the same payment at the same time: it counts once, and both are told so', async () => {
    const purchaseId = await sell('sale of the same')
    const both = Array.from({ length: 30 }, (_, each) => capture(each, purchaseId, Math.floor(each / 2)))
    const captured = await Promise.all(both)
    expect(captured.flatMap(({ userErrors }) => userErrors)).toEqual([])
    expect(captured.filter(({ replayed }) => replayed)).toHaveLength(15)
    const types = await typesIn(`purchase-${purchaseId}`)
    expect(types.filter((type) => type === 'PaymentCaptured')).toHaveLength(15)
  }, 60_000)

  it('revise one offer from the same version: one does, the other is told', async () => {
    const { offerId, facts, brand } = setting
    for (let expectedVersion = 1; expectedVersion <= 10; expectedVersion++) {
      const revised = await Promise.all(
        [0, 1].map((api) => {
          const listPrice = String(1_000 + expectedVersion * 10 + api)
          const key = { idempotencyKey: `revision-${expectedVersion}-${api}` }
          const input = { offerId, expectedVersion, facts: { ...facts, listPrice }, key }
          return mutate(api, 'reviseOffer', brand, input)
        }),
      )
      expect(revised.map(({ userErrors }) => userErrors.length).sort()).toEqual([0, 1])
    }
    const types = await typesIn(`offer-${offerId}`)
    expect(types.filter((type) => type === 'OfferRevised')).toHaveLength(10)
  }, 60_000)

  it('read what was written through the other, by position, from views that a third process folds', async () => {
    const purchaseId = await sell('sale to read')
    const { position } = await capture(0, purchaseId, 1)
    const query =
      'query ($id: ID!, $minPosition: String) { purchase(id: $id, minPosition: $minPosition) { id } }'
    const response = await fetch(`${urls[1]}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${setting.service}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { id: purchaseId, minPosition: position } }),
    })
    expect(await response.json()).toMatchObject({ data: { purchase: { id: purchaseId } } })
  }, 60_000)

  it('say which roles each process runs, and that the views are kept up', async () => {
    const health = z.object({ ready: z.boolean(), roles: z.array(z.string()), lagMs: z.number() })
    const roles: string[][] = []
    for (const url of urls) {
      const well = await until(`${url} is ready`, async () => {
        const found = health.parse(await (await fetch(`${url}/health/ready`)).json())
        return found.ready && found.lagMs === 0 && found
      })
      roles.push(well.roles)
    }
    expect(roles).toEqual([['api'], ['api'], ['projector', 'worker']])
    const metrics = await (await fetch(`${urls[2]}/metrics`)).text()
    expect(metrics).toMatch(/tributary_view_partition_owned\{view="matrix",partition="0"\} 1/)
    expect(metrics).toMatch(/tributary_view_partition_lag_seconds\{view="matrix",partition="0"\} 0/)
    expect(metrics).toMatch(/tributary_reactor_active\{reactor="segment-reactor"\} 1/)
    expect((await fetch(`${urls[2]}/graphql`)).status).toBe(404)
  }, 60_000)

  it('end in order, each, and leave a log and views that the doctor finds sound', async () => {
    for (const child of children) {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      expect(await exit).toEqual([0, null])
    }
    const tributary = await openTributary({ folder: data })
    try {
      expect((await tributary.documents.leases.owners()).map(({ role }) => role)).toEqual([])
      const { checks } = await diagnose(tributary, { deep: true })
      expect(checks.filter(({ ok }) => !ok)).toEqual([])
    } finally {
      await tributary.close()
    }
  }, 120_000)
})
