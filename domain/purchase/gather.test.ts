import { describe, expect, it } from 'vitest'
import { givenCommunity, givenMember, givenPartner, ids } from '../../tests/support/ecosystem.ts'
import { derive, idOf, World } from '../../tests/support/world.ts'
import { journeySource } from '../journey/state.ts'
import type { CommandOf } from './commands.ts'
import { makePurchase } from './purchase.ts'

const purchase = makePurchase({ derive, tolerance: 1 })
const buyer = idOf('person', 1)

const recorded = (occurredAt: string): CommandOf<'RecordPurchase'> => ({
  type: 'RecordPurchase',
  purchaseId: idOf('purchase', 1),
  source: { system: 'shop', id: '1' },
  communityId: ids.community,
  personId: buyer,
  currency: 'BRL',
  lines: [
    {
      kind: 'FREIGHT',
      partnerId: ids.partner,
      offer: null,
      category: null,
      quantity: 1,
      listPrice: 500,
      discounts: [],
      tax: null,
      amount: 500,
    },
  ],
  payments: [],
  pickupPointId: null,
  occurredAt,
})

/** The months whose journeys a sale at an instant looks at. */
const monthsRead = async (occurredAt: string): Promise<readonly string[]> => {
  const world = givenMember(givenPartner(givenCommunity(new World())), buyer)
  const months: string[] = []
  await purchase.gather(recorded(occurredAt), async (source, id) => {
    if (source.category === journeySource.category) months.push(id.slice(id.indexOf('.') + 1))
    return world.state(source, id)
  })
  return months
}

describe('what a sale looks at', () => {
  it.each([
    ['within a month', '2026-03-31T12:00:00.000Z', ['2026-03']],
    ['from one month into another', '2026-03-30T12:00:00.000Z', ['2026-02', '2026-03']],
    ['over a year', '2026-01-02T12:00:00.000Z', ['2025-12', '2026-01']],
    ['over a short month', '2026-03-02T00:00:00.000Z', ['2026-01', '2026-02', '2026-03']],
    ['up to the last month that instants know', '9999-12-31T23:00:00.000Z', ['9999-12']],
  ])('are the journeys of a window %s', async (_, occurredAt, months) => {
    expect(await monthsRead(occurredAt)).toEqual(months)
  })
})
