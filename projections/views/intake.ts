/** Facts that wait to be attached, and those that did: with their reason, so that they can be counted and worked off. */
import { parkedFact, parkingReasons } from '../../domain/events/purchases.ts'
import type { Change } from '../projection.ts'
import { type Collection, collection } from './collection.ts'
import { described, integer, nullable, object, oneOf, type Shaped, text } from './shape.ts'
import { type EventOf, view } from './view.ts'

export const factStatuses = ['PARKED', 'RESOLVED', 'DISMISSED'] as const
export type FactStatus = (typeof factStatuses)[number]

const parked = object({
  fact: text,
  kind: text,
  status: oneOf(factStatuses),
  why: oneOf(parkingReasons),
  detail: text,
  /** Minor units; 0 of a row. */
  amount: integer,
  currency: text,
  /** The purchase that it names, by our id or by a reference of the source. */
  purchase: nullable(text),
  reference: nullable(text),
  source: object({ system: text, id: text }),
  content: described(parkedFact),
  at: text,
  businessDate: text,
  parkedAt: text,
  endedAt: nullable(text),
  attachedTo: nullable(text),
  /** Note of who attached it, reason of who dismissed it. */
  note: nullable(text),
})
export type FactDocument = Shaped<typeof parked>

export const facts: Collection<FactDocument> = collection({
  name: 'facts',
  fields: {
    status: 'text',
    why: 'text',
    kind: 'text',
    currency: 'text',
    amount: 'integer',
    purchase: 'text',
    reference: 'text',
    parkedAt: 'text',
  },
  indexes: [
    ['status', 'parkedAt'],
    ['status', 'why', 'kind', 'currency', 'amount'],
    ['purchase'],
    ['reference'],
  ],
  shape: parked,
})

const types = ['FactParked', 'FactResolved', 'FactDismissed'] as const

const changes = (event: EventOf<(typeof types)[number]>): readonly Change[] => {
  const { occurredAt } = event.metadata
  switch (event.type) {
    case 'FactParked': {
      const { factId, currency, source, purchase, fact, at, businessDate, why, detail } = event.data
      return [
        facts.change(factId, () => ({
          fact: factId,
          kind: fact.kind,
          status: 'PARKED',
          why,
          detail,
          amount: fact.kind === 'ROW' ? 0 : fact.amount,
          currency,
          purchase: purchase.id,
          reference: purchase.reference,
          source,
          content: fact,
          at,
          businessDate,
          parkedAt: occurredAt,
          endedAt: null,
          attachedTo: null,
          note: null,
        })),
      ]
    }
    case 'FactResolved': {
      const { factId, attachedTo, note } = event.data
      return [
        facts.update(factId, (before) => ({
          ...before,
          status: 'RESOLVED',
          endedAt: occurredAt,
          attachedTo,
          note,
        })),
      ]
    }
    case 'FactDismissed': {
      const { factId, reason: note } = event.data
      return [
        facts.update(factId, (before) => ({ ...before, status: 'DISMISSED', endedAt: occurredAt, note })),
      ]
    }
  }
}

export const intake = view({ name: 'intake', version: 1, collections: [facts], types, changes })
