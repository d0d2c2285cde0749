import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../platform/canonical.ts'
import { CachedStream } from './handler-stream.ts'
import { StreamsSeen } from './streams-seen.ts'

describe('the streams that a decision looked at', () => {
  it('are written as canonical JSON, whatever their names and the order of looking', () => {
    const name = fc.oneof(fc.string({ maxLength: 4 }), fc.string({ unit: 'grapheme', maxLength: 3 }))
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.integer({ min: -1 }))), (looks) => {
        const seen = new StreamsSeen()
        for (const [stream, revision] of looks) seen.see(new CachedStream(stream), revision)
        const last = new Map(looks)
        expect(seen.text).toBe(canonicalJson(Object.fromEntries(last)))
        expect(seen.size).toBe(last.size)
      }),
    )
  })

  it('have no name that JSON has no place for', () => {
    const seen = new StreamsSeen()
    seen.see(new CachedStream('partner-\ud800'), 0)
    expect(() => seen.text).toThrow(TypeError)
  })
})
