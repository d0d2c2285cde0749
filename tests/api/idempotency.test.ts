/** Every mutation that moves value, sent twice, once with another content, and twice at the same moment. */
import { getNamedType, isInputObjectType, isRequiredInputField } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schema } from '../../api/schema/schema.ts'
import { done, type Ecosystem, key, makeEcosystem, mutate, saleOf } from './support/ecosystem.ts'
import type { Place } from './support/value-case.ts'
import { saleCases } from './support/value-of-sales.ts'
import { termsCases } from './support/value-of-terms.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let all: Ecosystem
beforeAll(async () => {
  world = await createWorld({ limits: { bucket: { points: 1_000_000, perSecond: 1_000_000 } } })
  all = await makeEcosystem(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const place = (): Place => ({ world, all })
const cases = [...saleCases, ...termsCases]

/** They need a key and move no value: why none of them is among the cases. */
const apart: Readonly<Record<string, string>> = {
  applyAsPartner: 'nothing is sold before the partner is admitted; keys.test.ts sends it twice',
  defineSegment: 'picks members, and no money',
  erasePerson: 'destroys keys; sums stay',
  foundCommunity: 'nothing is sold in it yet',
  issueApiKey: 'lets somebody in; auth.test.ts sends it twice',
  openCampaign: 'has no cost before one is recorded',
  openPickupPoint: 'has no sale yet',
  redeliverWebhook: 'tells what happened once more; webhooks.test.ts sends it twice',
  requestExport: 'writes a file of what stands, and moves nothing; exports.test.ts (e2e) asks twice',
  registerPerson: 'owns nothing yet; keys.test.ts and tenancy.test.ts send it twice',
  rotateWebhookSecret: 'signs, and moves nothing; webhooks.test.ts sends it twice',
  subscribeWebhook: 'is told, and moves nothing; webhooks.test.ts sends it twice',
}

/** They move value and take no key of their own. */
const keyless: Readonly<Record<string, string>> = {
  recordPurchases: 'each row has the key of recordPurchase; record-purchases.test.ts sends them twice',
}

/** What they do to purchases, parked facts, and terms is never without a key. */
const moving =
  /^(place|record|capture|refund|cancelP|void|book|dispute|win|loseD|correct|fulfil|resolve|dismiss)/

it('there is a case for every mutation that needs a key and moves value, and a reason for every other', () => {
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {})
  const keyed = mutations.flatMap(({ name, args }) => {
    const input = args[0] === undefined ? undefined : getNamedType(args[0].type)
    const field = isInputObjectType(input) ? input.getFields().key : undefined
    return field !== undefined && isRequiredInputField(field) ? [name] : []
  })
  const held = cases.map(({ name }) => name)
  expect([...held, ...Object.keys(apart)].sort()).toEqual(keyed.sort())
  const named = mutations.map(({ name }) => name).filter((name) => moving.test(name))
  expect([...held, ...Object.keys(keyless)]).toEqual(expect.arrayContaining(named))
})

const lengthOfLog = async (): Promise<number> =>
  (await world.services.store.readLog(null, 10_000)).events.length

describe.each(cases.map((each) => [each.name, each] as const))('%s', (name, { token, input, other }) => {
  it('is done once under one key, and answers again as the first time', async () => {
    const asked = { ...(await input(place())), key: key() }
    const first = await done(world, token(place()), name, asked)
    const length = await lengthOfLog()
    const again = await done(world, token(place()), name, asked)
    expect(again.replayed).toBe(true)
    expect(again.position).toBe(first.position)
    expect(await lengthOfLog()).toBe(length)
  })

  it('is refused as KEY_REUSED with another content under the key, and changes nothing', async () => {
    const asked = { ...(await input(place())), key: key() }
    await done(world, token(place()), name, asked)
    const length = await lengthOfLog()
    const again = await mutate(world, token(place()), name, { ...asked, ...other })
    expect(again.codes).toEqual(['KEY_REUSED'])
    expect(await lengthOfLog()).toBe(length)
  })

  it('is done once when it is sent twice at the same moment', async () => {
    const asked = { ...(await input(place())), key: key() }
    const [one, two] = await Promise.all([
      done(world, token(place()), name, asked),
      done(world, token(place()), name, asked),
    ])
    expect([one.replayed, two.replayed].sort()).toEqual([false, true])
    expect(one.position).toBe(two.position)
  })

  it('needs a key', async () => {
    const { key: _, ...asked } = { key: null, ...(await input(place())) }
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
    const text = `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code } } }`
    const { body } = await world.ask(text, { input: asked }, token(place()))
    expect(body.errors?.[0]?.message).toMatch(/key/)
  })
})

it('the number of the caller is a key like any other', async () => {
  const asked = { ...saleOf(all), key: { external: { source: 'SHOP', id: '1001' } } }
  const first = await done(
    world,
    all.service,
    'recordPurchase',
    asked,
    'purchaseId purchase { source { system id } }',
  )
  expect(first.fields.purchase).toEqual({ source: { system: 'SHOP', id: '1001' } })
  const again = await done(world, all.owner, 'recordPurchase', asked, 'purchaseId')
  expect([again.replayed, again.fields.purchaseId]).toEqual([true, first.fields.purchaseId])
})
