/** A person across communities: registered, or a guest known from one purchase only. */
import { z } from 'zod'
import { type Decider, nothingElse, Rejection, unreachable } from './decider.ts'
import { eventTypes } from './events/define.ts'
import { type PersonEvent, personEvents } from './events/members.ts'
import * as shape from './events/shapes.ts'
import { same } from './same.ts'

export const personCommand = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('RegisterPerson'), personId: shape.personId, guest: z.boolean() }),
  z.strictObject({ type: z.literal('IdentifyVisitor'), visitorId: shape.visitorId }),
  z.strictObject({ type: z.literal('SetPersonPayee'), details: shape.sealed }),
  z.strictObject({ type: z.literal('ErasePerson'), reason: shape.reason }),
])
export type PersonCommand = z.infer<typeof personCommand>

export interface PersonState {
  readonly id: string | null
  readonly guest: boolean
  readonly erased: boolean
  /** Whose journeys count as this person's, too. */
  readonly visitors: readonly string[]
  readonly payee: z.infer<typeof shape.sealed> | null
}

export const mostVisitors = 1_000

const initial: PersonState = { id: null, guest: false, erased: false, visitors: [], payee: null }

const evolve = (state: PersonState, event: PersonEvent): PersonState => {
  switch (event.type) {
    case 'PersonRegistered':
      return { ...state, id: event.data.personId, guest: event.data.guest }
    case 'VisitorIdentified':
      return { ...state, visitors: [...state.visitors, event.data.visitorId] }
    case 'PersonErased':
      return { ...state, erased: true, visitors: [], payee: null }
    case 'PayeeDetailsSet':
      return { ...state, payee: event.data.details }
    default:
      return unreachable(event)
  }
}

const checkNotErased = (state: PersonState): void => {
  if (state.erased) throw new Rejection('WRONG_STATE', 'This person was erased. Register the person anew.')
}

const known = (state: PersonState): string => {
  if (state.id === null)
    throw new Rejection('NOT_FOUND', 'There is no such person. Register the person first.')
  return state.id
}

const decide = (state: PersonState, command: PersonCommand): readonly PersonEvent[] => {
  switch (command.type) {
    case 'RegisterPerson': {
      const { personId, guest } = command
      checkNotErased(state)
      // Who was a guest may become known, never the other way round.
      if (state.id !== null && (guest || !state.guest)) return []
      return [{ type: 'PersonRegistered', data: { personId, guest } }]
    }
    case 'IdentifyVisitor': {
      const personId = known(state)
      checkNotErased(state)
      if (state.visitors.includes(command.visitorId)) return []
      if (state.visitors.length >= mostVisitors)
        throw new Rejection('CONFLICT', `At most ${mostVisitors} visitors may turn out to be one person.`)
      return [{ type: 'VisitorIdentified', data: { personId, visitorId: command.visitorId } }]
    }
    case 'SetPersonPayee': {
      const party = known(state)
      checkNotErased(state)
      if (same(state.payee, command.details)) return []
      return [{ type: 'PayeeDetailsSet', data: { party, details: command.details } }]
    }
    case 'ErasePerson': {
      const personId = known(state)
      return state.erased ? [] : [{ type: 'PersonErased', data: { personId, reason: command.reason } }]
    }
    default:
      return unreachable(command)
  }
}

/** Stream `person-{person id}`. */
export const person: Decider<PersonState, PersonCommand, PersonEvent> = {
  category: 'person',
  initial,
  evolve,
  types: eventTypes(personEvents),
  gather: nothingElse,
  decide,
}
