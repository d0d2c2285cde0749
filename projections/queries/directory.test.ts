import { beforeAll, describe, expect, it } from 'vitest'
import { recorded, type Unrecorded, viewOf } from '../../tests/support/folded.ts'
import { rate } from '../../tests/support/sold.ts'
import { idOf } from '../../tests/support/world.ts'
import type { DocumentReader } from '../documents.ts'
import { directory } from '../views/directory.ts'
import {
  categoryByCode,
  communityById,
  findCategories,
  findCommunities,
  findPartners,
  findPartnerships,
  findPickupPoints,
  findSegments,
  partnerById,
  partnershipById,
  segmentById,
  termsOf,
} from './directory.ts'
import type { Page, PageRequest } from './page.ts'
import { everything, type Scope } from './scope.ts'

const scopeOf = (...organisations: readonly string[]): Scope => ({
  all: false,
  organisations: new Set(organisations),
})
const partners = Array.from({ length: 24 }, (_, index) => idOf('partner', index + 1))
const communities = Array.from({ length: 3 }, (_, index) => idOf('community', index + 1))
const at = '2026-01-01T00:00:00.000Z'
/** Two of each name, so that the id decides, in another order than that of ids. */
const nameOf = (index: number): string => `Brand ${String(99 - Math.floor(index / 2))}`

const partnerEvents = partners.flatMap((partnerId, index): readonly Unrecorded[] => {
  const stream = `partner-${partnerId}`
  const data = { partnerId, name: nameOf(index), categories: [], standards: [], source: null }
  const applied = { stream, type: 'PartnerApplied', data }
  return index % 3 === 0 ? [applied, { stream, type: 'PartnerAdmitted', data: { partnerId } }] : [applied]
})

const communityEvents = communities.flatMap((communityId, index): readonly Unrecorded[] => {
  const stream = `community-${communityId}`
  const founded = {
    communityId,
    name: ['Mothers', 'Runners', 'Bakers'][index],
    zone: 'UTC',
    currency: 'BRL',
    ownerId: idOf('person'),
    attribution: { model: 'LAST_TOUCH', windowDays: 30, levels: 2 },
    source: null,
  }
  const points = Array.from({ length: 5 }, (_, n) => ({
    communityId,
    pickupPointId: idOf('pickup', index * 10 + n),
    name: `Point ${n}`,
    leaderId: idOf('person'),
  }))
  const segments = Array.from({ length: 5 }, (_, n) => ({
    segmentId: idOf('segment', index * 10 + n),
    communityId,
    version: 1,
    name: `Segment ${9 - n}`,
    definition: { kind: 'LIST', members: [] },
  }))
  return [
    { stream, type: 'CommunityFounded', data: founded },
    ...points.map((data) => ({ stream, type: 'PickupPointOpened', data })),
    ...segments.map((data) => ({ stream: `segments-${communityId}`, type: 'SegmentDefined', data })),
  ]
})

const partnershipOf = (partner: number, community: number): string =>
  idOf('partnership', partner * 10 + community)
const partnershipEvents = [0, 1, 2, 3].flatMap((partner) =>
  [0, 1].flatMap((community): readonly Unrecorded[] => {
    const partnershipId = partnershipOf(partner, community)
    const stream = `partnership-${partnershipId}`
    const ref = { partnershipId, partnerId: partners[partner], communityId: communities[community] }
    const terms = { effectiveFrom: at, terms: { rates: [rate] } }
    const proposed = { ...ref, ...terms, by: 'PARTNER', version: 1 }
    const accepted = { ...ref, by: 'COMMUNITY', version: 1, effectiveFrom: at }
    return [
      { stream, type: 'PartnershipProposed', data: proposed },
      ...(partner % 2 === 0 ? [{ stream, type: 'PartnershipAccepted', data: accepted }] : []),
      ...(partner === 0 ? [{ stream, type: 'PartnershipAmended', data: { ...proposed, version: 2 } }] : []),
    ]
  }),
)

