/** What asked sales are refused for, and stated ones flagged with. */

import { Rejection } from '../decider.ts'
import type { Flag } from '../events/sale.ts'
import { largestAmount } from '../events/shapes.ts'
import { termsAt } from '../partnership.ts'
import type { Surroundings } from './gather.ts'
import type { LineDraft } from './sale.ts'

export type Flagged = { readonly flag: Flag; readonly line: number | null }

/** What to do about a business exception: asked sales are refused, stated ones flagged. */
export type Objection = (flag: Flag, line: number | null, message: string, path: readonly string[]) => void

export const refuse: Objection = (flag, _line, message, path) => {
  switch (flag) {
    case 'OFFER_UNKNOWN':
    case 'CATEGORY_UNKNOWN':
    case 'PERSON_UNKNOWN':
    case 'PICKUP_POINT_UNKNOWN':
      throw new Rejection('NOT_FOUND', message, path)
    case 'PRICE_DIFFERS':
      throw new Rejection('VERSION_CHANGED', message, path)
    case 'OCCURRED_IN_FUTURE':
    case 'OCCURRED_TOO_EARLY':
    case 'BEARER_UNCONFIRMED':
      throw new Rejection('INVALID', message, path)
    default:
      throw new Rejection(flag, message, path)
  }
}

export const flagsInto =
  (flags: Flagged[]): Objection =>
  (flag, line) => {
    flags.push({ flag, line })
  }

export const messages = {
  OFFER_WITHDRAWN: 'The offer is withdrawn.',
  OUTSIDE_DATES: 'The offer is not valid at that time.',
  OFFER_NOT_SHOWN_HERE: 'The offer is not shown to this member in this community.',
} as const

export const checkPartner = (
  around: Surroundings,
  partnerId: string,
  line: number,
  object: Objection,
): void => {
  const path = ['lines', String(line - 1), 'partnerId']
  switch (around.partners.get(partnerId)?.status ?? 'NONE') {
    case 'ADMITTED':
      return
    case 'SUSPENDED':
      object('PARTNER_SUSPENDED', line, 'The partner is suspended: nothing of it can be placed now.', path)
      return
    case 'NONE':
      throw new Rejection('NOT_FOUND', 'There is no such partner.', path)
    case 'APPLIED':
    case 'REFUSED':
      object('PARTNER_NOT_ADMITTED', line, 'The partner is not admitted.', path)
  }
}

export const termsOf = (around: Surroundings, partnerId: string, at: string): LineDraft['terms'] => {
  const partnership = around.partnerships.get(partnerId)
  const found = partnership === undefined ? null : termsAt(partnership, at)
  if (partnership?.ref == null || found === null) return null
  return { partnershipId: partnership.ref.partnershipId, version: found.version, terms: found.terms }
}

export const pathOf = (around: Surroundings, category: string | null): readonly string[] =>
  category === null ? [] : (around.categoryPaths.get(category) ?? [category])

export const times = (unit: number, quantity: number, path: readonly string[]): number => {
  const product = unit * quantity
  if (product > largestAmount) {
    throw new Rejection(
      'AMOUNT_OUT_OF_RANGE',
      `Price times quantity is beyond ${largestAmount} minor units. Check the unit, or state it in parts.`,
      path,
    )
  }
  return product
}
