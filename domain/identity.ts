/** An external identity (a login, a shop's customer number): whose it is, sealed with that person's key. */
import { z } from 'zod'
import { type Decider, nothingElse, Rejection, unreachable } from './decider.ts'
import { eventTypes } from './events/define.ts'
import { type IdentityEvent, identityEvents } from './events/members.ts'
import * as shape from './events/shapes.ts'

export const identityCommand = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ClaimIdentity'), person: shape.sealed }),
  z.strictObject({ type: z.literal('ReleaseIdentity'), reason: shape.reason }),
])
export type IdentityCommand = z.infer<typeof identityCommand>

type Sealed = z.infer<typeof shape.sealed>

export interface IdentityState {
  /** Whose it is now. */
  readonly person: Sealed | null
  readonly everClaimed: boolean
}

const initial: IdentityState = { person: null, everClaimed: false }

const evolve = (_: IdentityState, event: IdentityEvent): IdentityState => {
  switch (event.type) {
    case 'IdentityClaimed':
      return { person: event.data.person, everClaimed: true }
    case 'IdentityReleased':
      return { person: null, everClaimed: true }
    default:
      return unreachable(event)
  }
}

const decide = (state: IdentityState, command: IdentityCommand): readonly IdentityEvent[] => {
  switch (command.type) {
    case 'ClaimIdentity': {
      const { person } = command
      if (state.person === null) return [{ type: 'IdentityClaimed', data: { person } }]
      // Each sealing differs, so a repeat is told by whose key it was sealed with.
      if (state.person.subject === person.subject && state.person.purpose === person.purpose) return []
      throw new Rejection('TAKEN', 'This identity belongs to another person. It has to be released first.')
    }
    case 'ReleaseIdentity':
      if (!state.everClaimed) throw new Rejection('NOT_FOUND', 'Nobody has claimed this identity.')
      return state.person === null ? [] : [{ type: 'IdentityReleased', data: { reason: command.reason } }]
    default:
      return unreachable(command)
  }
}

/** Stream `identity-{keyed hash of provider and external id}`. */
export const identity: Decider<IdentityState, IdentityCommand, IdentityEvent> = {
  category: 'identity',
  initial,
  evolve,
  types: eventTypes(identityEvents),
  gather: nothingElse,
  decide,
}
