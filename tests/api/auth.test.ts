/** Tokens and keys say who somebody is; what they may do is in the log, and follows it within a second. */
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId } from '../../platform/ids.ts'
import { done, key, makeCommunity, makePartner, mutate, textAt } from './support/ecosystem.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let operator: string
beforeAll(async () => {
  world = await createWorld()
  operator = await world.signIn('OPERATOR')
})
afterAll(() => world[Symbol.asyncDispose]())

const viewer = (token: string) => world.ask('{ viewer { id roles { role organisation } apiKey } }', {}, token)
const codeOf = async (token: string) => {
  const { status, body } = await viewer(token)
  return [status, body.errors?.[0]?.extensions?.code]
}

const claims = () => ({
  iss: world.localIssuer.issuer.name,
  aud: world.localIssuer.issuer.audience,
  sub: newId('person'),
  exp: Math.floor(Date.now() / 1_000) + 60,
})

describe('a token', () => {
  it('names its subject, whose roles come from the log', async () => {
    const subject = newId('person')
    const token = await world.localIssuer.issueToken(subject, 60)
    expect((await viewer(token)).body.data).toEqual({ viewer: { id: subject, roles: [], apiKey: null } })
    await world.signIn('AUDITOR', null, subject)
    await vi.waitFor(async () =>
      expect((await viewer(token)).body.data).toMatchObject({
        viewer: { roles: [{ role: 'AUDITOR', organisation: null }] },
      }),
    )
  })

  it.each([
    ['is no JWT', async () => 'nonsense'],
    [
      'is of an unknown issuer',
      async () => {
        const { privateKey } = await generateKeyPair('EdDSA')
        return new SignJWT({ ...claims(), iss: 'https://elsewhere.example' })
          .setProtectedHeader({ alg: 'EdDSA' })
          .sign(privateKey)
      },
    ],
    [
      'is signed by somebody else',
      async () => {
        const { privateKey } = await generateKeyPair('EdDSA')
        return new SignJWT(claims()).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey)
      },
    ],
    ['is not signed', async () => new UnsecuredJWT(claims()).encode()],
    [
      'is signed with a password',
      async () => new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32)),
    ],
    ['has expired', async () => world.localIssuer.issueToken(newId('person'), -60)],
    ['is too long', async () => 'x'.repeat(9_000)],
  ])('that %s is UNAUTHENTICATED', async (_, make) => {
    expect(await codeOf(await make())).toEqual([401, 'UNAUTHENTICATED'])
  })

  it('for another audience is UNAUTHENTICATED', async () => {
    await using other = await createWorld()
    const token = await other.localIssuer.issueToken(newId('person'), 60)
    expect(await codeOf(token)).toEqual([401, 'UNAUTHENTICATED'])
  })

  it('is needed for all but the schema', async () => {
    const { status, body } = await world.ask('{ viewer { id } }')
    expect([status, body.errors?.[0]?.extensions?.code]).toEqual([401, 'UNAUTHENTICATED'])
    expect((await world.ask('{ __schema { queryType { name } } }')).body.errors).toBeUndefined()
  })
})

it('a role that is taken back reaches nothing within a second', async () => {
  const subject = newId('person')
  const token = await world.signIn('AUDITOR', null, subject)
  const read = async () => (await world.ask('{ trialBalance { balanced } }', {}, token)).body
  expect((await read()).errors).toBeUndefined()
  await done(world, operator, 'revokeRole', { subject, role: 'AUDITOR', reason: 'left' })
  await vi.waitFor(
    async () => expect((await read()).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]),
    { timeout: 3_000 },
  )
})

describe('an API key', () => {
  const issue = async (more: object = {}) => {
    const { partnerId } = await makePartner(world, operator, 'Acme')
    const subject = newId('service')
    await done(world, operator, 'grantRole', { subject, role: 'BRAND_ADMIN', organisation: partnerId })
    const input = {
      subject,
      role: 'BRAND_ADMIN',
      organisation: partnerId,
      label: 'shop',
      key: key(),
      ...more,
    }
    const issued = await done(world, operator, 'issueApiKey', input, 'secret apiKey { id label revoked }')
    return {
      partnerId,
      subject,
      input,
      secret: textAt(issued.fields, 'secret'),
      keyId: textAt(issued.fields, 'apiKey', 'id'),
    }
  }

  it('opens what its subject may do for one organisation, and nothing else', async () => {
    const { partnerId, subject, secret, keyId } = await issue()
    expect((await viewer(secret)).body.data).toEqual({
      viewer: { id: subject, roles: [{ role: 'BRAND_ADMIN', organisation: partnerId }], apiKey: keyId },
    })
    await done(world, secret, 'changePartnerProfile', { partnerId, name: 'Acme Inc' })
  })

  it('is told once: asked for again under its key, it stays untold', async () => {
    const { input } = await issue()
    const again = await done(world, operator, 'issueApiKey', input, 'secret')
    expect([again.replayed, again.fields.secret]).toEqual([true, null])
  })

  it('opens nothing with another secret, nor cut short', async () => {
    const { secret } = await issue()
    const other = `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`
    expect(await codeOf(other)).toEqual([401, 'UNAUTHENTICATED'])
    expect(await codeOf(secret.slice(0, -1))).toEqual([401, 'UNAUTHENTICATED'])
  })

  it('opens nothing once it is revoked, or its subject loses the role', async () => {
    const { secret, subject, keyId } = await issue()
    await done(world, operator, 'revokeApiKey', { subject, keyId, reason: 'lost' }, 'apiKey { revoked }')
    await vi.waitFor(async () => expect(await codeOf(secret)).toEqual([401, 'UNAUTHENTICATED']), {
      timeout: 3_000,
    })
    const second = await issue()
    await done(world, operator, 'revokeRole', {
      subject: second.subject,
      role: 'BRAND_ADMIN',
      organisation: second.partnerId,
      reason: 'left',
    })
    await vi.waitFor(async () => expect(await codeOf(second.secret)).toEqual([401, 'UNAUTHENTICATED']), {
      timeout: 3_000,
    })
  })

  it('opens nothing after it has expired', async () => {
    const { secret } = await issue({ expiresAt: '2020-01-01T00:00:00Z' })
    expect(await codeOf(secret)).toEqual([401, 'UNAUTHENTICATED'])
  })
})

it('an owner gives roles in their own community alone', async () => {
  const { communityId, owner } = await makeCommunity(world, operator, 'Mothers')
  const other = await makeCommunity(world, operator, 'Runners')
  const grant = (organisation: string | null) =>
    mutate(world, owner, 'grantRole', { subject: newId('person'), role: 'COMMUNITY_STAFF', organisation })
  expect((await grant(communityId)).codes).toEqual([])
  expect((await grant(other.communityId)).codes).toEqual(['NOT_FOUND'])
  expect((await grant(null)).codes).toEqual(['NOT_FOUND'])
})
