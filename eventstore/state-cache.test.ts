import { describe, expect, it } from 'vitest'
import { StateCache } from './state-cache.ts'

const cacheOf = (streams: number, bytes = Number.POSITIVE_INFINITY): StateCache =>
  new StateCache({ streams, bytes })

const keeps = (cache: StateCache, name: string, stream: unknown): boolean => cache.open('s', name) === stream

describe('the cache of streams', () => {
  it('gives the same stream while it is kept', () => {
    const cache = cacheOf(2)
    const a = cache.open('s', 'a')
    expect(keeps(cache, 'a', a)).toBe(true)
    expect(cache.size).toBe(1)
  })

  it('lets go of one that was not used again', () => {
    const cache = cacheOf(3)
    const [a, b, c] = ['a', 'b', 'c'].map((name) => cache.open('s', name))
    cache.open('s', 'b')
    cache.open('s', 'a')
    cache.open('s', 'd')
    expect(cache.size).toBe(3)
    expect([keeps(cache, 'a', a), keeps(cache, 'b', b)]).toEqual([true, true])
    expect(keeps(cache, 'c', c)).toBe(false)
  })

  it('keeps those that are used again and again, whatever else comes', () => {
    const cache = cacheOf(3)
    const used = cache.open('s', 'a')
    for (let index = 0; index < 100; index += 1) {
      cache.open('s', `other${index}`)
      expect(keeps(cache, 'a', used)).toBe(true)
      expect(cache.size).toBeLessThanOrEqual(3)
    }
  })

  it('keeps those that are pinned, past its limits too, and lets go of them later', () => {
    const cache = cacheOf(1)
    const [a, b] = ['a', 'b'].map((name) => {
      const stream = cache.open('s', name)
      stream.pins += 1
      return stream
    })
    cache.open('s', 'c')
    expect(cache.size).toBe(3)
    expect([keeps(cache, 'a', a), keeps(cache, 'b', b)]).toEqual([true, true])
    for (const stream of [a, b]) if (stream !== undefined) stream.pins -= 1
    cache.open('s', 'd')
    expect(cache.size).toBe(1)
  })

  it('keeps the one that is opened, whatever else must stay', () => {
    const cache = cacheOf(1, 1)
    for (const name of ['a', 'b']) cache.open('s', name).pins += 1
    const c = cache.open('s', 'c')
    expect(keeps(cache, 'c', c)).toBe(true)
    c.grow(1_000)
    cache.account(c)
    expect(keeps(cache, 'c', c)).toBe(true)
  })

  it('is done soon where everything is pinned', () => {
    const cache = cacheOf(1)
    for (let index = 0; index < 100; index += 1) cache.open('s', `s${index}`).pins += 1
    expect(cache.size).toBe(100)
  })

  it('tells streams of two categories apart', () => {
    const cache = cacheOf(2)
    const [a, b] = [cache.open('a', '1'), cache.open('b', '1')]
    expect([a.stream, b.stream]).toEqual(['a-1', 'b-1'])
    expect([cache.open('a', '1') === a, cache.open('b', '1') === b]).toEqual([true, true])
  })

  it('lets go of streams that were made once others were, but of those that others opened, or that are pinned', () => {
    const cache = cacheOf(10_000)
    const made = ['left', 'opened', 'pinned'].map((name) => cache.open('s', name))
    for (const stream of made) cache.made(stream)
    cache.open('s', 'opened')
    for (const stream of made.slice(2)) stream.pins += 1
    for (let index = 0; index < 61; index += 1) cache.made(cache.open('s', `other${index}`))
    expect(cache.size).toBe(64)
    for (let index = 0; index < 1_000; index += 1) cache.made(cache.open('s', `another${index}`))
    expect(cache.size).toBe(66)
    const [left, ...others] = made
    expect(others.map(({ id }, at) => keeps(cache, id, others[at]))).toEqual([true, true])
    expect(keeps(cache, 'left', left)).toBe(false)
  })

  it('does not empty a stream that others opened, though it was passed over since', () => {
    const cache = cacheOf(2)
    const stream = cache.open('s', 'a')
    cache.made(stream)
    cache.open('s', 'a')
    stream.head = { revision: 4, hash: 'hash', position: '5', recordedAt: '' }
    for (let index = 0; index < 200; index += 1) cache.made(cache.open('s', `other${index}`))
    expect(stream.head.revision).toBe(4)
  })

  it('counts the bytes of what has grown, and of what has gone no longer', () => {
    const cache = cacheOf(10, 10_000)
    const a = cache.open('s', 'a')
    const empty = cache.bytes
    a.grow(5_000)
    cache.account(a)
    expect(cache.bytes).toBe(empty + 5_000)
    const b = cache.open('s', 'b')
    b.grow(5_000)
    cache.account(b)
    expect(cache.size).toBe(1)
    expect(cache.bytes).toBe(empty + 5_000)
    // The one that has gone is counted no more.
    a.grow(1)
    cache.account(a)
    expect(cache.bytes).toBe(empty + 5_000)
  })

  it('forgets what was wrong of a stream and keeps it pinned', () => {
    const cache = cacheOf(2)
    const old = cache.open('s', 'a')
    old.pins += 1
    old.grow(5_000)
    cache.account(old)
    const renewed = cache.renew(old)
    expect(keeps(cache, 'a', renewed)).toBe(true)
    expect(renewed).not.toBe(old)
    expect([renewed.pins, renewed.head.revision, cache.size]).toEqual([1, -1, 1])
    expect(cache.bytes).toBe(renewed.bytes)
  })
})
