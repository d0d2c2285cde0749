/** What is said beside a stated sale, since it was taken although it would have been refused, had it been asked for. */
import type { Flag } from '../../domain/events/sale.ts'
import { builder } from '../graphql/builder.ts'

const meanings = {
  OFFER_WITHDRAWN: { description: 'The offer of a line was withdrawn by then.' },
  OFFER_UNKNOWN: { description: 'There is no such version of the offer of a line.' },
  OFFER_NOT_SHOWN_HERE: {
    description: 'The offer of a line is not for this community, or not for the buyer.',
  },
  OUTSIDE_DATES: { description: 'The offer of a line was not valid then.' },
  PARTNER_SUSPENDED: { description: 'The partner of a line is suspended.' },
  PARTNER_NOT_ADMITTED: { description: 'The partner of a line was never admitted.' },
  NO_TERMS: {
    description:
      'The partner of a line and the community had no terms in force: the partner receives all of the line.',
  },
  NOT_A_MEMBER: { description: 'The buyer was not a member of the community then.' },
  PRICE_DIFFERS: { description: "A line was sold at another price than its offer's." },
  CATEGORY_UNKNOWN: {
    description:
      'The category of a line is not defined. Its figures stand under it all the same, and no family has them.',
  },
  PERSON_UNKNOWN: { description: 'The buyer was never registered, or was erased since.' },
  PICKUP_POINT_UNKNOWN: {
    description: 'The community has no such pickup point, or it was closed by the time the sale was stated.',
  },
  OCCURRED_IN_FUTURE: {
    description: 'The sale, or a payment stated with it, lies more than a day ahead of when it was stated.',
  },
  OCCURRED_TOO_EARLY: { description: 'The sale is from before the year 2000. Mind the year.' },
  BEARER_UNCONFIRMED: {
    description:
      'A line has a discount that its own partner is said to bear. The partner has agreed to none: it does so by accepting a component of a bundle, which stated lines are not of. Finance confirms it with the partner; where it is wrong, the purchase is voided and recorded anew.',
  },
} as const satisfies Readonly<Record<Flag, { readonly description: string }>>

export const SaleFlagType = builder.enumType('SaleFlag', { values: meanings })
