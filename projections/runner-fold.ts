import type { Position, RecordedEvent, StoredEvent } from '../eventstore/event.ts'
import type { Breather } from './breather.ts'
import type { Generation, ParkedStream } from './documents.ts'
import type { Hold } from './leases.ts'
import { comparePositions } from './order.ts'
import { partitionOf } from './partitions.ts'
import type { Change, Projection } from './projection.ts'
import type { DocumentCache, Entry } from './runner-cache.ts'
import { GivenOrder } from './runner-order.ts'
import { checkDocument } from './spec.ts'

/** An event of a type that some projection looks at; or why it cannot be read. */
export type Arrival =
  | { readonly stored: StoredEvent; readonly event: RecordedEvent }
  | { readonly stored: StoredEvent; readonly event: null; readonly failure: unknown }

/** A change with the entries that it is about. */
interface Touch {
  readonly entry: Entry
  readonly given: Entry | null
  readonly fold: Change['fold']
}

/** An event with its changes; or why it has none. */
type Plan =
  | { readonly stored: StoredEvent; readonly touches: readonly Touch[] }
  | { readonly stored: StoredEvent; readonly touches: null; readonly failure: unknown }

/** What a batch did: entries that the store does not hold yet, and who was given what. */
export interface Folded {
  readonly changed: Entry[]
  readonly given: { readonly taker: Entry; readonly given: Entry }[]
}

/** Keys asked for at once. */
const loadLimit = 2_000

const messageOf = (failure: unknown): string =>
  failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure)

/** Folds batches of events into cached documents of one generation, and parks the streams that cannot be folded. */
export class Folder {
  readonly order = new GivenOrder()
  readonly #projection: Projection
  readonly #generation: Generation
  readonly #hold: Hold
  readonly #cache: DocumentCache
  readonly #parked: Map<string, ParkedStream>
  readonly #now: () => number
  readonly #isBulk: boolean
  #turn = 0

  constructor(options: {
    readonly projection: Projection
    readonly generation: Generation
    /** The partition to fold: changes of documents that are another's are passed over. */
    readonly hold: Hold
    readonly cache: DocumentCache
    readonly parked: readonly ParkedStream[]
    readonly now: () => number
    /** Nothing is ever delivered twice, so nobody needs to know who was given what. */
    readonly isBulk: boolean
  }) {
    this.#projection = options.projection
    this.#generation = options.generation
    this.#hold = options.hold
    this.#cache = options.cache
    this.#parked = new Map(options.parked.map((stream) => [stream.stream, stream]))
    this.#now = options.now
    this.#isBulk = options.isBulk
  }

