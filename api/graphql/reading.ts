/** Reads views for an answer: once they have seen what the caller has written, and saying how far they are. */
import type { DocumentReader } from '../../projections/documents.ts'
import { InvalidPage } from '../../projections/queries/page.ts'
import { OutOfScope } from '../../projections/queries/scope.ts'
import { type Narrowing, TooWide } from '../../projections/queries/split.ts'
import { readLive } from '../../projections/read-live.ts'
import type { ProjectionStatus } from '../../projections/view-status.ts'
import type { ApiContext } from './context.ts'
import { resolvePosition } from './position-token.ts'
import { type ReadAt, readAtOf } from './read-at.ts'
import { RequestError } from './request-error.ts'

const statusOf = async (
  { services }: ApiContext,
  views: readonly string[],
): Promise<readonly ProjectionStatus[]> => {
  const all = await services.views.status()
  return all.filter(({ name }) => views.includes(name))
}

/**
 * Waits until views have seen the event that a token names.
 * @throws (rejects) {RequestError} LAGGING | CURSOR_INVALID | CURSOR_EXPIRED
 */
export const awaitPosition = async (
  context: ApiContext,
  views: readonly string[],
  minPosition: string | null | undefined,
): Promise<void> => {
  if (minPosition === null || minPosition === undefined) return
  const { store, views: runner, limits } = context.services
  const position = await resolvePosition(store, minPosition)
  if (await runner.waitFor(position, limits.minPositionMs, views)) return
  throw new RequestError('LAGGING', 'What you have written is not in the view yet. Ask again shortly.', {
    retryAfterMs: 1_000,
    readAt: readAtOf(await statusOf(context, views)),
  })
}

/** Arguments by which a question that spans too much is narrowed. */
const argumentsOf: Readonly<Record<Narrowing, readonly string[]>> = {
  from: ['from', 'to'],
  community: ['communityId'],
  partner: ['partnerId'],
  groupBy: ['groupBy'],
}

/** What the read side refuses, in the words of the API. */
export const toRequestError = (error: unknown): unknown => {
  if (error instanceof InvalidPage)
    return new RequestError(error.argument === 'after' ? 'CURSOR_INVALID' : 'BAD_REQUEST', error.message)
  if (error instanceof OutOfScope) return new RequestError('FORBIDDEN', error.message)
  if (error instanceof TooWide) {
    const narrow = error.by.flatMap((each) => argumentsOf[each])
    return new RequestError('QUERY_TOO_COSTLY', error.message, { narrow })
  }
  return error
}

export interface Read<Value> {
  readonly value: Value
  readonly readAt: ReadAt
}

/** @throws (rejects) {RequestError} as `awaitPosition`, and what the query refuses */
export const readView = async <Value>(
  context: ApiContext,
  view: string,
  minPosition: string | null | undefined,
  read: (reader: DocumentReader) => Promise<Value>,
): Promise<Read<Value>> => {
  await awaitPosition(context, [view], minPosition)
  // Before the reading: the view is at least there by the time it is read.
  const readAt = readAtOf(await statusOf(context, [view]))
  try {
    return { value: await readLive(context.services.documents, view, read), readAt }
  } catch (error) {
    throw toRequestError(error)
  }
}
