import { describe, expect, it } from 'vitest'
import { plus, SumOutOfRange } from './sums.ts'

describe('sums of views', () => {
  it('are exact up to the largest safe integer, either way', () => {
    expect(plus(Number.MAX_SAFE_INTEGER - 1, 1)).toBe(Number.MAX_SAFE_INTEGER)
    expect(plus(-Number.MAX_SAFE_INTEGER + 1, -1)).toBe(-Number.MAX_SAFE_INTEGER)
  })

  it('beyond it are refused, not rounded', () => {
    expect(() => plus(Number.MAX_SAFE_INTEGER, 1)).toThrow(SumOutOfRange)
    expect(() => plus(-Number.MAX_SAFE_INTEGER, -1)).toThrow(SumOutOfRange)
  })
})
