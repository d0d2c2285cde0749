import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { simulate } from '../../app/simulate/simulate.ts'
import { communityPlans } from '../../app/simulate/trades.ts'
import { createWorld, type World } from './support/world.ts'

const at = '2026-05-20T10:00:00.000Z'

interface Market {
  readonly communityId: string
  readonly personId: string
  readonly partnerId: string
  readonly otherPersonId: string
  readonly currency: string
  readonly offer: { readonly id: string; readonly price: number }
}

let world: World
let market: Market
const tokens = new Map<'SERVICE' | 'FINANCE_APPROVER', string>()

const ids = z.object({
  data: z.record(z.string(), z.object({ nodes: z.array(z.record(z.string(), z.unknown())) })),
})

/** A field of the first node of a list, as text. */
const first = async (query: string, ...path: readonly string[]): Promise<string> => {
  const { body } = await world.ask(query, {}, tokens.get('SERVICE'))
  const [list] = Object.values(ids.parse(body).data)
  let value: unknown = list?.nodes[0]
  for (const name of path) value = Object.entries(Object(value)).find(([key]) => key === name)?.[1]
  return String(value)
}

beforeAll(async () => {
  world = await createWorld()
  const { communities } = await simulate(world.services, {
    members: 20,
    purchases: 0,
    seed: 3,
    until: '2026-06-01T00:00:00.000Z',
  })
  tokens.set('SERVICE', await world.signIn('SERVICE'))
  tokens.set('FINANCE_APPROVER', await world.signIn('FINANCE_APPROVER'))
  const [community] = communities
  const [plan] = communityPlans
  if (community === undefined || plan === undefined) throw new Error('Nobody to sell to.')
  const head = await world.services.store.head()
  expect(head).not.toBeNull()
  expect(await world.services.views.waitFor(head ?? '', 30_000)).toBe(true)
  const communityId = community.id
  const members = `{ members(first: 2, communityId: "${communityId}") { nodes { personId } } }`
  const offers = `{ offers(first: 1, communityId: "${communityId}") { nodes { id partnerId listPrice { minor } } } }`
  market = {
    communityId,
    personId: await first(members, 'personId'),
    otherPersonId: community.ownerId,
    partnerId: await first(offers, 'partnerId'),
    currency: plan.currency,
    offer: { id: await first(offers, 'id'), price: Number(await first(offers, 'listPrice', 'minor')) },
  }
})
afterAll(() => world[Symbol.asyncDispose]())

type Input = Readonly<Record<string, unknown>>
interface Outcome {
  readonly position: string | null
  readonly replayed: boolean
  readonly codes: readonly string[]
  readonly purchaseId: string | null
}

const payload = z.object({
  position: z.string().nullable(),
  replayed: z.boolean(),
  userErrors: z.array(z.object({ code: z.string(), message: z.string() })),
  purchaseId: z.string().nullish(),
})

const typeOf = (field: string): string => `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`

const withId = new Set(['recordPurchase', 'placePurchase'])

const tell = async (field: string, input: Input, role: 'SERVICE' | 'FINANCE_APPROVER'): Promise<Outcome> => {
  const query = `mutation ($input: ${typeOf(field)}!) {
    ${field}(input: $input) { position replayed userErrors { code message } ${withId.has(field) ? 'purchaseId' : ''} } }`
  const { body } = await world.ask(query, { input }, tokens.get(role))
  if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors))
  const { position, replayed, userErrors, purchaseId } = payload.parse(
    Object.entries(Object(body.data))[0]?.[1],
  )
  return { position, replayed, codes: userErrors.map(({ code }) => code), purchaseId: purchaseId ?? null }
}

let keys = 0
const freshKey = () => ({ idempotencyKey: `key-${++keys}` })

const line = () => ({
  kind: 'GOODS',
  partnerId: market.partnerId,
  quantity: 2,
  listPrice: '1999',
  amount: '3998',
})
const payment = (captureId: string, amount: string) => ({
  captureId,
  provider: 'stripe',
  account: 'main',
  transactionId: `t-${captureId}`,
  method: 'card',
  amount,
  at,
})
const sale = (payments: readonly object[]): Input => ({
  communityId: market.communityId,
  personId: market.personId,
  currency: market.currency,
  lines: [line()],
  payments,
  occurredAt: at,
})

const recorded = async (payments: readonly object[]): Promise<string> => {
  const { purchaseId } = await tell('recordPurchase', { ...sale(payments), key: freshKey() }, 'SERVICE')
  if (purchaseId === null) throw new Error('The sale was refused.')
  return purchaseId
}
const placing = (): Input => ({
  communityId: market.communityId,
  personId: market.personId,
  lines: [{ offer: { offerId: market.offer.id, offerVersion: 1, quantity: 1 } }],
  total: String(market.offer.price),
})
const placed = async (): Promise<string> => {
  const { purchaseId, codes } = await tell('placePurchase', { ...placing(), key: freshKey() }, 'SERVICE')
  if (purchaseId === null) throw new Error(`The purchase was refused: ${codes}`)
  return purchaseId
}
const paid = () => recorded([payment('first', '3998')])
const disputed = async (): Promise<string> => {
  const purchaseId = await paid()
  await tell(
    'disputePayment',
    {
      purchaseId,
      disputeId: 'd',
      captureId: 'first',
      amount: '500',
      currency: market.currency,
      at,
      key: freshKey(),
    },
    'SERVICE',
  )
  return purchaseId
}

