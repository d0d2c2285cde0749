/**
 * Tells once that an offer came to its end, when it does: a reactor puts a job that is due then, and the job gives the
 * command. Whatever dies, both are done again under the same ids; the decider ignores what is no longer due.
 */
import { z } from 'zod'
import type { Derive } from '../../domain/derive.ts'
import type { OfferEvent } from '../../domain/events/catalog-items.ts'
import * as shape from '../../domain/events/shapes.ts'
import type { Model } from '../../domain/model.ts'
import type { CommandHandler } from '../../eventstore/handler.ts'
import type { Clock } from '../../platform/clock.ts'
import { newCorrelationId } from '../../platform/ids.ts'
import { defineJob, type JobKind } from '../jobs.ts'
import type { JobEngine } from '../queue.ts'
import type { Reactor } from '../reactor.ts'
import { nowThatItIsDue, putTimers, type Timer, timerQueue, timerRetry } from './timers.ts'

const expireName = 'offer.expire'

export interface ExpiryParts {
  readonly engine: JobEngine
  readonly handler: CommandHandler
  readonly model: Model
  readonly derive: Derive
  readonly clock: Clock
}

const published = z.object({
  offerId: shape.offerId,
  version: shape.version,
  facts: z.object({ validUntil: shape.instant.nullable() }),
})

const expiring = z.strictObject({
  offerId: shape.offerId,
  version: shape.version,
  until: shape.instant,
  /** The event that said when. */
  cause: shape.eventName,
})

const types: readonly OfferEvent['type'][] = ['OfferPublished', 'OfferRevised']

export const createOfferExpiryReactor = ({ engine, derive, clock }: ExpiryParts): Reactor => ({
  name: 'offer-expiry-reactor',
  types,
  react: async (events) => {
    const timers: Timer[] = []
    for (const { name: cause, data } of events) {
      const { offerId, version, facts } = published.parse(data)
      const until = facts.validUntil
      if (until === null) continue
      timers.push({
        id: derive('timer', expireName, cause),
        name: expireName,
        data: JSON.stringify({ offerId, version, until, cause } satisfies z.infer<typeof expiring>),
        until,
      })
    }
    await putTimers(engine, clock, timers)
  },
})

export const offerExpiryJob = ({ handler, model, derive, clock }: ExpiryParts): JobKind =>
  defineJob({
    name: expireName,
    queue: timerQueue,
    data: expiring,
    retry: timerRetry,
    handle: async ({ offerId, version, until, cause }) => {
      const now = nowThatItIsDue(until, clock)
      await handler.execute(
        model.offer,
        offerId,
        { type: 'ExpireOffer', version, now },
        {
          commandId: derive('command', 'expire-offer', cause),
          correlationId: newCorrelationId(),
          causationId: cause,
          actor: { kind: 'SYSTEM', id: 'offer-expiry', onBehalfOf: null },
          occurredAt: until,
          traceparent: null,
        },
      )
    },
  })
