/** Which rate of the terms applies to a line (design section 5). */
import type { Rate, Terms } from './events/organisations.ts'

/**
 * The rate for the line's category, then its nearest ancestor, then the terms' default; null where the terms have
 * none. `path`: the category, then what is above it, nearest first. `category`: of the rate, null for the default.
 */
export const rateFor = (
  { rates }: Terms,
  path: readonly string[],
): { readonly rate: Rate; readonly category: string | null } | null => {
  for (const category of [...path, null]) {
    const rate = rates.find((candidate) => candidate.category === category)
    if (rate !== undefined) return { rate, category }
  }
  return null
}

/**
 * Basis points of the pool: an offer's override may only raise what the terms say, and only where the terms say how
 * a pool divides.
 */
export const poolOf = ({ poolBasisPoints, division }: Rate, override: number | null): number =>
  division.length === 0 ? 0 : Math.max(poolBasisPoints, override ?? 0)
