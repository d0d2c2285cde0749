import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCommander } from '../../app/commander.ts'
import { jobAdmin } from '../../app/inside.ts'
import { simulate } from '../../app/simulate/simulate.ts'
import { openTributary, type Tributary } from '../../app/tributary.ts'
import { secretPlace } from '../../domain/webhook.ts'
import { newId } from '../../platform/ids.ts'
import { attemptOf, attemptsKey, webhookQueue } from '../../workers/webhooks/delivery.ts'
import { until } from '../contract/job-queue/kit.ts'
import { dyingJobs } from '../support/dying-jobs.ts'
import { describeWith } from '../support/needs.ts'
import { ownRedis, type RedisServer, startOwnRedis } from '../support/redis-server.ts'
import { type RunningWorker, startWorking } from '../support/running-worker.ts'
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts'

let folder: string
let tributary: Tributary
let receiver: Receiver
let partnerId: string
let otherId: string

/** Where jobs are kept; null: in the data folder. */
let redisUrl: string | null = null

const openIn = (): Promise<Tributary> => openTributary({ folder: join(folder, 'data'), redisUrl })

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-webhooks-'))
  tributary = await openIn()
  receiver = await startReceiver()
  const { partners } = await simulate(tributary, {
    members: 3,
    purchases: 0,
    seed: 4,
    until: '2026-06-01T00:00:00.000Z',
  })
  partnerId = partners[0]?.id ?? ''
  otherId = partners[1]?.id ?? ''
})
afterEach(async () => {
  await tributary.close()
  await receiver.stop()
  rmSync(folder, { recursive: true, force: true })
})

const secretOf = (): string => `whsec_${randomBytes(24).toString('base64')}`

const subscribe = async (organisation: string | null, secret = secretOf(), kinds: readonly string[] = []) => {
  const [webhookId, secretId] = [newId('webhook'), newId('secret')]
  await createCommander(tributary, 'test').run(
    tributary.model.webhook,
    webhookId,
    {
      type: 'SubscribeWebhook',
      webhookId,
      organisation,
      url: receiver.url,
      kinds: [...kinds],
      secretId,
      secret: await tributary.sealing.seal(webhookId, 'webhook', secretPlace(webhookId, secretId), secret),
    },
    newId('command'),
  )
  return { webhookId, secret }
}

/** Something happens to a partner: `PartnerProfileChanged`. */
const happen = async (to = partnerId): Promise<void> => {
  await createCommander(tributary, 'test').run(
    tributary.model.partner,
    to,
    { type: 'ChangePartnerProfile', name: newId('name'), categories: [] },
    newId('command'),
  )
}

const start = (over = tributary, pauses: readonly number[] = [10, 10]): Promise<RunningWorker> =>
  startWorking(over, { webhooks: { allowPrivate: true, pauses } })

const statusOf = async (webhookId: string) =>
  (await tributary.handler.readFresh(tributary.model.webhook, webhookId)).state.status

