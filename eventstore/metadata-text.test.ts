import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../platform/canonical.ts'
import { metadataText } from './metadata-text.ts'

const text = fc.string({ unit: 'grapheme' })
const textOrNull = fc.option(text, { nil: null })
const common = fc.record({
  traceparent: textOrNull,
  recordedAt: text,
  payloadHash: text,
  occurredAt: text,
  correlationId: text,
  commandId: text,
  causationId: textOrNull,
  actor: fc.record({
    onBehalfOf: textOrNull,
    kind: fc.constantFrom('PERSON' as const, 'SERVICE' as const, 'SYSTEM' as const),
    id: text,
  }),
})
const hash = fc.stringMatching(/^[0-9a-f]{64}$/)

describe('the text of metadata', () => {
  it('is the canonical JSON of the metadata', () => {
    fc.assert(
      fc.property(
        common,
        fc.dictionary(text, fc.integer()),
        fc.option(hash, { nil: null }),
        (shared, read, previousHash) => {
          const written = metadataText({ ...shared, read: canonicalJson(read) })(previousHash)
          expect(written).toBe(canonicalJson({ ...shared, read, previousHash }))
        },
      ),
    )
  })
})
