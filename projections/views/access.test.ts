import { beforeEach, expect, it } from 'vitest'
import { ids } from '../../tests/support/ecosystem.ts'
import { Projected } from '../../tests/support/projected.ts'
import { idOf } from '../../tests/support/world.ts'
import { access, apiKeys, grants } from './access.ts'

const subject = idOf('person', 1)
const stream = `access-${subject}`
const grant = { subject, role: 'BRAND_ADMIN' as const, organisation: ids.partner }

let log: Projected
beforeEach(async () => {
  log = new Projected(access)
  await log.happened(stream, 'RoleGranted', grant)
})

it('lists a role for each organisation on its own, the platform by its name', async () => {
  await log.happened(stream, 'RoleGranted', { subject, role: 'OPERATOR', organisation: null })
  const listed = (await log.dump(grants.name)).map(({ document }) => [document.role, document.organisation])
  expect(listed).toEqual([
    ['BRAND_ADMIN', ids.partner],
    ['OPERATOR', 'platform'],
  ])
})

it('lists a role no more once it is taken back, and again once it is granted again', async () => {
  await log.happened(stream, 'RoleRevoked', { ...grant, reason: 'Left' })
  expect(await log.dump(grants.name)).toEqual([])
  await log.happened(stream, 'RoleGranted', grant)
  expect(await log.dump(grants.name)).toHaveLength(1)
})

it('lists keys without what would let anybody try secrets, revoked ones as such', async () => {
  const keyId = idOf('key')
  const secretHash = 'a'.repeat(64)
  await log.happened(stream, 'ApiKeyIssued', {
    ...grant,
    keyId,
    secretHash,
    label: 'Shop',
    expiresAt: null,
  })
  await log.happened(stream, 'ApiKeyRevoked', { subject, keyId, reason: 'Leaked' })
  const [listed] = await log.dump(apiKeys.name)
  expect(listed?.document).toMatchObject({ key: keyId, label: 'Shop', revoked: true })
  expect(JSON.stringify(listed)).not.toContain(secretHash)
})
