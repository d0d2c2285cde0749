/** Reads several parts of the index of events as one, in the order of the log. */
import type { DocumentReader, Filter } from '../documents.ts'
import { type ActivityDocument, activities, alsoConcerned } from '../views/activity.ts'
import { beyond, following } from './chunks.ts'

/** An event of the index under its key, the padded position. */
export interface Indexed {
  readonly key: string
  readonly event: ActivityDocument
}

/** Part of the index: events themselves, or those that a partner stands behind the first in. */
export type Source =
  | { readonly kind: 'EVENTS'; readonly filter: Filter }
  | { readonly kind: 'ALSO_CONCERNED'; readonly filter: Filter }

const chunk = 100

interface Key {
  readonly key: string
  readonly event: ActivityDocument | null
}

const keysOf = async function* (
  reader: DocumentReader,
  source: Source,
  after: string | null,
  descending: boolean,
): AsyncGenerator<Key, void, undefined> {
  const query = { ...source.filter, order: [], descending }
  if (source.kind === 'EVENTS') {
    const found = following(reader, activities, query, after === null ? null : [after], chunk)
    for await (const { key, document } of found) yield { key, event: document }
    return
  }
  // Keys of these begin with their event's.
  const from = after === null ? null : [descending ? after : `${after}.${beyond}`]
  for await (const { document } of following(reader, alsoConcerned, query, from, chunk)) {
    yield { key: document.event, event: null }
  }
}

interface Head {
  readonly rest: AsyncGenerator<Key, void, undefined>
  readonly key: Key
}

const next = async (rest: AsyncGenerator<Key, void, undefined>): Promise<Head | null> => {
  const step = await rest.next()
  return step.done === true ? null : { rest, key: step.value }
}

const isAhead = (a: Head, b: Head, descending: boolean): boolean =>
  descending ? a.key.key > b.key.key : a.key.key < b.key.key

/** Events of any of the sources after a key, each once. */
export const merged = async function* (
  reader: DocumentReader,
  sources: readonly Source[],
  after: string | null,
  descending: boolean,
): AsyncGenerator<Indexed, void, undefined> {
  const opened = await Promise.all(sources.map((source) => next(keysOf(reader, source, after, descending))))
  let heads = opened.filter((head) => head !== null)
  for (;;) {
    let first = heads[0]
    if (first === undefined) return
    for (const head of heads) if (isAhead(head, first, descending)) first = head
    const { key } = first.key
    const meeting = heads.filter((head) => head.key.key === key)
    const known = meeting.find((head) => head.key.event !== null)?.key.event ?? null
    const event = known ?? (await eventAt(reader, key))
    if (event !== null) yield { key, event }
    const moved = await Promise.all(meeting.map(({ rest }) => next(rest)))
    heads = [...heads.filter((head) => head.key.key !== key), ...moved.filter((head) => head !== null)]
  }
}

/** The event at a key; null where the index has none. */
export const eventAt = async (reader: DocumentReader, key: string): Promise<ActivityDocument | null> => {
  const found = await reader.get(activities.name, key)
  return found === undefined ? null : activities.read(found.document)
}
