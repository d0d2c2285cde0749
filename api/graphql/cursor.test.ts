import fc from 'fast-check'
import { expect, it } from 'vitest'
import { listingOf, openCursor, sealCursor } from './cursor.ts'

const key = new Uint8Array(32).fill(7)

it('opens for its own listing alone', () => {
  const sealed = sealCursor(key, 'Query.a {}', 'inner')
  expect(openCursor(key, 'Query.a {}', sealed)).toBe('inner')
  expect(() => openCursor(key, 'Query.b {}', sealed)).toThrow(/another listing/)
  expect(() => openCursor(new Uint8Array(32), 'Query.a {}', sealed)).toThrow(/another listing/)
})

it('opens for no text but the one that was sealed', () => {
  const sealed = sealCursor(key, 'x', 'inner')
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const bytes = Buffer.from(sealed, 'base64url')
      const place = at % bytes.length
      bytes[place] = (bytes[place] ?? 0) ^ change
      expect(() => openCursor(key, 'x', bytes.toString('base64url'))).toThrow(/another listing/)
    }),
  )
})

it('a listing is told by its field and its arguments, in any order, but not by the page', () => {
  expect(listingOf('Query.a', { b: 1, a: 2, first: 5, after: 'x', minPosition: 'y' })).toBe(
    listingOf('Query.a', { first: 6, a: 2, b: 1 }),
  )
  expect(listingOf('Query.a', { a: 1 })).not.toBe(listingOf('Query.a', { a: 2 }))
})
