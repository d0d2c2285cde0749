/** What a test server does wrong, and when. */

export type AppendFault =
  /** Written, and nobody is told; the connection stays. */
  | { readonly kind: 'drop-answer' }
  /** Neither written nor answered. */
  | { readonly kind: 'drop-request' }
  /** All appends that wait for an answer fail: the stream that carries them ends as on a server that goes away. */
  | { readonly kind: 'break'; readonly written: boolean }
  /** The server gave up waiting for its own log. */
  | { readonly kind: 'deadline'; readonly written: boolean }
  /** Told to go to the node at this port of 127.0.0.1. Nothing is written. */
  | { readonly kind: 'not-leader'; readonly leaderPort: number }
  /** Refused though it fits. `actual`: a revision, or null for no stream. */
  | { readonly kind: 'wrong-version'; readonly actual: number | null }
  /** Refused for a reason that clients know only by its words. */
  | { readonly kind: 'not-ready' }

export type ReadFault =
  /** So many records come, then nothing, neither an error nor the end. */
  | { readonly kind: 'stall'; readonly after: number }
  /** So many records come, then the stream fails as on a server that goes away. */
  | { readonly kind: 'break'; readonly after: number }
  | { readonly kind: 'deadline'; readonly after: number }
  | { readonly kind: 'not-leader'; readonly leaderPort: number }

/** Faults that wait for their turn: each befalls one call, in the order in which they were told. */
export class Turns<Fault> {
  readonly #waiting: Fault[] = []

  /** The next `times` calls meet this fault. */
  add(fault: Fault, times = 1): void {
    for (let turn = 0; turn < times; turn += 1) this.#waiting.push(fault)
  }

  /** How many have not happened yet. */
  get left(): number {
    return this.#waiting.length
  }

  take(): Fault | undefined {
    return this.#waiting.shift()
  }

  clear(): void {
    this.#waiting.length = 0
  }
}

/** Streams of the server's own kind (`$…`, metadata) and appends of nothing are spared. */
export interface Faults {
  readonly appends: Turns<AppendFault>
  readonly streamReads: Turns<ReadFault>
  readonly logReads: Turns<ReadFault>
}
