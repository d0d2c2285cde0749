/**
 * What an engine's client has parsed already, kept beside the event for as long as that lives: so that texts need not
 * be made only to be parsed again.
 */
import type { StoredEvent } from './event.ts'

interface Parsed {
  readonly data: unknown
  readonly metadata: unknown
}

const known = new WeakMap<StoredEvent, Parsed>()

/** What the texts of `event` say. Nobody may change it. */
export const keepParsed = (event: StoredEvent, parsed: Parsed): StoredEvent => {
  known.set(event, parsed)
  return event
}

/** Undefined where the engine hands over texts alone. */
export const parsedOf = (event: StoredEvent): Parsed | undefined => known.get(event)
