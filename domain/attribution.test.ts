import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../platform/canonical.ts'
import { type AttributionInput, attribute } from './attribution.ts'

const at = '2026-03-31T12:00:00.000Z'
const touch = (n: number, sharerId: string | null): AttributionInput['touches'][number] => ({
  name: `journey-buyer.2026-03@${n}`,
  at: `2026-03-${String(10 + n)}T12:00:00.000Z`,
  shareId: sharerId === null ? null : `share_${n}`,
  sharerId,
})

const input: AttributionInput = {
  policy: { windowDays: 30, model: 'WEIGHTED', levels: 2 },
  touches: [touch(1, 'ana'), touch(2, null), touch(3, 'bia'), touch(4, 'buyer'), touch(5, 'ana')],
  buyerId: 'buyer',
  at,
  binding: { inviterId: 'bia', since: '2026-01-01T00:00:00.000Z', shareId: null },
  inviterOf: (sharerId) => (sharerId === 'ana' ? 'bia' : null),
}

describe('attribution', () => {
  it('credits each of several sharers by their touches, with who invited them', () => {
    expect(attribute(input).credited).toEqual([
      { sharerId: 'ana', inviterId: 'bia', basisPoints: 6_667 },
      { sharerId: 'bia', inviterId: null, basisPoints: 3_333 },
    ])
  })

  it.each(['LAST_TOUCH', 'FIRST_TOUCH', 'WEIGHTED'] as const)(
    'keeps its keys in order under %s: its canonical text costs no second walk',
    (model) => {
      for (const levels of [0, 1, 2]) {
        const attribution = attribute({ ...input, policy: { windowDays: 30, model, levels } })
        expect(attribution.candidates).toHaveLength(6)
        expect(JSON.stringify(attribution)).toBe(canonicalJson(attribution))
      }
    },
  )
})
