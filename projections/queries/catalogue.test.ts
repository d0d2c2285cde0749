import { beforeAll, describe, expect, it } from 'vitest'
import { recorded, type Unrecorded, viewOf } from '../../tests/support/folded.ts'
import { idOf } from '../../tests/support/world.ts'
import type { DocumentReader } from '../documents.ts'
import { catalogueView } from '../views/catalogue.ts'
import type { DataOf } from '../views/view.ts'
import {
  type BundlesAsked,
  bundleById,
  findBundles,
  findOffers,
  type OffersAsked,
  offerById,
} from './catalogue.ts'
import type { Page } from './page.ts'
import { everything, type Scope } from './scope.ts'

const scopeOf = (...organisations: readonly string[]): Scope => ({
  all: false,
  organisations: new Set(organisations),
})
const [here, there, elsewhere] = [1, 2, 3].map((n) => idOf('community', n))
const [one, other] = [1, 2].map((n) => idOf('partner', n))
if (!here || !there || !elsewhere || !one || !other) throw new Error('No ids.')

const offer = (number: number, partnerId: string, communities: readonly string[]): Unrecorded => {
  const offerId = idOf('offer', number)
  const data: DataOf<'OfferPublished'> = {
    offerId,
    partnerId,
    version: 1,
    facts: {
      title: 'Chair',
      media: [],
      sku: 'c',
      category: 'furniture',
      listPrice: 100,
      currency: 'BRL',
      validFrom: '2026-01-01T00:00:00.000Z',
      validUntil: null,
      communities: [...communities],
      segments: [],
      poolOverride: null,
      stock: { policy: 'UNLIMITED' },
    },
    source: null,
  }
  return { stream: `offer-${offerId}`, type: 'OfferPublished', data }
}

const bundle = (number: number, communityId: string, partners: readonly string[]): readonly Unrecorded[] => {
  const bundleId = idOf('bundle', number)
  const stream = `bundle-${bundleId}`
  const composed: DataOf<'BundleComposed'> = {
    bundleId,
    communityId,
    composedBy: communityId,
    version: 1,
    name: `Box ${100 - number}`,
    price: 100,
    currency: 'BRL',
    allocation: 'LIST_PRICE',
    segments: [],
    components: partners.map((partnerId, index) => ({
      component: index + 1,
      partnerId,
      offerId: idOf('offer', number),
      offerVersion: 1,
      category: 'furniture',
      quantity: 1,
      listPrice: 100,
      amount: 100,
      discount: 0,
      discountBearer: partnerId,
    })),
  }
  const retired: DataOf<'BundleRetired'> = { bundleId, communityId, reason: 'over' }
  return [
    { stream, type: 'BundleComposed', data: composed },
    ...(number % 2 === 0 ? [{ stream, type: 'BundleRetired', data: retired }] : []),
  ]
}

/**
 * Offers 1 to 60 by turns: for all, for two places without this one, for here and there, for elsewhere alone. Bundles
 * 1 to 40, the even ones retired: here, of one partner, the other, or both, and every fourth there.
 */
const offers = Array.from({ length: 60 }, (_, index) =>
  offer(
    index + 1,
    index % 3 === 0 ? other : one,
    [[], [there, elsewhere], [here, there], [elsewhere]][index % 4] ?? [],
  ),
)
const bundles = Array.from({ length: 40 }, (_, index) =>
  bundle(index + 1, index % 4 === 3 ? there : here, [[one], [other], [one, other]][index % 3] ?? []),
)

let reader: DocumentReader
beforeAll(async () => {
  reader = await viewOf(catalogueView, recorded([...offers, ...bundles.flat()]))
})

