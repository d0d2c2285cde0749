/** The state of a membership, and what others ask of it. */
import type { z } from 'zod'
import { type StateSource, unreachable } from '../decider.ts'
import { eventTypes } from '../events/define.ts'
import { type consentPurpose, type MembershipEvent, membershipEvents } from '../events/members.ts'
import type { MemberStage } from '../events/shapes.ts'
import type { MembershipFacts } from '../segment-rule.ts'

/** Who brought the member, from an instant (inclusive) until another (exclusive). */
export interface Binding {
  readonly inviterId: string
  readonly shareId: string | null
  readonly from: string
  readonly until: string
}

/** From an instant (inclusive) until another (exclusive), null: still. */
export interface Stay {
  readonly from: string
  readonly until: string | null
}

export interface MembershipRef {
  readonly membershipId: string
  readonly communityId: string
  readonly personId: string
}

export interface MembershipState {
  readonly ref: MembershipRef | null
  readonly active: boolean
  /** The last join. */
  readonly join: Extract<MembershipEvent, { type: 'MemberJoined' }>['data'] | null
  readonly joinedAt: string | null
  readonly stays: readonly Stay[]
  readonly bindings: readonly Binding[]
  /** Whether the end of the latest binding was told. */
  readonly lapsed: boolean
  /** As declared, in the order of codes. */
  readonly interests: readonly string[]
  readonly tags: readonly string[]
  readonly stage: MemberStage | null
  readonly consents: Readonly<Partial<Record<z.infer<typeof consentPurpose>, string>>>
  readonly partners: readonly string[]
}

/** Bindings and times of membership that are kept: enough for whatever is stated late. */
const kept = 50

const initial: MembershipState = {
  ref: null,
  active: false,
  join: null,
  joinedAt: null,
  stays: [],
  bindings: [],
  lapsed: false,
  interests: [],
  tags: [],
  stage: null,
  consents: {},
  partners: [],
}

const evolve = (state: MembershipState, event: MembershipEvent): MembershipState => {
  switch (event.type) {
    case 'MemberJoined': {
      const { membershipId, communityId, personId, joinedAt } = event.data
      const ref = { membershipId, communityId, personId }
      const stays = [...state.stays, { from: joinedAt, until: null }].slice(-kept)
      const stage = state.stage ?? 'PARTICIPANT'
      return { ...state, ref, active: true, join: event.data, joinedAt, stays, stage }
    }
    case 'ReferralBound': {
      const { inviterId, shareId, from, until } = event.data
      const bindings = [...state.bindings, { inviterId, shareId, from, until }].slice(-kept)
      return { ...state, bindings, lapsed: false }
    }
    case 'ReferralUnbound': {
      const { at } = event.data
      const bindings = state.bindings.map((binding) =>
        at < binding.until ? { ...binding, until: at } : binding,
      )
      return { ...state, bindings }
    }
    // What it counted for stays: decisions compare its end with the time of the sale, told or not.
    case 'ReferralLapsed':
      return { ...state, lapsed: true }
    case 'InterestsDeclared':
      return { ...state, interests: event.data.categories }
    case 'MemberTagged':
      return { ...state, tags: [...state.tags, event.data.tag] }
    case 'MemberUntagged':
      return { ...state, tags: state.tags.filter((tag) => tag !== event.data.tag) }
    case 'StageReached':
    case 'StageLost':
      return { ...state, stage: event.data.stage }
    case 'ConsentGiven':
      return { ...state, consents: { ...state.consents, [event.data.purpose]: event.data.wording } }
    case 'ConsentWithdrawn': {
      const { [event.data.purpose]: _, ...consents } = state.consents
      return { ...state, consents }
    }
    case 'MemberBecamePartner':
      return { ...state, partners: [...state.partners, event.data.partnerId] }
    case 'MemberLeft': {
      const until = event.data.leftAt
      const stays = state.stays.map((stay) => (stay.until === null ? { ...stay, until } : stay))
      return { ...state, active: false, stays }
    }
    default:
      return unreachable(event)
  }
}

/** How other aggregates read a membership. */
export const membershipSource: StateSource<MembershipState, MembershipEvent> = {
  category: 'membership',
  initial,
  evolve,
  types: eventTypes(membershipEvents),
}

/** The binding in force at an instant. */
export const bindingAt = (state: MembershipState, instant: string): Binding | null =>
  state.bindings.findLast(({ from, until }) => from <= instant && instant < until) ?? null

/** Who brought the member in, under a binding that is in force at the instant. */
export const inviterAt = (state: MembershipState, instant: string): string | null =>
  bindingAt(state, instant)?.inviterId ?? null

/** Whether the person was a member at an instant. */
export const memberAt = (state: MembershipState, instant: string): boolean =>
  state.stays.some(({ from, until }) => from <= instant && (until === null || instant < until))

/** What segment rules look at. `closure`: the declared interests and all that is above them (see taxonomy). */
export const membershipFacts = (state: MembershipState, closure: Iterable<string>): MembershipFacts => ({
  membershipId: state.ref?.membershipId ?? null,
  interests: closure instanceof Set ? closure : new Set(closure),
  stage: state.stage,
  tags: new Set(state.tags),
  joinedAt: state.joinedAt,
  active: state.active,
})
