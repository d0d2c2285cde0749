/** Gives the commands of a batch their answers, once it stands in the log. */
import { unreachable } from '../domain/decider.ts'
import { type Codec, eventName, UnreadableEvent } from './codec.ts'
import type { Position, RecordedEvent, StoredEvent } from './event.ts'
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
export const answerBatch = async <State>(
  batch: Batch<State>,
  standing: Standing | null,
  parts: AnswerParts,
): Promise<void> => {
  const positions =
    standing === null ? [] : (standing.positions ?? (await positionsOf(batch, standing, parts.store)))
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

const answerDone = <State>(
  { stream, base, sealed }: Batch<State>,
  task: Task<State>,
  { state, revision, count }: Done<State>,
  positions: readonly Position[],
  codec: Codec,
): void => {
  const end = revision - base.revision
  task.done({
    state,
    revision,
    position: end === 0 ? base.position : (positions[end - 1] ?? null),
    event: revision === -1 ? null : eventName(stream, revision),
    // Few look at the events, and they are many.
    get events() {
      const stored = sealed.slice(end - count, end).map((event, index) => ({
        ...event,
        position: positions[end - count + index] ?? '',
      }))
      return decodeAll(stored, codec)
    },
    replayed: false,
  })
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
