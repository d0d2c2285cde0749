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
import { defineJob, doubling, type JobKind } from '../jobs.ts'
import { type JobEngine, jobLimits, type NewJob } from '../queue.ts'
import type { Reactor } from '../reactor.ts'

export const timerQueue = 'timers'
const expireName = 'offer.expire'

export interface OfferExpiryParts {
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

export const createOfferExpiryReactor = ({ engine, derive, clock }: OfferExpiryParts): Reactor => ({
  name: 'offer-expiry-reactor',
  types,
  react: async (events) => {
    const jobs: NewJob[] = []
    for (const { name: cause, data } of events) {
      const { offerId, version, facts } = published.parse(data)
      const until = facts.validUntil
      if (until === null) continue
      jobs.push({
        id: derive('timer', expireName, cause),
        name: expireName,
        data: JSON.stringify({ offerId, version, until, cause } satisfies z.infer<typeof expiring>),
        delayMs: Math.max(0, Date.parse(until) - clock.now()),
      })
    }
    for (let at = 0; at < jobs.length; at += jobLimits.jobs)
      await engine.queue(timerQueue).put(jobs.slice(at, at + jobLimits.jobs))
  },
})

/** The clocks of this process and of the engine differ. The job is tried again. */
class NotYet extends Error {
  override readonly name = 'NotYet'
}

export const offerExpiryJob = ({ handler, model, derive, clock }: OfferExpiryParts): JobKind =>
  defineJob({
    name: expireName,
    queue: timerQueue,
    data: expiring,
    retry: { attempts: 50, delayMs: doubling(1_000, 3_600_000) },
    handle: async ({ offerId, version, until, cause }) => {
      const now = new Date(clock.now()).toISOString()
      if (now < until) throw new NotYet(`The offer is valid until ${until}, and it is ${now}.`)
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
