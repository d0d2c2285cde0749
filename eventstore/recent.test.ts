import { expect, it } from 'vitest'
import { Recent } from './recent.ts'

it('recent entries are kept, at least as many as asked for', () => {
  const recent = new Recent<number>(3)
  for (let value = 0; value < 10; value += 1) recent.set(`${value}`, value)
  expect([7, 8, 9].map((value) => recent.get(`${value}`))).toEqual([7, 8, 9])
})

it('entries not used for long are forgotten', () => {
  const recent = new Recent<number>(3)
  for (let value = 0; value < 10; value += 1) recent.set(`${value}`, value)
  expect(recent.get('0')).toBeUndefined()
})

it('an entry in use stays, whatever else comes and goes', () => {
  const recent = new Recent<number>(3)
  recent.set('used', -1)
  for (let value = 0; value < 100; value += 1) {
    recent.set(`${value}`, value)
    expect(recent.get('used')).toBe(-1)
  }
})

it('the latest value counts, wherever an older one still lies', () => {
  const recent = new Recent<number>(2)
  recent.set('a', 1)
  recent.set('b', 2)
  recent.set('c', 3)
  recent.set('a', 4)
  expect(recent.get('a')).toBe(4)
  recent.clear()
  expect(recent.get('a')).toBeUndefined()
})
