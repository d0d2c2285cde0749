/**
 * The shape every aggregate of the domain has: events in, state; state and command in, events out.
 * Pure. Time, ids and what other streams say come in through the command and its context.
 */

/** Why a command was refused. Closed: the API maps each code exhaustively. */
export const rejectionCodes = [
  'INVALID',
  'NOT_FOUND',
  'NOT_ALLOWED',
  'TAKEN',
  'CONFLICT',
  'KEY_REUSED',
  'WRONG_STATE',
  'VERSION_CHANGED',
  'COMPONENT_UNAVAILABLE',
  'COMPONENT_NOT_ACCEPTED',
  'OFFER_WITHDRAWN',
  'OFFER_NOT_SHOWN_HERE',
  'OUTSIDE_DATES',
  'PARTNER_SUSPENDED',
  'PARTNER_NOT_ADMITTED',
  'NO_TERMS',
  'NOT_A_MEMBER',
  'CURRENCY_MISMATCH',
  'SPLIT_NOT_WHOLE',
  'OWN_CHAIN',
  'TOO_MANY_LEVELS',
  'REFUND_EXCEEDS_PAID',
  'AMOUNT_OUT_OF_RANGE',
  'SECOND_PERSON_NEEDED',
] as const

export type RejectionCode = (typeof rejectionCodes)[number]

/**
 * A command that may not happen. Nothing was changed.
 * `path` points into the command (`['lines', '0', 'quantity']`); `details` are plain values for the caller.
 */
export class Rejection extends Error {
  override readonly name = 'Rejection'
  readonly code: RejectionCode
  readonly path: readonly string[]
  readonly details: Readonly<Record<string, string | number>>

  constructor(
    code: RejectionCode,
    message: string,
    path: readonly string[] = [],
    details: Readonly<Record<string, string | number>> = {},
  ) {
    super(message)
    this.code = code
    this.path = path
    this.details = details
  }
}

/** An event before it is recorded: a stored type name and plain JSON data. */
export interface EventLike {
  readonly type: string
  readonly data: object
}

/** What a stream's state is folded from. `initial` is shared, so states are never mutated. */
export interface StateSource<State, Event extends EventLike> {
  /** Stream category: a constant without a dash; the stream is `{category}-{id}`. */
  readonly category: string
  readonly initial: State
  readonly evolve: (state: State, event: Event) => State
  /** The types this stream may hold. A type that is not here is skipped on reading, and counted. */
  readonly types: readonly Event['type'][]
}

/**
 * Loads the state of another stream at its head, at once where it is at hand; the revision seen is recorded with the
 * decision.
 */
export type Read = <State, Event extends EventLike>(
  source: StateSource<State, Event>,
  id: string,
) => State | Promise<State>

/**
 * An aggregate. `gather` loads what the decision looks at beside its own stream; `decide` is synchronous
 * and returns the events, or throws a `Rejection`. No events: the state already is as asked.
 */
export interface Decider<State, Command, Event extends EventLike, Context = undefined>
  extends StateSource<State, Event> {
  readonly gather: (command: Command, read: Read) => Context | Promise<Context>
  readonly decide: (state: State, command: Command, context: Context) => readonly Event[]
}

/** Ends an exhaustive switch. */
export const unreachable = (value: never): never => {
  throw new TypeError(`Unhandled case: ${JSON.stringify(value)}`)
}

/** `gather` of deciders that look at nothing but their own stream. */
export const nothingElse = (): undefined => undefined
