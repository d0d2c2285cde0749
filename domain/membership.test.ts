import { beforeEach, describe, expect, it } from 'vitest'
import {
  givenCategory,
  givenCommunity,
  givenMember,
  givenPartner,
  givenPerson,
  ids,
  membershipOf,
} from '../tests/support/ecosystem.ts'
import { derive, idOf, refusal, World } from '../tests/support/world.ts'
import type { Join, MembershipCommand } from './membership/commands.ts'
import { bindingAt, inviterAt, memberAt, membershipFacts, membershipSource } from './membership/state.ts'
import { makeMembership } from './membership.ts'
import { person } from './person.ts'

const membership = makeMembership(derive)
const ana = idOf('person', 1)
const bia = idOf('person', 2)
const joinedAt = '2026-01-01T00:00:00.000Z'
const join = (personId: string, changes: Partial<Join> = {}): Join => ({
  type: 'JoinCommunity',
  communityId: ids.community,
  personId,
  how: 'PRIVATE',
  channel: 'wechat',
  through: null,
  inviterId: null,
  joinedAt,
  bindingDays: 365,
  stated: false,
  ...changes,
})

let world: World
const asked = (personId: string, command: MembershipCommand) =>
  world.when(membership, membershipOf(personId), command)
const state = (personId: string) => world.state(membershipSource, membershipOf(personId))
const leave = { type: 'LeaveCommunity', leftAt: '2026-02-01T00:00:00.000Z', reason: 'Moved away' } as const

beforeEach(() => {
  world = givenCommunity(new World())
  givenPerson(world, ana)
  givenPerson(world, bia)
})

describe('joining', () => {
  it('makes a member, at the first stage', async () => {
    const events = await asked(ana, join(ana))
    expect(events).toMatchObject([
      { type: 'MemberJoined', data: { membershipId: membershipOf(ana), personId: ana, joinedAt } },
    ])
    expect(state(ana)).toMatchObject({ active: true, stage: 'PARTICIPANT' })
  })

  it('again with the same facts changes nothing; with others it is refused', async () => {
    await asked(ana, join(ana))
    expect(await asked(ana, join(ana))).toEqual([])
    await expect(asked(ana, join(ana, { channel: 'shop' }))).rejects.toMatchObject(refusal('TAKEN'))
  })

  it('needs a community and a person', async () => {
    await expect(asked(ana, join(ana, { communityId: idOf('community', 9) }))).rejects.toMatchObject(
      refusal('NOT_FOUND', 'communityId'),
    )
    await expect(asked(ana, join(idOf('person', 9)))).rejects.toMatchObject(refusal('NOT_FOUND', 'personId'))
    world.given(person, ana, { type: 'PersonErased', data: { personId: ana, reason: 'Asked' } })
    await expect(asked(ana, join(ana))).rejects.toMatchObject(refusal('NOT_FOUND', 'personId'))
  })

  it('after leaving is a new stay: what was between is not', async () => {
    await asked(ana, join(ana))
    await asked(ana, leave)
    await asked(ana, join(ana, { joinedAt: '2026-03-01T00:00:00.000Z' }))
    expect(state(ana)).toMatchObject({ active: true, joinedAt: '2026-03-01T00:00:00.000Z' })
    const when = (instant: string) => memberAt(state(ana), instant)
    expect([
      when('2025-12-31T23:59:59.999Z'),
      when(joinedAt),
      when(leave.leftAt),
      when('2026-03-01T00:00:00.000Z'),
    ]).toEqual([false, true, false, true])
  })
})

