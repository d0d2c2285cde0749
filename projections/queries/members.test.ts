import { beforeEach, describe, expect, it } from 'vitest'
import { Projected } from '../../tests/support/projected.ts'
import { idOf } from '../../tests/support/world.ts'
import { membersView } from '../views/members.ts'
import {
  anyMembers,
  bucketsCompleted,
  countMembers,
  findMembers,
  type MembersAsked,
  membershipById,
  segmentMembers,
  segmentSize,
  segmentSizes,
  segmentsOfMember,
} from './members.ts'
import { everything, type Scope } from './scope.ts'

const here = idOf('community', 1)
const there = idOf('community', 2)
const segment = idOf('segment', 1)
const foreign = idOf('segment', 2)
const member = (number: number) => idOf('membership', number)
const only = (...organisations: readonly string[]): Scope => ({
  all: false,
  organisations: new Set(organisations),
})

let log: Projected
const joined = (number: number, communityId: string, day: number) =>
  log.happened(`membership-${number}`, 'MemberJoined', {
    membershipId: member(number),
    communityId,
    personId: idOf('person', number),
    how: 'PRIVATE',
    channel: 'wechat',
    through: null,
    inviterId: number === 2 ? idOf('person', 1) : null,
    joinedAt: `2026-01-0${day}T00:00:00.000Z`,
  })
const entered = (segmentId: string, communityId: string, bucket: number, ...members: readonly number[]) =>
  log.happened(`roll-${segmentId}.${bucket}`, 'SegmentMembersEntered', {
    segmentId,
    communityId,
    version: 1,
    bucket,
    members: members.map(member),
  })

beforeEach(async () => {
  log = new Projected(membersView)
  await joined(1, here, 3)
  await joined(2, here, 1)
  await joined(3, there, 2)
  await log.happened('membership-2', 'MemberLeft', {
    membershipId: member(2),
    communityId: here,
    personId: idOf('person', 2),
    leftAt: '2026-02-01T00:00:00.000Z',
    reason: 'Moved',
  })
  await entered(segment, here, 0, 1, 2)
  await entered(segment, here, 9, 4)
  await entered(foreign, there, 0, 3)
})

const found = async (scope: Scope, asked: Partial<MembersAsked> = {}, newestFirst = false) => {
  const request = { first: 100, after: null }
  const page = await findMembers(log.reader, scope, { ...anyMembers, ...asked }, newestFirst, request)
  return page.edges.map(({ node }) => node.membership)
}

describe('members', () => {
  it('come by when they joined, or the newest first', async () => {
    expect(await found(everything)).toEqual([member(2), member(3), member(1)])
    expect(await found(everything, {}, true)).toEqual([member(1), member(3), member(2)])
  })

  it('are those of the communities within the scope', async () => {
    expect(await found(only(here))).toEqual([member(2), member(1)])
    expect(await found(only(idOf('partner')))).toEqual([])
    await expect(found(only(here), { community: there })).rejects.toMatchObject({ name: 'OutOfScope' })
  })

  it('are found by what they are', async () => {
    expect(await found(everything, { active: true })).toEqual([member(3), member(1)])
    expect(await found(everything, { active: false })).toEqual([member(2)])
    expect(await found(everything, { inviter: idOf('person', 1) })).toEqual([member(2)])
    expect(await found(everything, { person: idOf('person', 3) })).toEqual([member(3)])
    expect(await found(everything, { stage: 'SHARER' })).toEqual([])
    const joinedFrom = '2026-01-01T00:00:00.000Z'
    const joinedBefore = '2026-01-02T00:00:00.000Z'
    expect(await found(everything, { joinedFrom, joinedBefore })).toEqual([member(2)])
  })

  it('are counted up to a cap', async () => {
    expect(await countMembers(log.reader, everything, anyMembers, 100)).toBe(3)
    expect(await countMembers(log.reader, everything, anyMembers, 2)).toBe(2)
    expect(await countMembers(log.reader, only(here), { ...anyMembers, active: true }, 100)).toBe(1)
  })

  it('are found one by one, within the scope', async () => {
    expect(await membershipById(log.reader, only(here), member(1))).toMatchObject({ community: here })
    expect(await membershipById(log.reader, only(there), member(1))).toBeNull()
    expect(await membershipById(log.reader, everything, member(9))).toBeNull()
  })
})

describe('segments', () => {
  const request = { first: 100, after: null }
  const inSegment = async (scope: Scope, id: string) =>
    (await segmentMembers(log.reader, scope, id, request)).edges.map(({ node }) => node.membership)

  it('list their members, to whoever may see the community', async () => {
    expect(await inSegment(only(here), segment)).toEqual([member(1), member(2), member(4)])
    expect(await inSegment(only(here), foreign)).toEqual([])
  })

  it('of a member are listed likewise', async () => {
    const of = async (scope: Scope) =>
      (await segmentsOfMember(log.reader, scope, member(3))).map(({ segment: id }) => id)
    expect(await of(everything)).toEqual([foreign])
    expect(await of(only(here))).toEqual([])
  })

  it('have a size over all their buckets', async () => {
    expect(await segmentSizes(log.reader, everything, null)).toEqual([
      { segment, community: here, members: 3 },
      { segment: foreign, community: there, members: 1 },
    ])
    expect(await segmentSizes(log.reader, only(there), null)).toHaveLength(1)
    await expect(segmentSizes(log.reader, only(there), here)).rejects.toMatchObject({ name: 'OutOfScope' })
    expect(await segmentSize(log.reader, only(here), segment)).toBe(3)
    expect(await segmentSize(log.reader, only(here), foreign)).toBe(0)
  })

  it('tell how many of their buckets were worked through under a version', async () => {
    expect(await bucketsCompleted(log.reader, everything, segment, 2)).toBe(0)
    const data = { segmentId: segment, communityId: here, version: 2, bucket: 9 }
    await log.happened(`roll-${segment}.9`, 'RollCompleted', data)
    expect(await bucketsCompleted(log.reader, everything, segment, 2)).toBe(1)
    expect(await bucketsCompleted(log.reader, only(there), segment, 2)).toBe(0)
  })
})
