import { describe, expect, it } from 'vitest'
import { documentsOf, recorded, type Unrecorded } from '../../tests/support/folded.ts'
import { idOf } from '../../tests/support/world.ts'
import { bundleParts, bundles, catalogueView, FOREVER, offers } from './catalogue.ts'
import type { DataOf } from './view.ts'

const [offerId, partnerId, bundleId, communityId] = [
  idOf('offer'),
  idOf('partner'),
  idOf('bundle'),
  idOf('community'),
]
const inOffer = (type: string, data: object): Unrecorded => ({ stream: `offer-${offerId}`, type, data })
const inBundle = (type: string, data: object): Unrecorded => ({ stream: `bundle-${bundleId}`, type, data })

const facts: DataOf<'OfferPublished'>['facts'] = {
  title: 'Chair',
  media: [],
  sku: 'c',
  category: 'furniture',
  listPrice: 100,
  currency: 'BRL',
  validFrom: '2026-01-01T00:00:00.000Z',
  validUntil: null,
  communities: [],
  segments: [],
  poolOverride: null,
  stock: { policy: 'UNLIMITED' },
}
const published = (changes: Partial<typeof facts>, version = 1) =>
  inOffer(version === 1 ? 'OfferPublished' : 'OfferRevised', {
    offerId,
    partnerId,
    version,
    facts: { ...facts, ...changes },
    source: null,
  })
const offerAfter = (...events: readonly Unrecorded[]) =>
  documentsOf(catalogueView, recorded(events), offers)[0]

describe('an offer', () => {
  it('stands for all communities, for one, or for several, as its latest version says', () => {
    const [one, two] = [idOf('community', 1), idOf('community', 2)]
    expect(offerAfter(published({}))).toMatchObject({ community: '*', until: FOREVER, version: 1 })
    expect(offerAfter(published({}), published({ communities: [one] }, 2))).toMatchObject({
      community: one,
      version: 2,
    })
    expect(offerAfter(published({ communities: [one, two] }))).toMatchObject({ community: '+' })
  })

  it('ends when it is withdrawn, or before that where it was to end anyway', () => {
    const withdrawn = inOffer('OfferWithdrawn', {
      offerId,
      partnerId,
      at: '2026-02-01T00:00:00.000Z',
      reason: 'sold out',
    })
    expect(offerAfter(published({}), withdrawn)).toMatchObject({
      status: 'WITHDRAWN',
      until: '2026-02-01T00:00:00.000Z',
      withdrawnFor: 'sold out',
    })
    const validUntil = '2026-01-15T00:00:00.000Z'
    expect(offerAfter(published({ validUntil }), withdrawn)).toMatchObject({ until: validUntil })
  })
})

const partOf = (partner: string) => ({
  component: 1,
  offerId,
  offerVersion: 1,
  partnerId: partner,
  category: 'furniture',
  quantity: 1,
  listPrice: 100,
  amount: 90,
  discount: 10,
  discountBearer: partner,
})
const composed = (version: number, partner: string, name: string) =>
  inBundle(version === 1 ? 'BundleComposed' : 'BundleRevised', {
    bundleId,
    communityId,
    composedBy: communityId,
    version,
    name,
    price: 90,
    currency: 'BRL',
    allocation: 'LIST_PRICE',
    segments: [],
    components: [partOf(partner)],
  })
const accepted = (bundleVersion: number, partner: string) =>
  inBundle('ComponentAccepted', {
    bundleId,
    communityId,
    bundleVersion,
    component: 1,
    partnerId: partner,
    offerId,
    offerVersion: 1,
    amount: 90,
  })
const launched = (version: number) => inBundle('BundleLaunched', { bundleId, communityId, version })

describe('a bundle', () => {
  const [one, two] = [idOf('partner', 1), idOf('partner', 2)]
  const begun = [composed(1, one, 'First'), accepted(1, one), launched(1)]

  it('keeps the version that sells beside the latest draft, each with its own acceptances', () => {
    const [bundle] = documentsOf(catalogueView, recorded([...begun, composed(2, two, 'Second')]), bundles)
    expect(bundle).toMatchObject({ status: 'LAUNCHED', name: 'First', launchedVersion: 1, latestVersion: 2 })
    expect(bundle?.versions.map(({ version, components }) => [version, components[0]?.acceptance])).toEqual([
      [1, 'ACCEPTED'],
      [2, 'PENDING'],
    ])
  })

  it('keeps one version once the draft is launched, and is found by every partner it ever had', () => {
    const events = recorded([...begun, composed(2, two, 'Second'), accepted(2, two), launched(2)])
    const [bundle] = documentsOf(catalogueView, events, bundles)
    expect(bundle).toMatchObject({ name: 'Second', launchedVersion: 2 })
    expect(bundle?.versions.map(({ version }) => version)).toEqual([2])
    expect(documentsOf(catalogueView, events, bundleParts).map(({ partner }) => partner)).toEqual([one, two])
  })
})
