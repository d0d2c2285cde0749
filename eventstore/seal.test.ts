import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../platform/canonical.ts'
import { sha256 } from '../platform/sha256.ts'
import { eventOf } from '../tests/contract/eventstore/kit.ts'
import { engineId, hashOf, sealEvent } from './seal.ts'

describe('a sealed event', () => {
  it('holds canonical text, whatever the order of the keys it was given', () => {
    const { data } = eventOf('case-1', 0, { data: { b: [1, { d: null, c: 'é' }], a: -0, 10: 1, 9: 2 } })
    expect(data).toBe('{"10":1,"9":2,"a":0,"b":[1,{"c":"é","d":null}]}')
  })

  it('has the hash of the canonical JSON of all its parts', () => {
    const event = eventOf('case-"1"', 3, { data: { text: '"\\€' }, schemaVersion: 2 })
    const { data, metadata, hash, ...rest } = event
    const whole = { ...rest, data: JSON.parse(data), metadata: JSON.parse(metadata) }
    expect(hash).toBe(sha256(canonicalJson(whole)))
  })

  it('has the same hash for ever', () => {
    const event = sealEvent({
      stream: 'purchase-1',
      revision: 2,
      type: 'PaymentCaptured',
      schemaVersion: 1,
      data: { amount: 1250, currency: 'BRL' },
      metadata: {
        actor: { id: 'service_1', kind: 'SERVICE', onBehalfOf: null },
        causationId: null,
        commandId: 'c1',
        correlationId: 'c1',
        occurredAt: '2026-01-01T00:00:00.000Z',
        payloadHash: 'p',
        previousHash: 'q',
        read: { 'offer-1': 0 },
        recordedAt: '2026-01-01T00:00:00.001Z',
        traceparent: null,
      },
    })
    expect(event.hash).toBe('09aaf2191ed49134e1fa8792e3c4b8ddf47b0db83c5a40ae36e12214efa4f5df')
  })

  it.each([
    ['stream', { stream: 'case-2' }],
    ['revision', { revision: 1 }],
    ['type', { type: 'Other' }],
    ['schema version', { schemaVersion: 2 }],
    ['data', { data: '{}' }],
    ['metadata', { metadata: '{}' }],
  ])('has another hash once its %s is changed', (_, change) => {
    const event = eventOf('case-1', 0)
    expect(hashOf(event)).toBe(event.hash)
    expect(hashOf({ ...event, ...change })).not.toBe(event.hash)
  })

  it('keeps its hash through any data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        const event = eventOf('case-1', 0, { data })
        expect(hashOf({ ...event })).toBe(event.hash)
        expect(eventOf('case-1', 0, { data: JSON.parse(event.data) })).toEqual(event)
      }),
    )
  })

  it('cannot be made of what JSON has no place for', () => {
    expect(() => eventOf('case-1', 0, { data: { amount: Number.NaN } })).toThrow('$.amount')
  })
})

describe('the id for an engine', () => {
  const hashes = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString('hex'))

  it('is a UUID of version 8', () => {
    fc.assert(
      fc.property(hashes, (hash) => {
        expect(engineId(hash)).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        )
      }),
    )
  })

  it('is made of the hash alone', () => {
    const hash = 'f'.repeat(64)
    expect(engineId(hash)).toBe('ffffffff-ffff-8fff-bfff-ffffffffffff')
    expect(engineId(`0${hash.slice(1)}`)).not.toBe(engineId(hash))
    expect(engineId(`${hash.slice(0, 31)}0${hash.slice(32)}`)).not.toBe(engineId(hash))
  })
})
