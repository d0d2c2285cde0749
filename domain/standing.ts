/** Checks that several deciders make of a partner, a community or a category that they look at. */
import type { CommunityState } from './community.ts'
import { Rejection } from './decider.ts'
import type { PartnerState } from './partner.ts'

/** @throws {Rejection} NOT_FOUND | PARTNER_SUSPENDED | PARTNER_NOT_ADMITTED */
export const checkAdmitted = ({ id, status }: PartnerState, path: readonly string[]): void => {
  if (id === null) throw new Rejection('NOT_FOUND', 'There is no such partner. Apply first.', path)
  if (status === 'SUSPENDED')
    throw new Rejection(
      'PARTNER_SUSPENDED',
      'The partner is suspended. The operator has to reinstate it.',
      path,
    )
  if (status !== 'ADMITTED')
    throw new Rejection(
      'PARTNER_NOT_ADMITTED',
      'The partner is not admitted. The operator has to admit it.',
      path,
      {
        status,
      },
    )
}

/** @throws {Rejection} CURRENCY_MISMATCH */
export const checkCurrency = (
  { currency }: CommunityState,
  wanted: string,
  path: readonly string[],
): void => {
  if (currency !== wanted)
    throw new Rejection('CURRENCY_MISMATCH', `The community keeps ${currency}, not ${wanted}.`, path, {
      currency,
    })
}
