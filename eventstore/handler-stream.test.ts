import { describe, expect, it } from 'vitest'
import type { StateSource } from '../domain/decider.ts'
import { CachedStream } from './handler-stream.ts'

interface Counted {
  readonly type: 'Counted'
  readonly data: { readonly by: number }
}

const counter: StateSource<number, Counted> = {
  category: 'counter',
  initial: 0,
  evolve: (sum, { data }) => sum + data.by,
  types: ['Counted'],
}

const recorder: StateSource<readonly string[], Counted> = {
  category: 'counter',
  initial: [],
  evolve: (all) => all,
  types: ['Counted'],
}

describe('what is known of a stream', () => {
  it('begins as a stream that does not exist and was never read', () => {
    const { head, confirmedAt } = new CachedStream('counter', '1')
    expect(head).toEqual({ revision: -1, hash: null, position: null, recordedAt: '' })
    expect(confirmedAt).toBe(Number.NEGATIVE_INFINITY)
  })

  it('has one state for each way to fold it, also where the source is a copy', () => {
    const stream = new CachedStream('counter', '1')
    const fold = stream.fold(counter)
    fold.state = 7
    expect(stream.fold({ ...counter })).toBe(fold)
    expect(stream.fold(recorder).state).toEqual([])
  })

  it('takes the size of its events for that of its state while they are few', () => {
    const stream = new CachedStream('counter', '1')
    const empty = stream.bytes
    stream.grow(10_000)
    expect(stream.bytes).toBe(empty + 10_000)
  })

  it('measures its states once its events are many', () => {
    const stream = new CachedStream('counter', '1')
    const empty = stream.bytes
    stream.fold(counter).state = 7
    for (let count = 0; count < 7; count += 1) stream.grow(10_000)
    expect(stream.bytes - empty).toBeLessThan(100)

    stream.fold(recorder).state = ['x'.repeat(1_000_000)]
    for (let count = 0; count < 7; count += 1) stream.grow(10_000)
    expect(stream.bytes - empty).toBeGreaterThan(1_000_000)
  })

  it('keeps its guess where a state cannot be measured', () => {
    const stream = new CachedStream('counter', '1')
    const empty = stream.bytes
    const odd = { ...counter, initial: () => 1, evolve: (state: () => number) => state }
    stream.fold(odd)
    stream.grow(100_000)
    expect(stream.bytes).toBe(empty + 100_000)
  })
})
