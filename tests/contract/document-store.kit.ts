import type {
  Checkpoint,
  CollectionSpec,
  Document,
  DocumentStore,
  DocumentWrite,
  Generation,
  ProjectionSpec,
} from '../../projections/documents.ts'

/** What a suite needs of an engine: stores on storage of their own, thrown away at the end. */
export interface DocumentStoreHarness {
  readonly name: string
  /** False where storage lives and dies with one store. */
  readonly isShared: boolean
  /** A store on new, empty storage; `another` opens the same storage as another process would. */
  open(): Promise<{
    readonly store: DocumentStore
    readonly another: () => Promise<DocumentStore>
    readonly dispose: () => Promise<void>
  }>
}

export const things: CollectionSpec = {
  name: 'things',
  fields: { owner: 'text', amount: 'integer', rank: 'integer', label: 'text' },
  indexes: [
    ['owner', 'amount'],
    ['rank', 'label'],
  ],
}

export const specOf = (
  name: string,
  version = 1,
  collections: readonly CollectionSpec[] = [things],
): ProjectionSpec => ({
  name,
  version,
  collections,
})

export const at = (position: number | null, epoch = 'epoch-1'): Checkpoint => ({
  epoch,
  position: position === null ? null : String(position),
  event: position === null ? null : `thing-1@${position}`,
  recordedAt: position === null ? null : '2026-01-01T00:00:00.000Z',
  scanned: position ?? 0,
})

export const put = (
  key: string,
  position: number,
  document: Document | null,
  collection = 'things',
): DocumentWrite => ({
  collection,
  key,
  position: String(position),
  document,
})

/** Writes in one stage, with a checkpoint at the furthest of them. */
export const writeAll = (generation: Generation, ...writes: readonly DocumentWrite[]): Promise<void> =>
  generation.write([writes], at(Math.max(...writes.map(({ position }) => Number(position)))))

export const keysOf = (documents: readonly { readonly key: string }[]): readonly string[] =>
  documents.map(({ key }) => key)

/** All pages of a query, each of `limit`, following the last document of the one before. */
export const pages = async (
  generation: Generation,
  order: { readonly fields: readonly string[]; readonly descending?: boolean },
  limit: number,
  filter: object = {},
): Promise<readonly string[]> => {
  const seen: string[] = []
  let after: readonly (string | number | null)[] | undefined
  for (;;) {
    const page = await generation.find({
      collection: 'things',
      order,
      limit,
      ...filter,
      ...(after && { after }),
    })
    seen.push(...keysOf(page))
    const last = page.at(-1)
    if (!last || page.length < limit) return seen
    after = [
      ...order.fields.map((field) => {
        const value = last.document[field]
        return typeof value === 'string' || typeof value === 'number' ? value : null
      }),
      last.key,
    ]
  }
}
