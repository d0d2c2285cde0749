/** As of when the books are read. */
import type { DocumentReader } from '../documents.ts'
import { postings } from '../views/journal.ts'
import { padded } from '../views/keys.ts'

/**
 * NOW: all that is in the books. BUSINESS_DATE: entries of that day and before, whenever recorded. POSITION: what
 * was recorded up to that position of the log, inclusive. RECORDED_AT: likewise, up to the last entry that was
 * recorded at or before the instant.
 */
export type AsOf =
  | { readonly kind: 'NOW' }
  | { readonly kind: 'BUSINESS_DATE'; readonly date: string }
  | { readonly kind: 'POSITION'; readonly position: string }
  | { readonly kind: 'RECORDED_AT'; readonly instant: string }

export const now: AsOf = { kind: 'NOW' }

/** Padded positions below it are at or before the position. */
const justAfter = (position: string): string => `${padded(position)}!`

/** A position bound (exclusive, padded) for what was recorded by then; empty where nothing was. */
export const boundOf = async (
  reader: DocumentReader,
  asOf: Extract<AsOf, { kind: 'POSITION' | 'RECORDED_AT' }>,
): Promise<string> => {
  if (asOf.kind === 'POSITION') return justAfter(asOf.position)
  const instant = Date.parse(asOf.instant)
  if (Number.isNaN(instant))
    throw new RangeError(`${asOf.instant} is no instant: write it as ISO 8601 in UTC.`)
  const [last] = await reader.find({
    collection: postings.name,
    range: { field: 'recordedAt', below: new Date(instant + 1).toISOString() },
    order: { fields: ['recordedAt', 'position'], descending: true },
    limit: 1,
  })
  return last === undefined ? '' : justAfter(postings.read(last.document).position)
}

const mostTries = 8

/**
 * What is read in several steps, from a view that did not move meanwhile. On one that never stands still, the last
 * try counts.
 */
export const steadily = async <T>(reader: DocumentReader, read: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    const before = await reader.checkpoint()
    const result = await read()
    const after = await reader.checkpoint()
    if (before?.position === after?.position || attempt === mostTries) return result
  }
}
