/**
 * Verifying chains: that each event is the one that was written, after the one it was written after. What a
 * chain cannot show, the loss of a stream's end or of a whole stream, seals do (log-seal.ts).
 */
import { eventName } from './codec.ts'
import type { Position, StoredEvent } from './event.ts'
import type { EventStore } from './port.ts'
import { Recent } from './recent.ts'
import { hashOf } from './seal.ts'

/**
 * - `CHANGED`: its texts do not give its hash.
 * - `OUT_OF_STEP`: its revision does not follow the one ahead of it, which may be missing.
 * - `UNCHAINED`: it names another hash than that of the event ahead.
 * - `BACK_IN_TIME`: recorded before the event ahead.
 * - `UNREADABLE`: its metadata lack the names that a chain is made of.
 */
export type ChainBreakReason = 'CHANGED' | 'OUT_OF_STEP' | 'UNCHAINED' | 'BACK_IN_TIME' | 'UNREADABLE'

export interface ChainBreak {
  /** `stream@revision`. */
  readonly event: string
  readonly position: Position
  readonly reason: ChainBreakReason
  /** A sentence for a person. */
  readonly detail: string
}

export interface ChainReport {
  /** Events looked at. */
  readonly events: number
  readonly through: Position | null
  /** The first broken event, in the order of the log; null where all is sound. */
  readonly broken: ChainBreak | null
}

/** What the next event of a stream is checked against. */
interface Link {
  readonly revision: number
  readonly hash: string
  readonly recordedAt: string
}

interface Chained {
  readonly previousHash: string | null
  readonly recordedAt: string
}

const pageSize = 1_000

const isChained = (value: unknown): value is Chained =>
  typeof value === 'object' &&
  value !== null &&
  'previousHash' in value &&
  (value.previousHash === null || typeof value.previousHash === 'string') &&
  'recordedAt' in value &&
  typeof value.recordedAt === 'string'

const readChained = (metadata: string): Chained | undefined => {
  try {
    const value: unknown = JSON.parse(metadata)
    return isChained(value) ? value : undefined
  } catch {
    return undefined
  }
}

const fault = (event: StoredEvent, reason: ChainBreakReason, detail: string): ChainBreak => ({
  event: eventName(event.stream, event.revision),
  position: event.position,
  reason,
  detail,
})

/** The event's link, or what is wrong with it after `ahead` (null: it should be the first of its stream). */
const follow = (ahead: Link | null, event: StoredEvent): Link | ChainBreak => {
  const { revision, hash } = event
  const due = (ahead?.revision ?? -1) + 1
  if (revision !== due) return fault(event, 'OUT_OF_STEP', `It stands where revision ${due} is due.`)
  if (hashOf(event) !== hash) return fault(event, 'CHANGED', 'Its content does not give its hash.')
  const chained = readChained(event.metadata)
  if (chained === undefined)
    return fault(event, 'UNREADABLE', 'Its metadata lack previousHash or recordedAt.')
  const { previousHash, recordedAt } = chained
  if (previousHash !== (ahead?.hash ?? null))
    return fault(event, 'UNCHAINED', `It follows ${previousHash ?? 'nothing'}, not the event ahead of it.`)
  if (ahead !== null && recordedAt < ahead.recordedAt)
    return fault(
      event,
      'BACK_IN_TIME',
      `It was recorded at ${recordedAt}, the event ahead ${ahead.recordedAt}.`,
    )
  return { revision, hash, recordedAt }
}

const isBreak = (result: Link | ChainBreak): result is ChainBreak => 'reason' in result

/** Verifies one stream from its first event. */
export const verifyStream = async (store: EventStore, stream: string): Promise<ChainReport> => {
  let ahead: Link | null = null
  let through: Position | null = null
  let events = 0
  for (;;) {
    const page: readonly StoredEvent[] = await store.readStream(stream, { from: events, limit: pageSize })
    for (const event of page) {
      const link = follow(ahead, event)
      if (isBreak(link)) return { events, through, broken: link }
      ahead = link
      through = event.position
      events += 1
    }
    if (page.length < pageSize) return { events, through, broken: null }
  }
}

/** The link of the event ahead as the store has it, unless it is not there or comes later in the log. */
const readLink = async (
  store: EventStore,
  { stream, revision, position }: StoredEvent,
): Promise<Link | null> => {
  if (revision === 0) return null
  const [ahead] = await store.readStream(stream, { from: revision - 1, limit: 1 })
  if (ahead === undefined || store.comparePositions(ahead.position, position) >= 0) return null
  const chained = readChained(ahead.metadata)
  return chained ? { revision: ahead.revision, hash: ahead.hash, recordedAt: chained.recordedAt } : null
}

/**
 * Verifies all streams in one walk over the log, up to its head at the end of the walk.
 * @param onPage called after each page with the events looked at so far
 * @param linksKept streams whose last event is remembered; that of any other is read again
 */
export const verifyLog = async (
  store: EventStore,
  onPage: (events: number) => void = () => {},
  linksKept = 65_536,
): Promise<ChainReport> => {
  const links = new Recent<Link>(linksKept)
  let through: Position | null = null
  let events = 0
  for (;;) {
    const page = await store.readLog(through, pageSize)
    for (const event of page.events) {
      const ahead: Link | null = links.get(event.stream) ?? (await readLink(store, event))
      const link = follow(ahead, event)
      if (isBreak(link)) return { events, through, broken: link }
      links.set(event.stream, link)
      through = event.position
      events += 1
    }
    onPage(events)
    if (page.atHead) return { events, through, broken: null }
    through = page.next
  }
}
