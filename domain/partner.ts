/** A partner: a brand that supplies offers. Applies, is admitted or refused, may be suspended. */
import { z } from 'zod'
import { type Decider, Rejection, unreachable } from './decider.ts'
import { eventTypes } from './events/define.ts'
import { type PartnerEvent, partnerEvents, standardEvidence } from './events/organisations.ts'
import * as shape from './events/shapes.ts'

export const partnerCommand = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ApplyAsPartner'),
    partnerId: shape.partnerId,
    name: shape.label,
    categories: z.array(shape.code).max(100),
    standards: z.array(standardEvidence).max(50),
    source: shape.source.nullable(),
  }),
  z.strictObject({ type: z.literal('AdmitPartner') }),
  z.strictObject({ type: z.literal('RefusePartner'), reason: shape.reason }),
  z.strictObject({ type: z.literal('SuspendPartner'), reason: shape.reason }),
  z.strictObject({ type: z.literal('ReinstatePartner'), reason: shape.reason }),
  z.strictObject({
    type: z.literal('ChangePartnerProfile'),
    name: shape.label,
    categories: z.array(shape.code).max(100),
  }),
  z.strictObject({ type: z.literal('SetPartnerPayee'), details: shape.sealed }),
  z.strictObject({ type: z.literal('LinkSupply'), toPartnerId: shape.partnerId, what: shape.label }),
])
export type PartnerCommand = z.infer<typeof partnerCommand>

export interface PartnerState {
  readonly id: string | null
  readonly status: 'NONE' | 'APPLIED' | 'ADMITTED' | 'REFUSED' | 'SUSPENDED'
  readonly name: string
  readonly categories: readonly string[]
  readonly suppliesTo: readonly string[]
}

const initial: PartnerState = { id: null, status: 'NONE', name: '', categories: [], suppliesTo: [] }

const evolve = (state: PartnerState, event: PartnerEvent): PartnerState => {
  switch (event.type) {
    case 'PartnerApplied':
      return {
        ...state,
        id: event.data.partnerId,
        status: 'APPLIED',
        name: event.data.name,
        categories: event.data.categories,
      }
    case 'PartnerAdmitted':
    case 'PartnerReinstated':
      return { ...state, status: 'ADMITTED' }
    case 'PartnerRefused':
      return { ...state, status: 'REFUSED' }
    case 'PartnerSuspended':
      return { ...state, status: 'SUSPENDED' }
    case 'PartnerProfileChanged':
      return { ...state, name: event.data.name, categories: event.data.categories }
    case 'SupplyLinked':
      return { ...state, suppliesTo: [...state.suppliesTo, event.data.toPartnerId] }
    case 'PayeeDetailsSet':
      return state
    default:
      return unreachable(event)
  }
}

/** The partner's id, or a NOT_FOUND: nothing can be done with a partner that never applied. */
const known = (state: PartnerState): string => {
  if (state.id === null) throw new Rejection('NOT_FOUND', 'There is no such partner. Apply first.')
  return state.id
}

const wrongState = (state: PartnerState, wanted: string): Rejection =>
  new Rejection('WRONG_STATE', `The partner is ${state.status}; this needs it to be ${wanted}.`, [], {
    status: state.status,
  })

/** Most that one partner supplies. */
const mostSupplied = 1_000

const decide = (
  state: PartnerState,
  command: PartnerCommand,
  /** Whom it is to supply. */
  supplied: PartnerState | null,
): readonly PartnerEvent[] => {
  switch (command.type) {
    case 'ApplyAsPartner': {
      if (state.status === 'REFUSED' || state.status === 'NONE') {
        const { type: _, ...facts } = command
        return [{ type: 'PartnerApplied', data: facts }]
      }
      throw new Rejection('TAKEN', 'This partner has applied already.')
    }
    case 'AdmitPartner': {
      const partnerId = known(state)
      if (state.status === 'ADMITTED') return []
      if (state.status !== 'APPLIED') throw wrongState(state, 'APPLIED')
      return [{ type: 'PartnerAdmitted', data: { partnerId } }]
    }
    case 'RefusePartner': {
      const partnerId = known(state)
      if (state.status !== 'APPLIED') throw wrongState(state, 'APPLIED')
      return [{ type: 'PartnerRefused', data: { partnerId, reason: command.reason } }]
    }
    case 'SuspendPartner': {
      const partnerId = known(state)
      if (state.status === 'SUSPENDED') return []
      if (state.status !== 'ADMITTED') throw wrongState(state, 'ADMITTED')
      return [{ type: 'PartnerSuspended', data: { partnerId, reason: command.reason } }]
    }
    case 'ReinstatePartner': {
      const partnerId = known(state)
      if (state.status === 'ADMITTED') return []
      if (state.status !== 'SUSPENDED') throw wrongState(state, 'SUSPENDED')
      return [{ type: 'PartnerReinstated', data: { partnerId, reason: command.reason } }]
    }
    case 'ChangePartnerProfile':
      return [
        {
          type: 'PartnerProfileChanged',
          data: { partnerId: known(state), name: command.name, categories: command.categories },
        },
      ]
    case 'SetPartnerPayee':
      return [{ type: 'PayeeDetailsSet', data: { party: known(state), details: command.details } }]
    case 'LinkSupply': {
      const partnerId = known(state)
      if (command.toPartnerId === partnerId)
        throw new Rejection('INVALID', 'A partner cannot supply itself.', ['toPartnerId'])
      if (supplied === null || supplied.id === null)
        throw new Rejection('NOT_FOUND', 'There is no such partner to supply.', ['toPartnerId'])
      if (state.suppliesTo.length >= mostSupplied)
        throw new Rejection('CONFLICT', `A partner supplies at most ${mostSupplied} others.`)
      return [
        { type: 'SupplyLinked', data: { partnerId, toPartnerId: command.toPartnerId, what: command.what } },
      ]
    }
    default:
      return unreachable(command)
  }
}

/** Stream `partner-{partner id}`. */
export const partner: Decider<PartnerState, PartnerCommand, PartnerEvent, PartnerState | null> = {
  category: 'partner',
  initial,
  evolve,
  types: eventTypes(partnerEvents),
  gather: (command, read) => (command.type === 'LinkSupply' ? read(partner, command.toPartnerId) : null),
  decide,
}
