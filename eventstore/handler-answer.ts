/** Gives the commands of a batch their answers, once it stands in the log. */
import { unreachable } from '../domain/decider.ts'
import { type Codec, eventName, UnreadableEvent } from './codec.ts'
import type { Executed } from './command.ts'
import type { Position, RecordedEvent, SealedEvent, StoredEvent } from './event.ts'
import type { Standing } from './handler-append.ts'
import type { Batch, Done, Repeat } from './handler-batch.ts'
import type { HandlerTotals } from './handler-stats.ts'
import type { Task } from './handler-task.ts'
import type { EventStore } from './port.ts'

export interface AnswerParts {
  readonly store: EventStore
  readonly codec: Codec
  readonly totals: HandlerTotals
}

/** Never throws: whoever waits is told. `standing` says where the batch's events are, null where it has none. */
export const answerBatch = <State>(
  batch: Batch<State>,
  standing: Standing | null,
  parts: AnswerParts,
): void => {
  if (standing === null) answerAll(batch, [], parts)
  else if (standing.positions !== null) answerAll(batch, standing.positions, parts)
  else void answerOnceRead(batch, standing, parts)
}

const answerOnceRead = async <State>(
  batch: Batch<State>,
  standing: Standing,
  parts: AnswerParts,
): Promise<void> => answerAll(batch, await positionsOf(batch, standing, parts.store), parts)

const answerAll = <State>(batch: Batch<State>, positions: readonly Position[], parts: AnswerParts): void => {
  for (const { task, answer } of batch.decided) {
    switch (answer.kind) {
      case 'done':
        answerDone(batch, task, answer, positions, parts.codec)
        break
      case 'repeat':
        void replay(batch.stream, task, answer, parts)
        break
      case 'refused':
        task.failed(answer.error)
        break
      default:
        unreachable(answer)
    }
  }
}

/** Where the engine tells the position of the last event alone, those of the others are read. */
const positionsOf = async <State>(
  { stream, base, sealed }: Batch<State>,
  { position: last }: Standing,
  store: EventStore,
): Promise<readonly Position[]> => {
  if (sealed.length === 1) return [last]
  let stored: readonly StoredEvent[] = []
  try {
    stored = await store.readStream(stream, { from: base.revision + 1, limit: sealed.length })
  } catch {
    // The events are in the log, and that is what counts. The last position is at or after each of theirs.
  }
  return sealed.map((_, index) => stored[index]?.position ?? last)
}

const decodeAll = (stored: readonly StoredEvent[], codec: Codec): readonly RecordedEvent[] =>
  stored.flatMap((event) => codec.decode(event) ?? [])

/**
 * A command that was done. Few look at its events, and they are many, so they are decoded when they are asked for. (A
 * getter of each object's own would be a hidden class of its own, which the garbage collector lets go of late.)
 */
class DoneNow<State> implements Executed<State> {
  readonly state: State
  readonly revision: number
  readonly position: Position | null
  readonly event: string | null
  readonly replayed = false
  readonly #sealed: readonly SealedEvent[]
  readonly #positions: readonly Position[]
  readonly #codec: Codec

  /** @param sealed the command's own events, at `positions` */
  constructor(
    stream: string,
    { state, revision }: Done<State>,
    last: Position | null,
    sealed: readonly SealedEvent[],
    positions: readonly Position[],
    codec: Codec,
  ) {
    this.state = state
    this.revision = revision
    this.position = last
    this.event = revision === -1 ? null : eventName(stream, revision)
    this.#sealed = sealed
    this.#positions = positions
    this.#codec = codec
  }

  get events(): readonly RecordedEvent[] {
    const stored = this.#sealed.map((event, index) => ({ ...event, position: this.#positions[index] ?? '' }))
    return decodeAll(stored, this.#codec)
  }
}

const answerDone = <State>(
  { stream, base, sealed }: Batch<State>,
  task: Task<State>,
  done: Done<State>,
  positions: readonly Position[],
  codec: Codec,
): void => {
  const end = done.revision - base.revision
  const first = end - done.count
  const last = end === 0 ? base.position : (positions[end - 1] ?? null)
  const isAll = first === 0 && end === sealed.length
  const own = isAll ? sealed : sealed.slice(first, end)
  const at = isAll ? positions : positions.slice(first, end)
  task.done(new DoneNow(stream, done, last, own, at, codec))
}

/** Answers as the first time, from the log. */
const replay = async <State>(
  stream: string,
  task: Task<State>,
  { state, revision, command: { first, last } }: Repeat<State>,
  { store, codec, totals }: AnswerParts,
): Promise<void> => {
  try {
    const stored = await store.readStream(stream, { from: first, limit: last - first + 1 })
    const final = stored.at(-1)
    if (final?.revision !== last) throw new UnreadableEvent(eventName(stream, last), 'it is missing')
    const events = decodeAll(stored, codec)
    totals.replays += 1
    task.done({
      state,
      revision,
      position: final.position,
      event: eventName(stream, last),
      events,
      replayed: true,
    })
  } catch (error) {
    task.failed(error)
  }
}
