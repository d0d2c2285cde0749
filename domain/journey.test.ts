import { beforeEach, describe, expect, it } from 'vitest'
import {
  at,
  givenCategory,
  givenCommunity,
  givenLaunchedBundle,
  givenMember,
  givenOffer,
  givenPartner,
  ids,
  membershipOf,
} from '../tests/support/ecosystem.ts'
import { derive, idOf, refusal, World } from '../tests/support/world.ts'
import { campaign } from './campaign.ts'
import { journeyIdOf } from './derive.ts'
import { journeySource, touchesWithin } from './journey/state.ts'
import { type JourneyCommand, makeJourney } from './journey.ts'
import { membershipSource } from './membership/state.ts'
import { segments } from './segments.ts'
import { shareSource } from './share.ts'

const journey = makeJourney(derive)
const ana = idOf('person', 1)
const bia = idOf('person', 2)
const visitor = idOf('visitor')
const shareId = idOf('share')
const offerTarget = { kind: 'OFFER', id: ids.offer } as const
const touch = (changes: Partial<JourneyCommand> = {}): JourneyCommand => ({
  type: 'RecordTouch',
  touchId: idOf('touch'),
  subject: ana,
  communityId: ids.community,
  source: 'PRIVATE',
  channel: 'wechat',
  campaignId: null,
  content: null,
  shareId: null,
  target: null,
  at,
  ...changes,
})

let world: World
const asked = (command: JourneyCommand) =>
  world.when(journey, journeyIdOf(command.subject, command.at), command)
const refused = (changes: Partial<JourneyCommand>, code: string, ...path: string[]) =>
  expect(asked(touch(changes))).rejects.toMatchObject(refusal(code, ...path))
const givenShare = (
  target: { kind: 'OFFER' | 'BUNDLE' | 'COMMUNITY'; id: string } = offerTarget,
  where = ids.community,
) =>
  world.given(shareSource, shareId, {
    type: 'ShareCreated',
    data: {
      shareId,
      communityId: where,
      sharer: { kind: 'MEMBER', id: bia },
      target,
      channel: 'wechat',
      createdAt: at,
    },
  })
beforeEach(() => {
  world = givenOffer(givenPartner(givenCommunity(new World())))
})

describe('recording a touch', () => {
  it('gives it the business date of the community', async () => {
    expect(await asked(touch({ at: '2026-03-01T02:00:00.000Z' }))).toMatchObject([
      { type: 'TouchRecorded', data: { businessDate: '2026-02-28', membershipId: null, segments: [] } },
    ])
  })

  it('again changes nothing; another one under the same id is refused', async () => {
    givenShare()
    const through = { shareId }
    expect(await asked(touch(through))).toHaveLength(1)
    expect(await asked(touch(through))).toEqual([])
    expect(await asked(touch({ ...through, target: offerTarget }))).toEqual([])
    await refused({ ...through, channel: 'shop' }, 'KEY_REUSED', 'touchId')
    await refused({ ...through, target: { kind: 'COMMUNITY', id: ids.community } }, 'KEY_REUSED', 'touchId')
    await refused({ target: offerTarget }, 'KEY_REUSED', 'touchId')
  })

  it('is in the journey of its subject and month', async () => {
    const id = journeyIdOf(ana, at)
    await asked(touch())
    const wrong = [{ subject: visitor }, { at: '2026-04-01T00:00:00.000Z' }]
    for (const changes of wrong) {
      const misplaced = touch({ touchId: idOf('touch', 2), ...changes })
      await expect(world.when(journey, id, misplaced)).rejects.toMatchObject(refusal('INVALID', 'subject'))
    }
  })

  it('names a community, a share and a campaign that are there, of that community', async () => {
    await refused({ communityId: idOf('community', 9) }, 'NOT_FOUND', 'communityId')
    await refused({ shareId }, 'NOT_FOUND', 'shareId')
    givenShare(offerTarget, idOf('community', 2))
    await refused({ shareId }, 'NOT_FOUND', 'shareId')
    const campaignId = idOf('campaign')
    await refused({ campaignId }, 'NOT_FOUND', 'campaignId')
    world.given(campaign, campaignId, {
      type: 'CampaignOpened',
      data: {
        campaignId,
        communityId: ids.community,
        name: 'Spring',
        source: 'COMMERCIAL',
        channel: 'ads',
        startsAt: at,
        endsAt: null,
      },
    })
    expect(await asked(touch({ campaignId }))).toMatchObject([{ data: { campaignId } }])
  })

  it('of a month ends at ten thousand', async () => {
    const id = journeyIdOf(ana, at)
    const [first] = await asked(touch())
    if (first === undefined) throw new Error('No touch was recorded.')
    const more = Array.from({ length: 9_999 }, (_, index) => ({
      ...first,
      data: { ...first.data, touchId: idOf('touch', index + 2) },
    }))
    world.given(journey, id, ...more)
    expect(await asked(touch())).toEqual([])
    await refused({ touchId: idOf('touch', 10_001) }, 'CONFLICT')
  })
})

