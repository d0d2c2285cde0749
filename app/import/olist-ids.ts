/** The ids of what the import states: derived from the ids of the data set, so that a second run meets the first. */
import type { Derive } from '../../domain/derive.ts'

export const olistSystem = 'olist'

export interface OlistIds {
  readonly partner: (seller: string) => string
  readonly community: (code: string) => string
  readonly segment: (community: string, family: string) => string
  readonly owner: (community: string) => string
  readonly person: (person: string) => string
  readonly guest: (order: string) => string
  readonly offer: (product: string, seller: string) => string
  readonly purchase: (order: string) => string
}

export const olistIds = (derive: Derive): OlistIds => ({
  partner: (seller) => derive('partner', olistSystem, seller),
  community: (code) => derive('community', olistSystem, code),
  segment: (community, family) => derive('segment', olistSystem, community, family),
  owner: (community) => derive('person', olistSystem, 'owner', community),
  person: (person) => derive('person', olistSystem, 'customer', person),
  guest: (order) => derive('person', olistSystem, 'guest', order),
  offer: (product, seller) => derive('offer', olistSystem, product, seller),
  purchase: (order) => derive('purchase', olistSystem, order),
})
