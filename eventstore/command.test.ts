import { describe, expect, it } from 'vitest'
import { ExpectedRevisionConflict, Overloaded, payloadHashOf, TooMuchContention } from './command.ts'

describe('the payload of a command', () => {
  it('is the same whatever the order of its keys, and what is left undefined', () => {
    const hash = payloadHashOf({ type: 'Place', lines: [{ a: 1, b: 2 }], note: undefined })
    expect(payloadHashOf({ lines: [{ b: 2, a: 1 }], type: 'Place' })).toBe(hash)
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('is another where anything of it is, its type too', () => {
    const hash = payloadHashOf({ type: 'Place', lines: [1, 2] })
    expect(payloadHashOf({ type: 'Record', lines: [1, 2] })).not.toBe(hash)
    expect(payloadHashOf({ type: 'Place', lines: [2, 1] })).not.toBe(hash)
    expect(payloadHashOf({ type: 'Place', lines: [1, 2], note: null })).not.toBe(hash)
  })

  it('must be plain JSON', () => {
    expect(() => payloadHashOf({ type: 'Place', at: new Date(0) })).toThrow('$.at')
  })
})

describe('why a command may not be done now', () => {
  it('says where, and what to do', () => {
    expect(new ExpectedRevisionConflict('offer-1', 3, 5).message).toBe(
      'Stream offer-1 is at revision 5, not at 3 as you saw it. Look at it again.',
    )
    expect(new TooMuchContention('offer-1', 10).message).toContain('each of 10 attempts')
    expect(new Overloaded('stream offer-1', 500).message).toContain('500 commands wait for stream offer-1')
  })
})
