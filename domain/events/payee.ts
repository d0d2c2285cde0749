/** Where money is to be paid: one event that partners, communities and persons share. */
import { z } from 'zod'
import { event } from './define.ts'
import * as shape from './shapes.ts'

export const payeeDetails = event(
  ['partner', 'community', 'person'],
  'Where money is to be paid, sealed with a key of its own. A second person confirms it before a payout.',
  z.strictObject({ party: shape.party, details: shape.sealed }),
)
