/** Sales as any terms and any touches could freeze them, for properties over purchases. */
import fc from 'fast-check'
import type { Rate } from '../../domain/events/organisations.ts'
import type { Sale } from '../../domain/events/sale.ts'
import { type PoolRole, poolRoles } from '../../domain/events/shapes.ts'
import { freezeSale, type LineDraft } from '../../domain/purchase/sale.ts'

const base32 = '0123456789abcdefghjkmnpqrstvwxyz'
/** An id that looks as ids do, told apart by a small number. */
export const idFor = (prefix: string, n: number): string =>
  `${prefix}_${'0'.repeat(24)}${base32[Math.floor(n / 32) % 32]}${base32[n % 32]}`

export const community = idFor('community', 1)
export const buyer = idFor('person', 1)
const partners = [1, 2, 3].map((n) => idFor('partner', n))

const division = fc
  .tuple(
    fc.subarray([...poolRoles], { minLength: 1 }),
    fc.array(fc.nat({ max: 1_000 }), { minLength: 6, maxLength: 6 }),
    fc.array(fc.constantFrom('PARTNER' as const, 'PLATFORM' as const, 'OWNER' as const), {
      minLength: 6,
      maxLength: 6,
    }),
  )
  .map(([roles, weights, absent]): Rate['division'] => {
    const total = roles.reduce((sum, _, i) => sum + (weights[i] ?? 0) + 1, 0)
    let left = 10_000
    return roles.map((role: PoolRole, i) => {
      const last = i === roles.length - 1
      const basisPoints = last ? left : Math.floor((10_000 * ((weights[i] ?? 0) + 1)) / total)
      left -= basisPoints
      return { role, basisPoints, absentTo: absent[i] ?? 'PARTNER' }
    })
  })

export const rate: fc.Arbitrary<Rate> = fc.record({
  category: fc.constant(null),
  poolBasisPoints: fc.nat({ max: 10_000 }),
  division,
  base: fc.constantFrom('GROSS' as const, 'NET_OF_TAX' as const),
  paymentFeeBearer: fc.constantFrom('PARTNER' as const, 'PLATFORM' as const, 'OWNER' as const),
  hold: fc
    .tuple(fc.nat({ max: 30 }), fc.constantFrom('CAPTURE' as const, 'FULFILMENT' as const))
    .map(([days, from]) => ({ days, from })),
  keepPoolOnRefund: fc.boolean(),
})

const amount = fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: 50_000 }), fc.nat({ max: 5_000_000_000 }))

const lineDraft: fc.Arbitrary<LineDraft> = fc
  .record({
    kind: fc.constantFrom('GOODS' as const, 'FREIGHT' as const),
    partner: fc.nat({ max: 2 }),
    price: amount,
    quantity: fc.integer({ min: 1, max: 5 }),
    discount: fc.double({ min: 0, max: 1, noNaN: true }),
    bearer: fc.constantFrom('platform', community, 'own'),
    taxed: fc.boolean(),
    rate: fc.option(rate, { nil: null }),
  })
  .map(({ kind, partner, price, quantity, discount, bearer, taxed, rate: stated }): LineDraft => {
    const partnerId = partners[partner] ?? ''
    const gross = price * quantity
    const off = Math.floor(gross * discount * 0.5)
    return {
      kind,
      partnerId,
      offer: null,
      bundle: null,
      category: null,
      categoryPath: [],
      quantity,
      listPrice: price,
      discounts: off === 0 ? [] : [{ amount: off, bearer: bearer === 'own' ? partnerId : bearer }],
      tax: taxed ? { inclusive: true, rateBasisPoints: 1_000, amount: Math.floor((gross - off) / 11) } : null,
      amount: gross - off,
      terms:
        stated === null
          ? null
          : { partnershipId: idFor('partnership', partner), version: 1, terms: { rates: [stated] } },
      poolOverride: null,
    }
  })

const credited = fc.constantFrom<Sale['attribution']['credited']>(
  [],
  [{ basisPoints: 10_000, inviterId: null, sharerId: idFor('person', 2) }],
  [{ basisPoints: 10_000, inviterId: idFor('person', 3), sharerId: idFor('person', 2) }],
  [
    { basisPoints: 3_333, inviterId: idFor('person', 3), sharerId: idFor('person', 2) },
    { basisPoints: 6_667, inviterId: null, sharerId: idFor('person', 3) },
  ],
)

export const saleOf = (stated: boolean): fc.Arbitrary<Sale> =>
  fc
    .record({
      lines: fc.array(lineDraft, { minLength: 1, maxLength: 5 }),
      credited,
      leader: fc.option(fc.constant(idFor('person', 9)), { nil: null }),
      guest: fc.boolean(),
    })
    .map(({ lines, credited: shared, leader, guest }) =>
      freezeSale({
        facts: {
          purchaseId: idFor('purchase', 1),
          communityId: community,
          personId: buyer,
          membershipId: null,
          segments: [],
          currency: 'BRL',
          stage: null,
          stated,
          segmentsKnownAt: 'RECORDING',
          source: null,
          placedAt: '2026-01-01T12:00:00.000Z',
          zone: 'UTC',
          businessDate: '2026-01-01',
          pickupPointId: null,
        },
        attribution: {
          candidates: [],
          credited: shared,
          levels: 2,
          model: 'LAST_TOUCH',
          reason: shared.length === 0 ? 'NOBODY' : 'LAST_TOUCH',
          windowDays: 30,
        },
        lines,
        flags: [],
        leaderId: leader,
        buyerId: guest ? null : buyer,
      }),
    )
