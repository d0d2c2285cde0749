/** A community: people with a shared interest, its owner, its business zone and currency. */
import { z } from 'zod'
import { isZone } from './business-date.ts'
import { type Decider, Rejection, unreachable } from './decider.ts'
import { type DeploymentState, deployment } from './deployment.ts'
import { eventTypes } from './events/define.ts'
import { type AttributionPolicy, type CommunityEvent, communityEvents } from './events/organisations.ts'
import * as shape from './events/shapes.ts'
import { type PersonState, person } from './person.ts'
import { same } from './same.ts'

/** Levels are taken as asked here, so that too many of them are named as such. */
const askedPolicy = z.strictObject({
  model: shape.attributionModel,
  windowDays: z.int().min(1).max(365),
  levels: z.int().min(0).max(100),
})
const commandOf = <Type extends string, Shape extends z.core.$ZodShape>(type: Type, fields: Shape) =>
  z.strictObject({ type: z.literal(type), ...fields })

export const communityCommand = z.discriminatedUnion('type', [
  commandOf('FoundCommunity', {
    ...communityEvents.CommunityFounded.data.shape,
    attribution: askedPolicy,
    /** Whose currencies are the ones to choose from; null: any known one. */
    deploymentId: shape.deploymentId.nullable(),
  }),
  commandOf('DescribeCommunity', {
    positioning: z.string().trim().max(1_000),
    culture: z.string().trim().max(1_000),
    carriers: z.array(shape.code).max(20),
  }),
  commandOf('SetAttributionPolicy', { attribution: askedPolicy }),
  commandOf('OpenPickupPoint', {
    pickupPointId: shape.pickupPointId,
    name: shape.label,
    leaderId: shape.personId,
  }),
  commandOf('ClosePickupPoint', { pickupPointId: shape.pickupPointId, reason: shape.reason }),
  commandOf('SetContactPolicy', {
    maxPerWeek: z.int().min(0).max(100),
    quietFromHour: z.int().min(0).max(23),
    quietUntilHour: z.int().min(0).max(23),
  }),
  commandOf('AppointOperator', { personId: shape.personId }),
  commandOf('SetCommunityPayee', { details: shape.sealed }),
])
export type CommunityCommand = z.infer<typeof communityCommand>

type Founded = Extract<CommunityEvent, { type: 'CommunityFounded' }>['data']
type Description = Omit<Extract<CommunityEvent, { type: 'CommunityDescribed' }>['data'], 'communityId'>
type ContactPolicy = Omit<Extract<CommunityEvent, { type: 'ContactPolicySet' }>['data'], 'communityId'>

export interface PickupPoint {
  readonly id: string
  readonly name: string
  readonly leaderId: string
  readonly open: boolean
}

export interface CommunityState {
  readonly id: string | null
  readonly founded: Founded | null
  readonly zone: string
  readonly currency: string
  readonly ownerId: string | null
  readonly attribution: AttributionPolicy
  readonly description: Description | null
  readonly contactPolicy: ContactPolicy | null
  readonly pickupPoints: readonly PickupPoint[]
  readonly operators: readonly string[]
  readonly payee: z.infer<typeof shape.sealed> | null
}

/** Pickup points, closed ones too, and operators of one community. */
const most = 1_000

const initial: CommunityState = {
  id: null,
  founded: null,
  zone: 'UTC',
  currency: '',
  ownerId: null,
  attribution: { model: 'LAST_TOUCH', windowDays: 30, levels: 0 },
  description: null,
  contactPolicy: null,
  pickupPoints: [],
  operators: [],
  payee: null,
}

const evolve = (state: CommunityState, event: CommunityEvent): CommunityState => {
  switch (event.type) {
    case 'CommunityFounded': {
      const { communityId: id, zone, currency, ownerId, attribution } = event.data
      return { ...state, id, founded: event.data, zone, currency, ownerId, attribution }
    }
    case 'CommunityDescribed': {
      const { communityId: _, ...description } = event.data
      return { ...state, description }
    }
    case 'AttributionPolicySet':
      return { ...state, attribution: event.data.attribution }
    case 'PickupPointOpened': {
      const { pickupPointId: id, name, leaderId } = event.data
      return { ...state, pickupPoints: [...state.pickupPoints, { id, name, leaderId, open: true }] }
    }
    case 'PickupPointClosed':
      return {
        ...state,
        pickupPoints: state.pickupPoints.map((point) =>
          point.id === event.data.pickupPointId ? { ...point, open: false } : point,
        ),
      }
    case 'ContactPolicySet': {
      const { communityId: _, ...contactPolicy } = event.data
      return { ...state, contactPolicy }
    }
    case 'OperatorAppointed':
      return { ...state, operators: [...state.operators, event.data.personId] }
    case 'PayeeDetailsSet':
      return { ...state, payee: event.data.details }
    default:
      return unreachable(event)
  }
}

/** @throws {Rejection} NOT_FOUND for a community that was never founded */
export const knownCommunity = (state: CommunityState, path: readonly string[] = []): string => {
  if (state.id === null) throw new Rejection('NOT_FOUND', 'There is no such community.', path)
  return state.id
}

