/** What a read asks for, worked out once for all adapters. */
import type { Position, StoredEvent } from './event.ts'
import type { EventStore, LogPage, StreamRead } from './port.ts'

const defaultLimit = 1_000

/** @throws {RangeError} where a page cannot have this many events */
export const checkLimit = (limit: number): void => {
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw new RangeError(`A page of ${limit} events cannot be read. Ask for a whole number from 0 up.`)
}

/** What is asked for, with its defaults. @throws {RangeError} where `from` or `limit` cannot be */
export const checkRead = (
  read: StreamRead,
): { readonly from: number | undefined; readonly limit: number; readonly isBackwards: boolean } => {
  const { from, direction = 'forwards', limit = defaultLimit } = read
  checkLimit(limit)
  if (from !== undefined && (!Number.isSafeInteger(from) || from < 0))
    throw new RangeError(`A stream cannot be read from revision ${from}. Revisions count from 0.`)
  return { from, limit, isBackwards: direction === 'backwards' }
}

/** `count` revisions from `first` up; `backwards`: to be handed over last first. */
export interface StreamWindow {
  readonly first: number
  readonly count: number
  readonly backwards: boolean
}

/**
 * The revisions that a read of a stream wants.
 * @param head revision of the stream's last event, -1 where it does not exist
 * @throws {RangeError} where `from` or `limit` cannot be
 */
export const streamWindow = (read: StreamRead, head: number): StreamWindow => {
  const { from, limit, isBackwards } = checkRead(read)
  if (!isBackwards) {
    const first = from ?? 0
    return { first, count: Math.max(0, Math.min(limit, head - first + 1)), backwards: false }
  }
  const last = Math.min(from ?? head, head)
  const first = Math.max(0, last - limit + 1)
  return { first, count: last - first + 1, backwards: true }
}

/** The first events of a log, at most `count`: a page may hold fewer than there are. @throws {StoreUnavailable} */
export const firstEvents = async (
  store: Pick<EventStore, 'readLog'>,
  count: number,
): Promise<readonly StoredEvent[]> => {
  const events: StoredEvent[] = []
  for (let after: Position | null = null; events.length < count; ) {
    const page: LogPage = await store.readLog(after, count)
    events.push(...page.events)
    if (page.atHead) break
    after = page.next
  }
  return events.slice(0, count)
}
