import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../platform/canonical.ts'
import { CachedStream } from './handler-stream.ts'
import { type NamedStream, StreamsSeen, seenText } from './streams-seen.ts'

const named = (stream: string): NamedStream => ({
  stream,
  seenText: (revision) => seenText(stream, revision),
})

describe('the streams that a decision looked at', () => {
  it('are written as canonical JSON, whatever their names and the order of looking', () => {
    const name = fc.oneof(fc.string({ maxLength: 4 }), fc.string({ unit: 'grapheme', maxLength: 3 }))
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.integer({ min: -1 }))), (looks) => {
        const seen = new StreamsSeen()
        for (const [stream, revision] of looks) seen.see(named(stream), revision)
        const last = new Map(looks)
        expect(seen.text).toBe(canonicalJson(Object.fromEntries(last)))
        expect(seen.size).toBe(last.size)
      }),
    )
  })

  it('have no name that JSON has no place for', () => {
    const seen = new StreamsSeen()
    expect(() => seen.see(new CachedStream('partner', '\ud800'), 0)).toThrow(TypeError)
  })

  it('have the revision that was seen last, though it was seen before', () => {
    const stream = new CachedStream('partner', '1')
    const texts = [3, 4, 4, 3].map((revision) => {
      const seen = new StreamsSeen()
      seen.see(stream, revision)
      return seen.text
    })
    expect(texts).toEqual([3, 4, 4, 3].map((revision) => `{"partner-1":${revision}}`))
  })
})
