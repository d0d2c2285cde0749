import { expect, it } from 'vitest'
import { fakeClock } from '../../platform/clock.ts'
import { createRateBuckets } from './rate-bucket.ts'

const limits = { points: 100, perSecond: 10 }

it('gives what is there, and says when there is more', () => {
  const buckets = createRateBuckets(limits, fakeClock())
  expect(buckets.charge('a', 90)).toEqual({ taken: true, available: 10, retryAfterMs: 0 })
  expect(buckets.charge('a', 15)).toEqual({ taken: false, available: 10, retryAfterMs: 500 })
})

it('fills up as time passes, and no further than its size', () => {
  const clock = fakeClock()
  const buckets = createRateBuckets(limits, clock)
  buckets.charge('a', 100)
  clock.advance(1_500)
  expect(buckets.charge('a', 15)).toMatchObject({ taken: true, available: 0 })
  clock.advance(3_600_000)
  expect(buckets.charge('a', 0).available).toBe(100)
})

it("is each caller's own", () => {
  const buckets = createRateBuckets(limits, fakeClock())
  buckets.charge('a', 100)
  expect(buckets.charge('b', 100).taken).toBe(true)
})

it('neither gives nor takes when the clock is set back', () => {
  const clock = fakeClock()
  const buckets = createRateBuckets(limits, clock)
  buckets.charge('a', 50)
  clock.advance(-10_000)
  expect(buckets.charge('a', 0).available).toBe(50)
})
