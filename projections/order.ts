/** The order that all document stores share: null, then integers by value, then text by Unicode code point. */
import type { Checkpoint, FieldValue } from './documents.ts'

// JavaScript compares UTF-16 units, where a surrogate stands before U+E000 to U+FFFF; engines compare UTF-8,
// where what surrogates encode stands last. Moving those two ranges past each other makes the orders agree.
const rank = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800)

/** Negative, zero or positive, by Unicode code point. */
export const compareText = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** Negative, zero or positive; both of one field, so both text or both integers where not null. */
export const compareValues = (a: FieldValue, b: FieldValue): number => {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return compareText(String(a), String(b))
}

/** Negative, zero or positive; null stands before the first event. Positions are decimal text of at most 63 bits. */
export const comparePositions = (a: string | null, b: string | null): number => {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : a > b ? 1 : 0
}

/** Whether readers of `live` would go back, were they given `next`. Positions of different epochs do not compare. */
export const isBehind = (next: Checkpoint | null, live: Checkpoint | null): boolean =>
  live !== null &&
  (next === null || next.epoch === live.epoch) &&
  comparePositions(next?.position ?? null, live.position) < 0
