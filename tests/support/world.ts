/** A log in memory that deciders are tested on: given events, when a command, then events or a rejection. */
import { isDeepStrictEqual } from 'node:util'
import { definitionOf } from '../../domain/catalogue.ts'
import type { Decider, EventLike, Read, StateSource } from '../../domain/decider.ts'
import type { Derive } from '../../domain/derive.ts'
import type { Look } from '../../domain/look.ts'
import { derivedId } from '../../platform/ids.ts'

/** An id with a prefix, made of a number. */
export const idOf = (prefix: string, number = 1): string => `${prefix}_${String(number).padStart(26, '0')}`

/** The derivation of one deployment, as it is outside tests. */
export const derive: Derive = (prefix, ...parts) =>
  derivedId(prefix, '00000000-0000-4000-8000-000000000000', ...parts)

/** Freezes all the way down, so that whoever mutates it is found out. Sets and maps cannot be frozen. */
const frozen = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) frozen(part)
  }
  return value
}

const isOneOf = <Event extends EventLike>(
  event: EventLike,
  types: readonly Event['type'][],
): event is Event => types.some((type) => type === event.type)

/** What an event must be: of the catalogue, of this stream, and plain JSON that its schema takes as it is. */
const checkEvent = (event: EventLike, category: string): void => {
  const definition = definitionOf(event.type)
  if (definition === undefined) throw new Error(`The catalogue has no ${event.type}.`)
  if (!definition.streams.includes(category)) throw new Error(`${event.type} is no event of a ${category}.`)
  const kept: unknown = JSON.parse(JSON.stringify(event.data))
  if (!isDeepStrictEqual(kept, event.data) || !isDeepStrictEqual(definition.data.parse(kept), kept))
    throw new Error(`${event.type} is not kept as it is: ${JSON.stringify(event.data)}`)
}

const frozenAtEnd = 50

export class World {
  readonly #streams = new Map<string, EventLike[]>()

  /** Appends events that happened; whether a decider would have let them is not asked. */
  given<State, Event extends EventLike>(
    source: StateSource<State, Event>,
    id: string,
    ...events: readonly NoInfer<Event>[]
  ): this {
    const stream = `${source.category}-${id}`
    const before = this.#streams.get(stream) ?? []
    for (const event of events) checkEvent(event, source.category)
    this.#streams.set(stream, [...before, ...events.map(frozen)])
    return this
  }

  /** The state of a stream, frozen after each event; of long streams after the last ones, which is slow enough. */
  state<State, Event extends EventLike>(source: StateSource<State, Event>, id: string): State {
    const events = this.#streams.get(`${source.category}-${id}`) ?? []
    return events.reduce((state, event, index) => {
      const next = isOneOf<Event>(event, source.types) ? source.evolve(state, event) : state
      return index < events.length - frozenAtEnd ? next : frozen(next)
    }, frozen(source.initial))
  }

  readonly read: Read = async (source, id) => this.state(source, id)

  readonly look: Look = (source, id) => this.state(source, id)

  /** What the command leads to; nothing is appended. */
  async asking<State, Command, Event extends EventLike, Context>(
    decider: Decider<State, Command, Event, Context>,
    id: string,
    command: Command,
  ): Promise<readonly Event[]> {
    const context = await decider.gather(frozen(command), this.read)
    const events = decider.decide(this.state(decider, id), command, context)
    for (const event of events) checkEvent(event, decider.category)
    return events
  }

  /** Decides, appends what came of it, and answers it. */
  async when<State, Command, Event extends EventLike, Context>(
    decider: Decider<State, Command, Event, Context>,
    id: string,
    command: Command,
  ): Promise<readonly Event[]> {
    const events = await this.asking(decider, id, command)
    this.given(decider, id, ...events)
    return events
  }
}

/** What a refusal looks like, for `rejects.toMatchObject`. */
export const refusal = (code: string, ...path: readonly string[]) => ({
  name: 'Rejection',
  code,
  ...(path.length === 0 ? {} : { path }),
})
