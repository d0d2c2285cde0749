/** A bundle of two offers of two partners, as tests of bundles begin with it. */
import type { OfferFacts } from '../../domain/events/catalog-items.ts'
import {
  at,
  type Compose,
  givenCategory,
  givenCommunity,
  givenOffer,
  givenPartner,
  ids,
} from './ecosystem.ts'
import { idOf, World } from './world.ts'

export const other = idOf('partner', 2)
export const chair = idOf('offer', 1)
export const pram = idOf('offer', 2)
export type Asked = Compose['components'][number]
export const component = (offerId: string, changes: Partial<Asked> = {}): Asked => ({
  offerId,
  offerVersion: 1,
  quantity: 1,
  amount: null,
  weight: null,
  discountBearer: 'PARTNER',
  ...changes,
})
export const compose = (changes: Partial<Compose> = {}): Compose => ({
  type: 'ComposeBundle',
  bundleId: ids.bundle,
  communityId: ids.community,
  composedBy: ids.community,
  name: 'First weeks',
  price: 60_000,
  currency: 'BRL',
  allocation: 'LIST_PRICE',
  segments: [],
  components: [component(chair), component(pram)],
  at,
  ...changes,
})
export const revise = (expectedVersion: number, changes: Partial<Compose> = { price: 50_000 }) =>
  ({ ...compose(changes), type: 'ReviseBundle', expectedVersion }) as const
/** Of the 60,000 by list price: 25,000 and 50,000. */
export const part = {
  component: 1,
  partnerId: ids.partner,
  bundleVersion: 1,
  offerVersion: 1,
  amount: 20_000,
}
export const accept = (changes: Partial<typeof part> = {}) =>
  ({ type: 'AcceptComponent', ...part, ...changes }) as const
export const second = { component: 2, partnerId: other, amount: 40_000 }
export const decline = { type: 'DeclineComponent', ...part, reason: 'Too cheap' } as const
export const launch = (version = 1) => ({ type: 'LaunchBundle', version }) as const
export const retire = { type: 'RetireBundle', reason: 'Season over' } as const

/** A community, two partners and their offers: a chair for 250.00 (or as changed) and a pram for 500.00. */
export const worldOfTwo = (chairFacts: Partial<OfferFacts> = {}): World => {
  const world = givenPartner(givenPartner(givenCommunity(new World())), other)
  givenCategory(world, 'furniture')
  givenOffer(world, chairFacts, chair)
  return givenOffer(world, { listPrice: 50_000, category: 'prams' }, pram, other)
}
