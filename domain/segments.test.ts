import { beforeEach, describe, expect, it } from 'vitest'
import { givenCommunity, ids } from '../tests/support/ecosystem.ts'
import { idOf, refusal, World } from '../tests/support/world.ts'
import type { MembershipFacts } from './segment-rule.ts'
import { type SegmentsCommand, segments, segmentsOf } from './segments.ts'

const first = idOf('segment', 1)
const second = idOf('segment', 2)
const rule = (category: string) =>
  ({ kind: 'RULE', rule: { kind: 'INTEREST', category } }) as const satisfies Define['definition']
type Define = Extract<SegmentsCommand, { type: 'DefineSegment' }>
const define = (changes: Partial<Define> = {}): Define => ({
  type: 'DefineSegment',
  segmentId: first,
  communityId: ids.community,
  name: 'Homemakers',
  definition: rule('home'),
  ...changes,
})
const revise = (changes: Partial<Extract<SegmentsCommand, { type: 'ReviseSegment' }>> = {}) =>
  ({
    type: 'ReviseSegment',
    segmentId: first,
    expectedVersion: 1,
    name: 'Homemakers',
    definition: rule('baby'),
    ...changes,
  }) as const
const retire = { type: 'RetireSegment', segmentId: first, reason: 'Empty' } as const

let world: World
const asked = (command: SegmentsCommand) => world.when(segments, ids.community, command)
const state = () => world.state(segments, ids.community)
beforeEach(() => {
  world = givenCommunity(new World())
})

describe('defining a segment', () => {
  it('is its first version; the same again changes nothing', async () => {
    expect(await asked(define())).toMatchObject([{ type: 'SegmentDefined', data: { version: 1 } }])
    expect(await asked(define())).toEqual([])
    await expect(asked(define({ definition: rule('baby') }))).rejects.toMatchObject(
      refusal('KEY_REUSED', 'segmentId'),
    )
  })

  it('needs its community', async () => {
    await expect(asked(define({ communityId: idOf('community', 9) }))).rejects.toMatchObject(
      refusal('NOT_FOUND', 'communityId'),
    )
  })

  it('takes a name that no other living segment has', async () => {
    await asked(define())
    await expect(asked(define({ segmentId: second }))).rejects.toMatchObject(refusal('TAKEN', 'name'))
    await asked(retire)
    expect(await asked(define({ segmentId: second }))).toHaveLength(1)
  })

  it('keeps a list in order and without repeats', async () => {
    const [a, b] = [idOf('membership', 1), idOf('membership', 2)]
    await asked(define({ definition: { kind: 'LIST', members: [b, a, b] } }))
    expect(state().segments[0]?.definition).toEqual({ kind: 'LIST', members: [a, b] })
  })

  it('refuses rules that are too deep', async () => {
    let deep: Extract<Define['definition'], { kind: 'RULE' }>['rule'] = { kind: 'TAG', tag: 'x' }
    for (let level = 0; level < 5; level += 1) deep = { kind: 'NOT', of: deep }
    await expect(asked(define({ definition: { kind: 'RULE', rule: deep } }))).rejects.toMatchObject(
      refusal('INVALID', 'definition', 'rule'),
    )
  })

  it('of a community is done 200 times at most', async () => {
    for (let number = 1; number <= 200; number += 1)
      await asked(define({ segmentId: idOf('segment', number), name: `Segment ${number}` }))
    await expect(asked(define({ segmentId: idOf('segment', 201), name: 'More' }))).rejects.toMatchObject(
      refusal('CONFLICT'),
    )
    await asked(retire)
    expect(await asked(define({ segmentId: idOf('segment', 201), name: 'More' }))).toHaveLength(1)
  })
})

describe('revising a segment', () => {
  beforeEach(async () => {
    await asked(define())
  })

  it('is the next version; the same again changes nothing', async () => {
    expect(await asked(revise())).toMatchObject([{ type: 'SegmentRevised', data: { version: 2 } }])
    expect(await asked(revise())).toEqual([])
    expect(await asked(revise({ expectedVersion: 2 }))).toEqual([])
  })

  it('names the version that it was made from', async () => {
    await asked(revise())
    await expect(asked(revise({ name: 'Others' }))).rejects.toMatchObject({
      ...refusal('VERSION_CHANGED', 'expectedVersion'),
      details: { version: 2 },
    })
  })

  it('takes no name of another', async () => {
    await asked(define({ segmentId: second, name: 'Parents' }))
    await expect(asked(revise({ name: 'Parents' }))).rejects.toMatchObject(refusal('TAKEN', 'name'))
  })

  it('needs one that is there, and not retired', async () => {
    await expect(asked(revise({ segmentId: second }))).rejects.toMatchObject(
      refusal('NOT_FOUND', 'segmentId'),
    )
    await asked(retire)
    await expect(asked(revise())).rejects.toMatchObject(refusal('WRONG_STATE'))
  })
})

describe('retiring a segment', () => {
  it('is done once, of one that is there', async () => {
    await expect(asked(retire)).rejects.toMatchObject(refusal('NOT_FOUND', 'segmentId'))
    await asked(define())
    expect(await asked(retire)).toHaveLength(1)
    expect(await asked(retire)).toEqual([])
  })
})

it('a member is in the living segments whose rules hold, with their versions, in the order of ids', async () => {
  await asked(define({ segmentId: second, name: 'B', definition: rule('home') }))
  await asked(define({ segmentId: first, name: 'A', definition: rule('baby') }))
  await asked(define({ segmentId: idOf('segment', 3), name: 'C', definition: rule('home') }))
  await asked(define({ segmentId: idOf('segment', 4), name: 'D', definition: { kind: 'LIST', members: [] } }))
  await asked(revise({ segmentId: first, name: 'A', definition: rule('home') }))
  await asked({ ...retire, segmentId: idOf('segment', 3) })
  const facts: MembershipFacts = {
    membershipId: null,
    interests: new Set(['home']),
    stage: null,
    tags: new Set(),
    joinedAt: null,
    active: true,
  }
  expect(segmentsOf(state(), facts)).toEqual([
    { id: first, version: 2 },
    { id: second, version: 1 },
  ])
})
