/** Purchases whose captures do not tie to what was sold, and how many do. */
import type { DocumentReader } from '../documents.ts'
import {
  type PurchaseDocument,
  purchases,
  type VarianceClass,
  varianceClasses,
} from '../views/purchase-documents.ts'
import { findPage, type Page, type PageRequest } from './page.ts'
import { type Scope, scoped } from './scope.ts'

/** What was captured of recognised purchases beside what was sold. Minor units. */
export interface Tie {
  readonly currency: string
  readonly varianceClass: VarianceClass
  readonly purchases: number
  /** Sum of captured less sold. */
  readonly difference: number
  /** Sum of what is left on the receivable: positive where buyers still owe. */
  readonly open: number
}

const isClass = (value: unknown): value is VarianceClass => varianceClasses.some((each) => each === value)

/** Each recognised purchase that was not voided is in one class. */
export const ties = async (
  reader: DocumentReader,
  scope: Scope,
  community: string | null,
): Promise<readonly Tie[]> => {
  const rows = await reader.sum({
    collection: purchases.name,
    where: { varianceClass: varianceClasses, ...scoped(scope, 'community', 'community', community) },
    groupBy: ['varianceClass', 'currency'],
    sums: ['difference', 'open'],
  })
  return rows.flatMap(({ group, count, sums }) =>
    isClass(group.varianceClass)
      ? [
          {
            currency: String(group.currency),
            varianceClass: group.varianceClass,
            purchases: count,
            difference: sums.difference ?? 0,
            open: sums.open ?? 0,
          },
        ]
      : [],
  )
}

/** Why a purchase varies. A variance that was booked says so, with the reason of who booked it. */
export const varianceReasons = [
  'NOTHING_CAPTURED',
  'CAPTURED_MORE_BY_ONE',
  'CAPTURED_LESS_BY_ONE',
  'CAPTURED_MORE',
  'CAPTURED_LESS',
] as const
export type VarianceReason = (typeof varianceReasons)[number]

export interface Variance {
  readonly purchase: PurchaseDocument
  readonly reason: VarianceReason
  readonly booked: string | null
}

const reasonOf = ({ varianceClass, difference }: PurchaseDocument): VarianceReason => {
  if (varianceClass === 'UNPAID') return 'NOTHING_CAPTURED'
  if (varianceClass === 'WITHIN_ONE') return difference > 0 ? 'CAPTURED_MORE_BY_ONE' : 'CAPTURED_LESS_BY_ONE'
  return difference > 0 ? 'CAPTURED_MORE' : 'CAPTURED_LESS'
}

export interface VariancesAsked {
  readonly community: string | null
  readonly currency: string | null
  /** Empty: all but EXACT. */
  readonly classes: readonly VarianceClass[]
}

const varying = varianceClasses.filter((each) => each !== 'EXACT')

/**
 * Purchases whose captures differ from what was sold, oldest first.
 * @throws {OutOfScope | InvalidPage}
 */
export const variances = (
  reader: DocumentReader,
  scope: Scope,
  asked: VariancesAsked,
  request: PageRequest,
): Promise<Page<Variance>> =>
  findPage(
    reader,
    purchases,
    {
      where: {
        varianceClass: asked.classes.length === 0 ? varying : [...asked.classes].sort(),
        ...(asked.currency === null ? {} : { currency: asked.currency }),
        ...scoped(scope, 'community', 'community', asked.community),
      },
      order: ['placedAt'],
      descending: false,
    },
    request,
    (purchase) => ({ purchase, reason: reasonOf(purchase), booked: purchase.varianceReason }),
  )
