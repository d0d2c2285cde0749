/** The deployment: one per log. Founded once; its seals chain over all events. */
import { z } from 'zod'
import { isZone } from './business-date.ts'
import { type Decider, nothingElse, Rejection, unreachable } from './decider.ts'
import { eventTypes } from './events/define.ts'
import { type DeploymentEvent, deploymentEvents } from './events/platform.ts'
import { same, sortedSet } from './same.ts'

export const deploymentCommand = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('FoundDeployment'), ...deploymentEvents.DeploymentFounded.data.shape }),
  z.strictObject({ type: z.literal('SealLog'), ...deploymentEvents.LogSealed.data.shape }),
])
export type DeploymentCommand = z.infer<typeof deploymentCommand>

type Seal = Extract<DeploymentEvent, { type: 'LogSealed' }>['data']

export interface DeploymentState {
  readonly id: string | null
  readonly ledgerZone: string
  readonly currencies: readonly string[]
  readonly lastSeal: Seal | null
  /** Events under all seals. */
  readonly sealed: number
}

const initial: DeploymentState = { id: null, ledgerZone: '', currencies: [], lastSeal: null, sealed: 0 }

const evolve = (state: DeploymentState, event: DeploymentEvent): DeploymentState => {
  switch (event.type) {
    case 'DeploymentFounded': {
      const { deploymentId: id, ledgerZone, currencies } = event.data
      return { ...state, id, ledgerZone, currencies }
    }
    case 'LogSealed':
      return { ...state, lastSeal: event.data, sealed: state.sealed + event.data.count }
    default:
      return unreachable(event)
  }
}

const found = (
  { id: deploymentId, ledgerZone, currencies }: DeploymentState,
  { type: _, ...asked }: Extract<DeploymentCommand, { type: 'FoundDeployment' }>,
): readonly DeploymentEvent[] => {
  const facts = { ...asked, currencies: asked.currencies.filter((code, at, all) => all.indexOf(code) === at) }
  if (deploymentId !== null) {
    const wanted = { ...facts, currencies: sortedSet(facts.currencies) }
    if (same({ deploymentId, ledgerZone, currencies: sortedSet(currencies) }, wanted)) return []
    throw new Rejection('TAKEN', 'This log belongs to a deployment that was founded otherwise.')
  }
  if (!isZone(facts.ledgerZone))
    throw new Rejection('INVALID', `"${facts.ledgerZone}" is no time zone. Name one like Europe/Berlin.`, [
      'ledgerZone',
    ])
  return [{ type: 'DeploymentFounded', data: facts }]
}

const seal = (
  state: DeploymentState,
  { type: _, ...facts }: Extract<DeploymentCommand, { type: 'SealLog' }>,
): readonly DeploymentEvent[] => {
  if (state.id === null) throw new Rejection('NOT_FOUND', 'There is no deployment. Found it first.')
  if (same(facts, state.lastSeal)) return []
  const { root, through } = state.lastSeal ?? { root: null, through: null }
  if (facts.previousRoot !== root)
    throw new Rejection('CONFLICT', 'The seal does not chain: another one came in between. Seal again.', [
      'previousRoot',
    ])
  if (facts.from !== through)
    throw new Rejection('CONFLICT', 'The seal does not go on where the last one ended. Seal again.', ['from'])
  return [{ type: 'LogSealed', data: facts }]
}

const decide = (state: DeploymentState, command: DeploymentCommand): readonly DeploymentEvent[] => {
  switch (command.type) {
    case 'FoundDeployment':
      return found(state, command)
    case 'SealLog':
      return seal(state, command)
    default:
      return unreachable(command)
  }
}

/** Stream `deployment-{deployment id}`. */
export const deployment: Decider<DeploymentState, DeploymentCommand, DeploymentEvent> = {
  category: 'deployment',
  initial,
  evolve,
  types: eventTypes(deploymentEvents),
  gather: nothingElse,
  decide,
}
