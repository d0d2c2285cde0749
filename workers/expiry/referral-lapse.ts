/**
 * Tells once that a referral binding came to its end, when it does, in the way of offers. Nothing is decided by it:
 * who is rewarded is found by comparing the end of the binding with the time of the sale.
 */
import { z } from 'zod'
import type { MembershipEvent } from '../../domain/events/members.ts'
import * as shape from '../../domain/events/shapes.ts'
import { newCorrelationId } from '../../platform/ids.ts'
import { defineJob, type JobKind } from '../jobs.ts'
import type { Reactor } from '../reactor.ts'
import type { ExpiryParts } from './offer-expiry.ts'
import { nowThatItIsDue, putTimers, type Timer, timerQueue, timerRetry } from './timers.ts'

const lapseName = 'referral.lapse'

const bound = z.object({ membershipId: shape.membershipId, from: shape.instant, until: shape.instant })

const lapsing = z.strictObject({
  membershipId: shape.membershipId,
  from: shape.instant,
  until: shape.instant,
  /** The event that said until when. */
  cause: shape.eventName,
})

const types: readonly MembershipEvent['type'][] = ['ReferralBound']

export const createReferralLapseReactor = ({ engine, derive, clock }: ExpiryParts): Reactor => ({
  name: 'referral-lapse-reactor',
  types,
  react: (events) =>
    putTimers(
      engine,
      clock,
      events.map(({ name: cause, data }): Timer => {
        const { membershipId, from, until } = bound.parse(data)
        return {
          id: derive('timer', lapseName, cause),
          name: lapseName,
          data: JSON.stringify({ membershipId, from, until, cause } satisfies z.infer<typeof lapsing>),
          until,
        }
      }),
    ),
})

export const referralLapseJob = ({ handler, model, derive, clock }: ExpiryParts): JobKind =>
  defineJob({
    name: lapseName,
    queue: timerQueue,
    data: lapsing,
    retry: timerRetry,
    handle: async ({ membershipId, from, until, cause }) => {
      const now = nowThatItIsDue(until, clock)
      await handler.execute(
        model.membership,
        membershipId,
        { type: 'LapseReferral', from, until, now },
        {
          commandId: derive('command', 'lapse-referral', cause),
          correlationId: newCorrelationId(),
          causationId: cause,
          actor: { kind: 'SYSTEM', id: 'referral-lapse', onBehalfOf: null },
          occurredAt: until,
          traceparent: null,
        },
      )
    },
  })
