import { beforeEach, describe, expect, it } from 'vitest'
import {
  at,
  givenCommunity,
  givenLaunchedBundle,
  givenMember,
  givenOffer,
  givenPartner,
  ids,
} from '../tests/support/ecosystem.ts'
import { derive, idOf, refusal, World } from '../tests/support/world.ts'
import { access } from './access.ts'
import { bundle } from './bundle.ts'
import { community } from './community.ts'
import { offer } from './offer.ts'
import { makeShare, type ShareCommand, shareSource } from './share.ts'

type Create = Extract<ShareCommand, { type: 'CreateShare' }>
const share = makeShare(derive)
const shareId = idOf('share')
const ana = idOf('person', 1)
const create = (changes: Partial<Create> = {}): Create => ({
  type: 'CreateShare',
  shareId,
  communityId: ids.community,
  sharer: { kind: 'MEMBER', id: ana },
  target: { kind: 'OFFER', id: ids.offer },
  channel: 'wechat',
  createdAt: at,
  ...changes,
})
const offerTarget = { kind: 'OFFER', id: ids.offer } as const
const bundleTarget = { kind: 'BUNDLE', id: ids.bundle } as const
const communityTarget = { kind: 'COMMUNITY', id: ids.community } as const
const revoke = { type: 'RevokeShare', reason: 'Spam' } as const

let world: World
const asked = (command: ShareCommand) => world.when(share, shareId, command)
const refused = (changes: Partial<Create>, code: string, ...path: string[]) =>
  expect(asked(create(changes))).rejects.toMatchObject(refusal(code, ...path))
beforeEach(() => {
  world = givenOffer(givenPartner(givenCommunity(new World())))
  givenMember(world, ana)
})

describe('creating a share', () => {
  it('again changes nothing; otherwise under the same id it is refused', async () => {
    expect(await asked(create())).toHaveLength(1)
    expect(await asked(create())).toEqual([])
    await refused({ channel: 'shop' }, 'KEY_REUSED', 'shareId')
  })

  it('needs a community', async () => {
    await refused({ communityId: idOf('community', 9) }, 'NOT_FOUND', 'communityId')
  })
})

describe('the target of a share', () => {
  it('is an offer for sale in the community, whichever of its members see it', async () => {
    await refused({ target: { ...offerTarget, id: idOf('offer', 9) } }, 'NOT_FOUND', 'target', 'id')
    await refused({ createdAt: '2025-12-31T00:00:00.000Z' }, 'OUTSIDE_DATES', 'target', 'id')
    const elsewhere = idOf('offer', 2)
    givenOffer(world, { communities: [idOf('community', 2)] }, elsewhere)
    await refused({ target: { ...offerTarget, id: elsewhere } }, 'OFFER_NOT_SHOWN_HERE', 'target', 'id')
    givenOffer(world, { segments: [idOf('segment')] }, idOf('offer', 3))
    expect(await asked(create({ target: { ...offerTarget, id: idOf('offer', 3) } }))).toHaveLength(1)
  })

  it('is no offer that was withdrawn', async () => {
    const data = { offerId: ids.offer, partnerId: ids.partner, at, reason: 'Sold out' }
    world.given(offer, ids.offer, { type: 'OfferWithdrawn', data })
    await refused({}, 'OFFER_WITHDRAWN', 'target', 'id')
  })

  it('is a launched bundle of the community', async () => {
    await refused({ target: bundleTarget }, 'NOT_FOUND', 'target', 'id')
    givenLaunchedBundle(world)
    expect(await asked(create({ target: bundleTarget }))).toHaveLength(1)
  })

  it('is no bundle of another community, or a retired one', async () => {
    givenLaunchedBundle(world)
    const elsewhere = idOf('community', 2)
    givenCommunity(world, elsewhere).given(community, elsewhere, {
      type: 'OperatorAppointed',
      data: { communityId: elsewhere, personId: ana },
    })
    const there = { communityId: elsewhere, sharer: { kind: 'COMMUNITY_STAFF', id: ana } } as const
    await refused({ ...there, target: bundleTarget }, 'OFFER_NOT_SHOWN_HERE', 'target', 'id')
    const data = { bundleId: ids.bundle, communityId: ids.community, reason: 'Season over' }
    world.given(bundle, ids.bundle, { type: 'BundleRetired', data })
    await refused({ target: bundleTarget }, 'WRONG_STATE', 'target', 'id')
  })

  it('is the community that it is made in', async () => {
    await refused({ target: { ...communityTarget, id: idOf('community', 2) } }, 'INVALID', 'target', 'id')
    expect(await asked(create({ target: communityTarget }))).toHaveLength(1)
  })
})

describe('the sharer', () => {
  const bia = idOf('person', 2)

  it('is a member now', async () => {
    await refused({ sharer: { kind: 'MEMBER', id: bia } }, 'NOT_A_MEMBER', 'sharer')
  })

  it('is the owner', async () => {
    await refused({ sharer: { kind: 'OWNER', id: bia } }, 'NOT_ALLOWED', 'sharer')
    expect(await asked(create({ sharer: { kind: 'OWNER', id: ids.owner } }))).toHaveLength(1)
  })

  it('is an operator of the community', async () => {
    const sharer = { kind: 'COMMUNITY_STAFF', id: bia } as const
    await refused({ sharer }, 'NOT_ALLOWED', 'sharer')
    const data = { communityId: ids.community, personId: bia }
    world.given(community, ids.community, { type: 'OperatorAppointed', data })
    expect(await asked(create({ sharer }))).toHaveLength(1)
  })

  it.each([
    ['an offer', offerTarget],
    ['a bundle', bundleTarget],
    ['a community', communityTarget],
  ])('is staff of a partner of what is shared: %s', async (_, target) => {
    givenLaunchedBundle(world)
    const sharer = { kind: 'PARTNER_STAFF', id: bia } as const
    const grant = (organisation: string) =>
      world.given(access, bia, {
        type: 'RoleGranted',
        data: { subject: bia, role: 'BRAND_VIEWER', organisation },
      })
    await refused({ sharer, target }, 'NOT_ALLOWED', 'sharer')
    if (target !== communityTarget) {
      grant(idOf('partner', 9))
      await refused({ sharer, target }, 'NOT_ALLOWED', 'sharer')
    }
    grant(ids.partner)
    expect(await asked(create({ sharer, target }))).toHaveLength(1)
  })
})

describe('revoking a share', () => {
  it('is done once, of what is there', async () => {
    await expect(asked(revoke)).rejects.toMatchObject(refusal('NOT_FOUND'))
    await asked(create())
    expect(await asked(revoke)).toHaveLength(1)
    expect(await asked(revoke)).toEqual([])
    expect(world.state(shareSource, shareId).revoked).toBe(true)
  })
})
