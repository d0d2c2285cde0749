/** What commands come to, in one word: for metrics and traces. */
import { Rejection } from '../domain/decider.ts'
import { ExpectedRevisionConflict, HandlerClosed, Overloaded, TooMuchContention } from './command.ts'
import { AppendTooLarge, InvalidAppend, OutcomeUnknown, StoreUnavailable } from './port.ts'

/** Of a command that was done, now or before. */
export const outcomeOfDone = (replayed: boolean): string => (replayed ? 'REPLAYED' : 'DONE')

/**
 * Of a command that was not: the code of its refusal, or a word for why it could not be done. From closed lists, so that
 * it may be a label.
 */
export const outcomeOfError = (error: unknown): string => {
  if (error instanceof Rejection) return error.code
  if (error instanceof ExpectedRevisionConflict) return 'STALE'
  if (error instanceof TooMuchContention) return 'CONTENTION'
  if (error instanceof Overloaded) return 'OVERLOADED'
  if (error instanceof HandlerClosed) return 'CLOSED'
  if (error instanceof StoreUnavailable) return 'UNAVAILABLE'
  if (error instanceof OutcomeUnknown) return 'OUTCOME_UNKNOWN'
  if (error instanceof AppendTooLarge || error instanceof InvalidAppend) return 'NOT_APPENDABLE'
  return 'FAILED'
}

/** Whether a command came to it because something is wrong here, rather than with what was asked for. */
export const isTrouble = (error: unknown): boolean =>
  !(error instanceof Rejection || error instanceof ExpectedRevisionConflict)
