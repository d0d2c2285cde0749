import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { createLocalIssuer } from '../../api/auth/issuer.ts'
import { diagnose } from '../../app/doctor.ts'
import { subjectWithRole } from '../../app/people-of-roles.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { communityPlans } from '../../app/simulate/trades.ts'
import { openTributary } from '../../app/tributary.ts'
import { scriptPath } from '../e2e/run-script.ts'
import { withParent } from '../support/with-parent.ts'

const kills = 20
const width = 64
const folder = mkdtempSync(join(tmpdir(), 'tributary-kill-'))
const data = join(folder, 'data')

interface Setting {
  readonly token: string
  readonly communityId: string
  readonly personId: string
  readonly partnerId: string
  readonly currency: string
}

let setting: Setting

/** A small market, and somebody who may record sales. */
beforeAll(async () => {
  const tributary = await openTributary({ folder: data })
  const { communities, partners } = await simulate(tributary, {
    members: 12,
    purchases: 0,
    seed: 9,
    until: '2026-06-01T00:00:00.000Z',
  })
  const [community] = communities
  const [plan] = communityPlans
  const partner = partners.find(({ family }) => plan?.interests.includes(family))
  if (community === undefined || plan === undefined || partner === undefined)
    throw new Error('Nobody to sell to.')
  const subject = await subjectWithRole(tributary, 'OPERATOR', null)
  const service = await subjectWithRole(tributary, 'SERVICE', null)
  expect(subject).not.toBe(service)
  const issuer = await createLocalIssuer(tributary.signingKey, tributary.deployment.id, tributary.clock)
  setting = {
    token: await issuer.issueToken(service, 3_600),
    communityId: community.id,
    personId: community.ownerId,
    partnerId: partner.id,
    currency: plan.currency,
  }
  await tributary.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const started = z.object({ url: z.string() })

const startServer = async (): Promise<{ child: ChildProcess; url: string }> => {
  const child = spawn(
    process.execPath,
    [...withParent, scriptPath('start'), '--empty', '--port', '0', '--json', '--data', data],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, url: started.parse(JSON.parse(line)).url }
  }
  throw new Error('The server ended before it listened.')
}

const mutation = `mutation ($input: RecordPurchaseInput!) {
  recordPurchase(input: $input) { purchaseId replayed userErrors { code message } }
}`

const answer = z.object({
  data: z.object({
    recordPurchase: z.object({
      purchaseId: z.string().nullable(),
      replayed: z.boolean(),
      userErrors: z.array(z.object({ code: z.string(), message: z.string() })),
    }),
  }),
})

const inputOf = (key: string) => ({
  communityId: setting.communityId,
  personId: setting.personId,
  currency: setting.currency,
  lines: [
    {
      kind: 'GOODS',
      partnerId: setting.partnerId,
      quantity: 1,
      listPrice: '1999',
      amount: '1999',
    },
  ],
  payments: [],
  occurredAt: '2026-05-01T10:00:00.000Z',
  key: { idempotencyKey: key },
})

/** The purchase's id once it is acknowledged; null where no answer came. */
const record = (url: string, agent: Agent, key: string): Promise<string | null> =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({ query: mutation, variables: { input: inputOf(key) } })
    const sent = request(
      `${url}/graphql`,
      {
        method: 'POST',
        agent,
        headers: { authorization: `Bearer ${setting.token}`, 'content-type': 'application/json' },
      },
      (response) => {
        let text = ''
        response.on('data', (part) => {
          text += part
        })
        response.once('error', () => resolve(null))
        response.once('aborted', () => resolve(null))
        response.once('end', () => {
          const parsed = answer.safeParse(JSON.parse(text))
          const errors = parsed.data?.data.recordPurchase.userErrors ?? []
          if (!parsed.success || errors.length > 0) reject(new Error(text))
          else resolve(parsed.data.data.recordPurchase.purchaseId)
        })
      },
    )
    sent.once('error', () => resolve(null))
    sent.end(body)
  })

/** Records with 64 in flight until the server dies under them; answers what was acknowledged, by key. */
const recordUntilKilled = async (url: string, child: ChildProcess, round: number, killAfter: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: width })
  const acknowledged = new Map<string, string>()
  let next = 0
  let isDead = false
  const worker = async () => {
    while (!isDead) {
      const key = `round-${round}-${next++}`
      const id = await record(url, agent, key)
      if (id === null) return
      acknowledged.set(key, id)
      if (acknowledged.size === killAfter) {
        isDead = true
        child.kill('SIGKILL')
      }
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  agent.destroy()
  return acknowledged
}

/** Each acknowledged purchase is in the log, once; a repeat of its key finds it. */
const check = async (acknowledged: ReadonlyMap<string, string>) => {
  const tributary = await openTributary({ folder: data })
  try {
    for (const [key, id] of acknowledged) {
      const events = await tributary.store.readStream(`purchase-${id}`)
      expect([key, events.map(({ type }) => type)]).toEqual([key, ['PurchasePlaced']])
    }
    const { checks } = await diagnose(tributary, { deep: true })
    expect(checks.filter(({ ok }) => !ok)).toEqual([])
  } finally {
    await tributary.close()
  }
}

it(`keeps each acknowledged purchase once, however often the server is killed (${kills} times, ${width} in flight)`, async () => {
  for (let round = 0; round < kills; round++) {
    const { child, url } = await startServer()
    const exit = once(child, 'exit')
    const acknowledged = await recordUntilKilled(url, child, round, 5 + ((round * 37) % 150))
    await exit
    expect(acknowledged.size).toBeGreaterThan(0)
    await check(acknowledged)
  }
  const { child, url } = await startServer()
  const exit = once(child, 'exit')
  const agent = new Agent({ keepAlive: true })
  const first = await record(url, agent, 'round-0-0')
  expect(first).not.toBeNull()
  agent.destroy()
  child.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
})
