/** A mutation out of its spec: the field, its input type, and what it answers. */
import type { EventLike } from '../../domain/decider.ts'
import { builder } from './builder.ts'
import { type CommandInput, defineCommandInput } from './command-input.ts'
import type { CommandSpec } from './command-spec.ts'
import type { ApiContext } from './context.ts'
import { reachIn } from './guard.ts'
import type { InputField } from './input-node.ts'
import './shared-inputs.ts'
import { done, type Outcome, refused } from './outcome.ts'
import { type Asked, type Prepared, prepareCommand, Unprepared } from './prepare.ts'

/** A mutation's input and how it is prepared: what rows of a bulk mutation need of it. */
export interface CommandMutation {
  readonly input: CommandInput
  /** @throws (rejects) {Unprepared} */
  readonly prepare: (asked: Asked) => Promise<Prepared>
}

const idField = (description: string): InputField => ({
  node: { kind: 'scalar', scalar: 'ID' },
  required: true,
  emptyByDefault: false,
  description,
})

const versionField: InputField = {
  node: { kind: 'scalar', scalar: 'Int' },
  required: false,
  emptyByDefault: false,
  description:
    'The count of its events that you saw, which payloads answer as `version`: where it is another by now, nothing is changed (STALE).',
}

const currencyField = (required: boolean): InputField => ({
  node: { kind: 'scalar', scalar: 'CurrencyCode' },
  required,
  emptyByDefault: false,
  description: 'Of the amounts; it has to be the currency that the thing is kept in.',
})

/** What a prepared command comes to. What nobody expected is thrown, and masked. */
export const outcomeOf = async (prepared: Prepared, { services, metrics }: ApiContext): Promise<Outcome> => {
  try {
    const outcome = done(services.store, prepared.id, await prepared.execute())
    metrics.mutation(prepared.name, outcome.replayed ? 'REPLAYED' : 'DONE')
    return outcome
  } catch (error) {
    const known = prepared.errorOf(error)
    metrics.mutation(prepared.name, known?.code ?? 'INTERNAL')
    if (known === undefined) throw error
    return refused([known])
  }
}

/** Prepares and gives a command; a refusal at either step is in the outcome. */
export const runCommand = async ({ prepare }: CommandMutation, asked: Asked): Promise<Outcome> => {
  let prepared: Prepared
  try {
    prepared = await prepare(asked)
  } catch (error) {
    if (error instanceof Unprepared) return refused(error.errors)
    throw error
  }
  return await outcomeOf(prepared, asked.context)
}

/** What of a mutation's command is no field of its input. */
const omittedBy = (
  target: { readonly kind: string; readonly property?: string },
  filled: readonly string[],
) => (target.property === undefined ? filled : [...filled, target.property])

export const defineCommand = <
  State,
  Command extends { readonly type: string },
  Event extends EventLike,
  Context,
  Type extends Command['type'],
>(
  spec: CommandSpec<State, Command, Event, Context, Type>,
): CommandMutation => {
  const { name, commands, type, target, filled = [], defaulted = [], key = 'OPTIONAL' } = spec
  const input = defineCommandInput({
    name,
    commands,
    type,
    omit: omittedBy(target, filled),
    defaulted,
    key,
    extra: {
      ...(target.kind === 'NAMED' ? { [target.input]: idField(`Of the ${target.thing}.`) } : {}),
      ...spec.extra,
      ...(spec.currencyAsked ? { currency: currencyField(spec.currencyAsked === 'REQUIRED') } : {}),
      ...(spec.versioned ? { expectedVersion: versionField } : {}),
    },
  })
  return { input, prepare: (asked) => prepareCommand(spec, input, asked) }
}

/** Adds the mutation to the schema. */
const commandMutation = <
  State,
  Command extends { readonly type: string },
  Event extends EventLike,
  Context,
  Type extends Command['type'],
>(
  spec: CommandSpec<State, Command, Event, Context, Type>,
): CommandMutation => {
  const mutation = defineCommand(spec)
  builder.mutationField(spec.name, (t) =>
    t.field({
      type: spec.payload,
      description: spec.description,
      args: { input: t.arg({ type: mutation.input.ref }) },
      resolve: (_parent, { input }, context, info) =>
        runCommand(mutation, { input, path: ['input'], context, reach: reachIn(context, info) }),
    }),
  )
  return mutation
}

/** Adds mutations of one aggregate to the schema, each by its name, its command, and what it does. */
export const mutationsOn =
  <State, Command extends { readonly type: string }, Event extends EventLike, Context>(
    aggregate: Pick<
      CommandSpec<State, Command, Event, Context, Command['type']>,
      'decider' | 'commands' | 'payload' | 'currencyOf'
    >,
  ) =>
  <Type extends Command['type']>(
    name: string,
    type: Type,
    description: string,
    rest: Omit<
      CommandSpec<State, Command, Event, Context, Type>,
      'name' | 'type' | 'description' | 'decider' | 'commands' | 'payload'
    > &
      Partial<Pick<CommandSpec<State, Command, Event, Context, Type>, 'payload'>>,
  ): CommandMutation =>
    commandMutation<State, Command, Event, Context, Type>({ ...aggregate, ...rest, name, type, description })
