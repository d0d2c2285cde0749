/** What the import states where the data set is silent. */
import type { Terms } from '../../domain/events/organisations.ts'

/** Offers are valid, and terms in force, from here on: before the first sale of the data set. */
export const olistOpening = '2016-01-01T00:00:00.000Z'

/**
 * The terms of every partnership: a pool of 12 % of the goods, of which the platform has 60 %, the community's owner
 * 25 %, the sharer 10 % and who invited the sharer 5 %. Nobody shares in the data set, so the sharer's part goes to
 * the owner and the other to the platform. Payable 14 days after the capture; nothing of the pool is kept on refund.
 */
export const olistTerms: Terms = {
  rates: [
    {
      category: null,
      poolBasisPoints: 1_200,
      division: [
        { role: 'PLATFORM', basisPoints: 6_000, absentTo: 'PLATFORM' },
        { role: 'OWNER', basisPoints: 2_500, absentTo: 'OWNER' },
        { role: 'SHARER_1', basisPoints: 1_000, absentTo: 'OWNER' },
        { role: 'SHARER_2', basisPoints: 500, absentTo: 'PLATFORM' },
      ],
      base: 'GROSS',
      paymentFeeBearer: 'PLATFORM',
      hold: { days: 14, from: 'CAPTURE' },
      keepPoolOnRefund: false,
    },
  ],
}

/** The community of the orders whose buyer is not known. */
export const unknownCommunity = 'Unknown'

/** Where the money of the data set is held until it is paid out. */
export const olistClearing = { provider: 'olist', account: 'marketplace' } as const
