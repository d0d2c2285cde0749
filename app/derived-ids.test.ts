import { expect, it, vi } from 'vitest'
import { rememberDerived } from './derived-ids.ts'

/** Tells every list of parts from every other. */
const told = (prefix: string, ...parts: readonly string[]) => JSON.stringify([prefix, ...parts])

it('gives the id of just these parts: no others, fewer, more or in another order', () => {
  const derive = rememberDerived(told, 100)
  const asked = [['a'], ['a', 'b'], ['a', 'b', 'c'], ['b', 'a'], ['ab'], ['a', ''], ['', 'a'], ['a', 'bc']]
  for (let time = 0; time < 2; time += 1)
    for (const [prefix = '', ...parts] of asked) expect(derive(prefix, ...parts)).toBe(told(prefix, ...parts))
})

it('derives what it was asked for lately once, and goes on deriving what it was not', () => {
  const spy = vi.fn(told)
  const derive = rememberDerived(spy, 10)
  for (let time = 0; time < 50; time += 1) {
    expect(derive('often', 'asked')).toBe(told('often', 'asked'))
    expect(derive('once', String(time))).toBe(told('once', String(time)))
  }
  expect(spy.mock.calls.filter(([prefix]) => prefix === 'often')).toHaveLength(1)
  derive('once', '0')
  expect(spy.mock.calls.filter(([prefix, part]) => prefix === 'once' && part === '0')).toHaveLength(2)
})
