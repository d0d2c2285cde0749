/** Whether two generations of a projection say the same. */
import { canonicalJson } from '../platform/canonical.ts'
import type { DocumentReader, Generation, StoredDocument } from './documents.ts'
import { compareText } from './order.ts'

/**
 * The first place where two generations differ. `left` and `right` are canonical JSON; null where there is nothing.
 * `collection` is null where they differ in the streams that are parked, or in what collections there are.
 */
export interface Difference {
  readonly collection: string | null
  readonly key: string
  readonly left: string | null
  readonly right: string | null
}

const pageSize = 1_000

async function* documentsOf(
  reader: DocumentReader,
  collection: string,
): AsyncGenerator<StoredDocument, undefined> {
  let after: string | null = null
  for (;;) {
    const page: readonly StoredDocument[] = await reader.scan(collection, after, pageSize)
    yield* page
    const last = page.at(-1)
    if (!last || page.length < pageSize) return
    after = last.key
  }
}

async function* parkedOf(reader: DocumentReader): AsyncGenerator<StoredDocument, undefined> {
  // When it was parked, and the words for why, may differ between a first pass and a rebuild.
  for (const { stream, event, position, collections } of await reader.parked())
    yield { key: stream, position, document: { event, collections } }
}

const differ = async (
  collection: string | null,
  left: AsyncGenerator<StoredDocument, undefined>,
  right: AsyncGenerator<StoredDocument, undefined>,
): Promise<Difference | null> => {
  for (;;) {
    const [a, b] = [(await left.next()).value, (await right.next()).value]
    if (!a && !b) return null
    const order = !a ? 1 : !b ? -1 : compareText(a.key, b.key)
    const [mine, theirs] = [order <= 0 ? a : undefined, order >= 0 ? b : undefined]
    const texts = {
      left: mine ? canonicalJson(mine.document) : null,
      right: theirs ? canonicalJson(theirs.document) : null,
    }
    if (texts.left !== texts.right) return { collection, key: (mine ?? theirs)?.key ?? '', ...texts }
  }
}

/**
 * The first difference between two generations of the same projection, or null where they are equal, document by
 * document, byte for byte as canonical JSON. Reads both in step, a page at a time. Positions are not compared: which
 * of several events that changed nothing was the last to be kept is no fact.
 */
export const compareGenerations = async (left: Generation, right: Generation): Promise<Difference | null> => {
  const [mine, theirs] = [left, right].map(({ collections }) => collections.map(({ name }) => name).sort())
  if (mine?.join() !== theirs?.join())
    return { collection: null, key: 'collections', left: canonicalJson(mine), right: canonicalJson(theirs) }
  for (const collection of mine ?? []) {
    const difference = await differ(collection, documentsOf(left, collection), documentsOf(right, collection))
    if (difference) return difference
  }
  return differ(null, parkedOf(left), parkedOf(right))
}
