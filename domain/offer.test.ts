import { beforeEach, describe, expect, it } from 'vitest'
import {
  at,
  givenCategory,
  givenCommunity,
  givenOffer,
  givenPartner,
  givenSuspendedPartner,
  ids,
  offerFacts,
} from '../tests/support/ecosystem.ts'
import { idOf, refusal, World } from '../tests/support/world.ts'
import type { OfferFacts } from './events/catalog-items.ts'
import { type OfferCommand, offer, offerAt, offerInForce, offerProblem } from './offer.ts'
import { segments } from './segments.ts'
import { taxonomy } from './taxonomy.ts'

const publish = (facts: Partial<OfferFacts> = {}, partnerId = ids.partner) =>
  ({ type: 'PublishOffer', offerId: ids.offer, partnerId, facts: offerFacts(facts), source: null }) as const
const revise = (expectedVersion: number, facts: Partial<OfferFacts> = { listPrice: 20_000 }) =>
  ({ ...publish(facts), type: 'ReviseOffer', expectedVersion }) as const
const withdraw = { type: 'WithdrawOffer', at, reason: 'Sold out' } as const
const segmentId = idOf('segment')

let world: World
const asked = (command: OfferCommand) => world.when(offer, ids.offer, command)
const state = () => world.state(offer, ids.offer)
beforeEach(() => {
  world = givenCategory(givenPartner(givenCommunity(new World())), 'furniture')
})

describe('the end of an offer', () => {
  const until = '2026-05-01T00:00:00.000Z'
  const expire = (version: number, now = until) => ({ type: 'ExpireOffer', version, now }) as const

  it('is told once, when it has come', async () => {
    await asked(publish({ validUntil: until }))
    expect(await asked(expire(1, '2026-04-30T23:59:59.999Z'))).toEqual([])
    expect(await asked(expire(1, '2026-05-02T00:00:00.000Z'))).toMatchObject([
      { type: 'OfferExpired', data: { version: 1, at: until } },
    ])
    expect(await asked(expire(1))).toEqual([])
  })

  it('is not told of a version that another one replaced, of a withdrawn offer, or of one without an end', async () => {
    await asked(publish({ validUntil: until }))
    await asked(revise(1, { validUntil: null }))
    expect(await asked(expire(1))).toEqual([])
    expect(await asked(expire(2))).toEqual([])
    await asked(revise(2, { validUntil: until }))
    await asked(withdraw)
    expect(await asked(expire(3))).toEqual([])
  })

  it('is told again of a version that came after it', async () => {
    await asked(publish({ validUntil: until }))
    await asked(expire(1))
    await asked(revise(1, { validUntil: '2026-06-01T00:00:00.000Z' }))
    expect(await asked(expire(1))).toEqual([])
    expect(await asked(expire(2, '2026-06-01T00:00:00.000Z'))).toMatchObject([{ data: { version: 2 } }])
  })
})

describe('publishing', () => {
  it('is the first version; the same again changes nothing', async () => {
    expect(await asked(publish())).toMatchObject([{ type: 'OfferPublished', data: { version: 1 } }])
    expect(await asked(publish())).toEqual([])
    await asked(revise(1))
    expect(await asked(publish())).toEqual([])
    await expect(asked(publish({ sku: 'other' }))).rejects.toMatchObject(refusal('KEY_REUSED', 'offerId'))
  })

  it('needs an admitted partner', async () => {
    await expect(asked(publish({}, idOf('partner', 9)))).rejects.toMatchObject(
      refusal('NOT_FOUND', 'partnerId'),
    )
    givenSuspendedPartner(world)
    await expect(asked(publish())).rejects.toMatchObject(refusal('PARTNER_SUSPENDED', 'partnerId'))
  })

  it('needs a category that is there, not retired', async () => {
    await expect(asked(publish({ category: 'toys' }))).rejects.toMatchObject(
      refusal('NOT_FOUND', 'facts', 'category'),
    )
    world.given(taxonomy, 'furniture', {
      type: 'CategoryRetired',
      data: { code: 'furniture', reason: 'Old' },
    })
    await expect(asked(publish())).rejects.toMatchObject(refusal('WRONG_STATE', 'facts', 'category'))
  })

  it('names communities that are there and keep its currency', async () => {
    const communities = [ids.community]
    expect(await asked(publish({ communities }))).toHaveLength(1)
    await expect(
      world.when(offer, idOf('offer', 2), publish({ communities, currency: 'EUR' })),
    ).rejects.toMatchObject(refusal('CURRENCY_MISMATCH', 'facts', 'communities', '0'))
    await expect(
      world.when(offer, idOf('offer', 2), publish({ communities: [...communities, idOf('community', 9)] })),
    ).rejects.toMatchObject(refusal('NOT_FOUND', 'facts', 'communities', '1'))
  })

  it('names segments of its communities', async () => {
    await expect(
      asked(publish({ segments: [segmentId], communities: [ids.community] })),
    ).rejects.toMatchObject(refusal('NOT_FOUND', 'facts', 'segments', '0'))
    world.given(segments, ids.community, {
      type: 'SegmentDefined',
      data: {
        segmentId,
        communityId: ids.community,
        version: 1,
        name: 'VIP',
        definition: { kind: 'RULE', rule: { kind: 'TAG', tag: 'vip' } },
      },
    })
    await expect(asked(publish({ segments: [segmentId] }))).rejects.toMatchObject(
      refusal('NOT_FOUND', 'facts', 'segments', '0'),
    )
    expect(await asked(publish({ segments: [segmentId], communities: [ids.community] }))).toHaveLength(1)
  })

  it('ends after it begins', async () => {
    const { validFrom } = offerFacts()
    await expect(asked(publish({ validUntil: validFrom }))).rejects.toMatchObject(
      refusal('INVALID', 'facts', 'validUntil'),
    )
  })
})