describe('an inviter', () => {
  it('is bound to the member for the days named, with the share', async () => {
    givenMember(world, bia)
    const shareId = idOf('share')
    const events = await asked(
      ana,
      join(ana, { inviterId: bia, bindingDays: 10, through: { touchId: null, shareId } }),
    )
    expect(events[1]).toMatchObject({
      type: 'ReferralBound',
      data: { inviterId: bia, shareId, from: joinedAt, until: '2026-01-11T00:00:00.000Z' },
    })
    expect(inviterAt(state(ana), joinedAt)).toBe(bia)
    expect(inviterAt(state(ana), '2026-01-10T23:59:59.999Z')).toBe(bia)
    expect(inviterAt(state(ana), '2026-01-11T00:00:00.000Z')).toBeNull()
    expect(inviterAt(state(ana), '2025-12-31T23:59:59.999Z')).toBeNull()
  })

  it('is never the member themself', async () => {
    await expect(asked(ana, join(ana, { inviterId: ana }))).rejects.toMatchObject(
      refusal('OWN_CHAIN', 'inviterId'),
    )
  })

  it('is never whom the member invited, while that binding lasts', async () => {
    await asked(ana, join(ana))
    await asked(ana, leave)
    await asked(bia, join(bia, { inviterId: ana, bindingDays: 60 }))
    const again = join(ana, { inviterId: bia, joinedAt: '2026-02-15T00:00:00.000Z' })
    await expect(asked(ana, again)).rejects.toMatchObject(refusal('OWN_CHAIN', 'inviterId'))
    expect(await asked(ana, { ...again, joinedAt: '2026-03-02T00:00:00.000Z' })).toHaveLength(2)
  })

  it('is a person who is there', async () => {
    await expect(asked(ana, join(ana, { inviterId: idOf('person', 9) }))).rejects.toMatchObject(
      refusal('NOT_FOUND', 'inviterId'),
    )
    world.given(person, bia, { type: 'PersonErased', data: { personId: bia, reason: 'Asked' } })
    await expect(asked(ana, join(ana, { inviterId: bia }))).rejects.toMatchObject(
      refusal('NOT_FOUND', 'inviterId'),
    )
  })

  it.each([
    ['the member themself', ana],
    ['a person who is not there', idOf('person', 9)],
  ])('that is %s leaves a stated join without a binding', async (_, inviterId) => {
    expect(await asked(ana, join(ana, { inviterId, stated: true }))).toMatchObject([
      { type: 'MemberJoined', data: { inviterId } },
    ])
  })

  it('of the first join stays while that counts, whoever brings the member back', async () => {
    const cai = idOf('person', 3)
    givenPerson(world, cai)
    await asked(ana, join(ana, { inviterId: bia, bindingDays: 100 }))
    await asked(ana, leave)
    const back = '2026-02-15T00:00:00.000Z'
    expect(await asked(ana, join(ana, { inviterId: cai, joinedAt: back }))).toHaveLength(1)
    expect(bindingAt(state(ana), back)?.inviterId).toBe(bia)
  })

  it('may be unbound before the time; what was before stays', async () => {
    await asked(ana, join(ana, { inviterId: bia }))
    const unbind = { type: 'UnbindReferral', at: '2026-01-05T00:00:00.000Z', reason: 'Wrong person' } as const
    expect(await asked(ana, unbind)).toMatchObject([{ type: 'ReferralUnbound', data: { inviterId: bia } }])
    expect(await asked(ana, unbind)).toEqual([])
    expect(inviterAt(state(ana), '2026-01-04T00:00:00.000Z')).toBe(bia)
    expect(inviterAt(state(ana), unbind.at)).toBeNull()
  })
})

const reach = (stage: 'SHARER' | 'EXPERIENCER'): MembershipCommand => ({
  type: 'ReachStage',
  stage,
  evidence: ['purchase-x@0'],
  reason: 'Bought',
})
const changes: readonly MembershipCommand[] = [
  { type: 'DeclareInterests', categories: ['furniture', 'baby'], declaredAt: joinedAt },
  { type: 'TagMember', tag: 'vip' },
  reach('SHARER'),
  { type: 'GiveConsent', purpose: 'CONTACT', wording: 'v1' },
  { type: 'BecomePartner', partnerId: ids.partner },
]