/** All pages of a query: each but the last is full, and what it holds comes once. */
const walk = async <T>(
  first: number,
  find: (request: { first: number; after: string | null }) => Promise<Page<T>>,
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

const sizes = [1, 2, 7, 30, 100]
const numbers = (prefix: string, found: readonly string[]): readonly number[] =>
  found.map((id) => Number(id.slice(prefix.length + 1)))
const upTo = (length: number, isWanted: (number: number) => boolean): readonly number[] =>
  Array.from({ length }, (_, index) => index + 1).filter(isWanted)

describe('offers', () => {
  const find = (scope: Scope, asked: Partial<OffersAsked>, first: number) => {
    const all = { partner: null, community: null, status: null, category: null, ...asked }
    return walk(
      first,
      (request) => findOffers(reader, scope, all, request),
      (node) => node.offer,
    )
  }
  const shownHere = (number: number) => [1, 3].includes(number % 4)
  const ofOther = (number: number) => number % 3 === 1

  it.each(sizes)(
    'that a community may show fill pages of %d, wherever the others lie between',
    async (first) => {
      const found = await find(scopeOf(here), { community: here }, first)
      expect(numbers('offer', found)).toEqual(upTo(60, shownHere))
      expect(await find(scopeOf(here), {}, first)).toEqual(found)
      const narrowed = await find(scopeOf(here), { partner: other }, first)
      expect(numbers('offer', narrowed)).toEqual(upTo(60, (number) => shownHere(number) && ofOther(number)))
    },
  )

  it.each(sizes)('of a partner are its own, in pages of %d', async (first) => {
    expect(numbers('offer', await find(scopeOf(other), {}, first))).toEqual(upTo(60, ofOther))
    expect(numbers('offer', await find(everything, { partner: other }, first))).toEqual(upTo(60, ofOther))
    expect(numbers('offer', await find(everything, {}, first))).toEqual(upTo(60, () => true))
  })

  it('leave no next page where nothing that may be shown follows', async () => {
    const asked = { partner: null, community: here, status: null, category: null }
    const most = upTo(60, shownHere).length
    const page = await findOffers(reader, scopeOf(here), asked, { first: most, after: null })
    expect([page.edges.length, page.hasNextPage]).toEqual([most, false])
    const last = await findOffers(reader, scopeOf(here), asked, { first: most - 1, after: null })
    expect([last.edges.length, last.hasNextPage]).toEqual([most - 1, true])
  })

  it('of another organisation are out of scope', async () => {
    const asked = { partner: null, community: there, status: null, category: null }
    await expect(findOffers(reader, scopeOf(here), asked, { first: 1, after: null })).rejects.toMatchObject({
      name: 'OutOfScope',
    })
    await expect(find(scopeOf(one), { partner: other }, 1)).rejects.toMatchObject({ name: 'OutOfScope' })
  })

  it('are found by id by whoever may be shown them', async () => {
    expect(await offerById(reader, scopeOf(here), idOf('offer', 1))).toMatchObject({ partner: other })
    expect(await offerById(reader, scopeOf(here), idOf('offer', 2))).toBeNull()
    expect(await offerById(reader, scopeOf(other), idOf('offer', 2))).toBeNull()
    expect(await offerById(reader, scopeOf(one), idOf('offer', 2))).toMatchObject({ partner: one })
    expect(await offerById(reader, everything, idOf('offer', 99))).toBeNull()
  })
})

describe('bundles', () => {
  const find = (scope: Scope, asked: Partial<BundlesAsked>, first: number) => {
    const all = { community: null, partner: null, status: null, ...asked }
    return walk(
      first,
      (request) => findBundles(reader, scope, all, request),
      (node) => node.bundle,
    )
  }
  const hasOne = (number: number) => number % 3 !== 2
  const isHere = (number: number) => number % 4 !== 0

  it.each(sizes)('that a partner has a part in fill pages of %d, whatever is left out', async (first) => {
    expect(numbers('bundle', await find(scopeOf(one), {}, first))).toEqual(upTo(40, hasOne))
    const drafts = await find(scopeOf(one), { status: 'DRAFT' }, first)
    expect(numbers('bundle', drafts)).toEqual(upTo(40, (number) => hasOne(number) && number % 2 === 1))
    const local = await find(everything, { partner: one, community: there }, first)
    expect(numbers('bundle', local)).toEqual(upTo(40, (number) => hasOne(number) && !isHere(number)))
    const none = await find(everything, { partner: one, community: elsewhere }, first)
    expect(none).toEqual([])
  })

  it.each(sizes)(
    'of which several partners of the caller have parts come once, in pages of %d',
    async (first) => {
      expect(numbers('bundle', await find(scopeOf(one, other), {}, first))).toEqual(upTo(40, () => true))
    },
  )

  it.each(sizes)('of a community come by name, in pages of %d', async (first) => {
    const found = await find(scopeOf(here), {}, first)
    expect(numbers('bundle', found)).toEqual(upTo(40, isHere).toReversed())
  })

  it('are found by id by their community, and by partners that have a part', async () => {
    expect(await bundleById(reader, scopeOf(here), idOf('bundle', 1))).toMatchObject({ community: here })
    expect(await bundleById(reader, scopeOf(there), idOf('bundle', 1))).toBeNull()
    expect(await bundleById(reader, scopeOf(one), idOf('bundle', 1))).not.toBeNull()
    expect(await bundleById(reader, scopeOf(other), idOf('bundle', 1))).toBeNull()
  })
})
