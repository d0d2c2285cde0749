import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fakeClock } from './clock.ts'
import { derivedId, idOf, idSource, isId, newCorrelationId, newId, uuidOf, uuidv5 } from './ids.ts'

const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'

describe('new ids', () => {
  it('carry their prefix, and a UUID of version 7 and variant 10', () => {
    const id = newId('purchase')
    expect(isId(id, 'purchase')).toBe(true)
    expect(uuidOf(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('carry the millisecond in which they were made', () => {
    const now = Date.UTC(2031, 5, 6, 7, 8, 9, 123)
    const uuid = uuidOf(idSource(fakeClock(now))('purchase'))
    expect(Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16)).toBe(now)
  })

  it('sort by the order in which they were made, however the clock moves', () => {
    const steps = fc.array(fc.integer({ min: -5, max: 2 }), { minLength: 2, maxLength: 300 })
    fc.assert(
      fc.property(steps, (all) => {
        const clock = fakeClock()
        const next = idSource(clock)
        const ids = all.map((step) => {
          clock.advance(step)
          return next('x')
        })
        expect(ids.toSorted()).toEqual(ids)
        expect(new Set(ids).size).toBe(ids.length)
      }),
    )
  })

  it('stay in order when a millisecond holds more than the counter does', () => {
    const next = idSource(fakeClock(), (bytes) => bytes.fill(0xff))
    const ids = Array.from({ length: 10_000 }, () => next('x'))
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('name what one request causes, in the order of the requests', () => {
    const ids = Array.from({ length: 100 }, () => newCorrelationId())
    expect(ids.every((id) => isId(id, 'correlation'))).toBe(true)
    expect(ids.toSorted()).toEqual(ids)
  })

  it('are the same for the same clock and the same randomness, so that a simulation can be repeated', () => {
    const make = () => idSource(fakeClock(), (bytes) => bytes.fill(7))('x')
    expect(make()).toBe(make())
  })
})

describe('derived ids', () => {
  it('are UUIDv5: the example for www.example.com of RFC 9562 A.4', () => {
    expect(uuidv5(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2')
  })

  it('are the same for the same parts, and other for other parts or another namespace', () => {
    const other = uuidOf(newId('deployment'))
    expect(derivedId('purchase', dns, 'org', 'key')).toBe(derivedId('purchase', dns, 'org', 'key'))
    expect(derivedId('purchase', other, 'org', 'key')).not.toBe(derivedId('purchase', dns, 'org', 'key'))
  })

  it('are never shared by two lists of parts', () => {
    const parts = fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\\', '[') }), { maxLength: 4 })
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const same = derivedId('x', dns, ...one) === derivedId('x', dns, ...other)
        expect(same).toBe(one.length === other.length && one.every((part, index) => part === other[index]))
      }),
    )
  })
})

describe('the form of ids', () => {
  it('is the one of the TypeID specification', () => {
    expect(idOf('prefix', '01890a5d-ac96-774b-bcce-b302099a8057')).toBe('prefix_01h455vb4pex5vsknk084sn02q')
    expect(idOf('x', '00000000-0000-0000-0000-000000000000')).toBe('x_00000000000000000000000000')
    expect(idOf('x', 'ffffffff-ffff-ffff-ffff-ffffffffffff')).toBe('x_7zzzzzzzzzzzzzzzzzzzzzzzzz')
  })

  it('leads back to the same UUID', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(uuidOf(idOf('x', uuid))).toBe(uuid)
      }),
    )
  })

  it.each([
    ['nothing', ''],
    ['no prefix', '01h455vb4pex5vsknk084sn02q'],
    ['an empty prefix', '_01h455vb4pex5vsknk084sn02q'],
    ['a prefix in upper case', 'Prefix_01h455vb4pex5vsknk084sn02q'],
    ['a dash', 'pre-fix_01h455vb4pex5vsknk084sn02q'],
    ['more than 128 bits', 'prefix_81h455vb4pex5vsknk084sn02q'],
    ['a letter outside the alphabet', 'prefix_01h455vb4pex5vsknk084sn02u'],
    ['a missing letter', 'prefix_01h455vb4pex5vsknk084sn02'],
    ['a line break at its end', 'prefix_01h455vb4pex5vsknk084sn02q\n'],
    ['another type', 7],
  ])('is refused with %s', (_, value) => {
    expect(isId(value)).toBe(false)
  })

  it('is refused with another prefix than the one asked for', () => {
    expect(isId('offer_01h455vb4pex5vsknk084sn02q', 'purchase')).toBe(false)
    expect(isId('offer_01h455vb4pex5vsknk084sn02q', 'offer')).toBe(true)
  })

  it('is needed to read its UUID, and a UUID to make an id', () => {
    expect(() => uuidOf('offer')).toThrow(TypeError)
    expect(() => idOf('offer', 'not-a-uuid')).toThrow(TypeError)
  })
})
