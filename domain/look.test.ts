import { describe, expect, it } from 'vitest'
import type { Read, StateSource } from './decider.ts'
import { answered, type Look } from './look.ts'

interface Counted {
  readonly type: 'Counted'
  readonly data: { readonly by: number }
}

const counter = (category: string, initial: number): StateSource<number, Counted> => ({
  category,
  initial,
  evolve: (sum, { data }) => sum + data.by,
  types: ['Counted'],
})
const one = counter('one', 1)
const ten = counter('ten', 10)

/** Reads that take waiting, but for those at hand; `loads` is told of each. */
const reading =
  (loads: string[], atHand: readonly string[] = []): Read =>
  (source, id) => {
    const stream = `${source.category}-${id}`
    if (atHand.includes(stream)) return source.initial
    loads.push(stream)
    return Promise.resolve(source.initial)
  }

const sum = (look: Look): number => look(one, 'a') + look(ten, 'a') + look(one, 'b') + look(one, 'a')

describe('a question about states', () => {
  it('is answered at once where all are at hand', () => {
    expect(answered(reading([], ['one-a', 'ten-a', 'one-b']), sum)).toBe(13)
  })

  it('waits for those that are not, and loads each once', async () => {
    const loads: string[] = []
    expect(await answered(reading(loads, ['ten-a']), sum)).toBe(13)
    expect(loads).toEqual(['one-a', 'one-b'])
  })

  it('looks at no stream that it does not come to', async () => {
    const loads: string[] = []
    const question = (look: Look) => (look(one, 'a') > 5 ? look(one, 'b') : look(one, 'c'))
    expect(await answered(reading(loads), question)).toBe(1)
    expect(loads).toEqual(['one-a', 'one-c'])
  })

  it('keeps the states of two ways to fold one stream apart', async () => {
    const other = { ...counter('one', 7), evolve: (product: number) => product }
    const question = (look: Look) => [look(one, 'a'), look(other, 'a')]
    expect(await answered(reading([]), question)).toEqual([1, 7])
  })

  it('throws what it throws itself, before and after loading', async () => {
    const refused = (): never => {
      throw new RangeError('no such thing')
    }
    expect(() => answered(reading([]), refused)).toThrow(RangeError)
    await expect(answered(reading([]), (look) => look(one, 'a') > 0 && refused())).rejects.toThrow(RangeError)
  })

  it('fails where a state cannot be loaded', async () => {
    const failing: Read = () => Promise.reject(new Error('the disk is gone'))
    await expect(answered(failing, sum)).rejects.toThrow('the disk is gone')
  })
})
