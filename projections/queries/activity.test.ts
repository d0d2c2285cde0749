import { beforeEach, describe, expect, it } from 'vitest'
import { ids } from '../../tests/support/ecosystem.ts'
import { Projected } from '../../tests/support/projected.ts'
import { saleOf } from '../../tests/support/sales.ts'
import { idOf } from '../../tests/support/world.ts'
import { activity } from '../views/activity.ts'
import { type ActivityAsked, activityAfter, findActivity } from './activity.ts'
import { everything, type Scope } from './scope.ts'

const first = idOf('partner', 1)
const second = idOf('partner', 2)
const third = idOf('partner', 3)
const community = ids.community
const elsewhere = idOf('community', 2)

const only = (...organisations: readonly string[]): Scope => ({
  all: false,
  organisations: new Set(organisations),
})
const any: ActivityAsked = { organisation: null, types: null }

let log: Projected
beforeEach(async () => {
  log = new Projected(activity)
  const staff = { actor: { kind: 'PERSON' as const, id: idOf('person', 7), onBehalfOf: first } }
  await log.happened('partner-1', 'PartnerAdmitted', { partnerId: first })
  await log.happened(
    'purchase-1',
    'PurchasePlaced',
    saleOf({ number: 1, lines: { [first]: 7_000, [second]: 3_000 } }),
    staff,
  )
  await log.happened('roll-1', 'RollCompleted', {
    segmentId: idOf('segment'),
    communityId: community,
    version: 1,
    bucket: 0,
  })
  await log.happened('purchase-2', 'PurchasePlaced', saleOf({ number: 2, lines: { [second]: 500 } }))
  await log.happened(
    'purchase-3',
    'PurchasePlaced',
    saleOf({ number: 3, community: elsewhere, lines: { [third]: 100, [second]: 200, [first]: 300 } }),
  )
})

const feed = async (scope: Scope, asked = any, newestFirst = false) => {
  const page = await findActivity(log.reader, scope, asked, newestFirst, { first: 100, after: null })
  return page.edges.map(({ node }) => [node.event, node.amount])
}

describe('the feed', () => {
  it('shows a community its events whole, and no others', async () => {
    expect(await feed(only(community))).toEqual([
      ['purchase-1@0', 10_000],
      ['purchase-2@0', 500],
    ])
  })

  it('shows a partner what it is in, first or not, and no more than its own part', async () => {
    expect(await feed(only(second))).toEqual([
      ['purchase-1@0', 3_000],
      ['purchase-2@0', 500],
      ['purchase-3@0', 200],
    ])
    expect(await feed(only(first))).toEqual([
      ['partner-1@0', null],
      ['purchase-1@0', 7_000],
      ['purchase-3@0', 300],
    ])
  })

  it('shows each event once to who is in it several times, with all that is theirs', async () => {
    expect(await feed(only(first, second))).toEqual([
      ['partner-1@0', null],
      ['purchase-1@0', 10_000],
      ['purchase-2@0', 500],
      ['purchase-3@0', 500],
    ])
    expect(await feed(only(community, second))).toEqual([
      ['purchase-1@0', 10_000],
      ['purchase-2@0', 500],
      ['purchase-3@0', 200],
    ])
  })

  it('shows the platform all but the housekeeping of the log', async () => {
    expect(await feed(everything)).toEqual([
      ['partner-1@0', null],
      ['purchase-1@0', 10_000],
      ['purchase-2@0', 500],
      ['purchase-3@0', 600],
    ])
  })

  it('shows one organisation as that one sees it, whoever asks', async () => {
    expect(await feed(everything, { organisation: second, types: null })).toEqual([
      ['purchase-1@0', 3_000],
      ['purchase-2@0', 500],
      ['purchase-3@0', 200],
    ])
  })

  it('shows nothing of an organisation outside the scope', async () => {
    await expect(feed(only(first), { organisation: second, types: null })).rejects.toMatchObject({
      name: 'OutOfScope',
      organisation: second,
    })
    expect(await feed(only())).toEqual([])
  })

  it('can be of some types only', async () => {
    const asked: ActivityAsked = { organisation: null, types: ['PurchasePlaced', 'PartnerSuspended'] }
    expect(await feed(everything, asked)).toHaveLength(3)
    expect(await feed(only(first), asked)).toEqual([
      ['purchase-1@0', 7_000],
      ['purchase-3@0', 300],
    ])
  })

  it('names a person to their own organisation and the platform alone', async () => {
    const actorFor = async (scope: Scope) => {
      const { edges } = await findActivity(log.reader, scope, any, false, { first: 100, after: null })
      return edges.find(({ node }) => node.event === 'purchase-1@0')?.node
    }
    expect(await actorFor(everything)).toMatchObject({ actor: idOf('person', 7) })
    expect(await actorFor(only(first))).toMatchObject({ actor: idOf('person', 7) })
    expect(await actorFor(only(second))).toMatchObject({ actor: null, actorKind: 'PERSON' })
    expect(await actorFor(only(community))).toMatchObject({ actor: null, onBehalfOf: first })
  })
})

describe('pages of the feed', () => {
  const pages = async (scope: Scope, newestFirst: boolean) => {
    const seen: string[] = []
    let after: string | null = null
    for (let turn = 0; turn < 20; turn += 1) {
      const page: Awaited<ReturnType<typeof findActivity>> = await findActivity(
        log.reader,
        scope,
        any,
        newestFirst,
        { first: 1, after },
      )
      seen.push(...page.edges.map(({ node }) => node.event))
      if (!page.hasNextPage) return seen
      after = page.edges.at(-1)?.cursor ?? null
    }
    throw new Error('The pages never end.')
  }

  it.each([
    ['of the platform', everything],
    ['of a community', only(community)],
    ['of a partner', only(second)],
    ['of several organisations', only(community, first, second, third)],
  ])('%s go on where the last ended, both ways', async (_, scope) => {
    const all = (await feed(scope)).map(([event]) => event)
    expect(await pages(scope, false)).toEqual(all)
    expect(await pages(scope, true)).toEqual(all.toReversed())
  })

  it('refuse a cursor of another feed', async () => {
    const request = { first: 1, after: null }
    const [edge] = (await findActivity(log.reader, everything, any, false, request)).edges
    const other = { first: 1, after: edge?.cursor ?? null }
    await expect(findActivity(log.reader, everything, any, true, other)).rejects.toMatchObject({
      name: 'InvalidPage',
      argument: 'after',
    })
  })
})

describe('what follows a position', () => {
  it('is what happened after it, in order, however long positions are', async () => {
    const [one, two] = await activityAfter(log.reader, only(second), any, null, 2)
    expect([one?.event, two?.event]).toEqual(['purchase-1@0', 'purchase-2@0'])
    const rest = await activityAfter(log.reader, only(second), any, two?.position ?? null, 10)
    expect(rest.map(({ event }) => event)).toEqual(['purchase-3@0'])
    expect(await activityAfter(log.reader, only(second), any, '12', 10)).toEqual([])
  })

  it('is found after a position that concerns somebody else', async () => {
    const after = await activityAfter(log.reader, only(second), any, '8', 10)
    expect(after.map(({ event }) => event)).toEqual(['purchase-1@0', 'purchase-2@0', 'purchase-3@0'])
  })
})
