import fc from 'fast-check'
import { expect, it } from 'vitest'
import { KeyFilter } from './key-filter.ts'
import { DocumentCache, type Entry } from './runner-cache.ts'

const collections = [
  { name: 'a', fields: {}, indexes: [] },
  { name: 'b', fields: {}, indexes: [] },
]

const entryOf = (cache: DocumentCache, key: string, collection = 'a'): Entry => {
  const entry = cache.entry(collection, key)
  if (!entry) throw new Error(`There is no collection ${collection}.`)
  return entry
}

it('never takes a key for absent that was let go of', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(30), fc.constantFrom('release', 'next')), { maxLength: 80, size: 'max' }),
      (steps) => {
        const cache = new DocumentCache(collections, true)
        const stored = new Set<string>()
        for (const step of steps)
          if (step === 'next') cache.nextBatch()
          else if (step === 'release') for (const { key } of cache.release(5)) stored.add(key)
          else {
            const entry = entryOf(cache, `key-${step}`)
            if (stored.has(entry.key) && !entry.isDirty) expect(entry.isLoaded).toBe(false)
            entry.isDirty = true
          }
      },
    ),
  )
})

it('knows nothing of a store that held something before', () => {
  expect(entryOf(new DocumentCache(collections, false), 'k').isLoaded).toBe(false)
})

it('lets go of what was not asked for in the longest time', () => {
  const cache = new DocumentCache(collections, true)
  for (const key of ['old', 'hot', 'new']) {
    cache.nextBatch()
    entryOf(cache, key)
    if (key !== 'old') entryOf(cache, 'hot')
  }
  cache.release(1)
  expect(cache.size).toBe(2)
  entryOf(cache, 'hot').isDirty = true
  expect(cache.unwritten().map(({ key }) => key)).toEqual(['hot'])
})

it('hands out what the store does not hold, once', () => {
  const cache = new DocumentCache(collections, true)
  entryOf(cache, 'clean')
  entryOf(cache, 'changed').isDirty = true
  expect(cache.unwritten().map(({ key }) => key)).toEqual(['changed'])
  expect(cache.release(2).map(({ key }) => key)).toEqual(['changed'])
  expect(cache.release(2)).toEqual([])
  expect(cache.size).toBe(0)
})

it('keeps collections that are asked for again, and lets go of those that are not', () => {
  const cache = new DocumentCache(collections, true)
  for (let batch = 0; batch < 20; batch++) {
    cache.nextBatch()
    for (let number = 0; number < 100; number++) {
      entryOf(cache, `once-${batch}-${number}`, 'a').isDirty = true
      entryOf(cache, `again-${(batch * 50 + number) % 1_500}`, 'b').isDirty = true
    }
  }
  const released = cache.releaseSeldomUsed()
  expect(new Set(released.map(({ collection }) => collection.name))).toEqual(new Set(['a']))
  expect(released).toHaveLength(2_000)
})

it('a filter holds every key it was given, and few that it was not', () => {
  const filter = new KeyFilter()
  const keys = Array.from({ length: 50_000 }, (_, index) => `purchase_${index.toString(36)}|segment`)
  for (const key of keys) filter.add(key)
  expect(keys.every((key) => filter.mayHold(key))).toBe(true)
  const strangers = Array.from({ length: 50_000 }, (_, index) => `person_${index.toString(36)}|segment`)
  expect(strangers.filter((key) => filter.mayHold(key)).length).toBeLessThan(50)
})
