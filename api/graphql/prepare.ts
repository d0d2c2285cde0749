/** From an input to a command that may be given: keys, ids, what the server adds, the schema, and whose business it is. */
import type { EventLike } from '../../domain/decider.ts'
import { type CommandMeta, type Executed, payloadHashOf } from '../../eventstore/command.ts'
import type { Actor } from '../../eventstore/event.ts'
import { type Reach, reaches } from '../auth/reach.ts'
import type { CommandInput } from './command-input.ts'
import type { CommandSpec, Input } from './command-spec.ts'
import type { ApiContext } from './context.ts'
import { isRecord } from './input-value.ts'
import { type Key, readKey } from './key.ts'
import { unfitTextAdvice, unfitTextIn } from './unfit-text.ts'
import { errorsOfIssues, inputError, type UserError, userErrorOf } from './user-error.ts'

/** A command that only waits to be given. */
export interface Prepared {
  /** Of the mutation. */
  readonly name: string
  /** Of what the command is about. */
  readonly id: string
  /** What its key stands for, as a hash: two commands of one id and different contents cannot both be given. */
  content(): string
  execute(): Promise<Executed<unknown>>
  /** Decides without writing. */
  rehearse(): Promise<unknown>
  /** The user error that says what `execute` or `rehearse` threw; undefined for what nobody expected. */
  errorOf(error: unknown): UserError | undefined
}

/** The input cannot become a command that this caller may give. Nothing was changed. */
export class Unprepared extends Error {
  override readonly name = 'Unprepared'
  readonly errors: readonly UserError[]
  constructor(errors: readonly UserError[]) {
    super(errors.map(({ message }) => message).join(' '))
    this.errors = errors
  }
}

/** What a mutation is prepared from. `path` leads to its input in the arguments. */
export interface Asked {
  readonly input: Input
  readonly path: readonly string[]
  readonly context: ApiContext
  readonly reach: Reach
}

/** @throws {Unprepared} */
export const keyOf = ({ input, path }: Asked, required: boolean): Key | null => {
  if (input.key === undefined || input.key === null) {
    if (!required) return null
  } else {
    const key = readKey(input.key)
    if (key !== undefined) return key
  }
  const message = 'A key is made of texts of 1 to 120 characters. Choose one, and send it with each attempt.'
  throw new Unprepared([inputError('INVALID', message, [...path, 'key'])])
}

/** @throws {Unprepared} INVALID, where text could not be kept as it was sent */
export const checkTexts = ({ input, path }: Pick<Asked, 'input' | 'path'>): void => {
  const found = unfitTextIn(input)
  if (found !== null) throw new Unprepared([inputError('INVALID', unfitTextAdvice, [...path, ...found])])
}

export const notThere = (thing: string, path: readonly string[]): Unprepared =>
  new Unprepared([inputError('NOT_FOUND', `There is no such ${thing}, or it is none of yours.`, path)])

/** Who gives a command and for which of its owners; what only the command itself can tell is still open. */
export const metaOf = (
  { context: { principal, correlationId, traceparent }, reach: { all, organisations } }: Asked,
  owners: readonly string[],
): Pick<CommandMeta, 'actor' | 'correlationId' | 'causationId' | 'traceparent'> => {
  if (principal === null) throw new TypeError('A mutation was reached by nobody.')
  const actor: Actor = {
    kind: principal.subject.startsWith('person_') ? 'PERSON' : 'SERVICE',
    id: principal.subject,
    onBehalfOf: all ? null : (owners.find((owner) => organisations.has(owner)) ?? null),
  }
  return { actor, correlationId, causationId: null, traceparent }
}

const revisionOf = ({ expectedVersion }: Input): number | undefined =>
  typeof expectedVersion === 'number' ? expectedVersion - 1 : undefined

/** When it happened in the world, where the command says so, and by which property. */
const occurrenceOf = (command: unknown): { readonly property: string; readonly at: string } | null => {
  if (!isRecord(command)) return null
  for (const property of ['occurredAt', 'at', 'joinedAt', 'leftAt', 'declaredAt', 'createdAt']) {
    const at = command[property] ?? null
    if (at !== null) return typeof at === 'string' ? { property, at } : null
  }
  return null
}

/** Clocks that run ahead, and zones that were mistaken, differ by less. */
const aheadMs = 86_400_000

/** Nothing that is told by `at` is older: no payment, no touch. Who is a member since when, a club knows better. */
const earliest = '2000-01-01T00:00:00.000Z'

/** @throws {Unprepared} INVALID, where something is said to have happened that cannot have, or not yet */
export const checkHappened = (at: string, now: number, path: readonly string[]): void => {
  if (path.at(-1) === 'at' && at < earliest)
    throw new Unprepared([inputError('INVALID', 'This is too long ago to be so. Mind the year.', path)])
  if (Date.parse(at) <= now + aheadMs) return
  const message =
    'This lies more than a day ahead, and what has not happened cannot be recorded. Mind the year.'
  throw new Unprepared([inputError('INVALID', message, path)])
}