  get parked(): readonly ParkedStream[] {
    return [...this.#parked.values()]
  }

  /**
   * Folds events that follow `after`. Streams are parked in the store before anything of the batch is written, so
   * that a second delivery, which may find documents further on, parks no other events than the first.
   */
  async fold(arrivals: readonly Arrival[], after: Position | null, breather: Breather): Promise<Folded> {
    this.#cache.nextBatch()
    const plans: Plan[] = []
    for (const arrival of arrivals) {
      if (breather.isDue) await breather.rest()
      plans.push(this.#plan(arrival))
    }
    await this.#load(plans, after, breather)
    const folded: Folded = { changed: [], given: [] }
    for (const plan of plans) {
      if (breather.isDue) await breather.rest()
      if (this.#isParked(plan.stored)) await this.#skip(plan)
      else if (plan.touches === null) await this.#park(plan, plan.failure)
      else {
        const failure = this.#foldOne(plan.stored.position, plan.touches, folded)
        if (failure) await this.#park(plan, failure.cause)
      }
    }
    return folded
  }

  #plan(arrival: Arrival): Plan {
    const { stored, event } = arrival
    if (event === null) return { stored, touches: null, failure: arrival.failure }
    try {
      const changes = this.#projection.changes(event)
      const touches: Touch[] = []
      for (const { collection, key, given, fold } of changes) {
        if (!this.#isOurs(collection, key, given)) continue
        const entry = this.#cache.entry(collection, key)
        if (!entry) throw new TypeError(`${this.#projection.name} has no collection ${collection}.`)
        touches.push({ entry, given: given ? this.#given(given, collection, touches) : null, fold })
      }
      return { stored, touches }
    } catch (failure) {
      return { stored, touches: null, failure }
    }
  }

  /** @throws {TypeError} where a document is given to one that another partition folds */
  #isOurs(collection: string, key: string, given: Change['given']): boolean {
    const { partitions } = this.#generation
    if (partitions === 1) return true
    const route = this.#route(collection, key)
    if (given && this.#route(given.collection, given.key) !== route)
      throw new TypeError(
        `${given.collection} ${given.key} is given to ${collection} ${key}, which has another route. See Projection.route.`,
      )
    return partitionOf(route, partitions) === this.#hold.partition
  }

  #route(collection: string, key: string): string {
    return this.#projection.route?.(collection, key) ?? key
  }

  #given(given: NonNullable<Change['given']>, taker: string, earlier: readonly Touch[]): Entry {
    this.order.learn(given.collection, taker)
    const found = earlier.find(
      ({ entry }) => entry.key === given.key && entry.collection.name === given.collection,
    )
    if (found) return found.entry
    throw new TypeError(
      `What is given, ${given.collection} ${given.key}, is of no earlier change of the event.`,
    )
  }

  async #load(plans: readonly Plan[], after: Position | null, breather: Breather): Promise<void> {
    const missing = new Map<string, Map<string, Entry>>()
    for (const plan of plans)
      for (const { entry } of plan.touches ?? []) {
        if (entry.isLoaded) continue
        const { name } = entry.collection
        const entries = missing.get(name) ?? new Map<string, Entry>()
        missing.set(name, entries.set(entry.key, entry))
      }
    for (const [collection, entries] of missing) {
      const keys = [...entries.keys()]
      for (let from = 0; from < keys.length; from += loadLimit) {
        if (breather.isDue) await breather.rest()
        const some = keys.slice(from, from + loadLimit)
        const found = await this.#generation.load(collection, some, this.#hold)
        for (const key of some) {
          const entry = entries.get(key)
          if (!entry) continue
          const stored = found.get(key)
          entry.isLoaded = true
          if (!stored) continue
          entry.isStored = true
          entry.document = stored.document ?? undefined
          if (comparePositions(stored.position, after) > 0) entry.aheadUntil = stored.position
        }
      }
    }
  }

  /** All changes of one event, or none; answers what was thrown. */
  #foldOne(
    position: Position,
    touches: readonly Touch[],
    folded: Folded,
  ): { readonly cause: unknown } | null {
    this.#turn += 1
    try {
      for (const { entry, given, fold } of touches) {
        if (entry.turn === this.#turn)
          throw new TypeError(`Two changes of one event touch ${entry.collection.name} ${entry.key}.`)
        entry.turn = this.#turn
        entry.next = entry.document
        if (entry.aheadUntil !== null) {
          if (comparePositions(entry.aheadUntil, position) >= 0) continue
          entry.aheadUntil = null
        }
        entry.next = fold(entry.document, given?.next)
        if (entry.next !== undefined && entry.next !== entry.document)
          checkDocument(entry.collection, entry.key, entry.next, entry.document)
      }
    } catch (cause) {
      return { cause }
    }
    for (const { entry, given } of touches) {
      if (entry.aheadUntil !== null) continue
      entry.foldedAt = position
      if (entry.next !== entry.document) {
        entry.document = entry.next
        if (!entry.isDirty) folded.changed.push(entry)
        entry.isDirty = true
      }
      if (given && !this.#isBulk) folded.given.push({ taker: entry, given })
    }
    return null
  }

  #isParked({ stream, position }: StoredEvent): boolean {
    const parked = this.#parked.get(stream)
    return parked !== undefined && comparePositions(position, parked.position) >= 0
  }

  #collectionsOf(plan: Plan): readonly string[] {
    return plan.touches
      ? plan.touches.map(({ entry }) => entry.collection.name)
      : this.#projection.collections.map(({ name }) => name)
  }

  async #park(plan: Plan, failure: unknown): Promise<void> {
    const { stream, revision, position } = plan.stored
    const parked: ParkedStream = {
      projection: this.#projection.name,
      stream,
      event: `${stream}@${revision}`,
      position,
      reason: messageOf(failure),
      at: new Date(this.#now()).toISOString(),
      collections: [...new Set(this.#collectionsOf(plan))].sort(),
    }
    await this.#generation.park(parked, this.#hold)
    this.#parked.set(stream, parked)
  }

  /** A later event of a parked stream: what it would have touched is incomplete too. */
  async #skip(plan: Plan): Promise<void> {
    const parked = this.#parked.get(plan.stored.stream)
    const more = this.#collectionsOf(plan).filter((name) => !parked?.collections.includes(name))
    if (!parked || more.length === 0) return
    const wider = { ...parked, collections: [...new Set([...parked.collections, ...more])].sort() }
    await this.#generation.park(wider, this.#hold)
    this.#parked.set(parked.stream, wider)
  }
}