describe('a touch through a share', () => {
  it('credits its sharer and shows its target', async () => {
    givenShare()
    expect(await asked(touch({ shareId }))).toMatchObject([
      { data: { sharer: { kind: 'MEMBER', id: bia }, target: offerTarget } },
    ])
  })

  it('that was revoked counts, and credits nobody', async () => {
    givenShare().given(shareSource, shareId, {
      type: 'ShareRevoked',
      data: { shareId, communityId: ids.community, reason: 'Spam' },
    })
    expect(await asked(touch({ shareId }))).toMatchObject([{ data: { shareId, sharer: null } }])
  })
})

describe('what a touch reached', () => {
  it('is the partner of the offer it showed', async () => {
    expect(await asked(touch({ target: offerTarget }))).toMatchObject([
      { data: { reached: [{ partnerId: ids.partner, category: 'furniture' }] } },
    ])
  })

  it('is every partner of the bundle it showed, each category once', async () => {
    givenLaunchedBundle(world)
    expect(await asked(touch({ target: { kind: 'BUNDLE', id: ids.bundle } }))).toMatchObject([
      { data: { reached: [{ partnerId: ids.partner, category: 'furniture' }] } },
    ])
  })

  it('is nobody where it showed the community, or nothing', async () => {
    const target = { kind: 'COMMUNITY', id: ids.community } as const
    expect(await asked(touch({ target }))).toMatchObject([{ data: { reached: [] } }])
    await refused(
      { touchId: idOf('touch', 2), target: { ...target, id: idOf('community', 2) } },
      'INVALID',
      'target',
      'id',
    )
  })

  it('is nothing that is not there', async () => {
    await refused({ target: { kind: 'OFFER', id: idOf('offer', 9) } }, 'NOT_FOUND', 'target', 'id')
    await refused({ target: { kind: 'BUNDLE', id: idOf('bundle', 9) } }, 'NOT_FOUND', 'target', 'id')
  })
})

describe('who was touched', () => {
  const segmentId = idOf('segment')
  beforeEach(() => {
    givenMember(world, ana)
    givenCategory(world, 'home')
    givenCategory(world, 'furniture', 'home')
    world.given(membershipSource, membershipOf(ana), {
      type: 'InterestsDeclared',
      data: {
        membershipId: membershipOf(ana),
        communityId: ids.community,
        personId: ana,
        categories: ['furniture'],
        declaredAt: at,
      },
    })
    world.given(segments, ids.community, {
      type: 'SegmentDefined',
      data: {
        segmentId,
        communityId: ids.community,
        version: 1,
        name: 'Home',
        definition: { kind: 'RULE', rule: { kind: 'INTEREST', category: 'home' } },
      },
    })
  })

  it('is the member, in the segments that hold for what they declared and all above it', async () => {
    expect(await asked(touch())).toMatchObject([
      { data: { membershipId: membershipOf(ana), segments: [{ id: segmentId, version: 1 }] } },
    ])
  })

  it('is no member once they left, and a visitor never', async () => {
    const ref = { membershipId: membershipOf(ana), communityId: ids.community, personId: ana }
    world.given(membershipSource, membershipOf(ana), {
      type: 'MemberLeft',
      data: { ...ref, leftAt: at, reason: 'Moved' },
    })
    expect(await asked(touch())).toMatchObject([{ data: { membershipId: null, segments: [] } }])
    expect(await asked(touch({ subject: visitor }))).toMatchObject([{ data: { membershipId: null } }])
  })
})

it('touches within a window are named by stream and revision: after its start, up to its end', async () => {
  const instants = ['2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z', '2026-03-03T00:00:00.000Z']
  givenShare()
  givenCommunity(world, idOf('community', 2))
  for (const [index, instant] of instants.entries())
    await asked(touch({ touchId: idOf('touch', index), at: instant, shareId }))
  await asked(touch({ touchId: idOf('touch', 9), at: instants[1] ?? at, communityId: idOf('community', 2) }))
  const id = journeyIdOf(ana, at)
  const [from = '', , to = ''] = instants
  const seen = touchesWithin(world.state(journeySource, id), id, ids.community, from, to)
  expect(seen).toEqual([
    { name: `journey-${id}@1`, at: instants[1], shareId, sharerId: bia, target: offerTarget },
    { name: `journey-${id}@2`, at: instants[2], shareId, sharerId: bia, target: offerTarget },
  ])
})
