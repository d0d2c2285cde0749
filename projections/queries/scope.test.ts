import { describe, expect, it } from 'vitest'
import { idOf } from '../../tests/support/world.ts'
import { checkScope, everything, maySee, type Scope, scoped, within } from './scope.ts'

const mine = idOf('community', 1)
const foreign = idOf('community', 2)
const brand = idOf('partner', 1)
const scope: Scope = { all: false, organisations: new Set([mine, brand]) }
const nothing: Scope = { all: false, organisations: new Set() }

describe('a scope', () => {
  it('holds what it names, or everything', () => {
    expect(maySee(scope, mine)).toBe(true)
    expect(maySee(scope, foreign)).toBe(false)
    expect(maySee(everything, foreign)).toBe(true)
    expect(() => checkScope(scope, foreign)).toThrow(expect.objectContaining({ organisation: foreign }))
  })

  it('has its organisations by kind; all of them without a list', () => {
    expect(within(scope, 'community')).toEqual([mine])
    expect(within(scope, 'partner')).toEqual([brand])
    expect(within(everything, 'partner')).toBeNull()
  })

  it('narrows a filter to the one asked for, else to its own, and never to more', () => {
    expect(scoped(scope, 'community', 'community', mine)).toEqual({ community: [mine] })
    expect(scoped(scope, 'community', 'community', null)).toEqual({ community: [mine] })
    expect(scoped(everything, 'community', 'community', null)).toEqual({})
    expect(() => scoped(scope, 'community', 'community', foreign)).toThrow('You may not see')
  })

  it('that is empty narrows to nothing', () => {
    expect(scoped(nothing, 'community', 'community', null)).toEqual({ community: [] })
  })
})
