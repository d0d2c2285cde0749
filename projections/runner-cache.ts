/** Documents that the runner keeps parsed, so that one that changes often is neither loaded nor written each time. */
import type { Position } from '../eventstore/event.ts'
import type { CollectionSpec, Document } from './documents.ts'

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
  /** Of the event being folded: its number, and what the document is after it. */
  turn: number
  next: Document | undefined
}

/** One collection's entries: those asked for since the last `age`, and those before. */
interface Shelf {
  readonly spec: CollectionSpec
  young: Map<string, Entry>
  old: Map<string, Entry>
  /** Whether the store holds nothing that is not here. */
  isWhole: boolean
}

/**
 * Entries by collection and key. `age` lets go of all that was not asked for since the time before: a bounded
 * cache at the price of one more move for each entry that stays.
 */
export class DocumentCache {
  readonly #shelves: ReadonlyMap<string, Shelf>

  /** `startsEmpty`: the store holds nothing yet, so a miss means absent, until something it holds was let go. */
  constructor(collections: readonly CollectionSpec[], startsEmpty: boolean) {
    this.#shelves = new Map(
      collections.map((spec) => [
        spec.name,
        { spec, young: new Map<string, Entry>(), old: new Map<string, Entry>(), isWhole: startsEmpty },
      ]),
    )
  }

  get size(): number {
    let size = 0
    for (const { young, old } of this.#shelves.values()) size += young.size + old.size
    return size
  }

  /** The entry of a key, made on the first asking. Undefined where there is no such collection. */
  entry(collection: string, key: string): Entry | undefined {
    const shelf = this.#shelves.get(collection)
    if (!shelf) return undefined
    const young = shelf.young.get(key)
    if (young) return young
    const old = shelf.old.get(key)
    if (old) {
      shelf.old.delete(key)
      shelf.young.set(key, old)
      return old
    }
    const entry: Entry = {
      collection: shelf.spec,
      key,
      document: undefined,
      isLoaded: shelf.isWhole,
      isStored: false,
      isDirty: false,
      aheadUntil: null,
      foldedAt: '0',
      turn: 0,
      next: undefined,
    }
    shelf.young.set(key, entry)
    return entry
  }

  /** Lets go of what was not asked for since the last time, and answers what of it the store does not hold yet. */
  age(): readonly Entry[] {
    const unwritten: Entry[] = []
    for (const shelf of this.#shelves.values()) {
      for (const entry of shelf.old.values()) {
        if (entry.isDirty) unwritten.push(entry)
        if (entry.isDirty || entry.isStored) shelf.isWhole = false
      }
      shelf.old = shelf.young
      shelf.young = new Map()
    }
    return unwritten
  }

  /** All that the store does not hold yet. */
  unwritten(): readonly Entry[] {
    const unwritten: Entry[] = []
    for (const { young, old } of this.#shelves.values())
      for (const entries of [young, old])
        for (const entry of entries.values()) if (entry.isDirty) unwritten.push(entry)
    return unwritten
  }

  /** Forgets everything. The store may hold anything now. */
  clear(): void {
    for (const shelf of this.#shelves.values()) {
      shelf.young = new Map()
      shelf.old = new Map()
      shelf.isWhole = false
    }
  }
}
