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
  ['what turns the letters that follow', 'a\u202eb', []],
  ['what sets letters apart from their surroundings', 'a\u2068b\u2069', []],
  ['a space of no width, in what is no name', 'a\u200bb', null],
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

it.each([
  ['a space of no width', 'a\u200bb'],
  ['a soft hyphen', 'a\u00adb'],
  ['a joiner at the beginning', '\u200db'],
  ['a joiner after a Latin letter', 'a\u200d'],
  ['a mark of direction without letters for it', 'a\u200fb'],
  ['more tags than a flag has', `\u{1f3f4}${'\u{e0067}'.repeat(200_000)}`],
  ['tags behind anything but a flag', '\u{1f3f3}\u{e0067}\u{e007f}'],
])('%s is unfit in each property that holds a name, and only there', (_, text) => {
  for (const property of ['name', 'title', 'label', 'holder'])
    expect(unfitTextIn({ [property]: text })).toEqual([property])
  expect(unfitTextIn({ reason: text })).toBeNull()
})

it.each([
  ['emoji with joiners, tones and variations', '\u{1f469}\u{1f3fd}\u200d\u2764\ufe0f\u200d\u{1f468}'],
  ['the rainbow flag', '\u{1f3f3}\ufe0f\u200d\u{1f308}'],
  ['a flag of tags', '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'],
  ['Hebrew beside Latin, with marks', '\u05e9\u05dc\u05d5\u05dd\u200f (Acme\u200e)'],
  ['Persian with a non-joiner', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
  ['Devanagari with a joiner', '\u0915\u094d\u200d\u0937'],
])('a name may have %s', (_, name) => {
  expect(unfitTextIn({ name })).toBeNull()
})
