/** What a command handler has done, for metrics and health. */

/** Counted since the handler was made. */
export interface HandlerTotals {
  /** Commands taken. */
  commands: number
  appends: number
  events: number
  /** Appends that met a stream which had moved, so that commands were decided again. */
  conflicts: number
  /** Commands that were decided again for such a conflict. */
  retries: number
  /** Commands that had been done before. */
  replays: number
  /** Appends of which the engine did not say whether they happened. */
  doubts: number
  /** Events that were skipped in reading a stream: their type or version is newer than this program. */
  unknownEvents: number
}

export interface HandlerStats extends Readonly<HandlerTotals> {
  /** Commands taken and not answered yet. */
  readonly waiting: number
  /** Streams with commands that wait. */
  readonly mailboxes: number
  /** Streams whose state is kept, and about how many bytes that takes. */
  readonly cachedStreams: number
  readonly cachedBytes: number
  /** How often a stream that was asked for was kept, and was not. */
  readonly cacheHits: number
  readonly cacheMisses: number
}

export const noTotals = (): HandlerTotals => ({
  commands: 0,
  appends: 0,
  events: 0,
  conflicts: 0,
  retries: 0,
  replays: 0,
  doubts: 0,
  unknownEvents: 0,
})
