import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done, type Ecosystem, key, makeEcosystem, mutate, textAt } from './support/ecosystem.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let all: Ecosystem

beforeAll(async () => {
  world = await createWorld()
  all = await makeEcosystem(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const asked = () => ({ organisation: all.partnerId, url: 'https://example.org/hook', key: key() })

describe('a webhook', () => {
  it('tells its secret once, and nowhere else', async () => {
    const input = asked()
    const first = await done(world, all.brand, 'subscribeWebhook', input, 'secret webhook { id status }')
    const secret = textAt(first.fields, 'secret')
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/)
    const again = await done(world, all.brand, 'subscribeWebhook', input, 'secret webhook { id }')
    expect(again.replayed).toBe(true)
    expect(again.fields.secret).toBeNull()
    const id = textAt(first.fields, 'webhook', 'id')
    expect(textAt(again.fields, 'webhook', 'id')).toBe(id)
    const rotation = { webhookId: id, key: key() }
    const rotated = await done(world, all.brand, 'rotateWebhookSecret', rotation, 'secret')
    expect(textAt(rotated.fields, 'secret')).not.toBe(secret)
    const repeated = await done(world, all.brand, 'rotateWebhookSecret', rotation, 'secret')
    expect([repeated.replayed, repeated.fields.secret]).toEqual([true, null])
    const stream = await world.services.store.readStream(`webhook-${id}`)
    expect(stream).toHaveLength(2)
    expect(JSON.stringify(stream)).not.toContain(secret)
    const shown = await world.ask(
      `{ streamEvents(stream: "webhook-${id}", first: 5) { nodes { name data } } }`,
      {},
      all.brand,
    )
    expect(JSON.stringify(shown.body)).not.toContain(secret)
  })

  it.each(['http://example.org/', 'https://10.0.0.1/', 'https://localhost/', 'https://169.254.169.254/'])(
    'may not lead to %s',
    async (url) => {
      const refused = await mutate(world, all.brand, 'subscribeWebhook', { ...asked(), url })
      expect(refused.errors).toMatchObject([{ code: 'INVALID', path: ['input', 'url'] }])
    },
  )

  it('is of an organisation of the caller, or of the platform for a role there', async () => {
    const foreign = await mutate(world, all.brand, 'subscribeWebhook', {
      ...asked(),
      organisation: all.communityId,
    })
    expect(foreign.codes).toEqual(['NOT_FOUND'])
    const { organisation: _, ...platform } = asked()
    expect((await mutate(world, all.brand, 'subscribeWebhook', platform)).codes).toEqual(['NOT_FOUND'])
    await done(world, all.operator, 'subscribeWebhook', platform)
  })

  it('is listed with what came of it, for its own organisation', async () => {
    const { fields, position } = await done(world, all.brand, 'subscribeWebhook', asked(), 'webhook { id }')
    const id = textAt(fields, 'webhook', 'id')
    await done(world, all.brand, 'pauseWebhook', { webhookId: id, reason: 'maintenance' })
    const list = `query ($at: String) { webhooks(first: 50, minPosition: $at) { nodes { id organisation url status attempts { event } } } }`
    const own = await world.ask(list, { at: position }, all.brand)
    expect(JSON.stringify(own.body)).toContain(id)
    expect(JSON.stringify(own.body)).not.toContain('"organisation":null')
    const other = await world.ask(list, { at: position }, all.owner)
    expect(JSON.stringify(other.body)).not.toContain(id)
  })

  it('is told once more for each key, however often that is sent', async () => {
    const { fields } = await done(world, all.brand, 'subscribeWebhook', asked(), 'webhook { id }')
    const webhookId = textAt(fields, 'webhook', 'id')
    const input = { webhookId, delivery: `partner-${all.partnerId}@0`, key: key() }
    await done(world, all.brand, 'redeliverWebhook', input)
    expect((await done(world, all.brand, 'redeliverWebhook', input)).replayed).toBe(true)
    await done(world, all.brand, 'redeliverWebhook', { ...input, key: key() })
    const stream = await world.services.store.readStream(`webhook-${webhookId}`)
    expect(stream.map(({ type }) => type)).toEqual([
      'WebhookSubscribed',
      'WebhookRedeliveryAsked',
      'WebhookRedeliveryAsked',
    ])
  })
})

describe('jobs', () => {
  it('are shown to an operator, and those that are not there are neither tried again nor dropped', async () => {
    const nothing = await world.ask(
      '{ jobQueues { name waiting dead } deadJobs(queue: "webhooks") { id error } }',
      {},
      all.operator,
    )
    expect(nothing.body.data).toMatchObject({
      jobQueues: [{ name: 'webhooks', dead: 0 }, { name: 'timers' }, { name: 'exports' }],
      deadJobs: [],
    })
    for (const name of ['retryJob', 'dropJob'])
      for (const queue of ['webhooks', 'elsewhere'])
        expect((await mutate(world, all.operator, name, { queue, id: 'nobody' })).codes).toEqual([
          'NOT_FOUND',
        ])
  })

  it('are counted in the metrics', async () => {
    const text = await (await fetch(`${world.url}/metrics`)).text()
    expect(text).toContain('tributary_jobs{queue="webhooks",state="waiting"} 0')
    expect(text).toContain('tributary_jobs_reachable 1')
  })
})
