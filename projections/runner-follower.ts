import type { Position } from '../eventstore/event.ts'
import { Breather } from './breather.ts'
import type { Checkpoint, DocumentWrite, Generation, ParkedStream } from './documents.ts'
import type { Hold } from './leases.ts'
import { compareText } from './order.ts'
import type { Projection } from './projection.ts'
import { DocumentCache, type Entry } from './runner-cache.ts'
import { type Arrival, type Folded, Folder } from './runner-fold.ts'

/** Where the log was read up to. */
export interface Cursor {
  readonly position: Position | null
  /** `stream@revision` of the last event at or before it, and when that was recorded. */
  readonly event: string | null
  readonly recordedAt: string | null
}

export const beginning: Cursor = { position: null, event: null, recordedAt: null }

/** Work done for a projection by this process, rebuilds included. */
export interface Tally {
  eventsScanned: number
  documentsWritten: number
}

/** A stretch of the log, as one projection sees it. */
export interface Stretch {
  /** Events of its types, in order. */
  readonly arrivals: readonly Arrival[]
  /** How many events there were, and where they end. */
  readonly scanned: number
  readonly cursor: Cursor
  readonly atHead: boolean
}

/** Documents in one write to a generation that is built in bulk. */
const bulkWrites = 2_000
/** Events scanned without effect before the checkpoint is written nonetheless, away from the head. */
const silentScan = 10_000

const writeOf = (entry: Entry): DocumentWrite => ({
  collection: entry.collection.name,
  key: entry.key,
  position: entry.foldedAt,
  document: entry.document ?? null,
})

const byCollectionAndKey = (a: Entry, b: Entry): number =>
  a.collection === b.collection ? (a.key < b.key ? -1 : 1) : compareText(a.collection.name, b.collection.name)

/** One partition of a projection in one generation: takes stretches of the log and keeps the documents up with them. */
export class Follower {
  readonly projection: Projection
  readonly generation: Generation
  readonly hold: Hold
  readonly #epoch: string
  readonly #isBulk: boolean
  readonly #cache: DocumentCache
  readonly #folder: Folder
  #cursor: Cursor
  #scanned: number
  #written: number
  readonly #tally: Tally

  /** `checkpoint`: null for a generation that was just begun. `parked`: the partition's. */
  constructor(options: {
    readonly projection: Projection
    readonly generation: Generation
    readonly hold: Hold
    readonly epoch: string
    readonly checkpoint: Checkpoint | null
    readonly parked: readonly ParkedStream[]
    readonly now: () => number
    readonly isBulk: boolean
    readonly tally: Tally
  }) {
    const { projection, generation, checkpoint } = options
    this.projection = projection
    this.generation = generation
    this.hold = options.hold
    this.#epoch = options.epoch
    this.#isBulk = options.isBulk
    this.#tally = options.tally
    this.#cache = new DocumentCache(projection.collections, options.isBulk)
    this.#folder = new Folder({ ...options, cache: this.#cache })
    this.#cursor = checkpoint ?? beginning
    this.#scanned = checkpoint?.scanned ?? 0
    this.#written = this.#scanned
  }

  get cursor(): Cursor {
    return this.#cursor
  }

  get checkpoint(): Checkpoint {
    const { position, event, recordedAt } = this.#cursor
    return { epoch: this.#epoch, position, event, recordedAt, scanned: this.#scanned }
  }

  get scanned(): number {
    return this.#scanned
  }

  get parked(): readonly ParkedStream[] {
    return this.#folder.parked
  }

  /** Documents kept in memory. */
  get cached(): number {
    return this.#cache.size
  }

  /**
   * Takes what follows its cursor. After an error it knows nothing any more of what the store holds: throw it away
   * and go on from the generation's own checkpoint.
   */
  async take(stretch: Stretch): Promise<void> {
    const folded = await this.#folder.fold(stretch.arrivals, this.#cursor.position, new Breather())
    this.#cursor = stretch.cursor
    this.#scanned += stretch.scanned
    this.#tally.eventsScanned += stretch.scanned
    if (this.#isBulk) return this.#writeBulk(this.#cache.releaseSeldomUsed())
    const silent = this.#scanned - this.#written
    if (folded.changed.length === 0 && (silent === 0 || (!stretch.atHead && silent < silentScan))) return
    await this.#write(folded)
    // Nothing of it is dirty now.
    this.#cache.releaseSeldomUsed()
  }

  async #write(folded: Folded): Promise<void> {
    const stages = this.#stages(folded)
    await this.generation.write(stages, this.checkpoint, this.hold)
    this.#written = this.#scanned
    this.#markWritten(folded.changed)
  }

  #stages({ changed, given }: Folded): readonly (readonly DocumentWrite[])[] {
    const { order } = this.#folder
    // Where what was given is written, its taker is too, though nothing changed: its position says that it needs
    // no second delivery, which would be given a later document than the first.
    for (const pair of given.toSorted(
      (a, b) => order.rank(b.given.collection.name) - order.rank(a.given.collection.name),
    ))
      if (pair.given.isDirty && !pair.taker.isDirty) {
        pair.taker.isDirty = true
        changed.push(pair.taker)
      }
    const stages: Entry[][] = []
    for (const entry of changed) {
      const rank = order.rank(entry.collection.name)
      const stage = stages[rank]
      if (stage) stage.push(entry)
      else stages[rank] = [entry]
    }
    return stages
      .filter((stage) => stage !== undefined)
      .map((stage) => stage.sort(byCollectionAndKey).map(writeOf))
  }

  #markWritten(entries: readonly Entry[]): void {
    for (const entry of entries) {
      entry.isDirty = false
      entry.isStored = true
    }
    this.#tally.documentsWritten += entries.length
  }

  /** Lets go of two fifths of the documents, those that were not touched for longest; in bulk, writes them first. */
  async shrink(): Promise<void> {
    await this.#writeBulk(this.#cache.release(Math.ceil(this.#cache.size * 0.4)))
  }

  /** Ends a bulk build: writes all that waits, then the checkpoint. */
  async finish(): Promise<void> {
    await this.#writeBulk(this.#cache.unwritten())
    await this.generation.write([], this.checkpoint, this.hold)
  }

  /** Sorted, in pieces. Only a generation in bulk has documents that wait; if it is lost, so are they. */
  async #writeBulk(entries: readonly Entry[]): Promise<void> {
    const sorted = entries.toSorted(byCollectionAndKey)
    const breather = new Breather()
    const nothingYet: Checkpoint = { ...beginning, epoch: this.#epoch, scanned: 0 }
    for (let from = 0; from < sorted.length; from += bulkWrites) {
      const some = sorted.slice(from, from + bulkWrites)
      await this.generation.write([some.map(writeOf)], nothingYet, this.hold)
      this.#markWritten(some)
      if (breather.isDue) await breather.rest()
    }
  }
}
