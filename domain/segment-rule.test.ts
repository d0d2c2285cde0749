import { describe, expect, it } from 'vitest'
import type { SegmentRule } from './events/shapes.ts'
import { holds, isAtLeast, type MembershipFacts, ruleProblem } from './segment-rule.ts'

const facts: MembershipFacts = {
  membershipId: 'm',
  interests: new Set(['chairs', 'furniture']),
  stage: 'SHARER',
  tags: new Set(['vip']),
  joinedAt: '2026-02-01T00:00:00.000Z',
  active: true,
}
const chairs: SegmentRule = { kind: 'INTEREST', category: 'chairs' }
const baby: SegmentRule = { kind: 'INTEREST', category: 'baby' }
const joined = (from: string | null, before: string | null): SegmentRule => ({ kind: 'JOINED', from, before })

describe('a rule', () => {
  it.each<[string, SegmentRule, boolean]>([
    ['on an interest declared', chairs, true],
    ['on what is above an interest declared', { kind: 'INTEREST', category: 'furniture' }, true],
    ['on another interest', baby, false],
    ['on the stage the member is at', { kind: 'STAGE', atLeast: 'SHARER' }, true],
    ['on a stage below', { kind: 'STAGE', atLeast: 'PARTICIPANT' }, true],
    ['on a stage above', { kind: 'STAGE', atLeast: 'MULTIPLIER' }, false],
    ['on a tag', { kind: 'TAG', tag: 'vip' }, true],
    ['on another tag', { kind: 'TAG', tag: 'new' }, false],
    ['on joining from that instant', joined('2026-02-01T00:00:00.000Z', null), true],
    ['on joining before that instant', joined(null, '2026-02-01T00:00:00.000Z'), false],
    ['on joining within', joined('2026-01-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'), true],
    ['on joining at any time', joined(null, null), true],
    ['on all of some, one of which does not hold', { kind: 'ALL', of: [chairs, baby] }, false],
    ['on any of some, one of which holds', { kind: 'ANY', of: [baby, chairs] }, true],
    ['on what does not hold', { kind: 'NOT', of: baby }, true],
  ])('%s', (_, rule, picks) => {
    expect(holds(rule, facts)).toBe(picks)
  })

  it('picks nobody who left, whatever it says', () => {
    expect(holds({ kind: 'NOT', of: baby }, { ...facts, active: false })).toBe(false)
  })

  it('on stage or joining does not hold where there is none', () => {
    expect(holds({ kind: 'STAGE', atLeast: 'PARTICIPANT' }, { ...facts, stage: null })).toBe(false)
    expect(holds(joined(null, null), { ...facts, joinedAt: null })).toBe(false)
  })
})

describe('what a rule may be', () => {
  const nested = (levels: number): SegmentRule =>
    levels === 1 ? chairs : { kind: 'NOT', of: nested(levels - 1) }

  it('is five levels deep at most, however deep it is', () => {
    expect(ruleProblem(nested(5))).toBeNull()
    expect(ruleProblem(nested(6))).toMatch(/levels deep/)
    let deep: SegmentRule = chairs
    for (let level = 0; level < 100_000; level += 1) deep = { kind: 'NOT', of: deep }
    expect(ruleProblem(deep)).toMatch(/levels deep/)
  })

  it('is two hundred rules at most', () => {
    const twenty: SegmentRule = { kind: 'ANY', of: Array.from({ length: 20 }, () => chairs) }
    expect(ruleProblem({ kind: 'ALL', of: Array.from({ length: 9 }, () => twenty) })).toBeNull()
    expect(ruleProblem({ kind: 'ALL', of: Array.from({ length: 10 }, () => twenty) })).toMatch(/at most 200/)
  })

  it('on joining ends after it begins', () => {
    expect(ruleProblem(joined('2026-02-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'))).toMatch(/earlier/)
  })
})

it('stages are in order', () => {
  expect(isAtLeast('NAVIGATOR', 'PARTICIPANT')).toBe(true)
  expect(isAtLeast('PARTICIPANT', 'EXPERIENCER')).toBe(false)
})
