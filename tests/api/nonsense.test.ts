/** What nobody can mean is refused where it stands, and changes nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  done,
  type Ecosystem,
  type Input,
  key,
  makeEcosystem,
  mutate,
  offerFacts,
} from './support/ecosystem.ts'
import type { Place } from './support/value-case.ts'
import { saleCases } from './support/value-of-sales.ts'
import { termsCases } from './support/value-of-terms.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let all: Ecosystem
beforeAll(async () => {
  world = await createWorld({ limits: { bucket: { points: 1e9, perSecond: 1e9 } } })
  all = await makeEcosystem(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const place = (): Place => ({ world, all })
const cases = [...saleCases, ...termsCases]
const lengthOfLog = async (): Promise<number> =>
  (await world.services.store.readLog(null, 10_000)).events.length

const dayMs = 86_400_000
const inDays = (days: number): string => new Date(Date.now() + days * dayMs).toISOString()

/** What is there of a case, with one property of its input made another. */
const refusalOf = async (name: string, change: (input: Input) => Input) => {
  const found = cases.find((each) => each.name === name)
  if (found === undefined) throw new Error(`There is no case of ${name}.`)
  const input = change(await found.input(place()))
  const length = await lengthOfLog()
  const { errors } = await mutate(world, found.token(place()), name, { ...input, key: key() })
  expect(await lengthOfLog()).toBe(length)
  return errors.map(({ code, path }) => [code, Array.isArray(path) ? path.join('.') : path])
}

describe('text that no record can keep', () => {
  const texts: readonly (readonly [string, string])[] = [
    ['capturePayment', 'transactionId'],
    ['recordPayment', 'transactionId'],
    ['recordPayment', 'reference'],
    ['refundPurchase', 'reason'],
    ['recordRefund', 'reason'],
    ['resolveFact', 'note'],
    ['dismissFact', 'reason'],
    ['composeBundle', 'name'],
    ['recordTouch', 'content'],
  ]
  it.each(texts)('%s refuses in %s', async (name, field) => {
    for (const text of ['a\ud800', 'a\u0000b', '\u001b[2J'])
      expect(await refusalOf(name, (input) => ({ ...input, [field]: text }))).toEqual([
        ['INVALID', `input.${field}`],
      ])
  })

  it('is found deep in an input, in keys, and in every payee', async () => {
    const facts = { ...offerFacts, title: 'a\u0000' }
    expect(await refusalOf('publishOffer', (input) => ({ ...input, facts }))).toEqual([
      ['INVALID', 'input.facts.title'],
    ])
    const payee = { holder: 'a\ud800', account: '12345' }
    expect(await refusalOf('setPartnerPayee', (input) => ({ ...input, payee }))).toEqual([
      ['INVALID', 'input.payee.holder'],
    ])
    const registered = { key: { external: { source: 'SHOP', id: 'a\u0000' } } }
    expect(await mutate(world, all.owner, 'registerPerson', registered)).toMatchObject({
      codes: ['INVALID'],
      errors: [{ path: ['input', 'key', 'external', 'id'] }],
    })
  })

  it('in the variables of a query is a bad request, and no error of ours', async () => {
    const text = 'query ($s: String) { revenueSplit(first: 1, segment: $s) { nodes { legs } } }'
    const { body } = await world.ask(text, { s: 'a\ud800' }, all.finance)
    expect(body.errors).toMatchObject([
      { message: expect.stringMatching(/^\$s: /), extensions: { code: 'BAD_REQUEST' } },
    ])
  })
})

describe('what has not happened yet', () => {
  it.each([
    ['capturePayment', 'at'],
    ['recordPayment', 'at'],
    ['recordPaymentFee', 'at'],
    ['fulfilLines', 'at'],
    ['refundPurchase', 'at'],
    ['recordRefund', 'at'],
    ['cancelPurchase', 'at'],
    ['voidPurchase', 'at'],
    ['bookVariance', 'at'],
    ['disputePayment', 'at'],
    ['winDispute', 'at'],
    ['loseDispute', 'at'],
    ['correctAttribution', 'at'],
    ['recordCampaignCost', 'at'],
    ['recordTouch', 'at'],
    ['joinCommunity', 'joinedAt'],
    ['createShare', 'createdAt'],
  ])('%s does not take, and takes what a clock that is ahead a little says', async (name, field) => {
    expect(await refusalOf(name, (input) => ({ ...input, [field]: inDays(1.01) }))).toEqual([
      ['INVALID', `input.${field}`],
    ])
    const found = cases.find((each) => each.name === name)
    const input = { ...(await found?.input(place())), [field]: inDays(0.99), key: key() }
    await done(world, found?.token(place()) ?? '', name, input)
  })

  it.each([
    'capturePayment',
    'recordPayment',
    'refundPurchase',
    'recordRefund',
    'recordCampaignCost',
    'recordTouch',
  ])('and what is too old for any community %s does not take either', async (name) => {
    expect(await refusalOf(name, (input) => ({ ...input, at: '0206-03-01T10:00:00Z' }))).toEqual([
      ['INVALID', 'input.at'],
    ])
  })

  it('may be asked for where that is what is meant: an offer that ends later', async () => {
    const offer = { partnerId: all.partnerId, facts: offerFacts, key: key() }
    const { fields } = await done(world, all.brand, 'publishOffer', offer, 'offer { id }')
    const { id: offerId } = Object(fields.offer)
    await done(world, all.brand, 'withdrawOffer', { offerId, reason: 'x', at: inDays(30) })
  })
})

describe('nobody, and no account', () => {
  it.each([
    ['holder', ''],
    ['holder', '   '],
    ['holder', 'x'.repeat(201)],
    ['account', ''],
    ['account', ' 1 '],
    ['account', '1'.repeat(65)],
    ['bank', ''],
  ])('is not paid: %s %j', async (field, text) => {
    const payee = { holder: 'Ana', account: 'BR15 0000 0000 0000 1093', [field]: text }
    for (const name of ['setPartnerPayee', 'setCommunityPayee', 'setPersonPayee'])
      expect(await refusalOf(name, (input) => ({ ...input, payee }))).toEqual([
        ['INVALID', `input.payee.${field}`],
      ])
  })
})
