/** Documents that the runner keeps parsed, so that one that changes often is neither loaded nor written each time. */
import type { Position } from '../eventstore/event.ts'
import type { CollectionSpec, Document } from './documents.ts'
import { KeyFilter } from './key-filter.ts'
import { checkKey } from './spec.ts'

/** What the runner knows of one key. Documents are never changed, only replaced. */
export interface Entry {
  readonly collection: CollectionSpec
  readonly key: string
  document: Document | undefined
  /** False until the store was asked, or need not be. */
  isLoaded: boolean
  /** The store holds something under this key: a document or a tombstone. */
  isStored: boolean
  /** Not what the store holds. */
  isDirty: boolean
  /** Where the store's document stands, if that is further than the log was read: folds up to there are skipped. */
  aheadUntil: Position | null
  /** The last event folded into it, whether or not it changed anything; before the first, `0`. */
  foldedAt: Position
  /** The batch in which it was last asked for. */
  usedIn: number
  /** Of the event being folded: its number, and what the document is after it. */
  turn: number
  next: Document | undefined
}

/** One collection's entries. */
interface Shelf {
  readonly spec: CollectionSpec
  readonly entries: Map<string, Entry>
  /** Keys let go of that the store holds; null while there are none. */
  elsewhere: KeyFilter | null
  /** Entries made, and how often one was asked for again in a later batch. */
  made: number
  revisited: number
}

/** Entries to have seen before a collection is judged. */
const enoughToJudge = 1_000
/** Of which fewer than one in this many is asked for again in a collection whose documents are written once. */
const revisitedOneIn = 100

/** Entries by collection and key, of which those not asked for in the longest time can be let go. */
export class DocumentCache {
  readonly #shelves: ReadonlyMap<string, Shelf>
  /** Whether all that the store holds went through here, so that most keys not here are known to be absent. */
  readonly #isComplete: boolean
  #batch = 0
  #size = 0

  /** `isComplete`: the store holds nothing yet, and nothing but what is written from here on. */
  constructor(collections: readonly CollectionSpec[], isComplete: boolean) {
    this.#isComplete = isComplete
    this.#shelves = new Map(
      collections.map((spec) => [
        spec.name,
        { spec, entries: new Map<string, Entry>(), elsewhere: null, made: 0, revisited: 0 },
      ]),
    )
  }

  get size(): number {
    return this.#size
  }

  /** A new batch: what is asked for from here on was used later than what was before. */
  nextBatch(): void {
    this.#batch += 1
  }

  /**
   * The entry of a key, made on the first asking. Undefined where there is no such collection.
   * @throws {InvalidDocument} for what can be no key
   */
  entry(collection: string, key: string): Entry | undefined {
    const shelf = this.#shelves.get(collection)
    if (!shelf) return undefined
    const known = shelf.entries.get(key)
    if (known) {
      if (known.usedIn !== this.#batch) {
        known.usedIn = this.#batch
        shelf.revisited += 1
      }
      return known
    }
    checkKey(collection, key)
    const entry: Entry = {
      collection: shelf.spec,
      key,
      document: undefined,
      isLoaded: this.#isComplete && !shelf.elsewhere?.mayHold(key),
      isStored: false,
      isDirty: false,
      aheadUntil: null,
      foldedAt: '0',
      usedIn: this.#batch,
      turn: 0,
      next: undefined,
    }
    shelf.entries.set(key, entry)
    shelf.made += 1
    this.#size += 1
    return entry
  }

  /** Lets go of at least `count` entries, those unused for longest, and answers what of them the store does not hold. */
  release(count: number): readonly Entry[] {
    const last = this.#lastToGo(count)
    const unwritten: Entry[] = []
    for (const shelf of this.#shelves.values())
      for (const entry of shelf.entries.values())
        if (entry.usedIn <= last) this.#letGo(shelf, entry, unwritten)
    return unwritten
  }

  /**
   * Lets go of all entries of collections whose documents are seldom asked for again, and answers what of them the
   * store does not hold: keeping them would crowd out others, and leave more for the garbage collector to move.
   */
  releaseSeldomUsed(): readonly Entry[] {
    const unwritten: Entry[] = []
    for (const shelf of this.#shelves.values()) {
      if (shelf.made < enoughToJudge || shelf.revisited * revisitedOneIn >= shelf.made) continue
      for (const entry of shelf.entries.values()) this.#letGo(shelf, entry, unwritten)
    }
    return unwritten
  }

  #letGo(shelf: Shelf, entry: Entry, unwritten: Entry[]): void {
    shelf.entries.delete(entry.key)
    this.#size -= 1
    if (entry.isDirty) unwritten.push(entry)
    if (!this.#isComplete || !(entry.isDirty || entry.isStored)) return
    shelf.elsewhere ??= new KeyFilter()
    shelf.elsewhere.add(entry.key)
  }

  /** The batch up to which entries must go, for `count` to go: whole batches, which is near enough. */
  #lastToGo(count: number): number {
    const used = new Map<number, number>()
    for (const { entries } of this.#shelves.values())
      for (const { usedIn } of entries.values()) used.set(usedIn, (used.get(usedIn) ?? 0) + 1)
    let going = 0
    for (const batch of [...used.keys()].sort((a, b) => a - b)) {
      going += used.get(batch) ?? 0
      if (going >= count) return batch
    }
    return this.#batch
  }

  /** All that the store does not hold yet. */
  unwritten(): readonly Entry[] {
    const unwritten: Entry[] = []
    for (const { entries } of this.#shelves.values())
      for (const entry of entries.values()) if (entry.isDirty) unwritten.push(entry)
    return unwritten
  }
}
