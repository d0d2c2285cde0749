/**
 * The ids of what the import states: derived from the ids of the data set, so that a second run meets the first.
 * They are those that the API gives to things with the external key {source: olist, id}, so that it meets them too.
 */
import type { Derive } from '../../domain/derive.ts'

export const olistSystem = 'olist'

/** What an offer is called in the data set. */
export const offerKey = (product: string, seller: string): string => `${product}-${seller}`

/** Communities by their codes, all else by the ids of the data set. */
export interface OlistIds {
  readonly partner: (seller: string) => string
  readonly community: (code: string) => string
  readonly segment: (community: string, family: string) => string
  readonly owner: (community: string) => string
  readonly person: (person: string) => string
  readonly guest: (order: string) => string
  readonly offer: (product: string, seller: string) => string
  readonly purchase: (community: string, order: string) => string
}

export const olistIds = (derive: Derive): OlistIds => {
  const of = (prefix: string, within: readonly string[], id: string): string =>
    derive(prefix, ...within, 'external', olistSystem, id)
  const partner = (seller: string): string => of('partner', ['platform'], seller)
  const community = (code: string): string => of('community', ['platform'], code)
  return {
    partner,
    community,
    segment: (code, family) => of('segment', [community(code)], family),
    owner: (code) => of('person', [], `owner-${code}`),
    person: (person) => of('person', [], person),
    guest: (order) => of('person', [], `guest-${order}`),
    offer: (product, seller) => of('offer', [partner(seller)], offerKey(product, seller)),
    purchase: (code, order) => of('purchase', [community(code)], order),
  }
}
