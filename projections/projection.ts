/** What a projection is: data and pure functions. The runner does the rest. */
import type { RecordedEvent } from '../eventstore/event.ts'
import type { Document, ProjectionSpec } from './documents.ts'

/**
 * One document that an event touches, and what becomes of it. `fold` gets the document as it was before the
 * event (undefined: there is none) and returns what it is after (undefined: gone). Pure, and total: what it
 * throws parks the event's stream.
 *
 * `given` names a document of an earlier change of the *same event*; `fold` gets it as it stands after that
 * change. Counting members rests on it: a member's row stamps the position of each turn, and the cell counts
 * the event only where the stamp is the event's own, so that a second delivery counts once.
 */
export interface Change {
  readonly collection: string
  readonly key: string
  readonly given?: { readonly collection: string; readonly key: string }
  readonly fold: (document: Document | undefined, given: Document | undefined) => Document | undefined
}

export interface Projection extends ProjectionSpec {
  /** Event types it looks at; others are scanned past. */
  readonly types: readonly string[]
  /** Changes in order. At most one per (collection, key). No clock, no randomness, nothing from outside the event. */
  readonly changes: (event: RecordedEvent) => readonly Change[]
}
