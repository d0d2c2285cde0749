import {
  type Checkpoint,
  type CollectionSpec,
  type DocumentWrite,
  type FieldValue,
  type Filter,
  type FindQuery,
  type Generation,
  GenerationGone,
  type LoadedDocument,
  type ParkedStream,
  type ProjectionSpec,
  type StoredDocument,
  type SumQuery,
  type SumRow,
} from '../documents.ts'
import { type Hold, LeaseLost, type LeaseState, unclaimed } from '../leases.ts'
import { comparePositions, compareText, compareValues } from '../order.ts'
import { leastOf, mergeParked } from '../partitions.ts'
import {
  checkAtMost,
  checkDocument,
  checkKey,
  checkScan,
  checkSum,
  collectionOf,
  fieldOf,
  type Matcher,
  matcherOf,
  pageOf,
  parseDocument,
  safeSum,
} from '../spec.ts'

interface Kept {
  readonly position: string
  /** JSON text, as an engine would keep it, so that what comes out is never what somebody else still holds. */
  readonly document: string | null
}

/** A document with its declared fields, as queries see it. */
interface Row extends StoredDocument {
  readonly fields: Readonly<Record<string, FieldValue>>
}

const matches = (row: Row, matcher: Matcher): boolean => {
  const { equal, range } = matcher
  for (const { field, values } of equal) if (!values.includes(row.fields[field] ?? null)) return false
  if (!range) return true
  const value = row.fields[range.field] ?? null
  if (value === null) return false
  if (range.from !== undefined && compareValues(value, range.from) < 0) return false
  return range.below === undefined || compareValues(value, range.below) < 0
}

export class MemoryGeneration implements Generation {
  readonly id: string
  readonly projection: string
  readonly version: number
  readonly collections: readonly CollectionSpec[]
  readonly #documents = new Map<string, Map<string, Kept>>()
  readonly partitions: number
  readonly #parked: readonly Map<string, ParkedStream>[]
  readonly #checkpoints: (Checkpoint | null)[]
  readonly #leases: LeaseState[]
  #gone = false

  constructor(id: string, spec: ProjectionSpec, partitions = 1) {
    this.id = id
    this.partitions = partitions
    this.#parked = Array.from({ length: partitions }, () => new Map())
    this.#checkpoints = Array.from({ length: partitions }, () => null)
    this.#leases = Array.from({ length: partitions }, () => ({ owner: null, token: 0 }))
    this.projection = spec.name
    this.version = spec.version
    this.collections = spec.collections
    for (const { name } of spec.collections) this.#documents.set(name, new Map())
  }

  get isGone(): boolean {
    return this.#gone
  }

  /** From here on it takes no writes; reads in flight still answer. */
  retire(): void {
    this.#gone = true
  }

