/**
 * Where rounding happens, and nowhere else. Whole minor units are given to parts by weight: the floor of each
 * exact share, then the units left to the largest remainders (Hamilton). The result is a pure function of the
 * *set* of (key, weight): neither order nor duplicates of a weight matter.
 */

import { sortFew } from './sort-few.ts'

export interface Part {
  /** Breaks ties between equal remainders: the lower key, by code units, comes first. Unique in its set. */
  readonly key: string
  /** Zero or more; a whole number. */
  readonly weight: bigint | number
}

/** Gives the units left over to the largest remainders. Fewer are left than parts have a remainder. */
const giveRest = (
  floors: number[],
  parts: readonly Part[],
  remainders: readonly (bigint | number)[],
  rest: number,
): readonly number[] => {
  if (rest === 0) return floors
  const byRemainderThenKey = (a: number, b: number): number => {
    const [left, right] = [remainders[a] ?? 0, remainders[b] ?? 0]
    if (left !== right) return left > right ? -1 : 1
    return (parts[a]?.key ?? '') < (parts[b]?.key ?? '') ? -1 : 1
  }
  const order: number[] = []
  for (let index = 0; index < parts.length; index += 1) if (remainders[index]) order.push(index)
  sortFew(order, byRemainderThenKey)
  if (order.length <= rest) throw new RangeError('More units are left than parts can take.')
  for (let place = 0; place < rest; place += 1) {
    const index = order[place] ?? 0
    floors[index] = (floors[index] ?? 0) + 1
  }
  return floors
}

const withNumbers = (total: number, parts: readonly { key: string; weight: number }[], sum: number) => {
  const floors: number[] = []
  const remainders: number[] = []
  let given = 0
  for (const { weight } of parts) {
    const product = total * weight
    const remainder = product % sum
    const floor = (product - remainder) / sum
    floors.push(floor)
    remainders.push(remainder)
    given += floor
  }
  return giveRest(floors, parts, remainders, total - given)
}

const withBigInts = (total: number, parts: readonly Part[], sum: bigint) => {
  const floors: number[] = []
  const remainders: bigint[] = []
  let given = 0
  for (const { weight } of parts) {
    const product = BigInt(total) * BigInt(weight)
    const floor = Number(product / sum)
    floors.push(floor)
    remainders.push(product % sum)
    given += floor
  }
  return giveRest(floors, parts, remainders, total - given)
}

/** So few that comparing each with each costs less than a set. */
const few = 8

const checkKeys = (parts: readonly Part[]): void => {
  const repeated =
    parts.length > few
      ? new Set(parts.map(({ key }) => key)).size !== parts.length
      : parts.some(({ key }, i) => parts.findIndex((other) => other.key === key) !== i)
  if (repeated) throw new RangeError('Parts of an allocation need keys of their own.')
}

const areNumbers = (parts: readonly Part[]): parts is readonly { key: string; weight: number }[] =>
  parts.every(({ weight }) => typeof weight === 'number')

/**
 * Allocates `total` minor units (a safe integer, not negative). Amounts come in the order of the parts and sum to
 * exactly `total`; each is its exact share rounded down or up; a part of weight zero gets nothing.
 * @throws {RangeError} for a bad total or weight, for repeated keys, or where all weights are zero but `total` is not.
 */
export const allocate = (total: number, parts: readonly Part[]): readonly number[] => {
  if (!Number.isSafeInteger(total) || total < 0)
    throw new RangeError(`Cannot allocate ${total}: not whole minor units.`)
  checkKeys(parts)
  if (areNumbers(parts)) {
    let sum = 0
    for (const { weight } of parts) {
      if (!Number.isSafeInteger(weight) || weight < 0)
        throw new RangeError(`A weight is a whole number, not ${weight}.`)
      sum += weight
    }
    if (sum === 0 && total === 0) return parts.map(() => 0)
    if (sum === 0) throw new RangeError('Nothing to allocate to: all weights are zero.')
    if (total * sum <= Number.MAX_SAFE_INTEGER) return withNumbers(total, parts, sum)
  }
  let sum = 0n
  for (const { weight } of parts) {
    if (weight < 0) throw new RangeError(`A weight is never negative, as ${weight} is.`)
    sum += BigInt(weight)
  }
  if (sum === 0n) {
    if (total === 0) return parts.map(() => 0)
    throw new RangeError('Nothing to allocate to: all weights are zero.')
  }
  return withBigInts(total, parts, sum)
}

export interface Reversible {
  /** Breaks ties, as in `allocate`. */
  readonly key: string
  readonly original: number
  /** Taken back so far. */
  readonly reversed: number
}

const pick = (
  candidates: readonly { readonly key: string; readonly gap: bigint; readonly open: boolean }[],
  largest: boolean,
): number => {
  let best = -1
  for (const [index, candidate] of candidates.entries()) {
    if (!candidate.open) continue
    const current = best < 0 ? undefined : candidates[best]
    if (
      current === undefined ||
      (largest ? candidate.gap > current.gap : candidate.gap < current.gap) ||
      (candidate.gap === current.gap && candidate.key < current.key)
    ) {
      best = index
    }
  }
  return best
}

/**
 * What each part gives back next, once `cumulative` of `total` is taken back in all (`total` = sum of originals).
 * Clamped cumulative target (rule B): ends exactly at zero, never negative, never above the original; drift from the
 * exact share stays under two minor units however many steps there are.
 * @throws {RangeError} where `cumulative` is out of 0..total or behind what was reversed.
 */
export const reverse = (
  parts: readonly Reversible[],
  cumulative: number,
  total: number,
): readonly number[] => {
  let before = 0
  for (const part of parts) before += part.reversed
  if (!Number.isSafeInteger(cumulative) || cumulative > total || cumulative < before) {
    throw new RangeError(`Cannot bring ${before} reversed of ${total} to ${cumulative}.`)
  }
  if (total === 0) return parts.map(() => 0)
  const R = BigInt(cumulative)
  const T = BigInt(total)
  const targets = parts.map(({ original, reversed }) =>
    Math.max(reversed, Number((BigInt(original) * R) / T)),
  )
  let sum = targets.reduce((all, target) => all + target, 0)
  while (sum !== cumulative) {
    const below = sum < cumulative
    const index = pick(
      parts.map(({ key, original, reversed }, i) => {
        const target = targets[i] ?? 0
        return {
          key,
          gap: BigInt(original) * R - BigInt(target) * T,
          open: below ? target < original : target > reversed,
        }
      }),
      below,
    )
    const target = targets[index]
    if (target === undefined) throw new RangeError('The parts do not sum to what is to be reversed.')
    targets[index] = target + (below ? 1 : -1)
    sum += below ? 1 : -1
  }
  return targets.map((target, i) => target - (parts[i]?.reversed ?? 0))
}
