/** What once went wrong with what is stated and asked, held so that it does not again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRecord } from '../../api/graphql/input-value.ts'
import {
  done,
  type Ecosystem,
  key,
  makeEcosystem,
  mutate,
  offerFacts,
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

describe('REJECT_ALL', () => {
  const text = `mutation ($input: RecordPurchasesInput!) { recordPurchases(input: $input) {
    accepted rejected rows { userErrors { code path } } } }`
  const record = async (rows: readonly unknown[]) => {
    const { body } = await world.ask(text, { input: { rows, onError: 'REJECT_ALL' } }, all.service)
    return body.data
  }

  it('takes none of two rows that say different things under one key', async () => {
    const row = saleOf(all)
    const length = (await world.services.store.readLog(null, 10_000)).events.length
    expect(await record([row, { ...row, occurredAt: '2026-04-01T00:00:00Z' }])).toEqual({
      recordPurchases: {
        accepted: 0,
        rejected: 2,
        rows: [
          { userErrors: [{ code: 'ANOTHER_ROW_REFUSED', path: ['input', 'rows', '0'] }] },
          { userErrors: [{ code: 'KEY_REUSED', path: ['input', 'rows', '1', 'key'] }] },
        ],
      },
    })
    expect((await world.services.store.readLog(null, 10_000)).events.length).toBe(length)
  })

  it('takes rows that say the same under one key as one sale', async () => {
    const row = saleOf(all)
    const length = (await world.services.store.readLog(null, 10_000)).events.length
    expect(await record([row, row])).toMatchObject({ recordPurchases: { rejected: 0 } })
    expect((await world.services.store.readLog(null, 10_000)).events.length).toBe(length + 1)
  })
})

it('raw events show neither hashes of secrets nor sealed texts', async () => {
  const subject = 'service_01h455vb4pex5vsknk084sn02q'
  await world.signIn('SERVICE', null, subject)
  const input = { subject, label: 'ERP', role: 'SERVICE', key: key() }
  const { position } = await done(world, all.operator, 'issueApiKey', input)
  const store = world.services.store
  const recorded = JSON.stringify(await store.readLog(null, 10_000))
  const [, secretHash = ''] = /"secretHash\\*":\\*"([0-9a-f]{64})/.exec(recorded) ?? []
  expect(secretHash).not.toBe('')
  const asked = `query ($position: String) {
    events(type: "ApiKeyIssued", first: 5, minPosition: $position) { nodes { name data } }
    streamEvents(stream: "access-${subject}") { type data effects { data } cause { data } } }`
  const { body } = await world.ask(asked, { position }, all.operator)
  expect(body.errors).toBeUndefined()
  const name = textAt(body.data, 'events', 'nodes', '0', 'name')
  const one = await world.ask('query ($name: ID!) { event(name: $name) { data } }', { name }, all.operator)
  for (const shown of [body.data, one.body.data]) {
    expect(JSON.stringify(shown)).toContain('"secretHash":"(not shown)"')
    expect(JSON.stringify(shown)).not.toContain(secretHash)
  }
})

it('a split is simulated in the currency of the community alone', async () => {
  const { partnerId, communityId } = all
  const simulate = (currency: string) =>
    world.ask(
      'query ($input: SimulateSplitInput!) { simulateSplit(input: $input) { base { minor } } }',
      { input: { partnerId, communityId, amount: '1000', currency } },
      all.operator,
    )
  expect((await simulate('BRL')).body).toMatchObject({ data: { simulateSplit: { base: { minor: '1000' } } } })
  expect((await simulate('EUR')).body.errors).toMatchObject([
    { message: expect.stringContaining('BRL'), extensions: { code: 'BAD_REQUEST' } },
  ])
})

describe('numbers that are none', () => {
  const refund = async (amount: string) => {
    const recorded = await done(world, all.service, 'recordPurchase', saleOf(all), 'purchaseId')
    const purchaseId = textAt(recorded.fields, 'purchaseId')
    const input = { purchaseId, currency: 'BRL', lines: [{ line: 1, amount }], reason: 'x', key: key() }
    return (await mutate(world, all.owner, 'refundPurchase', input)).errors
  }

  it.each(['1.5', '-1', '9007199254740993'])(
    '%s is out of the range of amounts, within a choice too',
    async (amount) => {
      expect(await refund(amount)).toMatchObject([
        { code: 'AMOUNT_OUT_OF_RANGE', path: ['input', 'lines', '0', 'amount'] },
      ])
    },
  )

  it.each([
    ['a line', ['1000000000001'], ['input', 'lines', '0', 'amount']],
    ['a sale', ['900000000000', '900000000000'], ['input', 'lines']],
  ])(
    '%s beyond the largest amount is refused: some thousands would add up to too much',
    async (_, amounts, path) => {
      const [line] = saleOf(all).lines
      const lines = amounts.map((amount) => ({ ...line, listPrice: amount, amount }))
      const { errors } = await mutate(world, all.service, 'recordPurchase', saleOf(all, { lines }))
      expect(errors).toContainEqual(expect.objectContaining({ code: 'AMOUNT_OUT_OF_RANGE', path }))
    },
  )

  it('are answered in a sentence', async () => {
    const input = { partnershipId: all.partnershipId, by: 'COMMUNITY', version: 0 }
    const { errors } = await mutate(world, all.owner, 'acceptPartnership', input)
    expect(errors).toMatchObject([{ message: 'This has to be a whole number from 1 on.' }])
    const [line] = saleOf(all).lines
    const sale = saleOf(all, { lines: [{ ...line, amount: '1.5' }] })
    const stated = await mutate(world, all.service, 'recordPurchase', sale)
    expect(stated.errors).toMatchObject([{ message: 'This has to be a whole number.' }])
  })
})

it.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://example.org/x'])(
  'media of offers are on the web: not %s',
  async (link) => {
    const facts = { ...offerFacts, sku: link, media: [link] }
    const asked = await mutate(world, all.brand, 'publishOffer', {
      partnerId: all.partnerId,
      facts,
      key: key(),
    })
    expect(asked.errors.filter(isRecord)).toMatchObject([
      { code: 'INVALID', path: ['input', 'facts', 'media', '0'] },
    ])
  },
)

it('media of offers may be at http and https', async () => {
  const facts = { ...offerFacts, sku: 'WEB', media: ['https://example.org/x.png', 'http://example.org/y'] }
  await done(world, all.brand, 'publishOffer', { partnerId: all.partnerId, facts, key: key() })
})