const categories = ['home', 'garden', 'toys'].flatMap((parent) => [
  { code: parent, parent: null },
  ...[1, 2, 3].map((n) => ({ code: `${parent}_${n}`, parent })),
])
const categoryEvents = categories.map(({ code, parent }) => ({
  stream: `category-${code}`,
  type: 'CategoryDefined',
  data: { code, parent, names: { en: code } },
}))

let reader: DocumentReader
beforeAll(async () => {
  const events = [...partnerEvents, ...communityEvents, ...partnershipEvents, ...categoryEvents]
  reader = await viewOf(directory, recorded(events))
})

/** All pages of a query: each but the last is full, and what it holds comes once. */
const walk = async <T>(
  first: number,
  find: (request: PageRequest) => Promise<Page<T>>,
  idIn: (node: T) => string,
): Promise<readonly string[]> => {
  const seen: string[] = []
  for (let after: string | null = null; ; ) {
    const page: Page<T> = await find({ first, after })
    seen.push(...page.edges.map(({ node }) => idIn(node)))
    if (!page.hasNextPage) break
    expect(page.edges).toHaveLength(first)
    after = page.edges.at(-1)?.cursor ?? null
  }
  expect(new Set(seen).size).toBe(seen.length)
  return seen
}

const sizes = [1, 2, 5, 100]
const byName = (wanted: readonly number[]): readonly (string | undefined)[] =>
  wanted
    .toSorted((a, b) => (`${nameOf(a)} ${partners[a]}` < `${nameOf(b)} ${partners[b]}` ? -1 : 1))
    .map((index) => partners[index])
const all = partners.map((_, index) => index)

describe('partners', () => {
  const find = (scope: Scope, status: 'ADMITTED' | null, first: number) =>
    walk(
      first,
      (request) => findPartners(reader, scope, status, request),
      ({ partner }) => partner,
    )

  it.each(sizes)('come by name, in full pages of %d, to whoever may see them all', async (first) => {
    expect(await find(everything, null, first)).toEqual(byName(all))
    expect(await find(everything, 'ADMITTED', first)).toEqual(byName(all.filter((index) => index % 3 === 0)))
  })

  it.each(sizes)('come by name, in full pages of %d, to whoever has some of them', async (first) => {
    const own = all.filter((index) => index % 2 === 0)
    const scope = scopeOf(
      ...own.flatMap((index) => partners[index] ?? []),
      ...communities,
      idOf('partner', 99),
    )
    expect(await find(scope, null, first)).toEqual(byName(own))
    expect(await find(scope, 'ADMITTED', first)).toEqual(byName(own.filter((index) => index % 3 === 0)))
  })

  it('take no cursor of other partners, of another status, or of none', async () => {
    const own = scopeOf(...partners.slice(0, 4))
    const { edges } = await findPartners(reader, own, null, { first: 1, after: null })
    const after = edges[0]?.cursor ?? ''
    const refused = { name: 'InvalidPage', argument: 'after' }
    for (const [scope, status] of [
      [own, 'ADMITTED'],
      [scopeOf(...partners.slice(0, 5)), null],
      [everything, null],
    ] as const)
      await expect(findPartners(reader, scope, status, { first: 1, after })).rejects.toMatchObject(refused)
    await expect(findPartners(reader, own, null, { first: 0, after: null })).rejects.toMatchObject({
      name: 'InvalidPage',
      argument: 'first',
    })
  })

  it('out of scope are not there', async () => {
    const [one = '', two = ''] = partners
    expect(await partnerById(reader, scopeOf(one), one)).toMatchObject({ partner: one })
    expect(await partnerById(reader, scopeOf(one), two)).toBeNull()
    expect(await partnerById(reader, everything, idOf('partner', 99))).toBeNull()
  })
})

