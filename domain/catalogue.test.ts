import { describe, expect, it } from 'vitest'
import { derive } from '../tests/support/world.ts'
import { catalogue, definitionOf, isEventType } from './catalogue.ts'
import * as catalogItems from './events/catalog-items.ts'
import * as members from './events/members.ts'
import * as organisations from './events/organisations.ts'
import * as platform from './events/platform.ts'
import * as purchases from './events/purchases.ts'
import * as traffic from './events/traffic.ts'
import * as webhooks from './events/webhooks.ts'
import { createModel } from './model.ts'

const definitions = Object.entries(catalogue)

describe('the event catalogue', () => {
  it.each(definitions)('%s has a name, streams, a version and a meaning', (type, definition) => {
    expect(type).toMatch(/^[A-Z][A-Za-z]{2,60}$/)
    expect(definition.streams).not.toHaveLength(0)
    for (const stream of definition.streams) expect(stream).toMatch(/^[a-z]+$/)
    expect(definition.version).toBeGreaterThanOrEqual(1)
    expect(definition.meaning).toMatch(/^[A-Z].*\.$/)
  })

  it('has all groups of events, and no type that two of them state otherwise', () => {
    const groups = [platform, organisations, members, traffic, catalogItems, purchases, webhooks].flatMap(
      (module) => Object.entries(module).flatMap(([name, group]) => (name.endsWith('Events') ? [group] : [])),
    )
    const stated = groups.flatMap((group) => Object.entries(group))
    expect(new Set(stated.map(([type]) => type))).toEqual(new Set(Object.keys(catalogue)))
    for (const [type, definition] of stated) expect(definitionOf(type)).toBe(definition)
  })

  it('is what the deciders write, each in its own streams', () => {
    const written = Object.values(createModel({ derive, tolerance: 1 })).flatMap(({ category, types }) =>
      types.map((type: string) => `${category} ${type}`),
    )
    const stated = definitions.flatMap(([type, { streams }]) => streams.map((stream) => `${stream} ${type}`))
    expect(written.sort()).toEqual(stated.sort())
  })

  it('knows its types, and nothing else', () => {
    expect(isEventType('PartnerApplied')).toBe(true)
    for (const type of ['partnerApplied', 'toString', '', 'GroupBuyOpened']) {
      expect(isEventType(type)).toBe(false)
      expect(definitionOf(type)).toBeUndefined()
    }
  })
})

it('data beyond the schema is refused, so that nothing is kept by accident', () => {
  const { data } = catalogue.PartnerAdmitted
  const partnerId = 'partner_00000000000000000000000001'
  expect(data.safeParse({ partnerId }).success).toBe(true)
  expect(data.safeParse({ partnerId, name: 'Ana' }).success).toBe(false)
})
