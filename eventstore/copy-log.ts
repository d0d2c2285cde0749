/** Copying a log to another engine: every event as it is, in the order of the log. */
import { eventName } from './codec.ts'
import type { Position, StoredEvent } from './event.ts'
import type { Append, EventStore, LogPage } from './port.ts'

/** What stands on the other engine is not the beginning of this log. Nothing is copied onto it. */
export class NotTheSameLog extends Error {
  override readonly name = 'NotTheSameLog'
}

/** The engine did not keep the order of the log: the copy is no copy. */
export class OrderBroken extends Error {
  override readonly name = 'OrderBroken'
}

export interface CopyOptions {
  readonly from: EventStore
  readonly to: EventStore
  /** The last event on the other engine, which an earlier copy came to; null where it has none. */
  readonly last: StoredEvent | null
  /** Told how many events were copied in this run. */
  readonly onProgress: (copied: number) => void
}

const pageSize = 1_000
/** Most events in one append, and most appends on their way: the engine takes them in the order in which they come. */
const most = { events: 200, bytes: 500_000, appends: 64 } as const

const isSame = (a: StoredEvent, b: StoredEvent | undefined): boolean =>
  a.stream === b?.stream && a.revision === b.revision && a.hash === b.hash

/** Runs of events of one stream that follow each other in the log. */
const runsOf = (events: readonly StoredEvent[]): readonly Append[] => {
  const runs: { stream: string; expectedRevision: number; events: StoredEvent[] }[] = []
  let bytes = 0
  for (const event of events) {
    const run = runs.at(-1)
    const size = event.data.length + event.metadata.length
    if (run?.stream === event.stream && run.events.length < most.events && bytes + size < most.bytes) {
      run.events.push(event)
      bytes += size
      continue
    }
    runs.push({ stream: event.stream, expectedRevision: event.revision - 1, events: [event] })
    bytes = size
  }
  return runs
}

/** Where a copy goes on: behind the last event that is there. */
const placeOf = async ({ from, to, last }: CopyOptions): Promise<Position | null> => {
  if (last === null) return null
  const [ours] = await from.readStream(last.stream, { from: last.revision, limit: 1 })
  const [first] = (await from.readLog(null, 1)).events
  const [theirs] = first === undefined ? [] : await to.readStream(first.stream, { from: 0, limit: 1 })
  if (ours !== undefined && isSame(last, ours) && first !== undefined && isSame(first, theirs))
    return ours.position
  throw new NotTheSameLog(
    `What is there already, up to ${eventName(last.stream, last.revision)}, is not the beginning of this log. Name a server with an empty log.`,
  )
}

/** Appends on their way, so many at once, whose answers have to come in the order of the log. */
class Window {
  readonly #to: EventStore
  readonly #under = new Set<Promise<void>>()
  #failure: unknown = null
  readonly #answers: (Position | undefined)[] = []

  constructor(to: EventStore) {
    this.#to = to
  }

  async add(append: Append): Promise<void> {
    while (this.#under.size >= most.appends) await Promise.race(this.#under)
    this.#demandSuccess()
    const index = this.#answers.push(undefined) - 1
    const answered = this.#to.append(append).then(
      ({ position }) => {
        this.#answers[index] = position
      },
      (error: unknown) => {
        this.#failure ??= error
      },
    )
    const settled = answered.finally(() => this.#under.delete(settled))
    this.#under.add(settled)
  }

  /** Once all were answered. @throws what an append threw, {OrderBroken} */
  async settled(): Promise<void> {
    await Promise.all(this.#under)
    this.#demandSuccess()
    this.#demandOrder()
    this.#answers.length = 0
  }

  #demandSuccess(): void {
    if (this.#failure !== null) throw this.#failure
  }

  #demandOrder(): void {
    let before = this.#answers.at(0)
    for (const at of this.#answers.slice(1)) {
      if (before !== undefined && at !== undefined && this.#to.comparePositions(at, before) <= 0)
        throw new OrderBroken(
          'The server did not keep the order of the log. Empty its log, and run this again.',
        )
      before = at
    }
  }
}

/**
 * Copies what is not there yet; answers how many events that was. Whatever it throws, it can be run again.
 * @throws {NotTheSameLog | OrderBroken} and what the engines throw
 */
export const copyLog = async (options: CopyOptions): Promise<number> => {
  const { from, to, onProgress } = options
  const window = new Window(to)
  let copied = 0
  for (let after = await placeOf(options); ; ) {
    const page: LogPage = await from.readLog(after, pageSize)
    for (const run of runsOf(page.events)) await window.add(run)
    await window.settled()
    copied += page.events.length
    onProgress(copied)
    after = page.next
    if (page.atHead) return copied
  }
}

/**
 * Compares two logs, event by event in order. Null where they are the same but for positions; else a sentence about
 * the first difference.
 */
export const compareLogs = async (
  one: EventStore,
  other: EventStore,
  onProgress: (compared: number) => void,
): Promise<string | null> => {
  let compared = 0
  const theirs = eventsOf(other)
  for await (const ours of eventsOf(one)) {
    const { value: its, done } = await theirs.next()
    const name = eventName(ours.stream, ours.revision)
    if (done === true) return `${name} is missing there.`
    if (!isSame(ours, its) || !isSameContent(ours, its))
      return `Where ${name} is due, ${eventName(its.stream, its.revision)} stands, or it differs.`
    compared += 1
    if (compared % pageSize === 0) onProgress(compared)
  }
  const more = await theirs.next()
  onProgress(compared)
  return more.done === true
    ? null
    : `${eventName(more.value.stream, more.value.revision)} is there, and not here.`
}

const isSameContent = (a: StoredEvent, b: StoredEvent): boolean =>
  a.type === b.type && a.schemaVersion === b.schemaVersion && a.data === b.data && a.metadata === b.metadata

async function* eventsOf(store: EventStore): AsyncGenerator<StoredEvent, undefined> {
  for (let after: Position | null = null; ; ) {
    const page: LogPage = await store.readLog(after, pageSize)
    yield* page.events
    after = page.next
    if (page.atHead) return undefined
  }
}
