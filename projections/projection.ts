/** What a projection is: data and pure functions. The runner does the rest. */
import type { RecordedEvent } from '../eventstore/event.ts'
import type { Document, ProjectionSpec } from './documents.ts'

/**
 * One document that an event touches, and what becomes of it. `fold` gets the document as it was before the
 * event (undefined: there is none) and returns what it is after (undefined: gone; the very same object: nothing
 * changed, nothing is written). Pure, and total: what it throws parks the event's stream, and none of the event's
 * changes happen. It never changes what it is given.
 *
 * `given` names a document of an earlier change of the *same event*; `fold` gets it as it stands after that
 * change. Counting members rests on it: a member's row stamps the position of each turn, and the cell counts
 * the event only where the stamp is the event's own, so that a second delivery counts once. What is given stands
 * in another collection than what it is given to, and collections are never given to each other in a circle: on
 * engines without transactions the runner writes each document before those it was given, so that after a crash
 * whatever is folded again finds what it was given as it was.
 */
export interface Change {
  readonly collection: string
  readonly key: string
  readonly given?: { readonly collection: string; readonly key: string }
  readonly fold: (document: Document | undefined, given: Document | undefined) => Document | undefined
}

export interface Projection extends ProjectionSpec {
  /**
   * Documents of one route are folded by one partition: what is given to a document has its route. Default: the key,
   * so that each key goes its own way. Raise the version where it changes.
   */
  readonly route?: ((collection: string, key: string) => string) | undefined
  /** Event types it looks at; others are scanned past. */
  readonly types: readonly string[]
  /** Changes in order. At most one per (collection, key). No clock, no randomness, nothing from outside the event. */
  readonly changes: (event: RecordedEvent) => readonly Change[]
}
