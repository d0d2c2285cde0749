/** What is asked for wrongly gets a specific error with its place, and changes nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  division,
  type Ecosystem,
  type Input,
  key,
  makeCommunity,
  makeEcosystem,
  makePartner,
  mutate,
  offerFacts,
  rate,
  saleOf,
} from './support/ecosystem.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let all: Ecosystem
let foreign: {
  readonly partnerId: string
  readonly communityId: string
  readonly brand: string
  readonly owner: string
}
beforeAll(async () => {
  world = await createWorld({ limits: { bucket: { points: 1_000_000, perSecond: 1_000_000 } } })
  all = await makeEcosystem(world)
  foreign = {
    ...(await makePartner(world, all.operator, 'Other')),
    ...(await makeCommunity(world, all.operator, 'Runners')),
  }
})
afterAll(() => world[Symbol.asyncDispose]())

const lengthOfLog = async (): Promise<number> =>
  (await world.services.store.readLog(null, 10_000)).events.length

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
const terms = (more: Input) => ({
  partnerId: all.partnerId,
  communityId: foreign.communityId,
  by: 'PARTNER',
  effectiveFrom: '2026-01-01T00:00:00Z',
  terms: { rates: [{ ...rate, ...more }] },
  key: key(),
})

type Role = 'operator' | 'service' | 'finance' | 'brand' | 'owner'

const attribution = { model: 'LAST_TOUCH', windowDays: 1, levels: 0 }
const founded = (more: Input) => ({ name: 'X', ownerId: all.personId, attribution, key: key(), ...more })

const cases: readonly (readonly [string, string, Role, () => Input, string, string])[] = [
  [
    'a malformed id',
    'admitPartner',
    'operator',
    () => ({ partnerId: 'partner_x' }),
    'INVALID',
    'input.partnerId',
  ],
  [
    'an id of something else',
    'admitPartner',
    'operator',
    () => ({ partnerId: all.communityId }),
    'INVALID',
    'input.partnerId',
  ],
  [
    'a malformed id in a line',
    'recordPurchase',
    'service',
    () => saleOf(all, line({ partnerId: 'x' })),
    'INVALID',
    'input.lines.0.partnerId',
  ],
  [
    'an unknown currency',
    'recordPurchase',
    'service',
    () => saleOf(all, { currency: 'XXX' }),
    'INVALID',
    'input.currency',
  ],
  [
    'a currency that the ledger does not have',
    'foundCommunity',
    'operator',
    () => founded({ zone: 'UTC', currency: 'USD' }),
    'INVALID',
    'input.currency',
  ],
  [
    'a zone that is none',
    'foundCommunity',
    'operator',
    () => founded({ zone: 'Mars/Base', currency: 'BRL' }),
    'INVALID',
    'input.zone',
  ],
  [
    'a negative amount',
    'recordPurchase',
    'service',
    () => saleOf(all, line({ amount: '-1' })),
    'AMOUNT_OUT_OF_RANGE',
    'input.lines.0.amount',
  ],
  [
    'a fraction of a minor unit',
    'recordPurchase',
    'service',
    () => saleOf(all, line({ amount: '1.5' })),
    'AMOUNT_OUT_OF_RANGE',
    'input.lines.0.amount',
  ],
  [
    'an amount past the safe range',
    'recordPurchase',
    'service',
    () => saleOf(all, line({ amount: '9007199254740993' })),
    'AMOUNT_OUT_OF_RANGE',
    'input.lines.0.amount',
  ],
  [
    'an amount of forty digits',
    'recordPurchase',
    'service',
    () => saleOf(all, line({ amount: '9'.repeat(40) })),
    'AMOUNT_OUT_OF_RANGE',
    'input.lines.0.amount',
  ],
  [
    'a quantity of zero',
    'placePurchase',
    'owner',
    () => place({ lines: [{ offer: { offerId: all.offerId, offerVersion: 1, quantity: 0 } }] }),
    'AMOUNT_OUT_OF_RANGE',
    'input.lines.0.offer.quantity',
  ],
  ['no lines', 'recordPurchase', 'service', () => saleOf(all, { lines: [] }), 'INVALID', 'input.lines'],
  [
    'an empty key',
    'recordPurchase',
    'service',
    () => saleOf(all, { key: { idempotencyKey: '' } }),
    'INVALID',
    'input.key',
  ],
  [
    'a key that is too long',
    'recordPurchase',
    'service',
    () => saleOf(all, { key: { idempotencyKey: 'x'.repeat(121) } }),
    'INVALID',
    'input.key',
  ],
  [
    'terms that do not sum',
    'proposePartnership',
    'brand',
    () => terms({ division: division.slice(0, 2) }),
    'SPLIT_NOT_WHOLE',
    'input.terms.rates.0.division',
  ],
  [
    'a third level of sharers',
    'proposePartnership',
    'brand',
    () =>
      terms({
        division: [...division.slice(0, 2), { role: 'SHARER_3', basisPoints: 3_000, absentTo: 'OWNER' }],
      }),
    'TOO_MANY_LEVELS',
    'input.terms.rates.0.division.2.role',
  ],
  [
    'a third level in a policy',
    'setAttributionPolicy',
    'owner',
    () => ({ communityId: all.communityId, attribution: { model: 'LAST_TOUCH', windowDays: 30, levels: 3 } }),
    'TOO_MANY_LEVELS',
    'input.attribution.levels',
  ],
  [
    'a partner that supplies itself',
    'linkSupply',
    'brand',
    () => ({ partnerId: all.partnerId, toPartnerId: all.partnerId, what: 'x' }),
    'INVALID',
    'input.toPartnerId',
  ],
  [
    'a rule without an end',
    'defineSegment',
    'owner',
    () => ({ communityId: all.communityId, name: 'X', definition: { rule: { all: [] } }, key: key() }),
    'INVALID',
    'input.definition.rule.all',
  ],
  [
    'an offer that is not there',
    'placePurchase',
    'owner',
    () => place({ lines: [{ offer: { offerId: missing('offer'), offerVersion: 1, quantity: 1 } }] }),
    'NOT_FOUND',
    'input.lines.0.offer.offerId',
  ],
  [
    'another total than the buyer saw',
    'placePurchase',
    'owner',
    () => place({ total: '1' }),
    'VERSION_CHANGED',
    'input.total',
  ],
  [
    'a purchase that is not there',
    'refundPurchase',
    'owner',
    () => ({ purchaseId: missing('purchase'), reason: 'x', key: key() }),
    'NOT_FOUND',
    'input.purchaseId',
  ],
  [
    'a foreign community',
    'defineSegment',
    'owner',
    () => ({ communityId: foreign.communityId, name: 'X', definition: { rule: { tag: 'x' } }, key: key() }),
    'NOT_FOUND',
    'input.communityId',
  ],
  [
    'a foreign partner',
    'publishOffer',
    'brand',
    () => ({ partnerId: foreign.partnerId, facts: offerFacts, key: key() }),
    'NOT_FOUND',
    'input.partnerId',
  ],
  [
    'the other side of a partnership',
    'acceptPartnership',
    'brand',
    () => ({ partnershipId: all.partnershipId, by: 'COMMUNITY', version: 1 }),
    'NOT_FOUND',
    'input.partnershipId',
  ],
  [
    'a foreign member',
    'tagMember',
    'owner',
    () => ({ membershipId: missing('membership'), tag: 'x' }),
    'NOT_FOUND',
    'input.membershipId',
  ],
  [
    'a role without its organisation',
    'grantRole',
    'operator',
    () => ({ subject: all.personId, role: 'BRAND_ADMIN' }),
    'INVALID',
    'input.organisation',
  ],
  [
    'an operator of themself',
    'grantRole',
    'owner',
    () => ({ subject: all.personId, role: 'OPERATOR' }),
    'NOT_FOUND',
    'input.organisation',
  ],
]

describe('is refused with the code and the place of what is wrong:', () => {
  it.each(cases)('%s (%s)', async (_what, name, role, input, code, path) => {
    const length = await lengthOfLog()
    const { errors } = await mutate(world, all[role], name, input())
    expect(errors[0]).toMatchObject({ code, path: path.split('.') })
    expect(String(errors[0]?.message).length).toBeGreaterThan(10)
    expect(await lengthOfLog()).toBe(length)
  })
})
