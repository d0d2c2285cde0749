/** Terms as they are asked for, and what has to be right about them. */
import { z } from 'zod'
import { Rejection } from '../decider.ts'
import { type Rate, rate, type Terms } from '../events/organisations.ts'
import { type PoolRole, poolRoles } from '../events/shapes.ts'

const division = rate.shape.division.element

/** Sharers of further levels are taken as asked here, so that they are named as such. */
const askedDivision = z
  .array(
    z.strictObject({
      ...division.shape,
      role: z.union([division.shape.role, z.literal(['SHARER_3', 'SHARER_4', 'SHARER_5'])]),
    }),
  )
  .max(20)
export const askedTerms = z.strictObject({
  rates: z
    .array(z.strictObject({ ...rate.shape, division: askedDivision }))
    .min(1)
    .max(200),
})
type AskedTerms = z.infer<typeof askedTerms>
type AskedDivision = z.infer<typeof askedDivision>

const poolRoleNames: ReadonlySet<string> = new Set(poolRoles)
const isPoolRole = (role: string): role is PoolRole => poolRoleNames.has(role)

const checkedDivision = (asked: AskedDivision, pool: number, path: readonly string[]): Rate['division'] => {
  const seen = new Set<string>()
  const parts: Rate['division'] = []
  let sum = 0
  for (const [index, part] of asked.entries()) {
    const at = [...path, String(index), 'role']
    const { role } = part
    if (!isPoolRole(role))
      throw new Rejection(
        'TOO_MANY_LEVELS',
        `At most two levels of sharers may be paid, and ${role} is beyond.`,
        at,
      )
    if (seen.has(role)) throw new Rejection('INVALID', `The role ${role} has a part already.`, at)
    seen.add(role)
    sum += part.basisPoints
    parts.push({ ...part, role })
  }
  if (asked.length === 0 && pool === 0) return parts
  if (sum !== 10_000)
    throw new Rejection(
      'SPLIT_NOT_WHOLE',
      `The parts of the pool sum to ${sum} basis points. Make it 10000.`,
      path,
      { sum },
    )
  return parts
}

/**
 * The terms, checked: each category once, each division whole, its roles once and of two sharer levels at most.
 * @throws {Rejection} INVALID | SPLIT_NOT_WHOLE | TOO_MANY_LEVELS
 */
export const checkedTerms = (asked: AskedTerms): Terms => {
  const seen = new Set<string | null>()
  return {
    rates: asked.rates.map((wanted, index) => {
      const path = ['terms', 'rates', String(index)]
      if (seen.has(wanted.category))
        throw new Rejection(
          'INVALID',
          wanted.category === null
            ? 'The terms have a default rate already.'
            : `The terms have a rate for ${wanted.category} already.`,
          [...path, 'category'],
        )
      seen.add(wanted.category)
      return {
        ...wanted,
        division: checkedDivision(wanted.division, wanted.poolBasisPoints, [...path, 'division']),
      }
    }),
  }
}
