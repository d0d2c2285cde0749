import { beforeEach, describe, expect, it } from 'vitest'
import { membershipEvents } from '../../domain/events/members.ts'
import { ids } from '../../tests/support/ecosystem.ts'
import { Projected } from '../../tests/support/projected.ts'
import { idOf } from '../../tests/support/world.ts'
import { memberships, membersView, rollBuckets, rollEntries } from './members.ts'

const membershipId = idOf('membership')
const personId = idOf('person', 1)
const inviterId = idOf('person', 2)
const ref = { membershipId, communityId: ids.community, personId }
const stream = `membership-${membershipId}`
const segmentId = idOf('segment')

let log: Projected
beforeEach(() => {
  log = new Projected(membersView)
})

const joined = (joinedAt = '2026-01-01T00:00:00.000Z') =>
  log.happened(stream, 'MemberJoined', {
    ...ref,
    how: 'PRIVATE',
    channel: 'wechat',
    through: null,
    inviterId,
    joinedAt,
  })

const membership = async () => {
  const found = await log.reader.get(memberships.name, membershipId)
  return found === undefined ? undefined : memberships.read(found.document)
}

describe('a membership', () => {
  it('shows how the member came, who brought them and until when that counts', async () => {
    await joined()
    const until = '2027-01-01T00:00:00.000Z'
    const from = '2026-01-01T00:00:00.000Z'
    await log.happened(stream, 'ReferralBound', { ...ref, inviterId, shareId: null, from, until })
    expect(await membership()).toMatchObject({
      community: ids.community,
      person: personId,
      how: 'PRIVATE',
      channel: 'wechat',
      inviter: inviterId,
      binding: { inviter: inviterId, shareId: null, from, until },
      active: 1,
      stage: 'PARTICIPANT',
    })
  })

  it('loses its binding where that is undone, not who invited', async () => {
    await joined()
    const from = '2026-01-01T00:00:00.000Z'
    const until = '2027-01-01T00:00:00.000Z'
    await log.happened(stream, 'ReferralBound', { ...ref, inviterId, shareId: null, from, until })
    await log.happened(stream, 'ReferralUnbound', { ...ref, inviterId, at: from, reason: 'Asked for' })
    expect(await membership()).toMatchObject({ inviter: inviterId, binding: null })
  })

  it('loses its binding once the end of it is told, not who invited', async () => {
    await joined()
    const [from, until] = ['2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z']
    await log.happened(stream, 'ReferralBound', { ...ref, inviterId, shareId: null, from, until })
    await log.happened(stream, 'ReferralLapsed', { ...ref, inviterId, at: until })
    expect(await membership()).toMatchObject({ inviter: inviterId, binding: null })
  })

  it('has the interests last declared, the tags that are on, the stage last reached', async () => {
    await joined()
    const declaredAt = '2026-01-02T00:00:00.000Z'
    await log.happened(stream, 'InterestsDeclared', { ...ref, categories: ['beauty'], declaredAt })
    await log.happened(stream, 'InterestsDeclared', { ...ref, categories: ['furniture'], declaredAt })
    await log.happened(stream, 'MemberTagged', { ...ref, tag: 'vip' })
    await log.happened(stream, 'MemberTagged', { ...ref, tag: 'twins' })
    await log.happened(stream, 'MemberUntagged', { ...ref, tag: 'vip' })
    await log.happened(stream, 'StageReached', { ...ref, stage: 'SHARER', evidence: [], reason: 'Shared' })
    expect(await membership()).toMatchObject({ interests: ['furniture'], tags: ['twins'], stage: 'SHARER' })
  })

  it('keeps consents by purpose, in one order whatever came first', async () => {
    await joined()
    await log.happened(stream, 'ConsentGiven', { ...ref, purpose: 'PROFILING', wording: 'v1' })
    await log.happened(stream, 'ConsentGiven', { ...ref, purpose: 'CONTACT', wording: 'v1' })
    await log.happened(stream, 'ConsentGiven', { ...ref, purpose: 'PROFILING', wording: 'v2' })
    expect((await membership())?.consents).toEqual([
      { purpose: 'CONTACT', wording: 'v1' },
      { purpose: 'PROFILING', wording: 'v2' },
    ])
    await log.happened(stream, 'ConsentWithdrawn', { ...ref, purpose: 'PROFILING' })
    expect((await membership())?.consents).toEqual([{ purpose: 'CONTACT', wording: 'v1' }])
  })

  it('stays when the member leaves, and goes on when they come back', async () => {
    await joined()
    const bound = { from: '2026-01-01T00:00:00.000Z', until: '2027-01-01T00:00:00.000Z' }
    await log.happened(stream, 'ReferralBound', { ...ref, inviterId, shareId: null, ...bound })
    await log.happened(stream, 'MemberTagged', { ...ref, tag: 'vip' })
    await log.happened(stream, 'MemberLeft', { ...ref, leftAt: '2026-02-01T00:00:00.000Z', reason: 'Moved' })
    expect(await membership()).toMatchObject({ active: 0, leftAt: '2026-02-01T00:00:00.000Z' })
    await joined('2026-03-01T00:00:00.000Z')
    expect(await membership()).toMatchObject({
      active: 1,
      leftAt: null,
      joinedAt: '2026-03-01T00:00:00.000Z',
      tags: ['vip'],
      binding: { inviter: inviterId, ...bound },
    })
  })

  it('looks at every event that a membership has', () => {
    expect(membersView.types).toEqual(expect.arrayContaining(Object.keys(membershipEvents)))
  })
})

describe('rolls of segments', () => {
  const roll = (bucket: number) => ({ segmentId, communityId: ids.community, version: 1, bucket })
  const member = (number: number) => idOf('membership', number)
  const entered = (bucket: number, ...members: readonly number[]) =>
    log.happened(`roll-${segmentId}.${bucket}`, 'SegmentMembersEntered', {
      ...roll(bucket),
      members: members.map(member),
    })
  const left = (bucket: number, ...members: readonly number[]) =>
    log.happened(`roll-${segmentId}.${bucket}`, 'SegmentMembersLeft', {
      ...roll(bucket),
      members: members.map(member),
    })
  const sizes = async () => (await log.dump(rollBuckets.name)).map(({ document }) => document.members)

  it('have a row for each member who is in, and a size for each bucket', async () => {
    await entered(0, 1, 2)
    await entered(7, 3)
    await left(0, 1)
    const rows = (await log.dump(rollEntries.name)).map(({ document }) => document.membership)
    expect(rows).toEqual([member(2), member(3)])
    expect(await sizes()).toEqual([1, 1])
  })

  it('know under which version a bucket was last worked through', async () => {
    await entered(0, 1)
    await log.happened(`roll-${segmentId}.0`, 'RollCompleted', { ...roll(0), version: 3 })
    const [bucket] = await log.dump(rollBuckets.name)
    expect(bucket?.document).toMatchObject({ completed: 3, members: 1 })
  })

  it('count nobody twice when all is delivered again, nor after crashes in between', async () => {
    await entered(0, 1, 2, 10, 100)
    await left(0, 2)
    await entered(0, 2)
    const crashed = await log.withCrashes()
    await log.again()
    expect(await sizes()).toEqual([4])
    for (const { name } of membersView.collections)
      expect(await crashed.scan(name, null, 100)).toEqual(await log.dump(name))
  })
})