describe('communities, and what is theirs', () => {
  const [mothers = '', runners = '', bakers = ''] = communities

  it.each(sizes)('come by name, in full pages of %d', async (first) => {
    const find = (scope: Scope) =>
      walk(
        first,
        (request) => findCommunities(reader, scope, request),
        ({ community }) => community,
      )
    expect(await find(everything)).toEqual([bakers, mothers, runners])
    expect(await find(scopeOf(runners, mothers))).toEqual([mothers, runners])
    expect(await find(scopeOf(partners[0] ?? ''))).toEqual([])
  })

  it.each(sizes)('segments and pickup points come by name, in full pages of %d', async (first) => {
    const segmentsOf = (scope: Scope, community: string | null) =>
      walk(
        first,
        (request) => findSegments(reader, scope, community, request),
        ({ segment }) => segment,
      )
    expect(await segmentsOf(scopeOf(mothers), null)).toEqual([4, 3, 2, 1, 0].map((n) => idOf('segment', n)))
    expect(await segmentsOf(everything, runners)).toEqual([14, 13, 12, 11, 10].map((n) => idOf('segment', n)))
    expect(await segmentsOf(scopeOf(mothers, bakers), null)).toHaveLength(10)
    const points = await walk(
      first,
      (request) => findPickupPoints(reader, scopeOf(mothers), mothers, request),
      ({ name }) => name,
    )
    expect(points).toEqual([0, 1, 2, 3, 4].map((n) => `Point ${n}`))
  })

  it('of another organisation are out of scope, or not there', async () => {
    const request = { first: 1, after: null }
    await expect(async () => findSegments(reader, scopeOf(mothers), runners, request)).rejects.toMatchObject({
      name: 'OutOfScope',
    })
    expect(await communityById(reader, scopeOf(mothers), runners)).toBeNull()
    expect(await segmentById(reader, scopeOf(mothers), idOf('segment', 10))).toBeNull()
    expect(await segmentById(reader, scopeOf(runners), idOf('segment', 10))).not.toBeNull()
  })
})

describe('partnerships', () => {
  const [mothers = '', runners = ''] = communities
  const find = (scope: Scope, status: 'ACCEPTED' | 'AMENDED' | null, first: number) => {
    const asked = { partner: null, community: null, status }
    return walk(
      first,
      (request) => findPartnerships(reader, scope, asked, request),
      ({ partnership }) => partnership,
    )
  }

  it.each(sizes)('are seen by both sides, in full pages of %d', async (first) => {
    expect(await find(scopeOf(mothers), null, first)).toEqual([0, 1, 2, 3].map((n) => partnershipOf(n, 0)))
    expect(await find(scopeOf(partners[1] ?? ''), null, first)).toEqual([
      partnershipOf(1, 0),
      partnershipOf(1, 1),
    ])
    expect(await find(scopeOf(runners), 'ACCEPTED', first)).toEqual([partnershipOf(2, 1)])
    expect(await find(everything, 'AMENDED', first)).toEqual([partnershipOf(0, 0), partnershipOf(0, 1)])
  })

  it('are found by id by either side, with all versions of their terms', async () => {
    const id = partnershipOf(0, 0)
    for (const scope of [scopeOf(mothers), scopeOf(partners[0] ?? ''), everything])
      expect(await partnershipById(reader, scope, id)).toMatchObject({ partnership: id })
    expect(await partnershipById(reader, scopeOf(runners), id)).toBeNull()
    expect((await termsOf(reader, id)).map(({ version }) => version)).toEqual([1, 2])
  })
})

describe('categories', () => {
  const find = (parent: string | null | undefined, first: number) =>
    walk(
      first,
      (request) => findCategories(reader, parent, request),
      ({ category }) => category,
    )

  it.each(sizes)('come by code, of one parent, of none, or all, in full pages of %d', async (first) => {
    expect(await find(undefined, first)).toEqual(categories.map(({ code }) => code).sort())
    expect(await find(null, first)).toEqual(['garden', 'home', 'toys'])
    expect(await find('home', first)).toEqual(['home_1', 'home_2', 'home_3'])
  })

  it('are found by their codes', async () => {
    expect(await categoryByCode(reader, 'home_1')).toMatchObject({ parent: 'home' })
    expect(await categoryByCode(reader, 'nonsense')).toBeNull()
  })
})
