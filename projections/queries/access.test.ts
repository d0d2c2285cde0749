import { beforeEach, expect, it } from 'vitest'
import { Projected } from '../../tests/support/projected.ts'
import { idOf } from '../../tests/support/world.ts'
import { access } from '../views/access.ts'
import { apiKeyById, findApiKeys, findGrants } from './access.ts'
import { everything, type Scope } from './scope.ts'

const brand = idOf('partner', 1)
const community = idOf('community', 1)
const [ana, bob] = [idOf('person', 1), idOf('person', 2)]
const only = (...organisations: readonly string[]): Scope => ({
  all: false,
  organisations: new Set(organisations),
})
const request = { first: 100, after: null }

let log: Projected
beforeEach(async () => {
  log = new Projected(access)
  const granted = [
    { subject: ana, role: 'BRAND_ADMIN', organisation: brand },
    { subject: bob, role: 'COMMUNITY_OWNER', organisation: community },
    { subject: bob, role: 'OPERATOR', organisation: null },
  ] as const
  for (const data of granted) await log.happened(`access-${data.subject}`, 'RoleGranted', data)
  for (const number of [1, 2]) {
    const data = {
      subject: ana,
      keyId: idOf('key', number),
      secretHash: 'a'.repeat(64),
      role: 'BRAND_ADMIN' as const,
      organisation: brand,
      label: `Shop ${number}`,
      expiresAt: null,
    }
    const circumstances = { occurredAt: `2026-01-0${number}T00:00:00.000Z` }
    await log.happened(`access-${ana}`, 'ApiKeyIssued', data, circumstances)
  }
})

const grantsOf = async (scope: Scope, asked: Partial<Parameters<typeof findGrants>[2]> = {}) => {
  const all = { subject: null, role: null, organisation: null, ...asked }
  return (await findGrants(log.reader, scope, all, request)).edges.map(({ node }) => node.role)
}
const keysOf = async (scope: Scope, newestFirst = false) => {
  const page = await findApiKeys(
    log.reader,
    scope,
    { subject: null, organisation: null },
    newestFirst,
    request,
  )
  return page.edges.map(({ node }) => node.label)
}

it('roles are listed to their organisation, those for the platform to it alone', async () => {
  expect(await grantsOf(everything)).toEqual(['BRAND_ADMIN', 'COMMUNITY_OWNER', 'OPERATOR'])
  expect(await grantsOf(only(brand))).toEqual(['BRAND_ADMIN'])
  expect(await grantsOf(only(brand, community))).toEqual(['BRAND_ADMIN', 'COMMUNITY_OWNER'])
  expect(await grantsOf(only())).toEqual([])
})

it('roles are found by who, what and where', async () => {
  expect(await grantsOf(everything, { subject: bob })).toEqual(['COMMUNITY_OWNER', 'OPERATOR'])
  expect(await grantsOf(everything, { role: 'OPERATOR' })).toEqual(['OPERATOR'])
  expect(await grantsOf(everything, { organisation: 'platform' })).toEqual(['OPERATOR'])
  await expect(grantsOf(only(brand), { organisation: community })).rejects.toMatchObject({
    name: 'OutOfScope',
  })
})

it('keys are listed by when they were issued, to their organisation', async () => {
  expect(await keysOf(only(brand))).toEqual(['Shop 1', 'Shop 2'])
  expect(await keysOf(everything, true)).toEqual(['Shop 2', 'Shop 1'])
  expect(await keysOf(only(community))).toEqual([])
})

it('a key is found within the scope', async () => {
  expect(await apiKeyById(log.reader, only(brand), idOf('key', 1))).toMatchObject({ label: 'Shop 1' })
  expect(await apiKeyById(log.reader, only(community), idOf('key', 1))).toBeNull()
  expect(await apiKeyById(log.reader, everything, idOf('key', 9))).toBeNull()
})