interface Case {
  readonly field: string
  readonly role?: 'FINANCE_APPROVER'
  /** The purchase that it is about; null: it makes one. */
  readonly on: (() => Promise<string>) | null
  readonly input: () => Input
  /** Another content under the same key. */
  readonly other: Input
}

const cases: readonly Case[] = [
  {
    field: 'recordPurchase',
    on: null,
    input: () => sale([payment('first', '3998')]),
    other: { occurredAt: '2026-05-21T10:00:00.000Z' },
  },
  { field: 'placePurchase', on: null, input: placing, other: { total: '1' } },
  {
    field: 'capturePayment',
    on: placed,
    input: () => ({ ...payment('c', '100'), currency: market.currency }),
    other: { amount: '101' },
  },
  {
    field: 'recordPayment',
    on: () => recorded([]),
    input: () => ({ ...payment('c', '3998'), currency: market.currency }),
    other: { amount: '3999' },
  },
  {
    field: 'recordPaymentFee',
    on: paid,
    input: () => ({ captureId: 'first', amount: '30', currency: market.currency, at }),
    other: { amount: '31' },
  },
  {
    field: 'fulfilLines',
    on: paid,
    input: () => ({ lines: [1], at }),
    other: { at: '2026-05-22T10:00:00.000Z' },
  },
  {
    field: 'refundPurchase',
    on: paid,
    input: () => ({ lines: [{ line: 1, amount: '700' }], reason: 'broken', at }),
    other: { reason: 'late' },
  },
  {
    field: 'recordRefund',
    on: paid,
    input: () => ({
      refundId: 'r',
      lines: [{ line: 1, amount: '700' }],
      reason: 'broken',
      at,
      provider: 'stripe',
      account: 'main',
      amount: '700',
      currency: market.currency,
    }),
    other: { reason: 'late' },
  },
  {
    field: 'cancelPurchase',
    on: placed,
    input: () => ({ reason: 'not paid', at }),
    other: { reason: 'other' },
  },
  { field: 'voidPurchase', on: paid, input: () => ({ reason: 'wrong', at }), other: { reason: 'other' } },
  {
    field: 'bookVariance',
    role: 'FINANCE_APPROVER',
    on: () => recorded([payment('first', '3990')]),
    input: () => ({ reason: 'small', at }),
    other: { reason: 'other' },
  },
  {
    field: 'disputePayment',
    on: paid,
    input: () => ({ disputeId: 'd', captureId: 'first', amount: '500', currency: market.currency, at }),
    other: { amount: '501' },
  },
  {
    field: 'winDispute',
    on: disputed,
    input: () => ({ disputeId: 'd', at }),
    other: { at: '2026-05-22T10:00:00.000Z' },
  },
  {
    field: 'loseDispute',
    on: disputed,
    input: () => ({ disputeId: 'd', fee: '15', currency: market.currency, at }),
    other: { fee: '16' },
  },
  {
    field: 'correctAttribution',
    role: 'FINANCE_APPROVER',
    on: paid,
    input: () => ({ sharerId: market.otherPersonId, reason: 'a QR code', at }),
    other: { reason: 'other' },
  },
]

const inputOf = async ({ on, input }: Case): Promise<Input> => {
  const about = on === null ? {} : { purchaseId: await on() }
  return { ...about, ...input() }
}

describe.each(cases)('$field', (each) => {
  const role = each.role ?? 'SERVICE'

  it('sent twice is done once, and answers as the first time', async () => {
    const input = { ...(await inputOf(each)), key: freshKey() }
    const done = await tell(each.field, input, role)
    expect(done).toMatchObject({ codes: [], replayed: false })
    const head = await world.services.store.head()
    expect(await tell(each.field, input, role)).toEqual({ ...done, replayed: true })
    expect(await world.services.store.head()).toBe(head)
  })

  it('with another content under the same key is refused, and nothing is changed', async () => {
    const input = { ...(await inputOf(each)), key: freshKey() }
    await tell(each.field, input, role)
    const head = await world.services.store.head()
    const refused = await tell(each.field, { ...input, ...each.other }, role)
    expect(refused.codes).toEqual(['KEY_REUSED'])
    expect(await world.services.store.head()).toBe(head)
  })

  it('sent twice at the same moment is done once', async () => {
    const input = { ...(await inputOf(each)), key: freshKey() }
    const both = await Promise.all([tell(each.field, input, role), tell(each.field, input, role)])
    expect(both.map(({ codes }) => codes)).toEqual([[], []])
    expect(both.map(({ replayed }) => replayed).sort()).toEqual([false, true])
    expect(new Set(both.map(({ position }) => position)).size).toBe(1)
  })
})
