import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../platform/canonical.ts'
import { type Catalogue, createCodec, UnreadableEvent } from './codec.ts'
import type { EventMetadata, StoredEvent } from './event.ts'
import { hashOf } from './seal.ts'

const catalogue: Catalogue = {
  current: (type) => (type === 'Joined' ? 3 : undefined),
  upcast: (type, version, data) => ({ type, version, was: data }),
}

const codec = createCodec(catalogue)

const metadata: EventMetadata = {
  actor: { id: 'person_1', kind: 'PERSON', onBehalfOf: null },
  causationId: null,
  commandId: 'command',
  correlationId: 'correlation',
  occurredAt: '2026-01-01T00:00:00.000Z',
  payloadHash: '0'.repeat(64),
  previousHash: null,
  read: { 'community-1': 4 },
  recordedAt: '2026-01-01T00:00:00.001Z',
  traceparent: null,
}

const metadataText = canonicalJson(metadata)

const stored = (over: Partial<StoredEvent> = {}): StoredEvent => ({
  ...codec.encode('membership-1', 7, { type: 'Joined', data: { how: 'QR' } }, metadataText),
  position: '42',
  ...over,
})

describe('the codec', () => {
  it('writes the current version, sealed', () => {
    const event = codec.encode('membership-1', 7, { type: 'Joined', data: { how: 'QR' } }, metadataText)
    expect(event).toMatchObject({ stream: 'membership-1', revision: 7, type: 'Joined', schemaVersion: 3 })
    expect(event.hash).toBe(hashOf(event))
  })

  it('refuses to write what the catalogue does not state', () => {
    expect(() => codec.encode('membership-1', 0, { type: 'Gone', data: {} }, metadataText)).toThrow(
      'Gone is not in the event catalogue',
    )
  })

  it('reads what it wrote', () => {
    expect(codec.decode(stored())).toEqual({
      name: 'membership-1@7',
      stream: 'membership-1',
      revision: 7,
      position: '42',
      type: 'Joined',
      schemaVersion: 3,
      data: { how: 'QR' },
      metadata,
      hash: stored().hash,
    })
  })

  it('brings older versions into the current form', () => {
    expect(codec.decode(stored({ schemaVersion: 1 }))).toMatchObject({
      schemaVersion: 3,
      data: { type: 'Joined', version: 1, was: { how: 'QR' } },
    })
  })

  it('knows neither a newer version nor a type that is not in the catalogue', () => {
    expect(codec.decode(stored({ schemaVersion: 4 }))).toBeUndefined()
    expect(codec.decode(stored({ type: 'Gone' }))).toBeUndefined()
  })

  it('reads the metadata of events that it does not know', () => {
    expect(codec.metadata(stored({ type: 'Gone' }))).toEqual(metadata)
  })

  const without = (key: keyof EventMetadata): string =>
    JSON.stringify(Object.fromEntries(Object.entries(metadata).filter(([each]) => each !== key)))

  it.each([
    ['data that are no JSON', { data: '{' }],
    ['data that are no object', { data: '7' }],
    ['data that are nothing', { data: 'null' }],
    ['metadata that are no JSON', { metadata: '' }],
    ['metadata that are a list', { metadata: '[]' }],
    ['an actor of no known kind', { metadata: JSON.stringify({ ...metadata, actor: { kind: 'CAT' } }) }],
    ['a revision read that is no number', { metadata: JSON.stringify({ ...metadata, read: { a: '1' } }) }],
    ['no command id', { metadata: without('commandId') }],
    ['no payload hash', { metadata: without('payloadHash') }],
    ['no previous hash', { metadata: without('previousHash') }],
    ['no recorded time', { metadata: without('recordedAt') }],
  ])('refuses %s, naming the event', (_what, over) => {
    expect(() => codec.decode(stored(over))).toThrow(UnreadableEvent)
    expect(() => codec.decode(stored(over))).toThrow('membership-1@7')
  })
})
