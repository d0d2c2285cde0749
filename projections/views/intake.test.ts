import { beforeEach, describe, expect, it } from 'vitest'
import { Projected } from '../../tests/support/projected.ts'
import { idOf } from '../../tests/support/world.ts'
import { facts, intake } from './intake.ts'

const factId = idOf('fact')
const purchaseId = idOf('purchase')
const content = {
  factId,
  currency: 'BRL' as const,
  source: { system: 'olist', id: 'p1' },
  purchase: { id: null, reference: 'order-1' },
  fact: {
    kind: 'PAYMENT' as const,
    captureId: 'c1',
    provider: 'stripe',
    account: 'main',
    transactionId: 't1',
    method: 'card',
    instalments: null,
    amount: 4_200,
  },
}
const effect = { at: '2026-03-01T12:00:00.000Z', businessDate: '2026-03-01' }
const at = (occurredAt: string) => ({ occurredAt })

let log: Projected
const fact = async () => (await log.reader.get(facts.name, factId))?.document
beforeEach(async () => {
  log = new Projected(intake)
  await log.happened(
    `intake-${factId}`,
    'FactParked',
    { ...content, ...effect, why: 'NO_SUCH_PURCHASE', detail: 'No order-1' },
    at('2026-03-02T00:00:00.000Z'),
  )
})

describe('a fact', () => {
  it('waits with its reason, its amount and what it refers to', async () => {
    expect(await fact()).toMatchObject({
      status: 'PARKED',
      kind: 'PAYMENT',
      why: 'NO_SUCH_PURCHASE',
      amount: 4_200,
      currency: 'BRL',
      reference: 'order-1',
      parkedAt: '2026-03-02T00:00:00.000Z',
      endedAt: null,
    })
  })

  it('is resolved with the purchase that it was attached to', async () => {
    const data = { ...content, ...effect, attachedTo: purchaseId, note: 'Came late' }
    await log.happened(`intake-${factId}`, 'FactResolved', data, at('2026-03-03T00:00:00.000Z'))
    expect(await fact()).toMatchObject({
      status: 'RESOLVED',
      attachedTo: purchaseId,
      note: 'Came late',
      endedAt: '2026-03-03T00:00:00.000Z',
    })
  })

  it('is dismissed with the reason', async () => {
    await log.happened(`intake-${factId}`, 'FactDismissed', { ...content, ...effect, reason: 'Not ours' })
    expect(await fact()).toMatchObject({ status: 'DISMISSED', attachedTo: null, note: 'Not ours' })
  })

  it('has no amount where it is a row that could not be read', async () => {
    const row = idOf('fact', 2)
    await log.happened(`intake-${row}`, 'FactParked', {
      ...content,
      factId: row,
      fact: { kind: 'ROW', file: 'orders.csv', row: 7 },
      ...effect,
      why: 'MALFORMED_ROW',
      detail: 'No date',
    })
    expect((await log.reader.get(facts.name, row))?.document).toMatchObject({ kind: 'ROW', amount: 0 })
  })
})
