import { beforeEach, describe, expect, it } from 'vitest'
import { at, ids } from '../tests/support/ecosystem.ts'
import { idOf, refusal, World } from '../tests/support/world.ts'
import { type AccessCommand, access, mayAct, openedBy } from './access.ts'
import { type AccessRole, accessRoles } from './events/platform.ts'

const subject = idOf('person', 1)
const grantedBy = idOf('person', 2)
const grant = (role: AccessRole, organisation: string | null) =>
  ({ type: 'GrantRole', subject, role, organisation, grantedBy }) as const
const revoke = (role: AccessRole, organisation: string | null) =>
  ({ type: 'RevokeRole', role, organisation, reason: 'Left' }) as const
const secretHash = 'a'.repeat(64)
const issue: Extract<AccessCommand, { type: 'IssueApiKey' }> = {
  type: 'IssueApiKey',
  subject,
  keyId: idOf('key'),
  secretHash,
  role: 'BRAND_ADMIN',
  organisation: ids.partner,
  label: 'Warehouse',
  expiresAt: '2026-04-01T00:00:00.000Z',
}
const revokeKey = { type: 'RevokeApiKey', keyId: idOf('key'), reason: 'Leaked' } as const

let world: World
const asked = (command: AccessCommand) => world.when(access, subject, command)
const state = () => world.state(access, subject)
beforeEach(() => {
  world = new World()
})

describe('a role', () => {
  it('is granted for one organisation, once, and taken back once', async () => {
    expect(await asked(grant('BRAND_ADMIN', ids.partner))).toHaveLength(1)
    expect(await asked(grant('BRAND_ADMIN', ids.partner))).toEqual([])
    expect(mayAct(state(), 'BRAND_ADMIN', ids.partner)).toBe(true)
    expect(mayAct(state(), 'BRAND_ADMIN', idOf('partner', 2))).toBe(false)
    expect(mayAct(state(), 'BRAND_VIEWER', ids.partner)).toBe(false)
    expect(await asked(revoke('BRAND_ADMIN', ids.partner))).toHaveLength(1)
    expect(await asked(revoke('BRAND_ADMIN', ids.partner))).toEqual([])
    expect(mayAct(state(), 'BRAND_ADMIN', ids.partner)).toBe(false)
  })

  const places = [ids.partner, ids.community, null]
  const allowed: Record<AccessRole, readonly (string | null)[]> = {
    BRAND_ADMIN: [ids.partner],
    BRAND_VIEWER: [ids.partner],
    COMMUNITY_OWNER: [ids.community],
    COMMUNITY_STAFF: [ids.community],
    FINANCE_ANALYST: [null],
    FINANCE_APPROVER: [null],
    OPERATOR: [null],
    AUDITOR: [null],
    SERVICE: places,
  }
  it.each(accessRoles)('%s is for its kind of organisation only', async (role) => {
    for (const place of places) {
      if (allowed[role].includes(place)) expect(await asked(grant(role, place))).toHaveLength(1)
      else await expect(asked(grant(role, place))).rejects.toMatchObject(refusal('INVALID', 'organisation'))
    }
  })

  it('of an operator is never granted to oneself; the deployment may grant the first', async () => {
    await expect(asked({ ...grant('OPERATOR', null), grantedBy: subject })).rejects.toMatchObject(
      refusal('SECOND_PERSON_NEEDED', 'grantedBy'),
    )
    expect(await asked({ ...grant('OPERATOR', null), grantedBy: null })).toHaveLength(1)
  })

  it('is taken back from those who were granted something', async () => {
    await expect(asked(revoke('AUDITOR', null))).rejects.toMatchObject(refusal('NOT_FOUND'))
  })
})

describe('an API key', () => {
  beforeEach(async () => {
    await asked(grant('BRAND_ADMIN', ids.partner))
  })

  it('opens what it was issued for, until it ends', async () => {
    expect(await asked(issue)).toHaveLength(1)
    expect(openedBy(state(), issue.keyId, secretHash, at)).toEqual({
      role: 'BRAND_ADMIN',
      organisation: ids.partner,
    })
    expect(openedBy(state(), issue.keyId, 'b'.repeat(64), at)).toBeNull()
    expect(openedBy(state(), idOf('key', 2), secretHash, at)).toBeNull()
    expect(openedBy(state(), issue.keyId, secretHash, '2026-04-01T00:00:00.000Z')).toBeNull()
  })

  it('opens nothing once it, or the role of its subject, is taken back', async () => {
    await asked(issue)
    await asked(revoke('BRAND_ADMIN', ids.partner))
    expect(openedBy(state(), issue.keyId, secretHash, at)).toBeNull()
    await asked(grant('BRAND_ADMIN', ids.partner))
    expect(openedBy(state(), issue.keyId, secretHash, at)).not.toBeNull()
    expect(await asked(revokeKey)).toHaveLength(1)
    expect(await asked(revokeKey)).toEqual([])
    expect(openedBy(state(), issue.keyId, secretHash, at)).toBeNull()
  })

  it('is issued once; another one under the same id is refused', async () => {
    await asked(issue)
    expect(await asked(issue)).toEqual([])
    await expect(asked({ ...issue, label: 'Shop' })).rejects.toMatchObject(refusal('KEY_REUSED', 'keyId'))
    await asked(revokeKey)
    expect(await asked(issue)).toEqual([])
  })

  it('does no more than its subject', async () => {
    await expect(asked({ ...issue, organisation: idOf('partner', 2) })).rejects.toMatchObject(
      refusal('NOT_ALLOWED', 'role'),
    )
  })

  it('is revoked where there is one', async () => {
    await expect(asked(revokeKey)).rejects.toMatchObject(refusal('NOT_FOUND', 'keyId'))
  })
})

it('one subject has a limit of roles and of keys', async () => {
  const partners = Array.from({ length: 1_000 }, (_, index) => idOf('partner', index))
  world.given(
    access,
    subject,
    ...partners.flatMap((organisation, index) => {
      const { type: _, ...key } = { ...issue, organisation, keyId: idOf('key', index + 10) }
      return [
        { type: 'RoleGranted' as const, data: { subject, role: 'BRAND_ADMIN' as const, organisation } },
        { type: 'ApiKeyIssued' as const, data: key },
      ]
    }),
  )
  await expect(asked(grant('AUDITOR', null))).rejects.toMatchObject(refusal('CONFLICT'))
  await expect(asked(issue)).rejects.toMatchObject(refusal('CONFLICT'))
})
