/** Streams that are in use, kept so that they are not read again: bounded, and disposable at any time. */
import { CachedStream } from './handler-stream.ts'

/** Most streams kept, and about how many bytes they may take. */
export interface CacheLimits {
  readonly streams: number
  readonly bytes: number
}

/** How many streams that stay are passed over before letting go is left to the next call. */
const mostPassedOver = 8

/**
 * Streams not used since they were last passed over go first. Streams that are pinned stay, whatever the limits.
 *
 * Using a stream is by far the most frequent, so it only marks it; the streams are linked in the order in which
 * they came, or were last passed over. (The order of a Map's keys would do, but finding the first takes long
 * where many were deleted.)
 */
export class StateCache {
  readonly #limits: CacheLimits
  readonly #streams = new Map<string, CachedStream>()
  #oldest: CachedStream | null = null
  #newest: CachedStream | null = null
  #bytes = 0

  constructor(limits: CacheLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#streams.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The stream, which has been used now; one of which nothing is known where it was not kept. */
  open(stream: string): CachedStream {
    const known = this.#streams.get(stream)
    if (known === undefined) return this.#keep(new CachedStream(stream))
    known.used = true
    return known
  }

  /** Forgets what is known of the stream, since it was wrong. Pins go over to the new one. */
  renew(old: CachedStream): CachedStream {
    const renewed = new CachedStream(old.stream)
    renewed.pins = old.pins
    this.#drop(old)
    return this.#keep(renewed)
  }

  /** To be called when the stream has grown: counts it again, and lets others go where the limits ask for it. */
  account(stream: CachedStream): void {
    if (stream.counted === null) return
    const bytes = stream.bytes
    this.#bytes += bytes - stream.counted
    stream.counted = bytes
    this.#trim(stream)
  }

  #keep(stream: CachedStream): CachedStream {
    this.#streams.set(stream.stream, stream)
    stream.counted = 0
    this.#link(stream)
    this.account(stream)
    return stream
  }

  /** `inUse` stays: whoever opened it has not yet had the time to pin it. */
  #trim(inUse: CachedStream): void {
    for (let passedOver = 0; passedOver < mostPassedOver; ) {
      const oldest = this.#oldest
      if (oldest === null) return
      if (this.#streams.size <= this.#limits.streams && this.#bytes <= this.#limits.bytes) return
      if (oldest.pins === 0 && oldest !== inUse && !oldest.used) this.#drop(oldest)
      else {
        this.#passOver(oldest)
        passedOver += 1
      }
    }
  }

  #drop(stream: CachedStream): void {
    if (stream.counted === null) return
    this.#streams.delete(stream.stream)
    this.#unlink(stream)
    this.#bytes -= stream.counted
    stream.counted = null
  }

  #passOver(stream: CachedStream): void {
    stream.used = false
    if (stream === this.#newest) return
    this.#unlink(stream)
    this.#link(stream)
  }

  #link(stream: CachedStream): void {
    stream.older = this.#newest
    if (this.#newest === null) this.#oldest = stream
    else this.#newest.newer = stream
    this.#newest = stream
  }

  #unlink(stream: CachedStream): void {
    const { older, newer } = stream
    if (older === null) this.#oldest = newer
    else older.newer = newer
    if (newer === null) this.#newest = older
    else newer.older = older
    stream.older = null
    stream.newer = null
  }
}
