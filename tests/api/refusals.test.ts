/** What the state of things does not allow is refused as what it is; what is stated anyhow is taken, flagged or parked. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  done,
  type Ecosystem,
  type Input,
  key,
  makeCommunity,
  makeEcosystem,
  makePartner,
  mutate,
  offerFacts,
  payment,
  saleOf,
  textAt,
} from './support/ecosystem.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let all: Ecosystem
let foreign: { readonly partnerId: string; readonly brand: string; readonly owner: string }
beforeAll(async () => {
  world = await createWorld({ limits: { bucket: { points: 1_000_000, perSecond: 1_000_000 } } })
  all = await makeEcosystem(world)
  foreign = {
    ...(await makePartner(world, all.operator, 'Other')),
    ...(await makeCommunity(world, all.operator, 'Runners')),
  }
})
afterAll(() => world[Symbol.asyncDispose]())

const missing = (prefix: string) => `${prefix}_01h455vb4pex5vsknk084sn02q`
const line = (more: Input) => ({ lines: [{ ...saleOf(all).lines[0], ...more }] })
const place = (more: Input = {}) => ({
  communityId: all.communityId,
  personId: all.personId,
  lines: [{ offer: { offerId: all.offerId, offerVersion: 1, quantity: 1 } }],
  total: '1999',
  key: key(),
  ...more,
})

it('a missing and a foreign thing answer alike', async () => {
  const recorded = await done(world, all.service, 'recordPurchase', saleOf(all), 'purchaseId')
  const theirs = textAt(recorded.fields, 'purchaseId')
  const ask = (purchaseId: string) =>
    mutate(world, foreign.owner, 'refundPurchase', { purchaseId, reason: 'x', key: key() })
  expect((await ask(theirs)).errors).toEqual((await ask(missing('purchase'))).errors)
  const read = (id: string) =>
    world.ask('query ($id: ID!) { purchase(id: $id) { id } }', { id }, foreign.owner)
  expect((await read(theirs)).body).toMatchObject({ data: { purchase: null } })
  expect((await read(missing('purchase'))).body).toMatchObject({ data: { purchase: null } })
})

it('a refund past what was paid says what is left', async () => {
  const sale = saleOf(all, {
    payments: [{ captureId: 'C1', ...payment(), key: undefined, currency: undefined }],
  })
  const recorded = await done(world, all.service, 'recordPurchase', sale, 'purchaseId')
  const purchaseId = textAt(recorded.fields, 'purchaseId')
  const input = { purchaseId, currency: 'BRL', lines: [{ line: 1, amount: '2000' }], reason: 'x', key: key() }
  const { errors } = await mutate(world, all.owner, 'refundPurchase', input)
  expect(errors).toMatchObject([
    { __typename: 'LimitError', code: 'REFUND_EXCEEDS_PAID', available: { minor: '1999', currency: 'BRL' } },
  ])
  const other = { ...input, currency: 'EUR', lines: [{ line: 1, amount: '5' }], key: key() }
  expect((await mutate(world, all.owner, 'refundPurchase', other)).codes).toEqual(['CURRENCY_MISMATCH'])
})

it('an offer outside its dates cannot be placed; stated, it is taken and flagged', async () => {
  const facts = { ...offerFacts, sku: 'OLD', validUntil: '2021-01-01T00:00:00Z' }
  const published = await done(
    world,
    all.brand,
    'publishOffer',
    { partnerId: all.partnerId, facts, key: key() },
    'offer { id }',
  )
  const offerId = textAt(published.fields, 'offer', 'id')
  const asked = place({ lines: [{ offer: { offerId, offerVersion: 1, quantity: 1 } }] })
  expect((await mutate(world, all.owner, 'placePurchase', asked)).codes).toEqual(['OUTSIDE_DATES'])
  const stated = saleOf(all, line({ offer: { id: offerId, version: 1 } }))
  const recorded = await done(world, all.service, 'recordPurchase', stated, 'purchase { flags }')
  expect(recorded.fields.purchase).toMatchObject({ flags: expect.arrayContaining(['OUTSIDE_DATES']) })
})

it('a stated sale of what nobody made known, at no possible time, is taken and flagged', async () => {
  const flagsOf = async (input: Input) =>
    (await done(world, all.service, 'recordPurchase', saleOf(all, input), 'purchase { flags }')).fields
      .purchase
  expect(await flagsOf({ occurredAt: new Date().toISOString() })).toEqual({ flags: [] })
  expect(
    await flagsOf({
      ...line({
        offer: null,
        category: 'nonsense',
        discounts: [{ amount: '999', bearer: all.partnerId }],
        amount: '1000',
      }),
      personId: missing('person'),
      occurredAt: new Date(Date.now() + 172_800_000).toISOString(),
    }),
  ).toEqual({
    flags: ['OCCURRED_IN_FUTURE', 'PERSON_UNKNOWN', 'NOT_A_MEMBER', 'CATEGORY_UNKNOWN', 'BEARER_UNCONFIRMED'],
  })
  expect(await flagsOf({ occurredAt: '1026-03-01T10:00:00Z' })).toMatchObject({
    flags: expect.arrayContaining(['OCCURRED_TOO_EARLY']),
  })
})

it('a version of an offer that was revised since is VERSION_CHANGED', async () => {
  const facts = { ...offerFacts, sku: 'REVISED' }
  const input = { partnerId: all.partnerId, facts, key: key() }
  const published = await done(world, all.brand, 'publishOffer', input, 'offer { id }')
  const offerId = textAt(published.fields, 'offer', 'id')
  const revision = { offerId, expectedVersion: 1, facts: { ...facts, listPrice: '2500' }, key: key() }
  await done(world, all.brand, 'reviseOffer', revision)
  const late = { ...revision, facts: { ...facts, listPrice: '2600' }, key: key() }
  expect((await mutate(world, all.brand, 'reviseOffer', late)).errors).toMatchObject([
    { __typename: 'ConflictError' },
  ])
  const asked = place({ lines: [{ offer: { offerId, offerVersion: 1, quantity: 1 } }] })
  expect((await mutate(world, all.owner, 'placePurchase', asked)).errors).toMatchObject([
    { __typename: 'ConflictError', code: 'VERSION_CHANGED' },
  ])
})

it('another total than there is says which there is', async () => {
  expect((await mutate(world, all.owner, 'placePurchase', place({ total: '1' }))).errors).toMatchObject([
    { code: 'VERSION_CHANGED', path: ['input', 'total'], message: expect.stringMatching(/\b1999\b/) },
  ])
})

describe('a suspended partner', () => {
  beforeEach(() => done(world, all.operator, 'suspendPartner', { partnerId: all.partnerId, reason: 'x' }))
  afterEach(() => done(world, all.operator, 'reinstatePartner', { partnerId: all.partnerId, reason: 'x' }))

  it('sells nothing that is asked for', async () => {
    expect((await mutate(world, all.owner, 'placePurchase', place())).codes).toEqual(['PARTNER_SUSPENDED'])
  })
})

it('a bundle with a component that is not accepted cannot be launched', async () => {
  const composed = await done(
    world,
    all.owner,
    'composeBundle',
    {
      communityId: all.communityId,
      composedBy: all.communityId,
      name: 'Box',
      price: '1999',
      currency: 'BRL',
      allocation: 'LIST_PRICE',
      components: [{ offerId: all.offerId, offerVersion: 1, quantity: 1, discountBearer: 'PARTNER' }],
      key: key(),
    },
    'bundle { id }',
  )
  const bundleId = textAt(composed.fields, 'bundle', 'id')
  const launch = () => mutate(world, all.owner, 'launchBundle', { bundleId, version: 1 })
  expect((await launch()).codes).toEqual(['COMPONENT_NOT_ACCEPTED'])
  const part = {
    bundleId,
    component: 1,
    partnerId: all.partnerId,
    bundleVersion: 1,
    offerVersion: 1,
    amount: '1999',
  }
  const theirs = await mutate(world, foreign.brand, 'acceptComponent', {
    ...part,
    partnerId: foreign.partnerId,
  })
  expect(theirs.codes).toEqual(['NOT_FOUND'])
  await done(world, all.brand, 'acceptComponent', part)
  expect((await launch()).codes).toEqual([])
})

it('a version that is not the one seen is STALE, with both', async () => {
  const changed = { partnerId: all.partnerId, name: 'Acme & Co', expectedVersion: 1 }
  const { errors } = await mutate(world, all.brand, 'changePartnerProfile', changed)
  expect(errors).toMatchObject([{ __typename: 'ConflictError', code: 'STALE', expected: 1 }])
  expect(Number(errors[0]?.actual)).toBeGreaterThan(1)
})

it('a payment without a purchase is parked, and settled by a person', async () => {
  const stated = payment({ reference: 'nobody knows', key: { external: { source: 'ERP', id: 'P-1' } } })
  const parked = await done(
    world,
    all.service,
    'recordPayment',
    stated,
    'purchase { id } parked { factId why }',
  )
  expect(parked.fields).toMatchObject({ purchase: null, parked: { why: 'NO_SUCH_PURCHASE' } })
  const factId = textAt(parked.fields, 'parked', 'factId')
  const recorded = await done(world, all.service, 'recordPurchase', saleOf(all), 'purchaseId')
  const purchaseId = textAt(recorded.fields, 'purchaseId')
  const input = { factId, purchaseId, note: 'found it', key: key() }
  const resolved = await done(world, all.finance, 'resolveFact', input, 'fact { status attachedTo note }')
  expect(resolved.fields.fact).toEqual({ status: 'RESOLVED', attachedTo: purchaseId, note: 'found it' })
  const dismissed = await mutate(world, all.finance, 'dismissFact', { factId, reason: 'x', key: key() })
  expect(dismissed.codes).toEqual(['WRONG_STATE'])
})

it('an unknown error is masked, with the id under which the log has it', async () => {
  await using broken = await createWorld({
    views: () => ({
      waitFor: async () => true,
      status: () => Promise.reject(new Error('the password is hunter2')),
      isReady: true,
    }),
  })
  const { body, status } = await broken.ask('{ views { name } }', {}, await broken.signIn('OPERATOR'))
  expect(JSON.stringify(body)).not.toContain('hunter2')
  expect(body.errors).toMatchObject([
    { extensions: { code: 'INTERNAL', errorId: expect.stringMatching(/^error_/) } },
  ])
  expect(status).toBe(500)
})
