import { beforeEach, describe, expect, it } from 'vitest'
import { givenCommunity, ids } from '../tests/support/ecosystem.ts'
import { idOf, refusal, World } from '../tests/support/world.ts'
import type { SegmentRollEvent } from './events/members.ts'
import { hasMember, membersOf } from './member-set.ts'
import {
  bucketOf,
  currentRoll,
  mostRollEvents,
  rollIdOf,
  type SegmentRollCommand,
  segmentRoll,
  segmentsHeld,
} from './segment-roll.ts'
import type { MembershipFacts } from './segment-rule.ts'
import { segments } from './segments.ts'

const segmentId = idOf('segment')
const communityId = ids.community
const bucket = 7
const someMembers = Array.from({ length: 20_000 }, (_, index) => idOf('membership', index)).filter(
  (id) => bucketOf(id) === bucket,
)
const [ana = '', bia = '', cai = ''] = someMembers
const ref = { segmentId, communityId, bucket, version: 1 }
const enter = (members: string[], version = 1) =>
  ({ type: 'EnterMembers', ...ref, version, members }) as const
const leave = (members: string[], version = 1) =>
  ({ type: 'LeaveMembers', ...ref, version, members }) as const
const complete = (version = 1) => ({ type: 'CompleteRoll', ...ref, version }) as const
const openPart = (part: number) => ({ type: 'OpenRollPart', segmentId, bucket, part }) as const

let world: World
const asked = (command: SegmentRollCommand, part = 0) =>
  world.when(segmentRoll, rollIdOf(segmentId, bucket, part), command)
const state = (part = 0) => world.state(segmentRoll, rollIdOf(segmentId, bucket, part))
beforeEach(() => {
  world = givenCommunity(new World())
})

describe('the bucket of a member', () => {
  it('is one of 256, and the same for ever', () => {
    expect(bucketOf('membership_00000000000000000000000001')).toBe(181)
    const counts = new Map<number, number>()
    for (let index = 0; index < 25_600; index += 1) {
      const at = bucketOf(idOf('membership', index))
      counts.set(at, (counts.get(at) ?? 0) + 1)
    }
    expect(counts.size).toBe(256)
    expect(Math.max(...counts.values())).toBeLessThan(300)
  })
})

describe('entering and leaving', () => {
  it('records only who was not in, or in', async () => {
    expect(await asked(enter([ana, bia]))).toMatchObject([{ data: { members: [ana, bia] } }])
    expect(await asked(enter([bia, cai, cai]))).toMatchObject([{ data: { members: [cai] } }])
    expect(await asked(leave([ana, ana]))).toMatchObject([
      { type: 'SegmentMembersLeft', data: { members: [ana] } },
    ])
    expect(membersOf(state().members)).toEqual([bia, cai].sort())
  })

  it('again changes nothing', async () => {
    await asked(enter([ana]))
    expect(await asked(enter([ana]))).toEqual([])
    expect(await asked(leave([bia]))).toEqual([])
  })

  it('takes members of the bucket only', async () => {
    await expect(asked({ ...enter([ana]), bucket: bucket + 1 })).rejects.toMatchObject(
      refusal('INVALID', 'members'),
    )
  })

  it('takes no older version than the latest, and no other segment', async () => {
    await asked(enter([ana], 2))
    await expect(asked(enter([bia], 1))).rejects.toMatchObject({
      ...refusal('VERSION_CHANGED', 'version'),
      details: { version: 2 },
    })
    await expect(asked({ ...enter([bia], 2), segmentId: idOf('segment', 2) })).rejects.toMatchObject(
      refusal('INVALID', 'segmentId'),
    )
  })

  it('leaves the state before as it was', async () => {
    await asked(enter([ana]))
    const before = state()
    const after = segmentRoll.evolve(before, {
      type: 'SegmentMembersEntered',
      data: { ...ref, members: [bia] },
    })
    expect([hasMember(before.members, bia), hasMember(after.members, bia)]).toEqual([false, true])
  })
})

describe('completing', () => {
  it('is done once for each version, upwards', async () => {
    expect(await asked(complete(1))).toHaveLength(1)
    expect(await asked(complete(1))).toEqual([])
    expect(await asked(complete(2))).toHaveLength(1)
    await expect(asked(complete(1))).rejects.toMatchObject(refusal('VERSION_CHANGED', 'version'))
  })
})

/** A roll of this many members whose stream is full. */
const givenFullRoll = (members: readonly string[]): void => {
  const id = rollIdOf(segmentId, bucket)
  for (let from = 0; from < members.length; from += 1_000)
    world.given(segmentRoll, id, {
      type: 'SegmentMembersEntered',
      data: { ...ref, members: members.slice(from, from + 1_000) },
    })
  const rest = mostRollEvents - world.state(segmentRoll, id).events
  const completions = Array.from(
    { length: rest },
    (): SegmentRollEvent => ({ type: 'RollCompleted', data: ref }),
  )
  world.given(segmentRoll, id, ...completions)
}

