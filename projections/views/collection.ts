/** Collections whose documents have a known shape, and changes to them. */
import type { CollectionSpec, Document, JsonValue } from '../documents.ts'
import type { Change } from '../projection.ts'
import type { Shape } from './shape.ts'

/** A document in the store is not what this version of its projection writes. */
class UnreadableDocument extends Error {
  override readonly name = 'UnreadableDocument'
}

/** What documents may be: plain objects of JSON values. */
export type Row = { readonly [key: string]: JsonValue | undefined }

export interface Collection<T extends Row> extends CollectionSpec {
  /** @throws {UnreadableDocument} */
  readonly read: (document: Document) => T
  /** A change of one document; undefined stands for none. Answering the same object changes nothing. */
  readonly change: (key: string, fold: (before: T | undefined) => T | undefined) => Change
  /** A change of a document that is there; what is not there stays so. */
  readonly update: (key: string, fold: (before: T) => T) => Change
  /** A change that also looks at a document of an earlier change of the same event. */
  readonly changeGiven: <G extends Row>(
    key: string,
    given: { readonly of: Collection<G>; readonly key: string },
    fold: (before: T | undefined, given: G | undefined) => T | undefined,
  ) => Change
  /** A document that a later change of the same event is given, itself unchanged. */
  readonly asIs: (key: string) => Change
}

const same = (document: Document | undefined): Document | undefined => document

export const collection = <T extends Row>(
  spec: CollectionSpec & { readonly shape: Shape<T> },
): Collection<T> => {
  const { name, fields, indexes, fixed, shape } = spec
  const read = (document: Document): T => {
    if (shape.is(document)) return document
    throw new UnreadableDocument(
      `A document of ${name} is not of this version's shape. Rebuild the projection. It reads ${JSON.stringify(document).slice(0, 200)}`,
    )
  }
  const readIf = (document: Document | undefined): T | undefined =>
    document === undefined ? undefined : read(document)
  return {
    name,
    fields,
    indexes,
    fixed,
    read,
    change: (key, fold) => ({ collection: name, key, fold: (document) => fold(readIf(document)) }),
    update: (key, fold) => ({
      collection: name,
      key,
      fold: (document) => (document === undefined ? undefined : fold(read(document))),
    }),
    changeGiven: (key, given, fold) => ({
      collection: name,
      key,
      given: { collection: given.of.name, key: given.key },
      fold: (document, other) =>
        fold(readIf(document), other === undefined ? undefined : given.of.read(other)),
    }),
    asIs: (key) => ({ collection: name, key, fold: same }),
  }
}
