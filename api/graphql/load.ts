/** One document of a view, by its key. */
import { readLive } from '../../projections/read-live.ts'
import type { Collection, Row } from '../../projections/views/collection.ts'
import type { ApiContext } from './context.ts'
import type { Outcome } from './outcome.ts'
import { writePosition } from './position-token.ts'
import { awaitPosition } from './reading.ts'

/** Null where there is none. Whether the caller may see it, is for whoever asks. */
const loadDocument = async <T extends Row>(
  { services }: ApiContext,
  view: string,
  collection: Collection<T>,
  key: string,
): Promise<T | null> => {
  const found = await readLive(services.documents, view, (reader) => reader.get(collection.name, key))
  return found === undefined ? null : collection.read(found.document)
}

/**
 * What a mutation was about, as it is after it.
 * @throws (rejects) {RequestError} LAGGING, where the view does not come to it in time; what was done stays done
 */
export const loadAfter = async <T extends Row>(
  context: ApiContext,
  view: string,
  collection: Collection<T>,
  { id, mark }: Outcome,
): Promise<T | null> => {
  if (id === null) return null
  await awaitPosition(context, [view], mark === null ? null : writePosition(mark))
  return loadDocument(context, view, collection, id)
}
