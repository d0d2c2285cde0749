import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryGeneration } from '../memory/generation.ts'
import { collection } from '../views/collection.ts'
import { integer, nullable, object, text } from '../views/shape.ts'
import { findPage, type PagedQuery } from './page.ts'

const things = collection({
  name: 'things',
  fields: { kind: 'text', size: 'integer' },
  indexes: [['kind', 'size']],
  shape: object({ kind: text, size: nullable(integer) }),
})
const byKind: PagedQuery = { where: { kind: 'a' }, order: ['size'], descending: false }
const sizes: readonly (readonly [string, number | null])[] = [
  ['k1', 2],
  ['k2', 1],
  ['k3', null],
  ['k4', 2],
  ['k5', 2],
]

let reader: MemoryGeneration
beforeEach(async () => {
  reader = new MemoryGeneration('g1', { name: 'test', version: 1, collections: [things] })
  const writes = sizes.map(([key, size]) => ({
    collection: 'things',
    key,
    position: '1',
    document: { kind: 'a', size },
  }))
  const checkpoint = { epoch: 'e', position: '1', event: null, recordedAt: null, scanned: 1 }
  await reader.write([writes], checkpoint)
})

const page = (query: PagedQuery, first: number, after: string | null = null) =>
  findPage(reader, things, query, { first, after }, ({ size }) => size)

describe('a page', () => {
  it.each([
    ['upwards', byKind, [null, 1, 2, 2, 2]],
    ['downwards', { ...byKind, descending: true }, [2, 2, 2, 1, null]],
  ])('goes on %s where the last ended, equal and absent values included', async (_, query, all) => {
    const seen: (number | null)[] = []
    let after: string | null = null
    for (let turn = 0; turn < 20; turn += 1) {
      const one: Awaited<ReturnType<typeof page>> = await page(query, 2, after)
      seen.push(...one.edges.map(({ node }) => node))
      if (!one.hasNextPage) break
      after = one.edges.at(-1)?.cursor ?? null
    }
    expect(seen).toEqual(all)
  })

  it('says whether there is a next one', async () => {
    expect(await page(byKind, 5)).toMatchObject({ hasNextPage: false })
    expect(await page(byKind, 4)).toMatchObject({ hasNextPage: true })
  })

  it.each([0, -1, 1.5, 101, Number.NaN])('cannot have %d documents', async (first) => {
    await expect(page(byKind, first)).rejects.toMatchObject({ name: 'InvalidPage', argument: 'first' })
  })
})

describe('a cursor', () => {
  const refused = { name: 'InvalidPage', argument: 'after' }

  it.each([
    ['of another filter', { ...byKind, where: { kind: 'b' } }],
    ['of another direction', { ...byKind, descending: true }],
    ['of another order', { ...byKind, order: ['size', 'kind'] }],
  ])('%s is refused', async (_, query) => {
    const cursor = (await page(byKind, 1)).edges[0]?.cursor ?? null
    await expect(page(query, 1, cursor)).rejects.toMatchObject(refused)
  })

  it.each([
    '',
    'nonsense',
    '€',
    Buffer.from('[]').toString('base64url'),
    Buffer.from('{}').toString('base64url'),
  ])('that is none is refused: %j', async (cursor) => {
    await expect(page(byKind, 1, cursor)).rejects.toMatchObject(refused)
  })

  it.each([
    ['are no values', [{ a: 1 }, 'k1']],
    ['are too few', ['k1']],
    ['are too many', [1, 1, 'k1']],
  ])('that was tampered with is refused, where its values %s', async (_, values) => {
    const cursor = (await page(byKind, 1)).edges[0]?.cursor ?? ''
    const [fingerprint]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const forged = Buffer.from(JSON.stringify([fingerprint, ...values])).toString('base64url')
    await expect(page(byKind, 1, forged)).rejects.toMatchObject(refused)
  })
})
