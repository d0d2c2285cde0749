/** Who is who in a simulated ecosystem: ids derived from the seed, so that the same seed meets itself. */
import type { Derive } from '../../domain/derive.ts'
import type { Commander } from '../commander.ts'
import type { Tributary } from '../tributary.ts'
import { type CommunityPlan, communityPlans } from './trades.ts'

export interface SimulationOptions {
  readonly members: number
  readonly purchases: number
  readonly seed: number
  /** ISO instant at which the simulated time ends; it begins 180 days before. */
  readonly until: string
  /** Called as things are done, with what and how many of how many. */
  readonly progress?: (what: string, done: number, total: number) => void
}

/** What a simulation stands on: the write side. */
export type SimulationTarget = Pick<Tributary, 'derive' | 'handler' | 'model'>

export interface Simulation {
  readonly tributary: SimulationTarget
  readonly commander: Commander
  readonly options: SimulationOptions
  readonly id: Derive
  readonly communities: readonly SimulatedCommunity[]
  readonly partners: readonly SimulatedPartner[]
}

export interface SimulatedCommunity {
  readonly id: string
  readonly ownerId: string
  readonly plan: CommunityPlan
  readonly pickupPointId: string
  readonly campaignId: string
}

export interface SimulatedPartner {
  readonly id: string
  readonly number: number
  readonly family: string
}

export interface SimulatedOffer {
  readonly id: string
  readonly partnerId: string
  readonly communityId: string
  readonly category: string
  readonly price: number
}

export interface SimulatedBundle {
  readonly id: string
  readonly communityId: string
  readonly price: number
}

export interface SimulatedMember {
  readonly personId: string
  readonly communityId: string
  readonly joinedAt: string
  readonly interests: readonly string[]
}

const dayMs = 86_400_000
const simulatedDays = 180

/** An instant a part (0 to 1) into the simulated time. */
export const instantAt = ({ until }: SimulationOptions, part: number): string =>
  new Date(Math.floor(Date.parse(until) - simulatedDays * dayMs * (1 - part))).toISOString()

/** Before all that is simulated: offers are valid and terms in force from then. */
export const beginning = ({ until }: SimulationOptions): string =>
  new Date(Date.parse(until) - (simulatedDays + 30) * dayMs).toISOString()

export const idsOf =
  (derive: Derive, seed: number): Derive =>
  (prefix, ...parts) =>
    derive(prefix, 'simulation', String(seed), ...parts)

export const planCommunities = (id: Derive): readonly SimulatedCommunity[] =>
  communityPlans.map((plan) => ({
    id: id('community', plan.key),
    ownerId: id('person', 'owner', plan.key),
    plan,
    pickupPointId: id('pickup', plan.key),
    campaignId: id('campaign', plan.key),
  }))
