/** The state of a journey, and the touches that attribution asks it for. */
import type { z } from 'zod'
import { type StateSource, unreachable } from '../decider.ts'
import { eventTypes } from '../events/define.ts'
import type { target } from '../events/shapes.ts'
import { type JourneyEvent, journeyEvents } from '../events/traffic.ts'

type Recorded = Extract<JourneyEvent, { type: 'TouchRecorded' }>['data']
export type Target = z.infer<typeof target>

/** A touch as it is kept. Its place in the list is its revision: a journey holds touches only. */
export interface Touch
  extends Pick<
    Recorded,
    'touchId' | 'at' | 'communityId' | 'source' | 'channel' | 'campaignId' | 'content' | 'shareId' | 'target'
  > {
  /** Null where nobody is to be credited: no share, or a revoked one. */
  readonly sharerId: string | null
}

export interface JourneyState {
  readonly subject: string | null
  readonly touches: readonly Touch[]
}

const initial: JourneyState = { subject: null, touches: [] }

const evolve = (state: JourneyState, event: JourneyEvent): JourneyState => {
  switch (event.type) {
    case 'TouchRecorded': {
      const {
        subject,
        sharer,
        segments: _,
        reached: __,
        membershipId: ___,
        businessDate: ____,
        ...kept
      } = event.data
      return { subject, touches: [...state.touches, { ...kept, sharerId: sharer?.id ?? null }] }
    }
    default:
      return unreachable(event.type)
  }
}

/** How other aggregates read a journey: stream `journey-{subject}.{YYYY-MM}`. */
export const journeySource: StateSource<JourneyState, JourneyEvent> = {
  category: 'journey',
  initial,
  evolve,
  types: eventTypes(journeyEvents),
}

/** A touch with its name, `stream@revision`. */
export interface NamedTouch {
  readonly name: string
  readonly at: string
  readonly shareId: string | null
  readonly sharerId: string | null
  readonly target: Target | null
}

/** Touches of a journey in one community after `from` up to and with `to`, as they were recorded. */
export const touchesWithin = (
  { touches }: JourneyState,
  journeyId: string,
  communityId: string,
  from: string,
  to: string,
): readonly NamedTouch[] => {
  const named: NamedTouch[] = []
  for (let revision = 0; revision < touches.length; revision += 1) {
    const touch = touches[revision]
    if (touch === undefined || touch.communityId !== communityId || touch.at <= from || touch.at > to)
      continue
    const { at, shareId, sharerId, target } = touch
    named.push({ name: `${journeySource.category}-${journeyId}@${revision}`, at, shareId, sharerId, target })
  }
  return named
}