describe('a full stream', () => {
  it('takes no entry, is closed with what it holds, and goes on in the next part', async () => {
    givenFullRoll([ana, bia])
    await expect(asked(enter([cai]))).rejects.toMatchObject(refusal('WRONG_STATE'))
    expect(await asked({ type: 'CarryRoll' })).toMatchObject([
      { type: 'RollCarried', data: { members: [ana, bia].sort(), part: 0, parts: 1 } },
    ])
    expect(await asked({ type: 'CarryRoll' })).toEqual([])
    await expect(asked(enter([cai]))).rejects.toMatchObject(refusal('WRONG_STATE'))
    expect(await asked(openPart(1), 1)).toHaveLength(1)
    expect(await asked(openPart(1), 1)).toEqual([])
    expect(state(1)).toMatchObject({ completed: 1, events: 1 })
    expect(await asked(enter([bia, cai]), 1)).toMatchObject([{ data: { members: [cai] } }])
    expect(currentRoll(segmentId, bucket, world.look)).toMatchObject({ part: 1 })
  })

  it('of nobody is carried, too', async () => {
    givenFullRoll([])
    expect(await asked({ type: 'CarryRoll' })).toMatchObject([{ data: { members: [], part: 0, parts: 1 } }])
    await asked(openPart(1), 1)
    expect(await asked(enter([ana]), 1)).toHaveLength(1)
  })

  it('of very many is carried and opened in steps, and takes nothing between', async () => {
    const many = [ana, ...Array.from({ length: 20_499 }, (_, index) => idOf('membership', 100_000 + index))]
    givenFullRoll(many)
    expect(await asked({ type: 'CarryRoll' })).toHaveLength(20)
    await expect(asked(openPart(1), 1)).rejects.toMatchObject(refusal('WRONG_STATE', 'part'))
    expect(await asked({ type: 'CarryRoll' })).toMatchObject([{ data: { part: 20, parts: 21 } }])
    expect(await asked(openPart(1), 1)).toHaveLength(20)
    await expect(asked(leave([ana]), 1)).rejects.toMatchObject(refusal('WRONG_STATE'))
    await expect(asked({ type: 'CarryRoll' }, 1)).rejects.toMatchObject(refusal('WRONG_STATE'))
    expect(await asked(openPart(1), 1)).toHaveLength(1)
    expect(state(1).members.size).toBe(20_500)
    expect(await asked(leave([ana]), 1)).toHaveLength(1)
  })

  it('is carried when it is full and complete, not before', async () => {
    await expect(asked({ type: 'CarryRoll' })).rejects.toMatchObject(refusal('NOT_FOUND'))
    await asked(enter([ana]))
    await expect(asked({ type: 'CarryRoll' })).rejects.toMatchObject(refusal('WRONG_STATE'))
    await expect(asked(openPart(1), 1)).rejects.toMatchObject(refusal('WRONG_STATE', 'part'))
    for (let turn = 1; turn < mostRollEvents; turn += 1)
      world.given(
        segmentRoll,
        rollIdOf(segmentId, bucket),
        turn % 2 === 0
          ? { type: 'SegmentMembersEntered', data: { ...ref, members: [ana] } }
          : { type: 'SegmentMembersLeft', data: { ...ref, members: [ana] } },
      )
    await expect(asked({ type: 'CarryRoll' })).rejects.toThrow('No version of the roll is complete yet')
    await asked(complete())
    expect(await asked({ type: 'CarryRoll' })).toHaveLength(1)
  })
})

describe('the segments that a member is in', () => {
  const facts: MembershipFacts = {
    membershipId: ana,
    interests: new Set(['home']),
    stage: 'PARTICIPANT',
    tags: new Set(),
    joinedAt: '2026-01-01T00:00:00.000Z',
    active: true,
  }
  const held = (changes: Partial<MembershipFacts> = {}) =>
    segmentsHeld(world.state(segments, communityId), { ...facts, ...changes }, world.look)
  const byRule = { id: idOf('segment', 2), version: 1 }

  beforeEach(async () => {
    await world.when(segments, communityId, {
      type: 'DefineSegment',
      segmentId: byRule.id,
      communityId,
      name: 'Home',
      definition: { kind: 'RULE', rule: { kind: 'INTEREST', category: 'home' } },
    })
    await world.when(segments, communityId, {
      type: 'DefineSegment',
      segmentId,
      communityId,
      name: 'Picked',
      definition: { kind: 'LIST', members: [ana] },
    })
  })

  it('are by rule as it holds now, by list as last recorded under a complete version', async () => {
    expect(await held()).toEqual([byRule])
    await asked(enter([ana]))
    expect(await held()).toEqual([byRule])
    await asked(complete())
    await asked(enter([bia], 2))
    expect(await held()).toEqual([{ id: segmentId, version: 1 }, byRule])
    await asked(complete(2))
    expect(await held()).toEqual([{ id: segmentId, version: 2 }, byRule])
    expect(await held({ membershipId: cai })).toEqual([byRule])
  })

  it('are none for who left, and leave out what is retired', async () => {
    await asked(enter([ana]))
    await asked(complete())
    expect(await held({ active: false })).toEqual([])
    await world.when(segments, communityId, { type: 'RetireSegment', segmentId, reason: 'Over' })
    expect(await held()).toEqual([byRule])
  })

  it('are still known while the next part of a roll is not open yet', async () => {
    givenFullRoll([ana])
    await asked({ type: 'CarryRoll' })
    expect(await held()).toEqual([{ id: segmentId, version: 1 }, byRule])
    await asked(openPart(1), 1)
    expect(await held()).toEqual([{ id: segmentId, version: 1 }, byRule])
  })
})
