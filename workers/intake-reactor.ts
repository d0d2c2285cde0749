/**
 * Tries parked facts again when their purchase changes (design section 3, Asking and stating). What its purchase
 * still refuses stays parked.
 */
import { Rejection } from '../domain/decider.ts'
import type { Derive } from '../domain/derive.ts'
import type { RecordedEvent } from '../eventstore/event.ts'
import type { Stating } from '../eventstore/stating.ts'
import { newCorrelationId } from '../platform/ids.ts'
import type { Reactor } from './reactor.ts'

export interface IntakeReactorParts {
  readonly stating: Stating
  readonly derive: Derive
  /** Facts parked for a purchase, as of an event at least. */
  readonly parkedFor: (purchaseId: string, through: RecordedEvent) => Promise<readonly string[]>
}

const purchaseOf = ({ data }: RecordedEvent<string, object>): string | null => {
  if ('purchaseId' in data && typeof data.purchaseId === 'string') return data.purchaseId
  const about = 'purchase' in data ? data.purchase : null
  if (typeof about !== 'object' || about === null || !('id' in about)) return null
  return typeof about.id === 'string' ? about.id : null
}

export const createIntakeReactor = ({ stating, derive, parkedFor }: IntakeReactorParts): Reactor => ({
  name: 'intake-reactor',
  types: ['PurchasePlaced', 'PaymentCaptured', 'FactParked'],
  react: async (events) => {
    // One look per purchase of the page, as of its last event: earlier ones see the same log.
    const last = new Map<string, RecordedEvent<string, object>>()
    for (const event of events) {
      const purchaseId = purchaseOf(event)
      if (purchaseId === null) continue
      last.set(purchaseId, event)
    }
    for (const [purchaseId, event] of last) {
      for (const factId of await parkedFor(purchaseId, event)) {
        try {
          await stating.attach(
            factId,
            purchaseId,
            'tried again when its purchase changed',
            event.metadata.recordedAt,
            {
              commandId: derive('command', 'attach-parked', factId, event.name),
              correlationId: newCorrelationId(),
              causationId: event.name,
              actor: { kind: 'SYSTEM', id: 'intake-reactor', onBehalfOf: null },
              occurredAt: null,
              traceparent: null,
            },
          )
        } catch (error) {
          if (!(error instanceof Rejection)) throw error
        }
      }
    }
  },
})
