/**
 * Ids that whoever asks twice must meet again: an id made of a prefix and the parts, in this deployment.
 * The domain gets it from outside, since hashing is not its business.
 */
export type Derive = (prefix: string, ...parts: readonly string[]) => string

/** Two people, one community: the second attempt to join meets the first. */
export const membershipIdOf = (derive: Derive, communityId: string, personId: string): string =>
  derive('membership', communityId, personId)

export const partnershipIdOf = (derive: Derive, partnerId: string, communityId: string): string =>
  derive('partnership', partnerId, communityId)

/** A journey is one stream per person or visitor and calendar month (UTC) of the touch. */
export const journeyIdOf = (subject: string, at: string): string => `${subject}.${at.slice(0, 7)}`
