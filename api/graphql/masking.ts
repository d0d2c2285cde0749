/** Unknown errors leave no trace in an answer but an id, under which the log has them whole. */
import { GraphQLError, Kind } from 'graphql'
import { HandlerClosed, Overloaded, TooMuchContention } from '../../eventstore/command.ts'
import { StoreUnavailable } from '../../eventstore/port.ts'
import type { NewId } from '../../platform/ids.ts'
import type { Logger } from '../../platform/log.ts'
import { ViewNotReady } from '../../projections/read-live.ts'
import { logAway, RequestError } from './request-error.ts'

const withPlace = (error: RequestError, at: GraphQLError | null): GraphQLError =>
  at === null
    ? error
    : new GraphQLError(error.message, {
        nodes: at.nodes,
        source: at.source,
        positions: at.positions,
        path: at.path,
        extensions: error.extensions,
      })

/** Errors that say what to do, although they were not thrown for GraphQL. */
const known = (error: unknown): RequestError | undefined => {
  if (error instanceof RequestError) return error
  if (error instanceof ViewNotReady)
    return new RequestError('LAGGING', error.message, { retryAfterMs: 1_000 })
  if (error instanceof Overloaded || error instanceof HandlerClosed || error instanceof TooMuchContention)
    return new RequestError('UNAVAILABLE', error.message, { retryAfterMs: 1_000 })
  // Its message names hosts, files and streams: that is for the log.
  if (error instanceof StoreUnavailable) return logAway()
  return undefined
}

/** By its name in the schema: in paths of answers stand aliases, which callers choose. */
const fieldOf = (at: GraphQLError | null): string | undefined => {
  const [node] = at?.nodes ?? []
  return node?.kind === Kind.FIELD ? node.name.value : undefined
}

/** The code that an error of an answer goes by, whether or not it was masked yet. From a closed list. */
export const codeOf = (error: GraphQLError): string => {
  const cause = error.originalError ?? error
  if (cause instanceof GraphQLError && !(cause instanceof RequestError)) return 'BAD_REQUEST'
  return known(cause)?.code ?? 'INTERNAL'
}

export type MaskError = (error: unknown) => GraphQLError

export const createMaskError =
  (log: Logger, newId: NewId): MaskError =>
  (error) => {
    const at = error instanceof GraphQLError ? error : null
    const cause = at?.originalError ?? error
    if (at !== null && (at.originalError === undefined || at.originalError === null)) return at
    if (cause instanceof RequestError) return withPlace(cause, at)
    if (cause instanceof GraphQLError) return at ?? cause
    const told = known(cause)
    if (told !== undefined) {
      // Expected while something is away, and as often as requests come: no stack.
      const reason = cause instanceof Error ? cause.message : String(cause)
      log.warn({ reason, code: told.code, field: fieldOf(at) }, 'A request could not be answered now')
      return withPlace(told, at)
    }
    const errorId = newId('error')
    log.error(
      { error: cause, errorId, field: fieldOf(at) },
      'A request failed for a reason that nobody expected',
    )
    const masked = new RequestError(
      'INTERNAL',
      `Something went wrong here. Tell the operator this id: ${errorId}.`,
      {
        errorId,
      },
    )
    return withPlace(masked, at)
  }
