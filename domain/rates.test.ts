import { describe, expect, it } from 'vitest'
import type { Rate } from './events/organisations.ts'
import { poolOf, rateFor } from './rates.ts'

const rate = (category: string | null, changes: Partial<Rate> = {}): Rate => ({
  category,
  poolBasisPoints: 1_000,
  division: [{ role: 'PLATFORM', basisPoints: 10_000, absentTo: 'PLATFORM' }],
  base: 'GROSS',
  paymentFeeBearer: 'PARTNER',
  hold: { days: 14, from: 'CAPTURE' },
  keepPoolOnRefund: false,
  ...changes,
})

describe('the rate of a line', () => {
  const terms = { rates: [rate(null), rate('home'), rate('chairs')] }

  it.each([
    ['its category', ['chairs', 'furniture', 'home'], 'chairs'],
    ['its nearest ancestor', ['sofas', 'furniture', 'home'], 'home'],
    ['the default', ['books'], null],
    ['the default, of a line without a category', [], null],
  ])('is that of %s', (_, path, category) => {
    expect(rateFor(terms, path)).toEqual({ rate: rate(category), category })
  })

  it('is none where the terms say nothing', () => {
    expect(rateFor({ rates: [rate('home')] }, ['books'])).toBeNull()
  })
})

describe("an offer's override", () => {
  it.each([
    [null, 1_000],
    [500, 1_000],
    [1_000, 1_000],
    [2_000, 2_000],
  ])('of %s makes the pool %d: it may only raise it', (override, pool) => {
    expect(poolOf(rate(null), override)).toBe(pool)
  })

  it('raises nothing where the terms do not say how a pool divides', () => {
    expect(poolOf(rate(null, { poolBasisPoints: 0, division: [] }), 2_000)).toBe(0)
  })
})
