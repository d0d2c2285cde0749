/** The intake: stated facts that belong to nothing known wait here, each in a stream of its own. */
import { z } from 'zod'
import { type Decider, nothingElse, Rejection, unreachable } from './decider.ts'
import { eventTypes } from './events/define.ts'
import { type IntakeEvent, intakeEvents } from './events/purchases.ts'
import * as shape from './events/shapes.ts'
import { same } from './same.ts'

const effect = { at: shape.instant, businessDate: shape.date }

export const intakeCommand = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ParkFact'), ...intakeEvents.FactParked.data.shape }),
  /** Two streams cannot be written together: this keeps a fact for one purchase while it is attached. */
  z.strictObject({
    type: z.literal('ClaimFact'),
    at: shape.instant,
    purchaseId: shape.purchaseId,
    until: shape.instant,
  }),
  z.strictObject({
    type: z.literal('ResolveFact'),
    ...effect,
    attachedTo: shape.purchaseId,
    note: intakeEvents.FactResolved.data.shape.note,
  }),
  z.strictObject({ type: z.literal('DismissFact'), ...effect, reason: shape.reason }),
])
export type IntakeCommand = z.infer<typeof intakeCommand>

type Parked = Extract<IntakeEvent, { type: 'FactParked' }>['data']

export interface IntakeState {
  readonly status: 'NONE' | 'PARKED' | 'RESOLVED' | 'DISMISSED'
  readonly parked: Parked | null
  readonly attachedTo: string | null
  readonly claim: { readonly purchaseId: string; readonly until: string } | null
}

const initial: IntakeState = { status: 'NONE', parked: null, attachedTo: null, claim: null }

const evolve = (state: IntakeState, event: IntakeEvent): IntakeState => {
  switch (event.type) {
    case 'FactParked':
      return { ...state, status: 'PARKED', parked: event.data }
    case 'FactClaimed':
      return { ...state, claim: { purchaseId: event.data.purchaseId, until: event.data.until } }
    case 'FactResolved':
      return { ...state, status: 'RESOLVED', attachedTo: event.data.attachedTo }
    case 'FactDismissed':
      return { ...state, status: 'DISMISSED' }
    default:
      return unreachable(event)
  }
}

/** What makes a fact the same one: not when it was stated, nor why it could not be attached that time. */
const contentOf = ({ currency, source, purchase, fact }: Omit<Parked, 'factId'>) => ({
  currency,
  source,
  purchase,
  fact,
})

const refOf = (parked: Parked) => ({ factId: parked.factId, ...contentOf(parked) })

/** @throws {Rejection} while the fact is kept for another purchase; null: for any */
const checkUnclaimed = ({ claim }: IntakeState, at: string, purchaseId: string | null): void => {
  if (claim === null || claim.purchaseId === purchaseId || claim.until <= at) return
  const { purchaseId: claimedBy, until } = claim
  throw new Rejection(
    'WRONG_STATE',
    `The fact is being attached to ${claimedBy}. If that fails, it is free again at ${until}.`,
    [],
    { claimedBy, until },
  )
}

const decide = (state: IntakeState, command: IntakeCommand): readonly IntakeEvent[] => {
  const { status, parked } = state
  if (command.type === 'ParkFact') {
    const { type: _, ...facts } = command
    if (parked === null) return [{ type: 'FactParked', data: facts }]
    if (same(contentOf(parked), contentOf(facts))) return []
    throw new Rejection('KEY_REUSED', 'Another fact was parked under this id.', ['factId'])
  }
  if (parked === null) throw new Rejection('NOT_FOUND', 'There is no such parked fact.')
  switch (command.type) {
    case 'ClaimFact': {
      const { at, purchaseId, until } = command
      if (status === 'RESOLVED' && state.attachedTo === purchaseId) return []
      if (status !== 'PARKED')
        throw new Rejection('WRONG_STATE', `The fact is ${status} already.`, [], { status })
      checkUnclaimed(state, at, purchaseId)
      if (state.claim?.purchaseId === purchaseId && state.claim.until >= until) return []
      return [{ type: 'FactClaimed', data: { ...refOf(parked), at, purchaseId, until } }]
    }
    case 'ResolveFact': {
      if (status === 'RESOLVED' && state.attachedTo === command.attachedTo) return []
      if (status !== 'PARKED')
        throw new Rejection('WRONG_STATE', `The fact is ${status} already.`, [], { status })
      checkUnclaimed(state, command.at, command.attachedTo)
      const { type: _, ...facts } = command
      return [{ type: 'FactResolved', data: { ...refOf(parked), ...facts } }]
    }
    case 'DismissFact': {
      if (status === 'DISMISSED') return []
      if (status !== 'PARKED')
        throw new Rejection('WRONG_STATE', `The fact is ${status} already.`, [], { status })
      checkUnclaimed(state, command.at, null)
      const { type: _, ...facts } = command
      return [{ type: 'FactDismissed', data: { ...refOf(parked), ...facts } }]
    }
    default:
      return unreachable(command)
  }
}

/** Stream `intake-{fact id}`; the id is derived from the fact's source, so that the same fact meets itself. */
export const intake: Decider<IntakeState, IntakeCommand, IntakeEvent> = {
  category: 'intake',
  initial,
  evolve,
  types: eventTypes(intakeEvents),
  gather: nothingElse,
  decide,
}