describe('revising', () => {
  it('is the next version; the same again changes nothing', async () => {
    givenOffer(world)
    expect(await asked(revise(1))).toMatchObject([{ type: 'OfferRevised', data: { version: 2 } }])
    expect(await asked(revise(1))).toEqual([])
    expect(await asked(revise(2))).toEqual([])
    expect(offerAt(state(), 1)?.listPrice).toBe(25_000)
    expect(offerAt(state(), 2)?.listPrice).toBe(20_000)
  })

  it('names the version that it was made from', async () => {
    givenOffer(world)
    await asked(revise(1))
    await expect(asked(revise(1, { listPrice: 1 }))).rejects.toMatchObject({
      ...refusal('VERSION_CHANGED', 'expectedVersion'),
      details: { version: 2 },
    })
  })

  it('is checked like publishing', async () => {
    givenOffer(world)
    await expect(asked(revise(1, { category: 'toys' }))).rejects.toMatchObject(
      refusal('NOT_FOUND', 'facts', 'category'),
    )
  })

  it('is for the partner whose offer it is, and an offer that is there', async () => {
    await expect(asked(revise(1))).rejects.toMatchObject(refusal('NOT_FOUND'))
    givenOffer(world)
    givenPartner(world, idOf('partner', 2))
    await expect(asked({ ...revise(1), partnerId: idOf('partner', 2) })).rejects.toMatchObject(
      refusal('NOT_ALLOWED', 'partnerId'),
    )
  })

  it('keeps the last fifty versions', async () => {
    givenOffer(world)
    for (let version = 1; version <= 50; version += 1) await asked(revise(version, { listPrice: version }))
    expect(state().versions).toHaveLength(50)
    expect([offerAt(state(), 1), offerAt(state(), 2)?.listPrice]).toEqual([null, 1])
  })
})

describe('withdrawing', () => {
  it('is done once, of what is there; nothing is revised after', async () => {
    await expect(asked(withdraw)).rejects.toMatchObject(refusal('NOT_FOUND'))
    givenOffer(world)
    expect(await asked(withdraw)).toHaveLength(1)
    expect(await asked(withdraw)).toEqual([])
    await expect(asked(revise(1))).rejects.toMatchObject(refusal('OFFER_WITHDRAWN', 'offerId'))
  })
})

describe('an offer is for a buyer', () => {
  const here = { at, communityId: ids.community, segmentIds: [segmentId] }
  const problem = (changes: Partial<OfferFacts>) => {
    givenOffer(world, changes)
    return offerProblem(state(), here)
  }

  it('anywhere, where it names no place', () => {
    expect(problem({})).toBeNull()
  })

  it.each<[string, Partial<OfferFacts>, string | null]>([
    ['from its first instant', { validFrom: at }, null],
    ['not before', { validFrom: '2026-03-01T12:00:00.001Z' }, 'OUTSIDE_DATES'],
    ['until its end', { validUntil: '2026-03-01T12:00:00.001Z' }, null],
    ['not at its end', { validUntil: at }, 'OUTSIDE_DATES'],
    ['in a community named', { communities: [ids.community] }, null],
    ['not in others', { communities: [idOf('community', 2)] }, 'OFFER_NOT_SHOWN_HERE'],
    ['in a segment named', { segments: [idOf('segment', 2), segmentId] }, null],
    ['not in others', { segments: [idOf('segment', 2)] }, 'OFFER_NOT_SHOWN_HERE'],
  ])('%s', (_, changes, expected) => {
    expect(problem(changes)).toBe(expected)
  })

  it('until it is withdrawn', async () => {
    givenOffer(world)
    await asked(withdraw)
    expect(offerProblem(state(), here)).toBe('OFFER_WITHDRAWN')
    expect(offerProblem(state(), { ...here, at: '2026-03-01T11:59:59.999Z' })).toBeNull()
  })

  it('in the version named', async () => {
    givenOffer(world)
    await asked(revise(1, { validFrom: '2026-04-01T00:00:00.000Z' }))
    expect(offerProblem(state(), here)).toBe('OUTSIDE_DATES')
    expect(offerProblem(state(), { ...here, version: 1 })).toBeNull()
    expect(offerProblem(state(), { ...here, version: 3 })).toBe('OFFER_WITHDRAWN')
  })

  it('in force at the sale is the latest version that was valid then', async () => {
    expect(offerInForce(state(), at)).toBeNull()
    givenOffer(world)
    await asked(revise(1))
    await asked(revise(2, { validFrom: '2026-04-01T00:00:00.000Z' }))
    expect(offerInForce(state(), at)).toBe(2)
    expect(offerInForce(state(), '2026-04-01T00:00:00.000Z')).toBe(3)
    expect(offerInForce(state(), '2020-01-01T00:00:00.000Z')).toBe(3)
  })
})
