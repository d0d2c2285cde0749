/** Reading on and on, in order, no more than is looked at. */
import type { DocumentReader, FieldValue, FindQuery, StoredDocument } from '../documents.ts'
import type { Collection, Row } from '../views/collection.ts'

export interface Found<T> {
  readonly key: string
  readonly document: T
}

type Ordered = Omit<FindQuery, 'collection' | 'after' | 'limit' | 'order'> & {
  readonly order: readonly string[]
  readonly descending?: boolean
}

const isValue = (value: unknown): value is FieldValue =>
  value === null || typeof value === 'string' || typeof value === 'number'

const valuesOf = (order: readonly string[], { key, document }: StoredDocument): readonly FieldValue[] => [
  ...order.map((field) => {
    const value = document[field]
    return isValue(value) ? value : null
  }),
  key,
]

/** Documents of a query after the values of its order fields and a key, in chunks of `size`. */
export const following = async function* <T extends Row>(
  reader: DocumentReader,
  collection: Collection<T>,
  query: Ordered,
  from: readonly FieldValue[] | null,
  size: number,
): AsyncGenerator<Found<T>, void, undefined> {
  const { order, descending = false, ...filter } = query
  let after = from
  for (;;) {
    const page = await reader.find({
      ...filter,
      collection: collection.name,
      order: { fields: order, descending },
      ...(after === null ? {} : { after }),
      limit: size,
    })
    for (const { key, document } of page) yield { key, document: collection.read(document) }
    const last = page.at(-1)
    if (last === undefined || page.length < size) return
    after = valuesOf(order, last)
  }
}

/** Sorts after every key and every text that is a value. */
export const beyond = '\u{10ffff}'

/** Neighbours of the same group become one. */
export const grouped = async function* <T>(
  found: AsyncIterable<Found<T>>,
  isSame: (a: T, b: T) => boolean,
): AsyncGenerator<readonly [T, ...T[]], void, undefined> {
  let group: [T, ...T[]] | null = null
  for await (const { document } of found) {
    if (group !== null && isSame(group[0], document)) {
      group.push(document)
      continue
    }
    if (group !== null) yield group
    group = [document]
  }
  if (group !== null) yield group
}
