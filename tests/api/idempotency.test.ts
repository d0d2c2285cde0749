/** Every mutation that moves value, sent twice, once with another content, and twice at the same moment. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  done,
  type Ecosystem,
  type Input,
  key,
  makeEcosystem,
  mutate,
  payment,
  saleOf,
  textAt,
} from './support/ecosystem.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let all: Ecosystem
beforeAll(async () => {
  world = await createWorld({ limits: { bucket: { points: 1_000_000, perSecond: 1_000_000 } } })
  all = await makeEcosystem(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const placed = async (): Promise<string> => {
  const input = {
    communityId: all.communityId,
    personId: all.personId,
    lines: [{ offer: { offerId: all.offerId, offerVersion: 1, quantity: 1 } }],
    total: '1999',
    key: key(),
  }
  return textAt((await done(world, all.owner, 'placePurchase', input, 'purchaseId')).fields, 'purchaseId')
}

/** A purchase that is paid, with its capture. */
const paid = async () => {
  const captureId = `CAPTURE_${textAt(key(), 'idempotencyKey').slice(4)}`
  const purchaseId = await placed()
  await done(world, all.owner, 'capturePayment', { purchaseId, captureId, ...payment() })
  return { purchaseId, captureId }
}

const disputed = async () => {
  const { purchaseId, captureId } = await paid()
  const input = { purchaseId, captureId, disputeId: 'D1', amount: '1999', currency: 'BRL', key: key() }
  await done(world, all.service, 'disputePayment', input)
  return { purchaseId, disputeId: 'D1' }
}

interface Case {
  readonly name: string
  readonly token: () => string
  /** The input without its key. */
  readonly input: () => Promise<Input>
  /** What makes it another request. */
  readonly other: Input
}

const at = '2026-03-02T00:00:00Z'
const cases: readonly Case[] = [
  {
    name: 'placePurchase',
    token: () => all.owner,
    input: async () => ({
      communityId: all.communityId,
      personId: all.personId,
      lines: [{ offer: { offerId: all.offerId, offerVersion: 1, quantity: 1 } }],
      total: '1999',
    }),
    other: { total: '2000' },
  },
  {
    name: 'recordPurchase',
    token: () => all.service,
    input: async () => saleOf(all),
    other: { occurredAt: at },
  },
  {
    name: 'capturePayment',
    token: () => all.owner,
    input: async () => ({ purchaseId: await placed(), ...payment() }),
    other: { amount: '1998' },
  },
  {
    name: 'recordPayment',
    token: () => all.service,
    input: async () => ({ purchaseId: await placed(), ...payment() }),
    other: { amount: '1998' },
  },
  {
    name: 'recordPaymentFee',
    token: () => all.service,
    input: async () => ({ ...(await paid()), amount: '50', currency: 'BRL' }),
    other: { amount: '51' },
  },
  {
    name: 'fulfilLines',
    token: () => all.owner,
    input: async () => ({ purchaseId: (await paid()).purchaseId, lines: [1] }),
    other: { at },
  },
  {
    name: 'refundPurchase',
    token: () => all.owner,
    input: async () => ({
      purchaseId: (await paid()).purchaseId,
      currency: 'BRL',
      lines: [{ line: 1, amount: '500' }],
      reason: 'broken',
    }),
    other: { reason: 'late' },
  },
  {
    name: 'recordRefund',
    token: () => all.service,
    input: async () => ({
      purchaseId: (await paid()).purchaseId,
      lines: [{ line: 1, amount: '500' }],
      reason: 'broken',
      at,
      currency: 'BRL',
      provider: 'PIX',
      account: 'MAIN',
      amount: '500',
    }),
    other: { reason: 'late' },
  },
  {
    name: 'cancelPurchase',
    token: () => all.owner,
    input: async () => ({ purchaseId: await placed(), reason: 'gone' }),
    other: { reason: 'other' },
  },
  {
    name: 'voidPurchase',
    token: () => all.finance,
    input: async () => ({ purchaseId: (await paid()).purchaseId, reason: 'wrong' }),
    other: { reason: 'other' },
  },
  {
    name: 'bookVariance',
    token: () => all.finance,
    input: async () => {
      const recorded = await done(world, all.service, 'recordPurchase', saleOf(all), 'purchaseId')
      return { purchaseId: textAt(recorded.fields, 'purchaseId'), reason: 'small' }
    },
    other: { reason: 'other' },
  },
  {
    name: 'disputePayment',
    token: () => all.service,
    input: async () => ({ ...(await paid()), amount: '1999', currency: 'BRL' }),
    other: { amount: '1000' },
  },
  { name: 'winDispute', token: () => all.service, input: disputed, other: { at } },
  {
    name: 'loseDispute',
    token: () => all.service,
    input: async () => ({ ...(await disputed()), fee: '15', currency: 'BRL' }),
    other: { fee: '16' },
  },
  {
    name: 'publishOffer',
    token: () => all.brand,
    input: async () => ({
      partnerId: all.partnerId,
      facts: {
        title: 'Soap',
        sku: 'S1',
        category: 'skin',
        listPrice: '500',
        currency: 'BRL',
        validFrom: '2020-01-01T00:00:00Z',
        stock: { counted: 5 },
      },
    }),
    other: { source: { system: 'ERP', id: '7' } },
  },
  {
    name: 'recordCampaignCost',
    token: () => all.owner,
    input: async () => {
      const campaign = {
        communityId: all.communityId,
        name: 'Spring',
        source: 'COMMERCIAL',
        channel: 'ads',
        startsAt: '2026-01-01T00:00:00Z',
        key: key(),
      }
      const opened = await done(world, all.owner, 'openCampaign', campaign, 'campaign { id }')
      return { campaignId: textAt(opened.fields, 'campaign', 'id'), amount: '100', currency: 'BRL', at }
    },
    other: { amount: '101' },
  },
]

const lengthOfLog = async (): Promise<number> =>
  (await world.services.store.readLog(null, 10_000)).events.length

describe.each(cases.map((each) => [each.name, each] as const))('%s', (name, { token, input, other }) => {
  it('is done once under one key, and answers again as the first time', async () => {
    const asked = { ...(await input()), key: key() }
    const first = await done(world, token(), name, asked)
    const length = await lengthOfLog()
    const again = await done(world, token(), name, asked)
    expect(again.replayed).toBe(true)
    expect(again.position).toBe(first.position)
    expect(await lengthOfLog()).toBe(length)
  })

  it('is refused as KEY_REUSED with another content under the key, and changes nothing', async () => {
    const asked = { ...(await input()), key: key() }
    await done(world, token(), name, asked)
    const length = await lengthOfLog()
    const again = await mutate(world, token(), name, { ...asked, ...other })
    expect(again.codes).toEqual(['KEY_REUSED'])
    expect(await lengthOfLog()).toBe(length)
  })

  it('is done once when it is sent twice at the same moment', async () => {
    const asked = { ...(await input()), key: key() }
    const [one, two] = await Promise.all([
      done(world, token(), name, asked),
      done(world, token(), name, asked),
    ])
    expect([one.replayed, two.replayed].sort()).toEqual([false, true])
    expect(one.position).toBe(two.position)
  })

  it('needs a key', async () => {
    const { key: _, ...asked } = { key: null, ...(await input()) }
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
    const text = `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code } } }`
    const { body } = await world.ask(text, { input: asked }, token())
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
