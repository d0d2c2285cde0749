/** Mutations that say what value there is, and where it goes, each with an input that can be done. */
import { newId } from '../../../platform/ids.ts'
import { done, key, makePartner, offerFacts, rate, textAt } from './ecosystem.ts'
import { at, type Case, type Place, registered } from './value-case.ts'

const bundle = ({ all }: Place) => ({
  communityId: all.communityId,
  composedBy: all.communityId,
  name: 'Box',
  price: '1000',
  currency: 'BRL',
  allocation: 'LIST_PRICE',
  components: [{ offerId: all.offerId, offerVersion: 1, quantity: 1, discountBearer: 'PARTNER' }],
})

/** Of a partner that has no terms yet. */
const proposal = async ({ world, all }: Place) => ({
  partnerId: (await makePartner(world, all.operator, 'New')).partnerId,
  communityId: all.communityId,
  by: 'PARTNER',
  effectiveFrom: at,
  terms: { rates: [rate] },
})

const payee = (holder: string) => ({ payee: { holder, account: 'BR150000000000001093' } })

export const termsCases: readonly Case[] = [
  {
    name: 'publishOffer',
    token: ({ all }) => all.brand,
    input: async ({ all }) => ({
      partnerId: all.partnerId,
      facts: { ...offerFacts, sku: 'S1', stock: { counted: 5 } },
    }),
    other: { source: { system: 'ERP', id: '7' } },
  },
  {
    name: 'recordCampaignCost',
    token: ({ all }) => all.owner,
    input: async ({ world, all }) => {
      const campaign = {
        communityId: all.communityId,
        name: 'Spring',
        source: 'COMMERCIAL',
        channel: 'ads',
        startsAt: '2026-01-01T00:00:00Z',
        key: key(),
      }
      const opened = await done(world, all.owner, 'openCampaign', campaign, 'campaign { id }')
      return { campaignId: textAt(opened.fields, 'campaign', 'id'), amount: '100', currency: 'BRL', at }
    },
    other: { amount: '101' },
  },
  {
    name: 'reviseOffer',
    token: ({ all }) => all.brand,
    input: async ({ world, all }) => {
      const offer = { partnerId: all.partnerId, facts: offerFacts, key: key() }
      const published = await done(world, all.brand, 'publishOffer', offer, 'offer { id }')
      const offerId = textAt(published.fields, 'offer', 'id')
      return { offerId, expectedVersion: 1, facts: { ...offerFacts, listPrice: '5' } }
    },
    other: { facts: { ...offerFacts, listPrice: '6' } },
  },
  {
    name: 'composeBundle',
    token: ({ all }) => all.owner,
    input: async (place) => bundle(place),
    other: { price: '1001' },
  },
  {
    name: 'reviseBundle',
    token: ({ all }) => all.owner,
    input: async (place) => {
      const { world, all } = place
      const { communityId: _, ...revised } = bundle(place)
      const draft = { ...bundle(place), key: key() }
      const composed = await done(world, all.owner, 'composeBundle', draft, 'bundle { id }')
      const bundleId = textAt(composed.fields, 'bundle', 'id')
      return { ...revised, bundleId, expectedVersion: 1, price: '900' }
    },
    other: { price: '901' },
  },
  {
    name: 'proposePartnership',
    token: ({ all }) => all.service,
    input: proposal,
    other: { effectiveFrom: '2026-04-02T00:00:00Z' },
  },
  {
    name: 'amendPartnership',
    token: ({ all }) => all.service,
    input: async (place) => {
      const proposed = await proposal(place)
      await done(place.world, place.all.service, 'proposePartnership', { ...proposed, key: key() })
      return { ...proposed, expectedVersion: 1, effectiveFrom: '2026-04-02T00:00:00Z' }
    },
    other: { effectiveFrom: '2026-05-02T00:00:00Z' },
  },
  {
    name: 'joinCommunity',
    token: ({ all }) => all.owner,
    input: async (place) => ({
      communityId: place.all.communityId,
      personId: await registered(place),
      inviterId: place.all.personId,
      how: 'PRIVATE',
      channel: 'qr',
    }),
    other: { inviterId: null },
  },
  {
    name: 'recordTouch',
    token: ({ all }) => all.owner,
    input: async ({ all }) => ({
      communityId: all.communityId,
      subject: newId('visitor'),
      source: 'PUBLIC',
      channel: 'video',
      at,
    }),
    other: { channel: 'ads' },
  },
  {
    name: 'createShare',
    token: ({ all }) => all.owner,
    input: async ({ all }) => ({
      communityId: all.communityId,
      sharer: { kind: 'MEMBER', id: all.personId },
      target: { community: all.communityId },
      channel: 'qr',
    }),
    other: { channel: 'story' },
  },
  {
    name: 'setPartnerPayee',
    token: ({ all }) => all.brand,
    input: async ({ all }) => ({ partnerId: all.partnerId, ...payee(newId('key')) }),
    other: payee('Other'),
  },
  {
    name: 'setCommunityPayee',
    token: ({ all }) => all.owner,
    input: async ({ all }) => ({ communityId: all.communityId, ...payee(newId('key')) }),
    other: payee('Other'),
  },
  {
    name: 'setPersonPayee',
    token: ({ all }) => all.service,
    input: async ({ all }) => ({ personId: all.personId, ...payee(newId('key')) }),
    other: payee('Other'),
  },
]
