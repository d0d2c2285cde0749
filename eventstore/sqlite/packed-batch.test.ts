import { expect, it } from 'vitest'
import type { SealedEvent } from '../event.ts'
import { type Append, WrongExpectedRevision } from '../port.ts'
import { packBatch, packWritten, unpackBatch, unpackWritten } from './packed-batch.ts'

const event = (stream: string, revision: number): SealedEvent => ({
  stream,
  revision,
  type: 'Happened',
  schemaVersion: 2,
  data: `{"text":"${revision} ü 𝄞"}`,
  metadata: '{}',
  hash: 'ab'.repeat(32),
})

const appendTo = (stream: string, expectedRevision: number, count: number): Append => ({
  stream,
  expectedRevision,
  events: Array.from({ length: count }, (_, index) => event(stream, expectedRevision + 1 + index)),
})

const appended = (revision: number, ...positions: readonly string[]) => ({
  revision,
  position: positions.at(-1) ?? '',
  positions,
})

it('a batch comes out as it went in', () => {
  const batch = [appendTo('case-a', -1, 2), appendTo('case-b', 6, 1), appendTo('case-a', 1, 3)]
  expect(unpackBatch(packBatch(batch))).toEqual(batch)
})

it('what became of a batch comes out as it went in: written, refused, repeated', () => {
  const batch = [
    appendTo('case-new', -1, 2),
    appendTo('case-refused', 4, 1),
    appendTo('case-new', 1, 1),
    appendTo('case-repeated', 2, 2),
    appendTo('case-new', -1, 2),
  ]
  const written = {
    outcomes: [
      appended(1, '11', '12'),
      new WrongExpectedRevision('case-refused', 4, 9),
      appended(2, '13'),
      appended(4, '3', '7'),
      appended(1, '11', '12'),
    ],
    heads: new Map([['case-new', { id: 5, revision: 2 }]]),
    arrived: [['case-new', 5] as const],
    span: { first: 11, last: 13 },
  }
  const unpacked = unpackWritten(batch, packWritten(batch, written))
  expect(unpacked).toMatchObject({ outcomes: written.outcomes, span: written.span })
  const revisions = [...unpacked.heads].map(([stream, { id, revision }]) => `${stream} ${id} ${revision}`)
  expect(revisions).toEqual(['case-new 5 1', 'case-new 5 2', 'case-new 5 1'])
  expect(new Map(unpacked.arrived)).toEqual(new Map(written.arrived))
})

it('a batch of which nothing was written has no span', () => {
  const batch = [appendTo('case-repeated', 2, 1)]
  const written = { outcomes: [appended(3, '4')], heads: new Map(), arrived: [], span: null }
  expect(unpackWritten(batch, packWritten(batch, written))).toEqual({ ...written, heads: [] })
})

it('what is no batch is refused, naming the value', () => {
  expect(() => unpackBatch(['case-a', -1, 1, 'Happened', 'one'])).toThrow('Value 4')
})
