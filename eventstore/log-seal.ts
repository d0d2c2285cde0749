/**
 * Digests of the log: one Merkle root over the events of a stretch, in the order of the log. Signed, chained
 * and kept elsewhere, it shows what a stream's own chain cannot: that an end or a whole stream is missing.
 */
import { eventName } from './codec.ts'
import type { Position } from './event.ts'
import { merkleTree } from './merkle.ts'
import type { EventStore } from './port.ts'
import { hashOf } from './seal.ts'

/** A stretch of the log and what its events come to. The leaves are the hashes that their contents give. */
export interface LogDigest {
  /** The last event ahead of the stretch, `stream@revision`; null where it begins with the log. */
  readonly from: string | null
  /** Its last event. */
  readonly through: string
  readonly count: number
  /** Merkle root, lower-case hex (RFC 6962). */
  readonly root: string
}

/** An event that a digest names is not in the log. */
export class EventMissing extends Error {
  override readonly name = 'EventMissing'
  readonly event: string
  constructor(event: string) {
    super(`The log does not have the event ${event}, which a seal names. Restore it from a backup that has.`)
    this.event = event
  }
}

const pageSize = 1_000

const positionOf = async (store: EventStore, name: string): Promise<Position> => {
  const at = name.lastIndexOf('@')
  const revision = Number(name.slice(at + 1))
  if (at < 1 || !Number.isSafeInteger(revision) || revision < 0) throw new EventMissing(name)
  const [event] = await store.readStream(name.slice(0, at), { from: revision, limit: 1 })
  if (event === undefined) throw new EventMissing(name)
  return event.position
}

/** @param end position of the last event wanted, which is in the log after `from` */
const digest = async (store: EventStore, from: string | null, end: Position): Promise<LogDigest | null> => {
  const tree = merkleTree()
  let through: string | null = null
  let after = from === null ? null : await positionOf(store, from)
  for (;;) {
    const page = await store.readLog(after, pageSize)
    for (const event of page.events) {
      if (store.comparePositions(event.position, end) > 0) break
      tree.add(hashOf(event))
      through = eventName(event.stream, event.revision)
    }
    after = page.next
    if (page.atHead || (after !== null && store.comparePositions(after, end) >= 0)) break
  }
  return through === null ? null : { from, through, count: tree.count(), root: tree.root() }
}

/**
 * What a new seal covers: all events after the one that the last seal ends with, up to the head of the log now.
 * Null where there are none.
 * @param from `through` of the last seal, null for the first seal
 * @throws {EventMissing | StoreUnavailable}
 */
export const digestSince = async (store: EventStore, from: string | null): Promise<LogDigest | null> => {
  const head = await store.head()
  return head === null ? null : digest(store, from, head)
}

/**
 * Compares a seal with the log. Null where they agree, else a sentence that says how they differ. The order and
 * signature of seals are for the caller to check.
 * @throws {StoreUnavailable}
 */
export const verifySeal = async (store: EventStore, seal: LogDigest): Promise<string | null> => {
  try {
    const found = await digest(store, seal.from, await positionOf(store, seal.through))
    if (found?.count !== seal.count)
      return `The seal through ${seal.through} covers ${seal.count} events; the log has ${found?.count ?? 0} there.`
    if (found.root !== seal.root)
      return `The events under the seal through ${seal.through} are not those that were sealed.`
    return null
  } catch (error) {
    if (error instanceof EventMissing) return error.message
    throw error
  }
}