  #kept(collection: string): Map<string, Kept> {
    const kept = this.#documents.get(collectionOf(this.collections, collection).name)
    if (!kept) throw new GenerationGone(this.id)
    return kept
  }

  #rows(collection: string, matcher: Matcher): Row[] {
    const spec = collectionOf(this.collections, collection)
    const rows: Row[] = []
    for (const [key, { position, document: text }] of this.#kept(collection)) {
      if (text === null) continue
      const document = parseDocument(text)
      const fields = Object.fromEntries(
        Object.keys(spec.fields).map((field) => [field, fieldOf(spec, field, key, document)]),
      )
      const row = { key, position, document, fields }
      if (matches(row, matcher)) rows.push(row)
    }
    return rows
  }

  async checkpoint(): Promise<Checkpoint | null> {
    return leastOf(this.#checkpoints)
  }

  async checkpoints(): Promise<readonly (Checkpoint | null)[]> {
    return [...this.#checkpoints]
  }

  async leases(): Promise<readonly LeaseState[]> {
    return [...this.#leases]
  }

  async claim(partition: number, owner: string, over: number): Promise<number | null> {
    if (this.#gone) throw new GenerationGone(this.id)
    if (this.#leases[partition]?.token !== over) return null
    this.#leases[partition] = { owner, token: over + 1 }
    return over + 1
  }

  async release({ partition, token }: Hold): Promise<void> {
    if (this.#leases[partition]?.token === token) this.#leases[partition] = { owner: null, token }
  }

  /** @throws {GenerationGone | LeaseLost} where a holder may not write any more */
  #check({ partition, token }: Hold): void {
    if (this.#gone) throw new GenerationGone(this.id)
    const found = this.#leases[partition]?.token
    if (found !== token) throw new LeaseLost(`${this.id}/${partition}`, token, found ?? 0)
  }

  async load(collection: string, keys: readonly string[]): Promise<ReadonlyMap<string, LoadedDocument>> {
    const kept = this.#kept(collection)
    const loaded = new Map<string, LoadedDocument>()
    for (const key of keys) {
      const found = kept.get(key)
      if (found)
        loaded.set(key, {
          position: found.position,
          document: found.document === null ? null : parseDocument(found.document),
        })
    }
    return loaded
  }

  async write(
    stages: readonly (readonly DocumentWrite[])[],
    checkpoint: Checkpoint,
    hold: Hold = unclaimed,
  ): Promise<void> {
    this.#check(hold)
    const writes = stages.flat()
    for (const { collection, key, document } of writes) {
      checkKey(collection, key)
      if (document) checkDocument(collectionOf(this.collections, collection), key, document, undefined)
    }
    for (const { collection, key, position, document } of writes) {
      const kept = this.#kept(collection)
      if (comparePositions(position, kept.get(key)?.position ?? null) <= 0) continue
      kept.set(key, { position, document: document === null ? null : JSON.stringify(document) })
    }
    const before = this.#checkpoints[hold.partition]
    if (before?.epoch !== checkpoint.epoch || comparePositions(checkpoint.position, before.position) >= 0)
      this.#checkpoints[hold.partition] = checkpoint
  }

  async get(collection: string, key: string): Promise<StoredDocument | undefined> {
    const found = this.#kept(collection).get(key)
    if (!found || found.document === null) return undefined
    return { key, position: found.position, document: parseDocument(found.document) }
  }

  async find(query: FindQuery): Promise<readonly StoredDocument[]> {
    const page = pageOf(collectionOf(this.collections, query.collection), query)
    const compare = (
      a: { readonly fields: Row['fields']; readonly key: string },
      b: { readonly fields: Row['fields']; readonly key: string },
    ): number => {
      for (const field of page.order) {
        const order = compareValues(a.fields[field] ?? null, b.fields[field] ?? null)
        if (order !== 0) return page.descending ? -order : order
      }
      return page.descending ? compareText(b.key, a.key) : compareText(a.key, b.key)
    }
    const { after } = page
    const seen = after && {
      key: after.key,
      fields: Object.fromEntries(page.order.map((field, index) => [field, after.values[index] ?? null])),
    }
    return this.#rows(query.collection, page)
      .filter((row) => !seen || compare(row, seen) > 0)
      .sort(compare)
      .slice(0, page.limit)
      .map(({ key, position, document }) => ({ key, position, document }))
  }

  async sum(query: SumQuery): Promise<readonly SumRow[]> {
    const groups = new Map<string, { values: readonly FieldValue[]; count: number; sums: bigint[] }>()
    for (const { fields } of this.#rows(
      query.collection,
      checkSum(collectionOf(this.collections, query.collection), query),
    )) {
      const values = query.groupBy.map((field) => fields[field] ?? null)
      const name = JSON.stringify(values)
      const group = groups.get(name) ?? { values, count: 0, sums: query.sums.map(() => 0n) }
      groups.set(name, group)
      group.count += 1
      query.sums.forEach((field, index) => {
        group.sums[index] = (group.sums[index] ?? 0n) + BigInt(fields[field] ?? 0)
      })
    }
    return [...groups.values()]
      .sort((a, b) => {
        for (const [index, value] of a.values.entries()) {
          const order = compareValues(value, b.values[index] ?? null)
          if (order !== 0) return order
        }
        return 0
      })
      .map(({ values, count, sums }) => ({
        group: Object.fromEntries(query.groupBy.map((field, index) => [field, values[index] ?? null])),
        count,
        sums: Object.fromEntries(
          query.sums.map((field, index) => [field, safeSum(query.collection, field, sums[index] ?? 0n)]),
        ),
      }))
  }

  async count(query: Filter & { readonly collection: string }, atMost: number): Promise<number> {
    const matcher = matcherOf(collectionOf(this.collections, query.collection), query)
    return Math.min(this.#rows(query.collection, matcher).length, checkAtMost(atMost))
  }

  async park(stream: ParkedStream, hold: Hold = unclaimed): Promise<void> {
    this.#check(hold)
    this.#parked[hold.partition]?.set(stream.stream, stream)
  }

  async parked(partition?: number): Promise<readonly ParkedStream[]> {
    const wanted = partition === undefined ? this.#parked : this.#parked.slice(partition, partition + 1)
    return mergeParked(wanted.flatMap((streams) => [...streams.values()]))
  }

  async scan(collection: string, afterKey: string | null, limit: number): Promise<readonly StoredDocument[]> {
    const after = afterKey === null ? {} : { after: [afterKey] }
    return this.find({ collection, limit: checkScan(limit), ...after })
  }
}
