import { expect, it } from 'vitest'
import { unfitTextIn } from './unfit-text.ts'

it.each([
  ['a name', 'Ana', null],
  ['lines, tabs, and characters beyond the first plane', 'a\r\n\tb 𝒜 é 母亲', null],
  ['NUL', 'a\u0000b', []],
  ['another control character', 'a\u001b[2J', []],
  ['a control character beyond ASCII', 'a\u0085b', []],
  ['the first half of a character', 'a\ud835', []],
  ['the second half', '\udc9ca', []],
  ['the halves in the wrong order', '\udc9c\ud835', []],
])('%s is found out as what it is', (_, text, path) => {
  expect(unfitTextIn(text)).toEqual(path)
})

it('the place is told, however deep', () => {
  const input = {
    name: 'x',
    at: null,
    count: 1,
    flag: true,
    lines: [{ sku: 'a' }, { tags: ['b', 'c\u0000'] }],
  }
  expect(unfitTextIn(input)).toEqual(['lines', '1', 'tags', '1'])
  expect(unfitTextIn({ lines: [{ sku: 'a' }] })).toBeNull()
})