const isOfType = <Command extends { readonly type: string }, Type extends Command['type']>(
  command: Command,
  type: Type,
): command is Extract<Command, { readonly type: Type }> => command.type === type

/** @throws (rejects) {Unprepared} */
export const prepareCommand = async <
  State,
  Command extends { readonly type: string },
  Event extends EventLike,
  Context,
  Type extends Command['type'],
>(
  spec: CommandSpec<State, Command, Event, Context, Type>,
  commandInput: CommandInput,
  asked: Asked,
): Promise<Prepared> => {
  const { input, path, context, reach } = asked
  const { services, principal } = context
  const { handler, model, derive, clock, newId } = services
  const { target, owners } = spec
  if (principal === null) throw new TypeError(`${spec.name} was reached by nobody.`)

  checkTexts(asked)
  const key = keyOf(asked, spec.key === 'REQUIRED')
  let id = ''
  if (target.kind === 'NAMED') {
    const named = target.id.safeParse(input[target.input])
    if (!named.success)
      throw new Unprepared(errorsOfIssues(named.error.issues, () => [...path, target.input]))
    id = named.data
  }
  if (target.kind === 'NEW' && key !== null)
    id = derive(target.prefix, ...target.within(input, principal), ...key.parts)

  const decider = spec.decider(model)
  const thing = target.kind === 'NAMED' ? target.thing : 'organisation'
  const place = target.kind === 'NAMED' ? [...path, target.input] : path
  let state: State | null = null
  if (target.kind === 'NAMED' && (owners.by === 'STATE' || spec.currencyOf !== undefined)) {
    let read = await handler.read(decider, id)
    // Another process may have begun the stream within the second that a state serves.
    if (read.revision === -1) read = await handler.readFresh(decider, id)
    if (read.revision === -1) throw notThere(thing, place)
    state = read.state
  }

  const now = new Date(clock.now()).toISOString()
  const filled = (await spec.fill?.({ input, key, now, principal, services, streamId: id })) ?? {}
  const added = target.kind === 'NEW' ? { ...filled, [target.property]: id } : filled
  const parsed = spec.commands.safeParse(commandInput.commandOf(input, added))
  const toInput = (inner: readonly (string | number)[]) => [...path, ...commandInput.pathOf(input, inner)]
  if (!parsed.success) throw new Unprepared(errorsOfIssues(parsed.error.issues, toInput))
  const command = parsed.data
  if (!isOfType(command, spec.type)) throw new TypeError(`${spec.name} was parsed as another command.`)
  const occurrence = occurrenceOf(command)
  if (occurrence !== null && spec.mayLieAhead !== true)
    checkHappened(occurrence.at, Date.parse(now), toInput([occurrence.property]))
  if (target.kind === 'DERIVED') id = target.idOf(services, command, input)

  let whose: readonly string[] = []
  if (owners.by === 'ID') whose = [id]
  if (owners.by === 'COMMAND') whose = owners.of(command)
  if (owners.by === 'STATE' && state !== null) whose = owners.of(state, command)
  if (owners.by === 'NOBODY' && !reach.all)
    throw new Unprepared([
      inputError('NOT_ALLOWED', 'This belongs to no organisation: it takes a role for the platform.', path),
    ])
  if (owners.by !== 'NOBODY' && !reaches(reach, whose))
    throw notThere(thing, owners.by === 'COMMAND' && owners.path !== null ? [...path, owners.path] : place)
  const withheld = spec.consents?.(command, reach) ?? null
  if (withheld !== null)
    throw new Unprepared([inputError('NOT_ALLOWED', withheld.message, toInput(withheld.path))])

  const currency = state === null ? null : (spec.currencyOf?.(state) ?? null)
  const named = spec.currencyAsked === undefined ? null : (input.currency ?? null)
  if (currency !== null && named !== null && named !== currency)
    throw new Unprepared([
      inputError('CURRENCY_MISMATCH', `This is in ${currency}. Name the amount in it.`, [
        ...path,
        'currency',
      ]),
    ])

  const { key: _, ...sent } = input
  const payload = {
    mutation: spec.name,
    input: spec.hashed === undefined ? sent : spec.hashed(sent, services),
  }
  const meta: CommandMeta = {
    ...metaOf(asked, whose),
    commandId: key === null ? newId('command') : derive('command', decider.category, id, ...key.parts),
    occurredAt: occurrence?.at ?? null,
    expectedRevision: spec.versioned ? revisionOf(input) : undefined,
    payload,
  }
  return {
    name: spec.name,
    id: spec.subjectOf?.(command) ?? id,
    content: () => payloadHashOf(payload),
    execute: async () => {
      const executed = await handler.execute(decider, id, command, meta)
      await spec.after?.(services, id)
      return executed
    },
    rehearse: () => handler.rehearse(decider, id, command, meta),
    errorOf: (error) => userErrorOf(error, toInput, currency),
  }
}
