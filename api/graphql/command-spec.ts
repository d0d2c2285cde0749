/** What a mutation is: one command of one aggregate, and what the server adds to what the client sent. */
import type { z } from 'zod'
import type { Decider, EventLike } from '../../domain/decider.ts'
import type { Model } from '../../domain/model.ts'
import type { Principal } from '../auth/principal.ts'
import type { Reach } from '../auth/reach.ts'
import type { Services } from '../services.ts'
import type { InputField } from './input-node.ts'
import type { Key } from './key.ts'
import type { PayloadRef } from './outcome.ts'

/** Which stream the command goes to. */
export type Target<Command> =
  /** One that the input names: `input` is its field, `thing` what the id is of (`partner`), for messages. */
  | { readonly kind: 'NAMED'; readonly input: string; readonly id: z.ZodType<string>; readonly thing: string }
  /**
   * A new one. Its id is derived from what `within` answers and the key, so that a second attempt meets the first,
   * and nobody else's: `within` names whose the key is. `property` of the command gets it.
   */
  | {
      readonly kind: 'NEW'
      readonly prefix: string
      readonly property: string
      readonly within: (input: Input, principal: Principal) => readonly string[]
    }
  /** One whose id follows from the command. */
  | {
      readonly kind: 'DERIVED'
      readonly idOf: (services: Services, command: Command, input: Input) => string
    }

/** What the client sent, already of the types that the schema states. */
export type Input = Readonly<Record<string, unknown>>

/** Whose business the command is: who may give it, is in the reach of the caller. */
export type Owners<State, Command> =
  | {
      readonly by: 'COMMAND'
      readonly of: (command: Command) => readonly string[]
      readonly path: string | null
    }
  | { readonly by: 'STATE'; readonly of: (state: State, command: Command) => readonly string[] }
  /** The stream's id is the organisation's. */
  | { readonly by: 'ID' }
  /** Nobody's, so the platform's: the reach has to be everything (`PLATFORM` or `SIGNED_IN` in the role table). */
  | { readonly by: 'NOBODY' }

/** What the server adds is made from. */
export interface Filling {
  readonly input: Input
  readonly key: Key | null
  /** ISO 8601, the same for all that one request adds. */
  readonly now: string
  readonly principal: Principal
  readonly services: Services
  /** Of the stream; empty where it follows from the command only. */
  readonly streamId: string
}

export type Filled = Readonly<Record<string, unknown>>

export interface CommandSpec<
  State,
  Command extends { readonly type: string },
  Event extends EventLike,
  Context,
  Type extends Command['type'],
> {
  readonly name: string
  readonly description: string
  readonly decider: (model: Model) => Decider<State, Command, Event, Context>
  readonly commands: z.ZodType<Command>
  readonly type: Type
  readonly target: Target<Extract<Command, { readonly type: Type }>>
  readonly owners: Owners<State, Extract<Command, { readonly type: Type }>>
  /** What of the command is not for every caller who may give it: null, or what is not allowed, and where. */
  readonly consents?: (
    command: Extract<Command, { readonly type: Type }>,
    reach: Reach,
  ) => { readonly message: string; readonly path: readonly (string | number)[] } | null
  readonly payload: PayloadRef
  /** The id of what it is about, where that is not the stream's. */
  readonly subjectOf?: (command: Extract<Command, { readonly type: Type }>) => string
  /** `REQUIRED` where something new comes to be or value moves. Default: `OPTIONAL`. */
  readonly key?: 'REQUIRED' | 'OPTIONAL'
  /** Properties of the command that `fill` answers with; they are no fields of the input. */
  readonly filled?: readonly string[]
  /** Properties that the client may leave out, since `fill` has an answer for them. */
  readonly defaulted?: readonly string[]
  readonly fill?: (filling: Filling) => Filled | Promise<Filled>
  /** Fields of the input that are no properties of the command; `fill` makes something of them. */
  readonly extra?: Readonly<Record<string, InputField>>
  /** Takes `expectedVersion`, the count of the stream's events that the client saw. */
  readonly versioned?: boolean
  /** The currency that the stream is kept in; where it is asked for, the client has to name the same. */
  readonly currencyOf?: (state: State) => string | null
  readonly currencyAsked?: 'REQUIRED' | 'OPTIONAL'
  /** What it says to have happened may lie ahead, since the decision flags it, or since that is what is asked for. */
  readonly mayLieAhead?: boolean
  /** What else has to happen once it is done, each time it is asked for. */
  readonly after?: (services: Services, id: string) => Promise<void>
  /** What the key stands for, where the input holds what may not be hashed as it is. */
  readonly hashed?: (input: Input, services: Services) => unknown
}