const checkLevels = ({ levels }: AttributionPolicy): void => {
  if (levels > 2)
    throw new Rejection(
      'TOO_MANY_LEVELS',
      'At most two levels of sharers may be paid. Set levels to 0, 1 or 2.',
      ['attribution', 'levels'],
    )
}

/** What a decision looks at, where the command names it. */
export interface CommunityContext {
  readonly home: DeploymentState | null
  readonly person: PersonState | null
}

const checkRegistered = ({ person: named }: CommunityContext, path: string): void => {
  if (named === null || named.id === null || named.erased)
    throw new Rejection('NOT_FOUND', 'There is no such person. Register the person first.', [path])
}

const found = (
  state: CommunityState,
  { type: _, deploymentId: __, ...facts }: Extract<CommunityCommand, { type: 'FoundCommunity' }>,
  context: CommunityContext,
): readonly CommunityEvent[] => {
  const { home } = context
  if (state.founded !== null) {
    if (same(state.founded, facts)) return []
    throw new Rejection('KEY_REUSED', 'A community with this id was founded otherwise.', ['communityId'])
  }
  checkLevels(facts.attribution)
  if (!isZone(facts.zone))
    throw new Rejection('INVALID', `"${facts.zone}" is no time zone. Name one like Europe/Berlin.`, ['zone'])
  if (home !== null && home.id === null)
    throw new Rejection('NOT_FOUND', 'There is no such deployment.', ['deploymentId'])
  if (home !== null && !home.currencies.includes(facts.currency))
    throw new Rejection(
      'CURRENCY_MISMATCH',
      `This deployment keeps no books in ${facts.currency}.`,
      ['currency'],
      {
        currencies: home.currencies.join(' '),
      },
    )
  checkRegistered(context, 'ownerId')
  return [{ type: 'CommunityFounded', data: facts }]
}

const openPoint = (
  state: CommunityState,
  communityId: string,
  { type: _, ...facts }: Extract<CommunityCommand, { type: 'OpenPickupPoint' }>,
  context: CommunityContext,
): readonly CommunityEvent[] => {
  const point = state.pickupPoints.find(({ id }) => id === facts.pickupPointId)
  if (point !== undefined) {
    if (point.name === facts.name && point.leaderId === facts.leaderId) return []
    throw new Rejection('KEY_REUSED', 'A pickup point with this id was opened otherwise.', ['pickupPointId'])
  }
  if (state.pickupPoints.length >= most)
    throw new Rejection('CONFLICT', `A community has at most ${most} pickup points.`)
  checkRegistered(context, 'leaderId')
  return [{ type: 'PickupPointOpened', data: { communityId, ...facts } }]
}

const decide = (
  state: CommunityState,
  command: CommunityCommand,
  context: CommunityContext,
): readonly CommunityEvent[] => {
  if (command.type === 'FoundCommunity') return found(state, command, context)
  const communityId = knownCommunity(state)
  switch (command.type) {
    case 'DescribeCommunity': {
      const { type: _, ...description } = command
      if (same(state.description, description)) return []
      return [{ type: 'CommunityDescribed', data: { communityId, ...description } }]
    }
    case 'SetAttributionPolicy': {
      checkLevels(command.attribution)
      if (same(state.attribution, command.attribution)) return []
      return [{ type: 'AttributionPolicySet', data: { communityId, attribution: command.attribution } }]
    }
    case 'OpenPickupPoint':
      return openPoint(state, communityId, command, context)
    case 'ClosePickupPoint': {
      const { pickupPointId, reason } = command
      const point = state.pickupPoints.find(({ id }) => id === pickupPointId)
      if (point === undefined)
        throw new Rejection('NOT_FOUND', 'The community has no such pickup point.', ['pickupPointId'])
      return point.open ? [{ type: 'PickupPointClosed', data: { communityId, pickupPointId, reason } }] : []
    }
    case 'SetContactPolicy': {
      const { type: _, ...policy } = command
      if (same(state.contactPolicy, policy)) return []
      return [{ type: 'ContactPolicySet', data: { communityId, ...policy } }]
    }
    case 'AppointOperator': {
      if (state.operators.includes(command.personId)) return []
      if (state.operators.length >= most)
        throw new Rejection('CONFLICT', `A community has at most ${most} operators.`)
      checkRegistered(context, 'personId')
      return [{ type: 'OperatorAppointed', data: { communityId, personId: command.personId } }]
    }
    case 'SetCommunityPayee':
      if (same(state.payee, command.details)) return []
      return [{ type: 'PayeeDetailsSet', data: { party: communityId, details: command.details } }]
    default:
      return unreachable(command)
  }
}

/** Stream `community-{community id}`. */
export const community: Decider<CommunityState, CommunityCommand, CommunityEvent, CommunityContext> = {
  category: 'community',
  initial,
  evolve,
  types: eventTypes(communityEvents),
  gather: async (command, read) => {
    switch (command.type) {
      case 'FoundCommunity': {
        const { deploymentId, ownerId } = command
        const home = deploymentId === null ? null : await read(deployment, deploymentId)
        return { home, person: await read(person, ownerId) }
      }
      case 'OpenPickupPoint':
        return { home: null, person: await read(person, command.leaderId) }
      case 'AppointOperator':
        return { home: null, person: await read(person, command.personId) }
      default:
        return { home: null, person: null }
    }
  },
  decide,
}
