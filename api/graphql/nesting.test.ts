import { expect, it } from 'vitest'
import { bracketsDeeperThan, deeperThan } from './nesting.ts'

it.each([
  ['a text', 'x', 0, false],
  ['null', null, 0, false],
  ['an empty list', [], 0, true],
  ['an empty list', [], 1, false],
  ['objects in lists', [{ a: [] }], 2, true],
  ['objects in lists', [{ a: [] }], 3, false],
  ['the last of several', { a: 1, b: [], c: [[1], [[]]] }, 3, true],
])('%s is as deep as it is: %j, past %d is %s', (_, value, levels, deeper) => {
  expect(deeperThan(value, levels)).toBe(deeper)
})

it.each([
  ['brackets of each kind', '{ a(b: [1]) }', 3],
  ['brackets one after another', '{ a { b } c { d } } ', 2],
  ['a comment', '{ # {{{\n a { b } }', 2],
  ['a comment that ends with the text', '{ a } # {{', 1],
  ['a string', '{ a(b: "[[[") }', 2],
  ['a string with a quotation mark', String.raw`{ a(b: "[\"[[", c: [1]) }`, 3],
  ['a string that ends with a backslash', String.raw`{ a(b: "[\\", c: [1]) }`, 3],
  ['an empty string', '{ a(b: "", c: [1]) }', 3],
  ['a block string', '{ a(b: """[ " [ "" [""", c: [1]) }', 3],
  ['a block string with its own end within', String.raw`{ a(b: """[ \""" [ """, c: [1]) }`, 3],
  ['an empty block string', '{ a(b: """""", c: [1]) }', 3],
  ['a string that its line ends', '{ a(b: "[\n[[ ', 4],
  ['a block string that does not end', '{ a(b: """[[', 2],
])('%s counts as deep as graphql reads it', (_, text, depth) => {
  expect([bracketsDeeperThan(text, depth), bracketsDeeperThan(text, depth - 1)]).toEqual([false, true])
})