describe('a member', () => {
  beforeEach(() => {
    givenMember(world, ana)
    givenPartner(world)
    for (const code of ['a', 'b', 'baby', 'furniture']) givenCategory(world, code)
  })

  it('is interested in what there is a category of', async () => {
    const categories = ['a', 'nonsense']
    await expect(
      asked(ana, { type: 'DeclareInterests', categories, declaredAt: joinedAt }),
    ).rejects.toMatchObject(refusal('NOT_FOUND', 'categories', '1'))
  })

  it.each([...changes, leave])('takes $type once: the same again changes nothing', async (change) => {
    expect(await asked(ana, change)).toHaveLength(1)
    expect(await asked(ana, change)).toEqual([])
  })

  it.each(changes)('who left takes no $type', async (change) => {
    await asked(ana, leave)
    await expect(asked(ana, change)).rejects.toMatchObject(refusal('NOT_A_MEMBER'))
  })

  it.each([...changes, leave])('who never joined takes no $type', async (change) => {
    await expect(asked(bia, change)).rejects.toMatchObject(refusal('NOT_FOUND'))
  })

  it('declares all interests at once, in one order and without repeats', async () => {
    await asked(ana, { type: 'DeclareInterests', categories: ['b', 'a', 'b'], declaredAt: joinedAt })
    expect(state(ana).interests).toEqual(['a', 'b'])
    expect(
      await asked(ana, { type: 'DeclareInterests', categories: ['a', 'b'], declaredAt: joinedAt }),
    ).toEqual([])
  })

  it('is tagged and untagged, up to a limit', async () => {
    for (let number = 0; number < 100; number += 1) await asked(ana, { type: 'TagMember', tag: `t${number}` })
    await expect(asked(ana, { type: 'TagMember', tag: 'more' })).rejects.toMatchObject(refusal('CONFLICT'))
    expect(await asked(ana, { type: 'UntagMember', tag: 't1' })).toHaveLength(1)
    expect(await asked(ana, { type: 'UntagMember', tag: 't1' })).toEqual([])
    expect(await asked(ana, { type: 'TagMember', tag: 'more' })).toHaveLength(1)
  })

  it('climbs stages by evidence and falls back, never the wrong way', async () => {
    await asked(ana, reach('SHARER'))
    await expect(asked(ana, reach('EXPERIENCER'))).rejects.toMatchObject(refusal('WRONG_STATE', 'stage'))
    const lose = { type: 'LoseStage', stage: 'EXPERIENCER', reason: 'Quiet' } as const
    expect(await asked(ana, lose)).toHaveLength(1)
    expect(await asked(ana, lose)).toEqual([])
    await expect(asked(ana, { ...lose, stage: 'NAVIGATOR' })).rejects.toMatchObject(
      refusal('WRONG_STATE', 'stage'),
    )
  })

  it('takes a consent back, also after leaving', async () => {
    await asked(ana, { type: 'GiveConsent', purpose: 'CONTACT', wording: 'v1' })
    await asked(ana, leave)
    const withdraw = { type: 'WithdrawConsent', purpose: 'CONTACT' } as const
    expect(await asked(ana, withdraw)).toHaveLength(1)
    expect(await asked(ana, withdraw)).toEqual([])
    expect(state(ana).consents).toEqual({})
  })

  it('becomes a partner that is there, and up to twenty of them', async () => {
    await expect(asked(ana, { type: 'BecomePartner', partnerId: idOf('partner', 99) })).rejects.toMatchObject(
      refusal('NOT_FOUND', 'partnerId'),
    )
    for (let number = 1; number <= 21; number += 1) givenPartner(world, idOf('partner', number))
    for (let number = 1; number <= 20; number += 1)
      await asked(ana, { type: 'BecomePartner', partnerId: idOf('partner', number) })
    await expect(asked(ana, { type: 'BecomePartner', partnerId: idOf('partner', 21) })).rejects.toMatchObject(
      refusal('CONFLICT'),
    )
  })

  it('does not leave before joining', async () => {
    await expect(asked(ana, { ...leave, leftAt: '2025-12-31T00:00:00.000Z' })).rejects.toMatchObject(
      refusal('INVALID', 'leftAt'),
    )
  })
})

it('the facts for segment rules are those of the membership, with the closure of its interests', async () => {
  givenMember(world, ana, joinedAt)
  await asked(ana, { type: 'TagMember', tag: 'vip' })
  expect(membershipFacts(state(ana), ['chairs', 'furniture'])).toEqual({
    membershipId: membershipOf(ana),
    interests: new Set(['chairs', 'furniture']),
    stage: 'PARTICIPANT',
    tags: new Set(['vip']),
    joinedAt,
    active: true,
  })
  expect(membershipFacts(membershipSource.initial, [])).toMatchObject({ active: false, membershipId: null })
})
