import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AttributionInput, attribute, type TouchSeen } from '../../domain/attribution.ts'
import { community as communityOf } from '../../domain/community.ts'
import { Rejection } from '../../domain/decider.ts'
import type { PurchaseEvent } from '../../domain/events/purchases.ts'
import { entriesOf } from '../../domain/journal.ts'
import { askedTerms, checkedTerms } from '../../domain/partnership/terms.ts'
import { purchaseSource } from '../../domain/purchase/evolve.ts'
import { type Parties, splitLine } from '../../domain/split.ts'
import { givenCommunity, ids } from '../support/ecosystem.ts'
import { World } from '../support/world.ts'
import { attempt, step } from './purchase-steps.ts'
import { buyer, community, idFor, rate, saleOf } from './sales.ts'

const at = '2026-03-01T12:00:00.000Z'
const partner = idFor('partner', 1)
/** The buyer is one of them: whoever shares may buy, and be invited by whom they invited. */
const people = [buyer, ...[2, 3, 4].map((n) => idFor('person', n))]
const somebody = fc.constantFrom(...people)

const touch: fc.Arbitrary<TouchSeen> = fc.record({
  name: fc.nat({ max: 999 }).map((n) => `journey-${buyer}.2026-02@${n}`),
  at: fc.integer({ min: 1, max: 28 }).map((day) => `2026-02-${String(day).padStart(2, '0')}T12:00:00.000Z`),
  shareId: fc.constant(null),
  sharerId: fc.option(somebody, { nil: null }),
})

/** Whoever invited whom, in circles too: each edge was written when it made none, and later ones closed it. */
const attributed: fc.Arbitrary<AttributionInput> = fc
  .record({
    model: fc.constantFrom('LAST_TOUCH' as const, 'FIRST_TOUCH' as const, 'WEIGHTED' as const),
    levels: fc.constantFrom(0, 1, 2, 3, 9),
    touches: fc.array(touch, { maxLength: 6 }),
    inviter: fc.option(somebody, { nil: null }),
    inviters: fc.array(fc.option(somebody, { nil: null }), { minLength: 4, maxLength: 4 }),
  })
  .map(({ model, levels, touches, inviter, inviters }) => ({
    policy: { model, levels, windowDays: 30 },
    touches,
    buyerId: buyer,
    at,
    binding:
      inviter === null ? null : { inviterId: inviter, since: '2026-01-01T00:00:00.000Z', shareId: null },
    inviterOf: (sharerId) => inviters[people.indexOf(sharerId)] ?? null,
  }))

const legsFor = (parties: Parties, split: typeof rate extends fc.Arbitrary<infer Rate> ? Rate : never) =>
  splitLine(
    { amount: 1_000_003, othersDiscount: 0, tax: 0, rate: split, poolBasisPoints: split.poolBasisPoints },
    parties,
  )

