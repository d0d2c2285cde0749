import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allocate, reverse } from '../../domain/allocation.ts'

const sum = (amounts: readonly number[]): number => amounts.reduce((all, amount) => all + amount, 0)
const parts = fc.uniqueArray(
  fc.record({ key: fc.string({ minLength: 1, maxLength: 4 }), weight: fc.nat({ max: 1_000_000 }) }),
  { selector: ({ key }) => key, minLength: 1, maxLength: 12 },
)
const positiveParts = parts.filter((each) => each.some(({ weight }) => weight > 0))
const total = fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 50_000 }), fc.maxSafeNat())

describe('allocation of minor units', () => {
  it('I3: parts sum to exactly the total, none is negative, weight zero gets nothing', () => {
    fc.assert(
      fc.property(total, positiveParts, (amount, weighted) => {
        const amounts = allocate(amount, weighted)
        expect(sum(amounts)).toBe(amount)
        for (const [i, part] of weighted.entries()) {
          expect(amounts[i]).toBeGreaterThanOrEqual(0)
          if (part.weight === 0) expect(amounts[i]).toBe(0)
        }
      }),
    )
  })

  it('I4: each part is its exact share rounded down or up', () => {
    fc.assert(
      fc.property(total, positiveParts, (amount, weighted) => {
        const whole = BigInt(sum(weighted.map(({ weight }) => weight)))
        const amounts = allocate(amount, weighted)
        for (const [i, { weight }] of weighted.entries()) {
          const product = BigInt(amount) * BigInt(weight)
          const floor = product / whole
          const ceiling = floor + (product % whole === 0n ? 0n : 1n)
          expect(BigInt(amounts[i] ?? -1) >= floor && BigInt(amounts[i] ?? -1) <= ceiling).toBe(true)
        }
      }),
    )
  })

  it('I5: the result depends on the set of parts, not on their order', () => {
    fc.assert(
      fc.property(total, positiveParts, fc.infiniteStream(fc.nat()), (amount, weighted, random) => {
        const shuffled = weighted
          .map((part) => ({ part, at: random.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ part }) => part)
        const byKey = (each: readonly { key: string }[], amounts: readonly number[]) =>
          new Map(each.map(({ key }, i) => [key, amounts[i]]))
        expect(byKey(shuffled, allocate(amount, shuffled))).toEqual(
          byKey(weighted, allocate(amount, weighted)),
        )
      }),
    )
  })

  it('numbers and big integers give the same', () => {
    fc.assert(
      fc.property(total, positiveParts, (amount, weighted) => {
        const big = weighted.map(({ key, weight }) => ({ key, weight: BigInt(weight) }))
        expect(allocate(amount, big)).toEqual(allocate(amount, weighted))
      }),
    )
  })

  it('gives 99.99 at 75/25 as 74.99 and 25.00', () => {
    expect(
      allocate(9_999, [
        { key: 'a', weight: 75 },
        { key: 'b', weight: 25 },
      ]),
    ).toEqual([7_499, 2_500])
  })

  it('refuses what is no amount, no weight or no set', () => {
    const one = [{ key: 'a', weight: 1 }]
    expect(() => allocate(-1, one)).toThrow(RangeError)
    expect(() => allocate(0.5, one)).toThrow(RangeError)
    expect(() => allocate(2 ** 53, one)).toThrow(RangeError)
    expect(() => allocate(1, [{ key: 'a', weight: -1 }])).toThrow(RangeError)
    expect(() => allocate(1, [{ key: 'a', weight: 0.5 }])).toThrow(RangeError)
    expect(() => allocate(1, [{ key: 'a', weight: 0 }])).toThrow(RangeError)
    expect(() => allocate(1, [...one, ...one])).toThrow(RangeError)
  })
})

describe('reversal in parts', () => {
  const sequence = fc
    .tuple(
      fc.nat({ max: 100_000 }),
      positiveParts,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 31 }),
    )
    .map(([amount, weighted, cuts]) => ({
      originals: allocate(amount, weighted),
      keys: weighted.map(({ key }) => key),
      amount,
      steps: [...cuts.map((cut) => Math.round(cut * amount)).sort((a, b) => a - b), amount],
    }))

  it('I10 to I13: never negative, never above the original, drift under two, ends at zero', () => {
    fc.assert(
      fc.property(sequence, ({ originals, keys, amount, steps }) => {
        let reversed = originals.map(() => 0)
        for (const cumulative of steps) {
          const taken = reverse(
            originals.map((original, i) => ({ key: keys[i] ?? '', original, reversed: reversed[i] ?? 0 })),
            cumulative,
            amount,
          )
          for (const step of taken) expect(step).toBeGreaterThanOrEqual(0)
          reversed = reversed.map((before, i) => before + (taken[i] ?? 0))
          expect(sum(reversed)).toBe(cumulative)
          for (const [i, original] of originals.entries()) {
            expect(reversed[i]).toBeLessThanOrEqual(original)
            const drift = Math.abs((reversed[i] ?? 0) - (amount === 0 ? 0 : (original * cumulative) / amount))
            expect(drift).toBeLessThan(2)
          }
        }
        expect(reversed).toEqual(originals)
      }),
      { numRuns: 500 },
    )
  })

  it('refuses to go back, or past the whole', () => {
    const part = [{ key: 'a', original: 10, reversed: 5 }]
    expect(() => reverse(part, 4, 10)).toThrow(RangeError)
    expect(() => reverse(part, 11, 10)).toThrow(RangeError)
  })
})
