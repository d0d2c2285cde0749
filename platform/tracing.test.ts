import { describe, expect, it } from 'vitest'
import { activeTraceparent, batchSpanStart, isTracing, mostLinks, readTraceparent } from './tracing.ts'

const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const of = (n: number, sampled = true): string =>
  `00-${n.toString(16).padStart(32, '0')}-00f067aa0ba902b7-0${sampled ? 1 : 0}`

describe('what a request says of its trace', () => {
  it('is taken in the form of version 00', () => {
    expect(readTraceparent(parent)).toBe(parent)
    expect(readTraceparent(`cc${parent.slice(2)}-what-comes-later`)).toBe(parent)
    // Flags beyond the first are not ours to pass on.
    expect(readTraceparent(`${parent.slice(0, -2)}03`)).toBe(parent)
  })

  it.each([
    ['of version ff', `ff${parent.slice(2)}`],
    ['with more than version 00 has', `${parent}-more`],
    ['with a trace id of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['with a span id of zeros', `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`],
    ['in capitals', parent.toUpperCase()],
    ['cut short', parent.slice(0, -1)],
    ['that is no text', ['a', 'b']],
    ['that is absent', undefined],
  ])('is passed over %s', (_what, text) => {
    expect(readTraceparent(text)).toBeNull()
  })
})

describe('the span of a batch', () => {
  it('belongs under the trace that all of it is of', () => {
    expect(batchSpanStart([null, parent, parent])).toEqual({ parent })
  })

  it('is linked to each of several traces, once, and to no more than may be', () => {
    expect(batchSpanStart([of(1), of(2), of(1)])).toEqual({ parent: null, links: [of(1), of(2)] })
    const many = batchSpanStart(Array.from({ length: 1_000 }, (_, n) => of(n + 1)))
    expect(many?.links?.length).toBeLessThanOrEqual(mostLinks)
  })

  it('is not made where nothing of it is sampled', () => {
    expect(batchSpanStart([null, of(1, false)])).toBeNull()
    expect(batchSpanStart([])).toBeNull()
  })
})

it('without telemetry there is no span', () => {
  expect([isTracing(), activeTraceparent()]).toEqual([false, null])
})