describe('whoever shared', () => {
  it('I9: a chain has two levels at most, and nobody in it twice, the buyer never', () => {
    fc.assert(
      fc.property(attributed, rate, (input, split) => {
        const { credited } = attribute(input)
        if (input.policy.levels === 0) expect(credited).toEqual([])
        for (const { sharerId, inviterId } of credited) {
          expect(sharerId).not.toBe(buyer)
          expect([buyer, sharerId]).not.toContain(inviterId)
          if (input.policy.levels < 2) expect(inviterId).toBeNull()
        }
        const points = credited.reduce((sum, { basisPoints }) => sum + basisPoints, 0)
        expect(points).toBe(credited.length === 0 ? 0 : 10_000)
        const parties = {
          partnerId: partner,
          communityId: community,
          credited,
          leaderId: null,
          buyerId: buyer,
        }
        for (const { role, party } of legsFor(parties, split).legs) {
          expect(['PARTNER', 'PLATFORM', 'OWNER', 'SHARER_1', 'SHARER_2', 'BUYER']).toContain(role)
          if (role.startsWith('SHARER_')) expect(party).not.toBe(buyer)
          if (role === 'SHARER_1') expect(credited.map(({ sharerId }) => sharerId)).toContain(party)
          if (role === 'SHARER_2') expect(credited.map(({ inviterId }) => inviterId)).toContain(party)
        }
      }),
    )
  })

  it('I9: what an absent level would have had goes to whom the terms name, to the last basis point', () => {
    const fallback = { PARTNER: partner, PLATFORM: 'platform', OWNER: community } as const
    fc.assert(
      fc.property(attributed, rate, (input, split) => {
        const { credited } = attribute(input)
        const parties = {
          partnerId: partner,
          communityId: community,
          credited,
          leaderId: null,
          buyerId: null,
        }
        const { legs, weightTotal } = legsFor(parties, split)
        const expected = new Map<string, bigint>()
        const add = (role: string, party: string, weight: number) => {
          const key = `${role} ${party}`
          if (weight > 0) expected.set(key, (expected.get(key) ?? 0n) + BigInt(weight))
        }
        const ones: Partial<Record<string, readonly { party: string; points: number }[]>> = {
          PLATFORM: [{ party: 'platform', points: 10_000 }],
          OWNER: [{ party: community, points: 10_000 }],
          SHARER_1: credited.map(({ sharerId, basisPoints }) => ({ party: sharerId, points: basisPoints })),
          SHARER_2: credited.flatMap(({ inviterId, basisPoints }) =>
            inviterId === null ? [] : [{ party: inviterId, points: basisPoints }],
          ),
        }
        add('PARTNER', partner, (10_000 - split.poolBasisPoints) * 10 ** 8)
        for (const { role, basisPoints, absentTo } of split.division) {
          let absent = 10_000
          for (const { party, points } of ones[role] ?? []) {
            add(role, party, split.poolBasisPoints * basisPoints * points)
            absent -= points
          }
          add(absentTo, fallback[absentTo], split.poolBasisPoints * basisPoints * absent)
        }
        const whole = 10n ** 12n
        const got = legs
          .filter(({ weight }) => weight !== '0')
          .map(({ role, party, weight }) => [
            `${role} ${party}`,
            (BigInt(weight) * whole) / BigInt(weightTotal),
          ])
        expect(new Map(got.map(([key, weight]) => [String(key), weight]))).toEqual(expected)
      }),
    )
  })

  it('I9: a third level is refused where it is written: in terms, and in the policy of a community', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 100 }),
        fc.constantFrom('SHARER_3' as const, 'SHARER_4' as const, 'SHARER_5' as const),
        rate,
        async (levels, role, split) => {
          const refused = { name: 'Rejection', code: 'TOO_MANY_LEVELS' }
          const attribution = { model: 'LAST_TOUCH', windowDays: 30, levels } as const
          const world = givenCommunity(new World())
          await expect(
            world.when(communityOf, ids.community, { type: 'SetAttributionPolicy', attribution }),
          ).rejects.toMatchObject(refused)
          const division = [{ role, basisPoints: 10_000, absentTo: 'OWNER' }]
          const asked = askedTerms.parse({ rates: [{ ...split, division }] })
          expect(() => checkedTerms(asked)).toThrow(expect.objectContaining(refused))
          expect(() => checkedTerms(asked)).toThrow(Rejection)
        },
      ),
    )
  })

  it('I9: nobody is owed anything of an asked sale before a payment of it was captured', () => {
    fc.assert(
      fc.property(saleOf(false), fc.array(step, { maxLength: 12 }), (frozen, steps) => {
        const placed: PurchaseEvent = { type: 'PurchasePlaced', data: frozen }
        expect(entriesOf(placed)).toEqual([])
        let state = purchaseSource.evolve(purchaseSource.initial, placed)
        for (const [n, wanted] of steps.entries()) {
          for (const event of attempt(state, wanted, n)) {
            const booked = entriesOf(event).flatMap(({ postings }) => postings)
            const isPaid = state.captures.length > 0 || event.type === 'PaymentCaptured'
            if (!isPaid) expect(booked).toEqual([])
            state = purchaseSource.evolve(state, event)
          }
        }
      }),
    )
  })
})
