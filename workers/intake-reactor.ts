/**
 * Tries parked facts again when their purchase changes (design section 3, Asking and stating). What its purchase
 * still refuses stays parked.
 */
import { Rejection } from '../domain/decider.ts'
import type { Derive } from '../domain/derive.ts'
import type { RecordedEvent, StoredEvent } from '../eventstore/event.ts'
import type { Stating } from '../eventstore/stating.ts'
import { newCorrelationId } from '../platform/ids.ts'
import type { Reactor } from './reactor.ts'

export interface IntakeReactorParts {
  readonly stating: Stating
  readonly derive: Derive
  /** Resolves once what is parked is known up to an event. */
  readonly parkedThrough: (event: StoredEvent) => Promise<void>
  /** Whether anything at all is parked, as far as is known. */
  readonly isAnyParked: () => Promise<boolean>
  /** Facts parked for a purchase, as far as is known. */
  readonly parkedFor: (purchaseId: string) => Promise<readonly string[]>
}

const purchaseOf = ({ data }: RecordedEvent<string, object>): string | null => {
  if ('purchaseId' in data && typeof data.purchaseId === 'string') return data.purchaseId
  const about = 'purchase' in data ? data.purchase : null
  if (typeof about !== 'object' || about === null || !('id' in about)) return null
  return typeof about.id === 'string' ? about.id : null
}

/**
 * A fact that matters to a purchase was parked before the purchase's event, so in the same page or in one that was
 * reacted to before: what is parked has to be known up to the last such fact, and on the first page up to its end.
 */
const lastToKnow = (events: readonly StoredEvent[], isFirst: boolean): StoredEvent | undefined =>
  isFirst ? events.at(-1) : events.findLast(({ type }) => type === 'FactParked')

export const createIntakeReactor = (parts: IntakeReactorParts): Reactor => {
  let isFirst = true
  return {
    name: 'intake-reactor',
    types: ['PurchasePlaced', 'PaymentCaptured', 'FactParked'],
    choose: async (events) => {
      const through = lastToKnow(events, isFirst)
      if (through !== undefined) await parts.parkedThrough(through)
      isFirst = false
      return (await parts.isAnyParked()) ? events : []
    },
    react: (events) => attachParked(events, parts),
  }
}

const attachParked = async (
  events: readonly RecordedEvent<string, object>[],
  { stating, derive, parkedFor }: IntakeReactorParts,
): Promise<void> => {
  // One look per purchase of the page, as of its last event: earlier ones see the same log.
  const last = new Map<string, RecordedEvent<string, object>>()
  for (const event of events) {
    const purchaseId = purchaseOf(event)
    if (purchaseId === null) continue
    last.set(purchaseId, event)
  }
  for (const [purchaseId, event] of last) {
    for (const factId of await parkedFor(purchaseId)) {
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
            traceparent: event.metadata.traceparent,
          },
        )
      } catch (error) {
        if (!(error instanceof Rejection)) throw error
      }
    }
  }
}
