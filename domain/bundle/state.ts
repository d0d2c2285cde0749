/** The state of a bundle, and what others ask of it. */
import type { RejectionCode, StateSource } from '../decider.ts'
import { unreachable } from '../decider.ts'
import { type BundleComponent, type BundleEvent, bundleEvents } from '../events/catalog-items.ts'
import { eventTypes } from '../events/define.ts'
import { type OfferState, offerProblem } from '../offer.ts'
import type { PartnerState } from '../partner.ts'

type DataOf<Type extends BundleEvent['type']> = Extract<BundleEvent, { type: Type }>['data']
export type BundleVersion = DataOf<'BundleComposed'>

export interface BundleState {
  readonly id: string | null
  readonly communityId: string | null
  readonly composedBy: string | null
  readonly status: 'NONE' | 'DRAFT' | 'LAUNCHED' | 'RETIRED'
  /** The latest version, a draft until it is launched; 0 before the first. */
  readonly version: number
  /** The version that sells, or sold last; null before the first launch. */
  readonly launchedVersion: number | null
  /** The last of them, oldest first; the launched one always. */
  readonly versions: readonly BundleVersion[]
  /** Components of the latest version, by number. */
  readonly accepted: readonly number[]
  readonly declined: readonly number[]
}

const keptVersions = 50

const initial: BundleState = {
  id: null,
  communityId: null,
  composedBy: null,
  status: 'NONE',
  version: 0,
  launchedVersion: null,
  versions: [],
  accepted: [],
  declined: [],
}

const withVersion = (state: BundleState, added: BundleVersion): BundleState => {
  const versions = [...state.versions, added]
  return {
    ...state,
    version: added.version,
    versions: versions.filter(
      ({ version }, index) => index >= versions.length - keptVersions || version === state.launchedVersion,
    ),
    accepted: [],
    declined: [],
  }
}

const without = (numbers: readonly number[], taken: number): readonly number[] =>
  numbers.filter((number) => number !== taken)

const evolve = (state: BundleState, event: BundleEvent): BundleState => {
  switch (event.type) {
    case 'BundleComposed': {
      const { bundleId: id, communityId, composedBy } = event.data
      return withVersion({ ...state, id, communityId, composedBy, status: 'DRAFT' }, event.data)
    }
    case 'BundleRevised':
      return withVersion(state, event.data)
    case 'ComponentAccepted': {
      const { component } = event.data
      return {
        ...state,
        accepted: [...without(state.accepted, component), component],
        declined: without(state.declined, component),
      }
    }
    case 'ComponentDeclined': {
      const { component } = event.data
      return {
        ...state,
        accepted: without(state.accepted, component),
        declined: [...without(state.declined, component), component],
      }
    }
    case 'BundleLaunched':
      return { ...state, status: 'LAUNCHED', launchedVersion: event.data.version }
    case 'BundleRetired':
      return { ...state, status: 'RETIRED' }
    default:
      return unreachable(event)
  }
}

/** How other aggregates read a bundle. */
export const bundleSource: StateSource<BundleState, BundleEvent> = {
  category: 'bundle',
  initial,
  evolve,
  types: eventTypes(bundleEvents),
}

/** A version as composed; null where there is none, or it is too old to be kept. */
export const bundleAt = ({ versions }: BundleState, version: number): BundleVersion | null =>
  versions.find((candidate) => candidate.version === version) ?? null

/** The version that sells now, or null. */
export const launched = (state: BundleState): BundleVersion | null =>
  state.status === 'LAUNCHED' && state.launchedVersion !== null
    ? bundleAt(state, state.launchedVersion)
    : null

/** Components of the latest version that nobody accepted, by number. */
export const unaccepted = (state: BundleState): readonly BundleComponent[] =>
  (bundleAt(state, state.version)?.components ?? []).filter(
    ({ component }) => !state.accepted.includes(component),
  )

/** Who would buy which version of a bundle where. */
export interface BundleShowing {
  /** The version that the buyer saw. */
  readonly version: number
  readonly communityId: string
  /** Segments that the buyer is in. */
  readonly segmentIds: readonly string[]
}

export interface BundleProblem {
  readonly code: Extract<
    RejectionCode,
    'WRONG_STATE' | 'VERSION_CHANGED' | 'OFFER_NOT_SHOWN_HERE' | 'COMPONENT_UNAVAILABLE'
  >
  readonly message: string
}

/** Why this version of the bundle is not for this buyer here; null where it is. See `componentProblem`, too. */
export const bundleProblem = (
  state: BundleState,
  { version, communityId, segmentIds }: BundleShowing,
): BundleProblem | null => {
  const selling = launched(state)
  if (selling === null)
    return {
      code: 'WRONG_STATE',
      message: state.status === 'RETIRED' ? 'The bundle is retired.' : 'The bundle was not launched yet.',
    }
  if (selling.version !== version)
    return {
      code: 'VERSION_CHANGED',
      message: `The bundle sells in version ${selling.version} now. Look at it again.`,
    }
  const { segments } = selling
  if (
    state.communityId !== communityId ||
    (segments.length > 0 && !segments.some((id) => segmentIds.includes(id)))
  )
    return {
      code: 'OFFER_NOT_SHOWN_HERE',
      message: 'The bundle is not shown to this member in this community.',
    }
  return null
}

/** Why a component cannot be sold at an instant, its offer and its partner being as given; null where it can. */
export const componentProblem = (
  { component, offerVersion }: BundleComponent,
  { offer, partner, at, communityId }: ComponentStanding,
): BundleProblem | null => {
  const because = (why: string): BundleProblem => ({
    code: 'COMPONENT_UNAVAILABLE',
    message: `Component ${component} cannot be sold now: ${why}.`,
  })
  if (partner.status !== 'ADMITTED') return because('its partner is suspended or not admitted')
  if (offer.version !== offerVersion) return because('its offer has changed since it was accepted')
  // Whom the bundle is shown to is for the bundle to say, so the offer's own segments do not count here.
  switch (offerProblem(offer, { at, communityId, segmentIds: offerSegments(offer) })) {
    case 'OFFER_WITHDRAWN':
      return because('its offer is withdrawn')
    case 'OUTSIDE_DATES':
      return because('its offer is not valid at that time')
    case 'OFFER_NOT_SHOWN_HERE':
      return because('its offer is not shown in this community')
    case null:
      return null
  }
}

/** What a component stands on. */
export interface ComponentStanding {
  readonly offer: OfferState
  readonly partner: PartnerState
  readonly at: string
  readonly communityId: string
}

const offerSegments = ({ versions }: OfferState): readonly string[] => versions.at(-1)?.facts.segments ?? []
