/**
 * Batches on their way to the thread that writes them and back: one list of texts and numbers there, one array of
 * numbers here. A structured clone of as many objects costs several times as much.
 */
import type { SealedEvent } from '../event.ts'
import { type Append, type Appended, WrongExpectedRevision } from '../port.ts'
import type { Outcome, Written } from './log-writer.ts'
import type { Committed, StreamHead } from './stream-heads.ts'

/** Of each append its stream, its expected revision and how many events it has; of each event five values. */
export type PackedBatch = readonly (string | number)[]

/** Of appends in the form that `checkAppend` demands: what follows from the rest is left out. */
export const packBatch = (appends: readonly Append[]): PackedBatch => {
  const packed: (string | number)[] = []
  for (const { stream, expectedRevision, events } of appends) {
    packed.push(stream, expectedRevision, events.length)
    for (const { type, schemaVersion, data, metadata, hash } of events)
      packed.push(type, schemaVersion, data, metadata, hash)
  }
  return packed
}

const textOf = (packed: PackedBatch, at: number): string => {
  const value = packed[at]
  if (typeof value !== 'string') throw new TypeError(`Value ${at} of a batch is no text.`)
  return value
}

const numberOf = (packed: PackedBatch | Float64Array, at: number): number => {
  const value = packed[at]
  if (typeof value !== 'number') throw new TypeError(`Value ${at} of a batch is no number.`)
  return value
}

/** @throws {TypeError} where it was not made by `packBatch` */
export const unpackBatch = (packed: PackedBatch): readonly Append[] => {
  const appends: Append[] = []
  for (let at = 0; at < packed.length; ) {
    const stream = textOf(packed, at)
    const expectedRevision = numberOf(packed, at + 1)
    const count = numberOf(packed, at + 2)
    at += 3
    const events: SealedEvent[] = []
    for (let revision = expectedRevision + 1; revision <= expectedRevision + count; revision += 1) {
      events.push({
        stream,
        revision,
        type: textOf(packed, at),
        schemaVersion: numberOf(packed, at + 1),
        data: textOf(packed, at + 2),
        metadata: textOf(packed, at + 3),
        hash: textOf(packed, at + 4),
      })
      at += 5
    }
    appends.push({ stream, expectedRevision, events })
  }
  return appends
}

/**
 * Of each append: the number of its stream, the revision of its last event, how many positions follow, and these. A
 * refused one has no positions, and for the revision the one that the stream is at.
 */
export const packWritten = (appends: readonly Append[], written: Written): Float64Array => {
  const { outcomes, heads, span } = written
  const numbers: number[] = [span?.first ?? 0, span?.last ?? 0]
  for (const [index, outcome] of outcomes.entries()) {
    const stream = heads.get(appends[index]?.stream ?? '')?.id ?? 0
    if (outcome instanceof WrongExpectedRevision) numbers.push(stream, outcome.actual, 0)
    else {
      const positions = outcome.positions ?? [outcome.position]
      numbers.push(stream, outcome.revision, positions.length)
      for (const position of positions) numbers.push(Number(position))
    }
  }
  return Float64Array.from(numbers)
}

const appendedAt = (numbers: Float64Array, at: number): Appended => {
  const positions: string[] = []
  const end = at + 3 + numberOf(numbers, at + 2)
  for (let place = at + 3; place < end; place += 1) positions.push(numberOf(numbers, place).toString())
  return { revision: numberOf(numbers, at + 1), position: positions.at(-1) ?? '', positions }
}

/**
 * What became of the appends. Of `heads` a stream may have several, its end among them: a repeat says where something
 * stands, not where the stream ends.
 * @throws {TypeError} where the numbers are not those of these appends
 */
export const unpackWritten = (
  appends: readonly Append[],
  numbers: Float64Array,
): Committed & Pick<Written, 'outcomes'> => {
  const outcomes: Outcome[] = []
  const heads: (readonly [string, StreamHead])[] = []
  const arrived: (readonly [string, number])[] = []
  const first = numberOf(numbers, 0)
  const span = first === 0 ? null : { first, last: numberOf(numbers, 1) }
  let at = 2
  for (const { stream, expectedRevision } of appends) {
    const id = numberOf(numbers, at)
    const revision = numberOf(numbers, at + 1)
    const count = numberOf(numbers, at + 2)
    if (count === 0) outcomes.push(new WrongExpectedRevision(stream, expectedRevision, revision))
    else {
      outcomes.push(appendedAt(numbers, at))
      // Nothing of a stream without a number here was written.
      if (id !== 0) {
        heads.push([stream, { id, revision }])
        if (expectedRevision === -1) arrived.push([stream, id])
      }
    }
    at += 3 + count
  }
  return { outcomes, heads, arrived, span }
}
