import { beforeEach, describe, expect, it } from 'vitest'
import { ids } from '../../tests/support/ecosystem.ts'
import { Projected } from '../../tests/support/projected.ts'
import { saleOf } from '../../tests/support/sales.ts'
import { idOf } from '../../tests/support/world.ts'
import { activity } from '../views/activity.ts'
import { anyEvents, type EventsAsked, findEvents, readableEvent } from './events.ts'
import { everything, type Scope } from './scope.ts'

const partner = ids.partner
const only = (...organisations: readonly string[]): Scope => ({
  all: false,
  organisations: new Set(organisations),
})

let log: Projected
beforeEach(async () => {
  log = new Projected(activity)
  const cause = await log.happened(
    'partner-1',
    'PartnerAdmitted',
    { partnerId: partner },
    {
      correlationId: 'c1',
    },
  )
  await log.happened('purchase-1', 'PurchasePlaced', saleOf({ lines: { [partner]: 100 } }), {
    correlationId: 'c1',
    causationId: cause.name,
  })
  await log.happened('partner-2', 'PartnerAdmitted', { partnerId: idOf('partner', 2) })
  await log.happened('person-1', 'PersonRegistered', { personId: idOf('person', 1), guest: false })
})

const found = async (scope: Scope, asked: Partial<EventsAsked> = {}, newestFirst = false) => {
  const request = { first: 100, after: null }
  const { edges } = await findEvents(log.reader, scope, { ...anyEvents, ...asked }, newestFirst, request)
  return edges.map(({ node }) => node.event)
}

describe('the explorer', () => {
  it('finds events in the order of the log, or the other way round', async () => {
    const all = ['partner-1@0', 'purchase-1@0', 'partner-2@0', 'person-1@0']
    expect(await found(everything)).toEqual(all)
    expect(await found(everything, {}, true)).toEqual(all.toReversed())
  })

  it('finds by type, by category and by what belongs together', async () => {
    expect(await found(everything, { type: 'PartnerAdmitted' })).toEqual(['partner-1@0', 'partner-2@0'])
    expect(await found(everything, { category: 'purchase' })).toEqual(['purchase-1@0'])
    expect(await found(everything, { correlation: 'c1' })).toEqual(['partner-1@0', 'purchase-1@0'])
  })

  it('finds the effects of an event by its name', async () => {
    expect(await found(everything, { causation: 'partner-1@0' })).toEqual(['purchase-1@0'])
    expect(await found(everything, { causation: 'purchase-1@0' })).toEqual([])
  })

  it('goes on where a page ended', async () => {
    const one = await findEvents(log.reader, everything, anyEvents, false, { first: 3, after: null })
    expect(one.hasNextPage).toBe(true)
    const after = one.edges.at(-1)?.cursor ?? null
    const two = await findEvents(log.reader, everything, anyEvents, false, { first: 3, after })
    expect(two.edges.map(({ node }) => node.event)).toEqual(['person-1@0'])
    expect(two.hasNextPage).toBe(false)
  })
})

describe('who may read an event whole', () => {
  it('is its community, where it has one: not the partners in it', async () => {
    expect(await found(only(ids.community))).toEqual(['purchase-1@0'])
    expect(await found(only(partner))).toEqual(['partner-1@0'])
  })

  it('is nobody but the platform, where it concerns neither', async () => {
    expect(await found(only(ids.community, partner))).toEqual(['partner-1@0', 'purchase-1@0'])
    expect(await readableEvent(log.reader, everything, '11')).toMatchObject({ event: 'person-1@0' })
    expect(await readableEvent(log.reader, only(ids.community, partner), '11')).toBeNull()
  })

  it('is asked for one event, too', async () => {
    expect(await readableEvent(log.reader, only(ids.community), '9')).toMatchObject({ event: 'purchase-1@0' })
    expect(await readableEvent(log.reader, only(partner), '9')).toBeNull()
    expect(await readableEvent(log.reader, only(partner), '8')).toMatchObject({ event: 'partner-1@0' })
    expect(await readableEvent(log.reader, everything, '99')).toBeNull()
  })
})
