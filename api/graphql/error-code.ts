/** The codes of `userErrors`: what a caller's program can tell apart. Closed, and additive only. */
import type { RejectionCode } from '../../domain/decider.ts'

export const errorCodes = {
  INVALID: 'The input does not make sense; `path` and `message` say where and why.',
  AMOUNT_OUT_OF_RANGE: 'An amount is negative, has a fraction of a minor unit, or is too large.',
  CURRENCY_MISMATCH: 'The currency is not the one that this is kept in.',
  NOT_FOUND: 'There is no such thing, or you may not see it.',
  NOT_ALLOWED: 'You may not do this.',
  TAKEN: 'There is one already.',
  CONFLICT: 'Somebody else changed this at the same moment. Nothing was changed; ask again.',
  STALE: 'This is not at the version that you saw. Look at it again, then decide.',
  KEY_REUSED: 'The key stands for another request. Nothing was changed; use a new key.',
  WRONG_STATE: 'This cannot be done in the state that the thing is in.',
  VERSION_CHANGED: 'What the buyer saw has changed since.',
  COMPONENT_UNAVAILABLE: 'A component of the bundle cannot be had now.',
  COMPONENT_NOT_ACCEPTED: 'A partner has not accepted its component of the bundle.',
  OFFER_WITHDRAWN: 'The offer was withdrawn.',
  OFFER_NOT_SHOWN_HERE: 'The offer is not for this community or these segments.',
  OUTSIDE_DATES: 'It is not valid at this time.',
  PARTNER_SUSPENDED: 'The partner is suspended.',
  PARTNER_NOT_ADMITTED: 'The partner has not been admitted.',
  NO_TERMS: 'The partner and the community have no terms in force.',
  NOT_A_MEMBER: 'The person is no member of the community.',
  SPLIT_NOT_WHOLE: 'The parts do not sum to the whole.',
  OWN_CHAIN: 'Nobody may be in their own chain of sharers.',
  TOO_MANY_LEVELS: 'At most two levels of sharers are paid.',
  REFUND_EXCEEDS_PAID: 'More would be taken back than is left.',
  SECOND_PERSON_NEEDED: 'Another person has to do this.',
  OUTCOME_UNKNOWN:
    'The event store did not say whether it happened. Send the same request with the same key again.',
  UNAVAILABLE: 'It cannot be taken now. Nothing was changed; ask again later.',
  ANOTHER_ROW_REFUSED: 'This row is well, but another one was refused and all or none were asked for.',
} as const

export type ErrorCode = keyof typeof errorCodes

/** Every code of the domain is one of ours, or this does not compile. */
export const codeOfRejection = {
  INVALID: 'INVALID',
  NOT_FOUND: 'NOT_FOUND',
  NOT_ALLOWED: 'NOT_ALLOWED',
  TAKEN: 'TAKEN',
  CONFLICT: 'CONFLICT',
  KEY_REUSED: 'KEY_REUSED',
  WRONG_STATE: 'WRONG_STATE',
  VERSION_CHANGED: 'VERSION_CHANGED',
  COMPONENT_UNAVAILABLE: 'COMPONENT_UNAVAILABLE',
  COMPONENT_NOT_ACCEPTED: 'COMPONENT_NOT_ACCEPTED',
  OFFER_WITHDRAWN: 'OFFER_WITHDRAWN',
  OFFER_NOT_SHOWN_HERE: 'OFFER_NOT_SHOWN_HERE',
  OUTSIDE_DATES: 'OUTSIDE_DATES',
  PARTNER_SUSPENDED: 'PARTNER_SUSPENDED',
  PARTNER_NOT_ADMITTED: 'PARTNER_NOT_ADMITTED',
  NO_TERMS: 'NO_TERMS',
  NOT_A_MEMBER: 'NOT_A_MEMBER',
  CURRENCY_MISMATCH: 'CURRENCY_MISMATCH',
  SPLIT_NOT_WHOLE: 'SPLIT_NOT_WHOLE',
  OWN_CHAIN: 'OWN_CHAIN',
  TOO_MANY_LEVELS: 'TOO_MANY_LEVELS',
  REFUND_EXCEEDS_PAID: 'REFUND_EXCEEDS_PAID',
  AMOUNT_OUT_OF_RANGE: 'AMOUNT_OUT_OF_RANGE',
  SECOND_PERSON_NEEDED: 'SECOND_PERSON_NEEDED',
} as const satisfies Readonly<Record<RejectionCode, ErrorCode>>
