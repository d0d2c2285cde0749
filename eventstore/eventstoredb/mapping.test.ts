import { describe, expect, it } from 'vitest'
import { sealEvent } from '../seal.ts'
import { linked, positionOf, proposalOf, storedOf } from './mapping.ts'

const sealed = sealEvent({
  stream: 'purchase-1',
  revision: 3,
  type: 'PurchasePlaced',
  schemaVersion: 2,
  data: { 10: 'ten', 9: 'nine', name: '€ 𝒜', hash: 'of the data' },
  metadata: {
    actor: { id: 'person_1', kind: 'PERSON', onBehalfOf: null },
    causationId: 'share-1@0',
    commandId: 'command_1',
    correlationId: 'correlation_1',
    occurredAt: '2026-01-01T00:00:00.000Z',
    payloadHash: '0'.repeat(64),
    previousHash: 'a'.repeat(64),
    read: { 'offer-10': 1, 'offer-9': 2 },
    recordedAt: '2026-01-01T00:00:00.000Z',
    traceparent: null,
  },
})

const recordOf = (over: object = {}) => {
  const proposal = proposalOf(sealed)
  return {
    streamId: sealed.stream,
    revision: 3n,
    type: proposal.type,
    data: JSON.parse(proposal.data),
    metadata: linked(JSON.parse(proposal.metadata)),
    position: { commit: 77n, prepare: 77n },
    ...over,
  }
}

describe('an event on the server', () => {
  it('comes back to the byte', () => {
    expect(storedOf(recordOf())).toEqual({ ...sealed, position: '77' })
  })

  it('carries the names by which the server links causes and effects', () => {
    expect(recordOf().metadata).toMatchObject({
      $correlationId: 'correlation_1',
      $causationId: 'share-1@0',
      schemaVersion: 2,
      hash: sealed.hash,
    })
  })

  it('that carries no seal, or stands in a stream of the server, is not ours', () => {
    expect(storedOf(recordOf({ metadata: undefined }))).toBeUndefined()
    expect(storedOf(recordOf({ metadata: { schemaVersion: 1 } }))).toBeUndefined()
    expect(storedOf(recordOf({ metadata: new Uint8Array(3) }))).toBeUndefined()
    expect(storedOf(recordOf({ streamId: '$settings' }))).toBeUndefined()
  })

  it('has a position only where commit and prepare are one number', () => {
    expect(positionOf({ commit: 5n, prepare: 5n })).toBe('5')
    expect(positionOf({ commit: 5n, prepare: 4n })).toBeUndefined()
    expect(positionOf(undefined)).toBeUndefined()
  })
})
