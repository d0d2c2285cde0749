/** Points that a caller may spend: a bucket that fills up as time passes. */

import type { Clock } from '../../platform/clock.ts'
import { BoundedMap } from '../auth/bounded-map.ts'
import type { ApiLimits } from '../services.ts'

export interface Charge {
  readonly taken: boolean
  /** Whole points that are left. */
  readonly available: number
  /** Milliseconds until as much is there as was asked for; 0 where it was taken. */
  readonly retryAfterMs: number
}

export interface RateBuckets {
  charge(caller: string, points: number): Charge
}

interface Bucket {
  points: number
  at: number
}

/** Buckets of callers seen long ago are forgotten: they would be full. */
const mostBuckets = 10_000

export const createRateBuckets = (limits: ApiLimits['bucket'], clock: Clock): RateBuckets => {
  const buckets = new BoundedMap<Bucket>(mostBuckets)
  return {
    charge(caller, points) {
      const now = clock.now()
      const bucket = buckets.get(caller) ?? { points: limits.points, at: now }
      buckets.set(caller, bucket)
      // A clock that was set back adds nothing, and takes nothing.
      const elapsed = Math.max(0, now - bucket.at)
      bucket.points = Math.min(limits.points, bucket.points + (elapsed * limits.perSecond) / 1_000)
      bucket.at = now
      const taken = points <= bucket.points
      if (taken) bucket.points -= points
      const missing = taken ? 0 : Math.min(points, limits.points) - bucket.points
      return {
        taken,
        available: Math.floor(bucket.points),
        retryAfterMs: Math.ceil((missing * 1_000) / limits.perSecond),
      }
    },
  }
}
