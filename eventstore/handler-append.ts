/** Appends a batch until it is known whether it happened, or for as long as may be waited for that. */
import type { Position } from './event.ts'
import type { HandlerMeters } from './handler-meters.ts'
import type { HandlerTotals } from './handler-stats.ts'
import { endAppendSpan, startAppendSpan } from './handler-trace.ts'
import {
  type Append,
  type Appended,
  AppendTooLarge,
  type EventStore,
  InvalidAppend,
  OutcomeUnknown,
  StoreUnavailable,
  WrongExpectedRevision,
} from './port.ts'

/** Where the events of a batch stand: the last one, and each where the engine tells. */
export interface Standing {
  readonly position: Position
  readonly positions: readonly Position[] | null
}

/**
 * `appended`: it stands in the stream. `moved`: it does not, others were
 * first. `failed`: it does not, and cannot now. `unknown`: the engine still did not say.
 */
export type AppendOutcome =
  | ({ readonly kind: 'appended' } & Standing)
  | { readonly kind: 'moved' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'unknown'; readonly error: OutcomeUnknown }

export interface AppenderParts {
  readonly store: EventStore
  readonly totals: HandlerTotals
  readonly meters: Pick<HandlerMeters, 'append'>
  /** What the store is called in traces. */
  readonly engine: string
  readonly elapsed: () => number
  readonly wait: (milliseconds: number) => Promise<void>
  /** From 0 to below 1. */
  readonly random: () => number
  /** Longest time, in milliseconds, to find out about one batch. */
  readonly doubtMs: number
}

const appended = ({ position, positions }: Pick<Appended, 'position' | 'positions'>): AppendOutcome => ({
  kind: 'appended',
  position,
  positions: positions ?? null,
})

const moved: AppendOutcome = { kind: 'moved' }
const firstPauseMs = 10
const longestPauseMs = 500

/**
 * Appends the batch; where the engine does not say whether it happened, finds out. `traceparents`: of the commands that
 * the events are of, where there is telemetry.
 */
export const appendBatch = async (
  batch: Append,
  parts: AppenderParts,
  traceparents: readonly (string | null)[] = [],
): Promise<AppendOutcome> => {
  const startedAt = parts.elapsed()
  const span = traceparents.length === 0 ? null : startAppendSpan(batch, parts.engine, traceparents)
  let outcome: AppendOutcome
  try {
    outcome = appended(await parts.store.append(batch))
  } catch (error) {
    outcome = refusedBy(error) ?? (await inDoubtFor(batch, error, parts))
  }
  parts.meters.append(outcome.kind, batch.events.length, (parts.elapsed() - startedAt) / 1_000)
  if (span !== null) endAppendSpan(span, outcome.kind)
  return outcome
}

/** Undefined where the error does not say that nothing was written. */
const refusedBy = (error: unknown): AppendOutcome | undefined => {
  if (error instanceof WrongExpectedRevision) return moved
  const isRefusal =
    error instanceof StoreUnavailable || error instanceof AppendTooLarge || error instanceof InvalidAppend
  return isRefusal ? { kind: 'failed', error } : undefined
}

const inDoubtFor = (batch: Append, error: unknown, parts: AppenderParts): Promise<AppendOutcome> => {
  parts.totals.doubts += 1
  return findOut(batch, error, parts)
}

/**
 * Finds out about a batch in doubt: appends it again, exactly as it was, which an engine answers as the first
 * time, or finds it, or others, where it would stand.
 */
export const findOut = async (
  batch: Append,
  cause: unknown,
  parts: AppenderParts,
): Promise<AppendOutcome> => {
  const deadline = parts.elapsed() + parts.doubtMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const outcome = await appendAgain(batch, parts.store)
    if (outcome !== undefined) return outcome
    if (parts.elapsed() >= deadline) return { kind: 'unknown', error: inDoubt(batch, cause) }
    await parts.wait(pauseMs * (0.5 + parts.random() / 2))
  }
}

const inDoubt = (batch: Append, cause: unknown): OutcomeUnknown =>
  cause instanceof OutcomeUnknown ? cause : new OutcomeUnknown(batch.stream, cause)

/** Undefined: the engine still does not say. */
const appendAgain = async (batch: Append, store: EventStore): Promise<AppendOutcome | undefined> => {
  try {
    return appended(await store.append(batch))
  } catch (error) {
    // A refusal now says nothing of the first time: what stands in the stream does.
    try {
      const found = await lookFor(batch, store)
      return found === undefined && error instanceof WrongExpectedRevision ? moved : found
    } catch {
      return undefined
    }
  }
}

/** Undefined: nothing stands where the batch would. */
const lookFor = async (batch: Append, store: EventStore): Promise<AppendOutcome | undefined> => {
  const { stream, expectedRevision, events } = batch
  const there = await store.readStream(stream, { from: expectedRevision + 1, limit: events.length })
  const last = there.at(-1)
  if (last === undefined) return undefined
  const ours = there.length === events.length && last.hash === events.at(-1)?.hash
  return ours
    ? appended({ position: last.position, positions: there.map(({ position }) => position) })
    : moved
}
