/** Streams that are in use, kept so that they are not read again: bounded, and disposable at any time. */
import { CachedStream } from './handler-stream.ts'

/** Most streams kept, and about how many bytes they may take. */
export interface CacheLimits {
  readonly streams: number
  readonly bytes: number
}

/** How many of the streams made last are kept, whether or not anybody comes back to them. */
const madeKept = 64

/** How many streams that stay are passed over before letting go is left to the next call. */
const mostPassedOver = 8

/**
 * Streams not used since they were last passed over go first. Streams that are pinned stay, whatever the limits.
 *
 * Using a stream is by far the most frequent, so it only marks it; the streams are linked in the order in which
 * they came, or were last passed over. (The order of a Map's keys would do, but finding the first takes long
 * where many were deleted.)
 *
 * Most streams that are made are left alone for long: a purchase, say. Those that nobody has come back to by the
 * time that some more were made go first of all, before they take the place of others and of the memory's young
 * generation. Whoever comes later reads them.
 */
export class StateCache {
  /** How often a stream that was asked for was kept, and was not. */
  hits = 0
  misses = 0
  readonly #limits: CacheLimits
  /** By category and id: ids are mostly texts whose hash is known, which names put together anew are not. */
  readonly #shelves = new Map<string, Map<string, CachedStream>>()
  readonly #made: (CachedStream | undefined)[] = Array.from({ length: madeKept })
  #nextMade = 0
  #size = 0
  #oldest: CachedStream | null = null
  #newest: CachedStream | null = null
  #bytes = 0

  constructor(limits: CacheLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The stream, which has been used now; one of which nothing is known where it was not kept. */
  open(category: string, id: string): CachedStream {
    const known = this.#shelves.get(category)?.get(id)
    if (known === undefined) {
      this.misses += 1
      return this.#keep(new CachedStream(category, id))
    }
    this.hits += 1
    known.used = true
    known.shared = true
    return known
  }

  /** To be called when the stream was made and nobody waits for it: it may go soon. */
  made(stream: CachedStream): void {
    const before = this.#made[this.#nextMade]
    this.#made[this.#nextMade] = stream
    this.#nextMade = (this.#nextMade + 1) % madeKept
    if (before === undefined || before.shared || before.pins > 0) return
    this.#drop(before)
    // The table of a Map that has grown refers to the one after it: while one of these waits for a collection of all
    // garbage, so does what is in those after it.
    before.empty()
  }

  /** Forgets what is known of the stream, since it was wrong. Pins go over to the new one. */
  renew(old: CachedStream): CachedStream {
    const renewed = new CachedStream(old.category, old.id)
    renewed.pins = old.pins
    renewed.mailbox = old.mailbox
    renewed.shared = true
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
    let shelf = this.#shelves.get(stream.category)
    if (shelf === undefined) {
      shelf = new Map()
      this.#shelves.set(stream.category, shelf)
    }
    shelf.set(stream.id, stream)
    this.#size += 1
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
      if (this.#size <= this.#limits.streams && this.#bytes <= this.#limits.bytes) return
      if (oldest.pins === 0 && oldest !== inUse && !oldest.used) this.#drop(oldest)
      else {
        this.#passOver(oldest)
        passedOver += 1
      }
    }
  }

  #drop(stream: CachedStream): void {
    if (stream.counted === null) return
    this.#shelves.get(stream.category)?.delete(stream.id)
    this.#size -= 1
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
