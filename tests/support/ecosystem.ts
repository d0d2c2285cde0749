/** A small ecosystem that tests of deciders begin with: one of everything, by its events. */

import type { BundleCommand } from '../../domain/bundle/commands.ts'
import { bundle } from '../../domain/bundle.ts'
import { type CommunityCommand, community } from '../../domain/community.ts'
import { deployment } from '../../domain/deployment.ts'
import { membershipIdOf } from '../../domain/derive.ts'
import type { OfferFacts } from '../../domain/events/catalog-items.ts'
import { membershipSource } from '../../domain/membership/state.ts'
import { offer } from '../../domain/offer.ts'
import { partner } from '../../domain/partner.ts'
import { person } from '../../domain/person.ts'
import { taxonomy } from '../../domain/taxonomy.ts'
import { derive, idOf, type World } from './world.ts'

export const at = '2026-03-01T12:00:00.000Z'
export const ids = {
  deployment: idOf('deployment'),
  community: idOf('community'),
  partner: idOf('partner'),
  owner: idOf('person', 100),
  offer: idOf('offer'),
  bundle: idOf('bundle'),
} as const

export const sealed = {
  subject: 'key-1',
  purpose: 'PAYEE',
  iv: 'AAAAAAAAAAAAAAAA',
  text: 'AAAA',
  tag: 'AAAAAAAAAAAAAAAAAAAAAA==',
}

export const foundCommunity = (communityId = ids.community) =>
  ({
    type: 'FoundCommunity',
    communityId,
    name: 'Mothers of Campinas',
    zone: 'America/Sao_Paulo',
    currency: 'BRL',
    ownerId: ids.owner,
    attribution: { model: 'LAST_TOUCH', windowDays: 30, levels: 2 },
    source: null,
    deploymentId: null,
  }) satisfies CommunityCommand

export const givenDeployment = (world: World): World =>
  world.given(deployment, ids.deployment, {
    type: 'DeploymentFounded',
    data: { deploymentId: ids.deployment, ledgerZone: 'UTC', currencies: ['BRL', 'EUR'] },
  })

export const givenCommunity = (world: World, communityId = ids.community): World => {
  const { type: _, deploymentId: __, ...data } = foundCommunity(communityId)
  return world.given(community, communityId, { type: 'CommunityFounded', data })
}

export const givenPartner = (world: World, partnerId = ids.partner): World =>
  world.given(
    partner,
    partnerId,
    {
      type: 'PartnerApplied',
      data: { partnerId, name: 'Bem Nascido', categories: [], standards: [], source: null },
    },
    { type: 'PartnerAdmitted', data: { partnerId } },
  )

export const givenSuspendedPartner = (world: World, partnerId = ids.partner): World =>
  givenPartner(world, partnerId).given(partner, partnerId, {
    type: 'PartnerSuspended',
    data: { partnerId, reason: 'Unsafe goods' },
  })

export const givenPerson = (world: World, personId: string): World =>
  world.given(person, personId, { type: 'PersonRegistered', data: { personId, guest: false } })

export const givenCategory = (world: World, code: string, parent: string | null = null): World =>
  world.given(taxonomy, code, { type: 'CategoryDefined', data: { code, parent, names: { en: code } } })

export const membershipOf = (personId: string, communityId = ids.community): string =>
  membershipIdOf(derive, communityId, personId)

/** The person, registered and a member since `joinedAt`. */
export const givenMember = (world: World, personId: string, joinedAt = '2026-01-01T00:00:00.000Z'): World =>
  givenPerson(world, personId).given(membershipSource, membershipOf(personId), {
    type: 'MemberJoined',
    data: {
      membershipId: membershipOf(personId),
      communityId: ids.community,
      personId,
      how: 'PRIVATE',
      channel: 'wechat',
      through: null,
      inviterId: null,
      joinedAt,
    },
  })

export const offerFacts = (changes: Partial<OfferFacts> = {}): OfferFacts => ({
  title: 'Nursing chair',
  media: [],
  sku: 'NC-1',
  category: 'furniture',
  listPrice: 25_000,
  currency: 'BRL',
  validFrom: '2026-01-01T00:00:00.000Z',
  validUntil: null,
  communities: [],
  segments: [],
  poolOverride: null,
  stock: { policy: 'UNLIMITED' },
  ...changes,
})

export const givenOffer = (
  world: World,
  changes: Partial<OfferFacts> = {},
  offerId = ids.offer,
  partnerId = ids.partner,
): World =>
  world.given(offer, offerId, {
    type: 'OfferPublished',
    data: { offerId, partnerId, version: 1, facts: offerFacts(changes), source: null },
  })

export type Compose = Extract<BundleCommand, { type: 'ComposeBundle' }>

/** A bundle of one component, launched, of the offer and partner given above. */
export const givenLaunchedBundle = (world: World): World => {
  const bundleId = ids.bundle
  const communityId = ids.community
  const part = { component: 1, partnerId: ids.partner, offerId: ids.offer, offerVersion: 1, amount: 20_000 }
  return world.given(
    bundle,
    bundleId,
    {
      type: 'BundleComposed',
      data: {
        bundleId,
        communityId,
        composedBy: communityId,
        version: 1,
        name: 'First weeks',
        price: 20_000,
        currency: 'BRL',
        allocation: 'LIST_PRICE',
        segments: [],
        components: [
          {
            ...part,
            category: 'furniture',
            quantity: 1,
            listPrice: 25_000,
            discount: 5_000,
            discountBearer: ids.partner,
          },
        ],
      },
    },
    { type: 'ComponentAccepted', data: { bundleId, communityId, bundleVersion: 1, ...part } },
    { type: 'BundleLaunched', data: { bundleId, communityId, version: 1 } },
  )
}