const cases = (): void => {
  it('is told once, signed, of what concerns its organisation, and of nothing else', async () => {
    const running = await start()
    await happen()
    const { secret } = await subscribe(partnerId)
    await happen()
    await happen(otherId)
    await running.waitForHead(webhookQueue)
    await running.stop()
    const told = receiver.received.map(({ type }) => type)
    expect(told).toEqual(['tributary.PartnerProfileChanged'])
    const [first] = receiver.received
    expect(() => new Webhook(secret).verify(first?.body ?? '', first?.headers ?? {})).not.toThrow()
    expect(JSON.parse(first?.body ?? '{}')).toMatchObject({ subject: partnerId, specversion: '1.0' })
  })

  it('of the platform is told of all, and one of some kinds of these only', async () => {
    const running = await start()
    const all = await subscribe(null)
    const some = await subscribe(null, secretOf(), ['PartnerSuspended'])
    await happen()
    await happen(otherId)
    await running.waitForHead(webhookQueue)
    const changed = receiver.received.filter(({ type }) => type === 'tributary.PartnerProfileChanged')
    expect(changed).toHaveLength(2)
    const attempts = async (id: string) => (await tributary.jobs()).notes(attemptsKey(id), 100)
    expect((await attempts(all.webhookId)).length).toBeGreaterThanOrEqual(2)
    expect(await attempts(some.webhookId)).toEqual([])
    await running.stop()
  })

  it('is tried again under the same id where it failed, and each try is noted', async () => {
    const running = await start()
    const { webhookId } = await subscribe(partnerId)
    receiver.answers.push(500, 307)
    await happen()
    await running.waitForHead(webhookQueue)
    await running.stop()
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1)
    const notes = await (await tributary.jobs()).notes(attemptsKey(webhookId), 100)
    expect(notes.map(attemptOf)).toMatchObject([
      { attempt: 3, outcome: 'DELIVERED', status: 204 },
      { attempt: 2, outcome: 'FAILED', status: 307 },
      { attempt: 1, outcome: 'FAILED', status: 500 },
    ])
    expect(await statusOf(webhookId)).toBe('ACTIVE')
  })

  it('is told once more where somebody asks for it, under another id, and only what it may see', async () => {
    const running = await start()
    const { webhookId } = await subscribe(partnerId)
    await happen()
    await happen(otherId)
    const last = async (id: string) => {
      const events = await tributary.store.readStream(`partner-${id}`)
      return `partner-${id}@${events.length - 1}`
    }
    const ask = async (delivery: string) =>
      createCommander(tributary, 'test').run(
        tributary.model.webhook,
        webhookId,
        { type: 'RedeliverWebhook', delivery },
        newId('command'),
      )
    await ask(await last(partnerId))
    await ask(await last(otherId))
    await ask('partner-nobody@3')
    await running.waitForHead(webhookQueue)
    await running.stop()
    expect(receiver.received).toHaveLength(2)
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(2)
    expect(new Set(receiver.received.map(({ body }) => JSON.parse(body).id))).toEqual(
      new Set([await last(partnerId)]),
    )
  })

  it('is disabled, which the feed tells, where it failed for too long, and its delivery is kept', async () => {
    const running = await start()
    const { webhookId } = await subscribe(partnerId)
    receiver.answers.push(500, 500, 500)
    await happen()
    await until(async () => (await statusOf(webhookId)) === 'DISABLED')
    await happen()
    await running.waitForHead(webhookQueue)
    expect(receiver.received).toHaveLength(3)
    const events = await tributary.store.readStream(`webhook-${webhookId}`)
    expect(events.map(({ type }) => type)).toEqual(['WebhookSubscribed', 'WebhookDisabled'])
    const dead = await (await tributary.jobs()).queue(webhookQueue).dead({ offset: 0, limit: 10 })
    expect(dead.map(({ error }) => error)).toEqual(['The address answered 500.'])
    const admin = jobAdmin(tributary.jobs)
    const [job] = await admin.dead(webhookQueue, 0, 10)
    await createCommander(tributary, 'test').run(
      tributary.model.webhook,
      webhookId,
      { type: 'EnableWebhook' },
      newId('command'),
    )
    expect(await admin.retry(webhookQueue, job?.id ?? '')).toBe(true)
    await running.waitForHead(webhookQueue)
    expect(receiver.received).toHaveLength(4)
    expect(await admin.drop(webhookQueue, job?.id ?? '')).toBe(false)
    await running.stop()
  })

  it('is disabled at once where the address says that it is gone', async () => {
    const running = await start()
    const { webhookId } = await subscribe(partnerId)
    receiver.answers.push(410)
    await happen()
    await until(async () => (await statusOf(webhookId)) === 'DISABLED')
    await running.waitForHead(webhookQueue)
    await running.stop()
    expect(receiver.received).toHaveLength(1)
  })

  it('is signed with both secrets while one replaces the other', async () => {
    const running = await start()
    const { webhookId, secret } = await subscribe(partnerId)
    const [secretId, next] = [newId('secret'), secretOf()]
    await createCommander(tributary, 'test').run(
      tributary.model.webhook,
      webhookId,
      {
        type: 'RotateWebhookSecret',
        secretId,
        secret: await tributary.sealing.seal(webhookId, 'webhook', secretPlace(webhookId, secretId), next),
        previousUntil: new Date(Date.now() + 3_600_000).toISOString(),
      },
      newId('command'),
    )
    const before = receiver.received.length
    await happen()
    await running.waitForHead(webhookQueue)
    await running.stop()
    const last = receiver.received
      .slice(before)
      .find(({ type }) => type === 'tributary.PartnerProfileChanged')
    for (const each of [secret, next])
      expect(() => new Webhook(each).verify(last?.body ?? '', last?.headers ?? {})).not.toThrow()
  })

  it('is not told again what it was told before the views were thrown away', async () => {
    const running = await start()
    await subscribe(partnerId)
    for (let n = 0; n < 5; n += 1) await happen()
    await running.waitForHead(webhookQueue)
    await running.stop()
    const before = receiver.received.length
    await tributary.close()
    for (const end of ['', '-wal', '-shm']) rmSync(join(folder, 'data', `views.db${end}`), { force: true })
    rmSync(join(folder, 'data', 'views'), { recursive: true, force: true })
    tributary = await openIn()
    const again = await start()
    await happen()
    await again.waitForHead(webhookQueue)
    await again.stop()
    expect(receiver.received).toHaveLength(before + 1)
  })

  it('is told each event, each once, wherever the process died', async () => {
    const { webhookId } = await (async () => {
      const running = await start()
      const subscribed = await subscribe(partnerId)
      await running.waitForHead(webhookQueue)
      await running.stop()
      return subscribed
    })()
    for (let dies = 0; dies < 6; dies += 1) {
      await happen()
      await happen()
      // The opening itself takes one call.
      const dying = dyingJobs(await tributary.jobs(), dies + 1)
      const running = await start({ ...tributary, jobs: async () => dying.engine })
      await until(() => dying.isDead() || receiver.received.length >= 2 * (dies + 1))
      await running.stop()
    }
    const running = await start()
    await running.waitForHead(webhookQueue)
    await running.stop()
    const names = receiver.received.map(({ body }) => JSON.parse(body).id)
    const log = await tributary.store.readStream(`partner-${partnerId}`)
    const changed = log.filter(({ type }) => type === 'PartnerProfileChanged')
    const expected = changed.slice(-12).map(({ stream, revision }) => `${stream}@${revision}`)
    expect(new Set(names)).toEqual(new Set(expected))
    // A note that could not be written brings the delivery again, under the same id.
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(expected.length)
    expect(await statusOf(webhookId)).toBe('ACTIVE')
  })
}

describe('a webhook, with jobs in a file,', cases)

describeWith([ownRedis], 'a webhook, with jobs in a Redis,', () => {
  let server: RedisServer | undefined
  let connection: Redis | undefined

  beforeAll(async () => {
    server = await startOwnRedis()
    redisUrl = server.url
    connection = new Redis(server.url)
  })
  // Each case founds a deployment, and a database has the jobs of one.
  beforeEach(() => connection?.flushall())
  afterAll(async () => {
    connection?.disconnect()
    redisUrl = null
    await server?.stop()
  })

  cases()
})
