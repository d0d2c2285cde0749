/** What views hold, with each position replaced by the name of the event that stands there: alike on every engine. */
import { createHash } from 'node:crypto'
import type { Tributary } from '../../app/tributary.ts'
import { canonicalJson } from '../../platform/canonical.ts'
import type { Document, JsonValue } from '../../projections/documents.ts'
import { allProjections } from '../../projections/views/all.ts'

const pageSize = 5_000
/** As views write positions into keys and texts (see projections/views/keys.ts); parts of hashes are none. */
const padded = /(?<![0-9A-Za-z])0\d{19}(?![0-9A-Za-z])/g
/** Places in the slots of a member's row that hold positions as they are: see projections/views/matrix-rows.ts. */
const stampPlaces: ReadonlySet<number> = new Set([4, 5])

type NameOf = (position: string) => string

const namesIn = async ({ store }: Pick<Tributary, 'store'>): Promise<NameOf> => {
  const names = new Map<string, string>()
  for (let after: string | null = null; ; ) {
    const page = await store.readLog(after, pageSize)
    for (const { stream, revision, position } of page.events) names.set(position, `${stream}@${revision}`)
    after = page.next
    if (page.atHead) break
  }
  return (position) => {
    const name = names.get(BigInt(position).toString())
    if (name === undefined) throw new TypeError(`No event stands at ${position}.`)
    return name
  }
}

const withoutStamps = (value: JsonValue | undefined, nameOf: NameOf): JsonValue | undefined => {
  if (!Array.isArray(value)) return value
  return value.map((slot: JsonValue) =>
    Array.isArray(slot)
      ? slot.map((item: JsonValue, place) =>
          stampPlaces.has(place) && typeof item === 'string' ? nameOf(item) : item,
        )
      : slot,
  )
}

/** What a document holds of positions as they are, by name. */
const named = (title: string, document: Document, nameOf: NameOf): Document => {
  if (title === 'matrix/members') return { ...document, slots: withoutStamps(document['slots'], nameOf) }
  const at = document['position']
  return title === 'activity/events' && typeof at === 'string'
    ? { ...document, position: nameOf(at) }
    : document
}

const textOf = (title: string, key: string, document: Document, nameOf: NameOf): string =>
  `${key} ${canonicalJson(named(title, document, nameOf))}`.replaceAll(padded, nameOf)

/** For each collection of each view, how many documents it has and a digest of them all, in order of their keys. */
export const documentsByEvent = async (
  tributary: Pick<Tributary, 'store' | 'documents'>,
): Promise<Readonly<Record<string, string>>> => {
  const nameOf = await namesIn(tributary)
  const digests: Record<string, string> = {}
  for (const { name, collections } of allProjections) {
    const reader = await tributary.documents.live(name)
    if (reader === null) throw new TypeError(`There is no view ${name}.`)
    for (const collection of collections) {
      const title = `${name}/${collection.name}`
      const hash = createHash('sha256')
      let count = 0
      for (let after: string | null = null; ; ) {
        const page = await reader.scan(collection.name, after, pageSize)
        for (const { key, document } of page) hash.update(`${textOf(title, key, document, nameOf)}\n`)
        count += page.length
        after = page.at(-1)?.key ?? null
        if (page.length < pageSize) break
      }
      digests[title] = `${count} documents, ${hash.digest('hex')}`
    }
  }
  return digests
}
