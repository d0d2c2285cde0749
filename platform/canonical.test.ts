import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from './canonical.ts'

/** RFC 8785 in the plainest way, sharing nothing with the source. */
const reference = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(reference).join()}]`
  if (typeof value === 'object' && value !== null) {
    const text = Object.entries(value)
      .filter((entry) => entry[1] !== undefined)
      .map(([key, inner]) => ({ key, text: `${JSON.stringify(key)}:${reference(inner)}` }))
    const units = (key: string) => Array.from({ length: key.length }, (_, index) => key.charCodeAt(index))
    text.sort((a, b) => {
      const [left, right] = [units(a.key), units(b.key)]
      const at = left.findIndex((unit, index) => unit !== right[index])
      return at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1)
    })
    return `{${text.map((entry) => entry.text).join()}}`
  }
  return JSON.stringify(value)
}

const plainData = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.integer().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), fc.nat(30).map(String), fc.constant('__proto__')),
      fc.oneof(tie('value'), fc.constant(undefined)),
      { maxKeys: 6 },
    ),
  ),
})).value

describe('canonicalJson', () => {
  it('writes what RFC 8785 says, for any plain data', () => {
    fc.assert(
      fc.property(plainData, (value) => {
        expect(canonicalJson(value)).toBe(reference(value))
      }),
      { numRuns: 2_000 },
    )
  })

  it('does not depend on the order in which keys were set', () => {
    const entries = fc.uniqueArray(fc.tuple(fc.string({ unit: 'binary' }), fc.integer()), {
      selector: ([key]) => key,
    })
    const shuffled = entries.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    )
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(canonicalJson(Object.fromEntries(other))).toBe(canonicalJson(Object.fromEntries(one)))
      }),
    )
  })

  it('can be parsed back to the same value', () => {
    fc.assert(
      fc.property(plainData, (value) => {
        const text = canonicalJson(value)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
      }),
    )
  })

  it('gives the example of RFC 8785 section 3.2.3, sorted by UTF-16 code units', () => {
    const example = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    expect(Object.values(JSON.parse(canonicalJson(example)))).toHaveLength(7)
    expect(canonicalJson(example)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis",' +
        '"\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    )
  })

  it('gives the example of RFC 8785 section 3.2.2 for numbers and literals', () => {
    const numbers: unknown = JSON.parse('[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]')
    expect(canonicalJson({ numbers, literals: [null, true, false] })).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}',
    )
  })

  it('sorts keys that look like numbers as text', () => {
    expect(canonicalJson({ 9: 1, 10: 2, a: { 2: 0, 10: 0 } })).toBe('{"10":2,"9":1,"a":{"10":0,"2":0}}')
  })

  it('keeps a key that would set a prototype, also where keys around it are out of order', () => {
    const odd: unknown = JSON.parse('{"b":{"__proto__":{"z":1,"y":2}},"a":1}')
    expect(canonicalJson(odd)).toBe('{"a":1,"b":{"__proto__":{"y":2,"z":1}}}')
  })

  it('writes minus zero as zero', () => {
    expect(canonicalJson([-0, { a: -0 }])).toBe('[0,{"a":0}]')
    expect(canonicalJson({ b: -0, a: -0 })).toBe('{"a":0,"b":0}')
  })

  it('takes text that only looks like an escaped surrogate', () => {
    expect(canonicalJson({ path: 'C:\\ud800' })).toBe('{"path":"C:\\\\ud800"}')
  })

  it('leaves out properties that are undefined, wherever they stand', () => {
    expect(canonicalJson({ a: 1, b: undefined })).toBe('{"a":1}')
    expect(canonicalJson({ c: undefined, b: 1, a: undefined })).toBe('{"b":1}')
  })

  it('takes objects without a prototype', () => {
    expect(canonicalJson(Object.assign(Object.create(null), { b: 1, a: 2 }))).toBe('{"a":2,"b":1}')
  })

  const circle: Record<string, unknown> = {}
  circle.self = circle
  it.each([
    ['an undefined value', undefined, '$ cannot'],
    ['undefined in an array', { a: [1, undefined] }, '$.a[1] cannot'],
    ['a hole in an array', { a: new Array(1) }, '$.a[0] cannot'],
    ['NaN', { a: { b: Number.NaN } }, '$.a.b cannot'],
    ['an infinity', [-Infinity], '$[0] cannot'],
    ['a bigint', { total: 1n }, '$.total cannot'],
    ['a function', { toJSON: () => 'x' }, '$.toJSON cannot'],
    ['a symbol', { a: Symbol('s') }, '$.a cannot'],
    ['a lone surrogate in text', { note: '\ud800' }, '$.note cannot'],
    ['a lone surrogate in a key', { '\udc00': 1 }, 'lone surrogate'],
    ['a date', { at: new Date(0) }, '$.at cannot'],
    ['a map', { at: new Map() }, '$.at cannot'],
    ['an instance of a class', { id: new (class Id {})() }, '$.id cannot'],
    ['a boxed number', { id: Object(1) }, '$.id cannot'],
    ['a circle', circle, 'circle'],
  ])('refuses %s, naming the path', (_, value, message) => {
    expect(() => canonicalJson(value)).toThrow(TypeError)
    expect(() => canonicalJson(value)).toThrow(message)
  })
})
