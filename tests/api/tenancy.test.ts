/** Who reaches what: grants for an organisation stay within it, and people are named to their own community only. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRecord } from '../../api/graphql/input-value.ts'
import { newId } from '../../platform/ids.ts'
import {
  done,
  type Ecosystem,
  type Input,
  key,
  makeCommunity,
  makeEcosystem,
  mutate,
  saleOf,
  textAt,
} from './support/ecosystem.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let all: Ecosystem
beforeAll(async () => {
  world = await createWorld({ limits: { bucket: { points: 1e9, perSecond: 1e9 } } })
  all = await makeEcosystem(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const ask = async (query: string, token: string): Promise<{ codes: readonly unknown[]; text: string }> => {
  const { body } = await world.ask(query, {}, token)
  return {
    codes: (body.errors ?? []).map(({ message, extensions }) => extensions?.code ?? message),
    text: JSON.stringify(body.data ?? null),
  }
}

/** What keeps a caller from a mutation: codes of the request as a whole, else of its user errors. */
const refusalOf = async (token: string, name: string, input: Input): Promise<readonly unknown[]> => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
  const text = `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code } } }`
  const { body } = await world.ask(text, { input }, token)
  if (body.errors !== undefined)
    return body.errors.map(({ message, extensions }) => extensions?.code ?? message)
  const payload = isRecord(body.data) ? body.data[name] : undefined
  const errors = isRecord(payload) && Array.isArray(payload.userErrors) ? payload.userErrors : []
  return errors.map((error: unknown) => (isRecord(error) ? error.code : undefined))
}

describe('a grant for an organisation stays within it', () => {
  const keyOfService = async (admin: string, organisation: string): Promise<string> => {
    const subject = newId('service')
    await done(world, admin, 'grantRole', { subject, role: 'SERVICE', organisation })
    const input = { subject, role: 'SERVICE', organisation, label: 'shop', key: key() }
    return textAt((await done(world, admin, 'issueApiKey', input, 'secret')).fields, 'secret')
  }

  const ofNoOrganisation = (): readonly (readonly [string, Input])[] => [
    ['claimIdentity', { provider: 'P', externalId: 'E', personId: all.personId }],
    ['releaseIdentity', { provider: 'P', externalId: 'E', reason: 'x' }],
    ['setPersonPayee', { personId: all.personId, payee: { holder: 'X', account: 'X' }, key: key() }],
    ['identifyVisitor', { personId: all.personId, visitorId: newId('visitor') }],
    ['defineCategory', { code: 'mine', names: [{ language: 'en', text: 'Mine' }] }],
    [
      'foundCommunity',
      {
        name: 'Mine',
        zone: 'UTC',
        currency: 'BRL',
        ownerId: newId('person'),
        attribution: { model: 'LAST_TOUCH', windowDays: 30, levels: 1 },
        key: key(),
      },
    ],
  ]

  it.each(['brand', 'owner'] as const)(
    'a service of the %s asks for nothing of the platform',
    async (who) => {
      const organisation = who === 'brand' ? all.partnerId : all.communityId
      const token = await keyOfService(all[who], organisation)
      for (const [name, input] of ofNoOrganisation())
        expect(await refusalOf(token, name, input), name).toEqual(['FORBIDDEN'])
      for (const query of [
        `{ person(id: "${all.personId}") { id } }`,
        '{ views { name } }',
        '{ intakeCounts { count } }',
      ])
        expect((await ask(query, token)).codes, query).toEqual(['FORBIDDEN'])
    },
  )

  it('a service of a brand registers nobody, one of a community does', async () => {
    const brand = await keyOfService(all.brand, all.partnerId)
    expect(await refusalOf(brand, 'registerPerson', { key: key() })).toEqual(['NOT_FOUND'])
    const community = await keyOfService(all.owner, all.communityId)
    expect(await refusalOf(community, 'registerPerson', { key: key() })).toEqual([])
  })

  it('a service of a brand goes on with what is its own', async () => {
    const token = await keyOfService(all.brand, all.partnerId)
    expect((await ask(`{ offer(id: "${all.offerId}") { id } }`, token)).text).toContain(all.offerId)
  })

  it('an organisation gives its own roles only', async () => {
    const subject = newId('service')
    const give = (token: string, role: string, organisation: string | null) =>
      refusalOf(token, 'grantRole', { subject, role, organisation })
    for (const role of ['OPERATOR', 'SERVICE', 'FINANCE_APPROVER', 'AUDITOR'])
      for (const token of [all.brand, all.owner])
        expect(await give(token, role, null), role).toEqual(['NOT_FOUND'])
    expect(await give(all.brand, 'OPERATOR', all.partnerId)).toEqual(['INVALID'])
    expect(await give(all.brand, 'COMMUNITY_OWNER', all.partnerId)).toEqual(['INVALID'])
    expect(await give(all.brand, 'COMMUNITY_OWNER', all.communityId)).toEqual(['NOT_FOUND'])
    expect(await give(all.owner, 'BRAND_ADMIN', all.communityId)).toEqual(['INVALID'])
    expect(await give(all.brand, 'SERVICE', all.communityId)).toEqual(['NOT_FOUND'])
    expect(await give(all.brand, 'BRAND_VIEWER', all.partnerId)).toEqual([])
  })
})

describe('a brand does not learn who bought and who shares', () => {
  let purchaseId: string
  let sharerId: string
  const legs = 'legs { party role amount { minor } }'

  beforeAll(async () => {
    const registered = await done(world, all.service, 'registerPerson', { key: key() }, 'person { id }')
    sharerId = textAt(registered.fields, 'person', 'id')
    const joining = { communityId: all.communityId, personId: sharerId, how: 'PRIVATE', channel: 'qr' }
    await done(world, all.owner, 'joinCommunity', { ...joining, key: key() })
    const sharing = {
      communityId: all.communityId,
      sharer: { kind: 'MEMBER', id: sharerId },
      target: { offer: all.offerId },
      channel: 'qr',
      key: key(),
    }
    const shared = await done(world, all.owner, 'createShare', sharing, 'share { id }')
    await done(world, all.owner, 'recordTouch', {
      communityId: all.communityId,
      subject: all.personId,
      source: 'PRIVATE',
      channel: 'qr',
      shareId: textAt(shared.fields, 'share', 'id'),
      key: key(),
    })
    const sale = { ...saleOf(all), occurredAt: new Date(Date.now() + 1_000).toISOString() }
    const recorded = await done(world, all.service, 'recordPurchase', sale, 'purchaseId')
    purchaseId = textAt(recorded.fields, 'purchaseId')
    // The views have come to it once this is answered.
    const counted = await ask(
      `{ intakeCounts(minPosition: "${recorded.position}") { count } purchase(id: "${purchaseId}", minPosition: "${recorded.position}") { id } }`,
      all.service,
    )
    expect(counted.codes).toEqual([])
  })

  it('its sales and explanations keep role and amount, without the person', async () => {
    for (const query of [
      `{ sales(first: 5, partnerId: "${all.partnerId}") { nodes { lines { ${legs} } } } }`,
      `{ explainSplit(purchaseId: "${purchaseId}") { lines { ${legs} } } }`,
    ]) {
      const brand = await ask(query, all.brand)
      expect(brand.codes).toEqual([])
      expect(brand.text).toContain('SHARER_1')
      expect(brand.text).toContain(all.partnerId)
      expect(brand.text).not.toContain('person_')
      expect((await ask(query, all.service)).text).toContain(sharerId)
    }
  })

  it('people stand together in its revenue split, which comes to the same', async () => {
    const query = `{ revenueSplit(first: 50, groupBy: [ROLE, PARTY], partnerId: "${all.partnerId}") { nodes { role party net { minor } } } }`
    await expect.poll(async () => (await ask(query, all.service)).text).toContain(sharerId)
    const brand = await ask(query, all.brand)
    expect(brand.codes).toEqual([])
    expect(brand.text).not.toContain('person_')
    expect(brand.text).toMatch(/"role":"SHARER_1","party":null/)
    const whole = await ask(query, all.service)
    expect(whole.text).not.toContain('"party":null')
    expect(brand.text.replace('"party":null', `"party":"${sharerId}"`)).toBe(whole.text)
    expect((await ask(query.replace(`, partnerId: "${all.partnerId}"`, ''), all.owner)).text).toContain(
      sharerId,
    )
  })

  it('what it fulfilled is answered without the purchase as a whole', async () => {
    const input = { purchaseId, lines: null, key: key() }
    const fulfilled = await done(world, all.brand, 'fulfilLines', input, 'purchaseId purchase { personId }')
    expect(fulfilled.fields).toEqual({ purchaseId, purchase: null })
  })
})

describe('a number of another system', () => {
  it('names a person of the organisation that asks, and nobody of another', async () => {
    const other = await makeCommunity(world, all.operator, 'Others')
    const external = { key: { external: { source: 'SHOP', id: 'C-1' } } }
    const register = (token: string) => mutate(world, token, 'registerPerson', external, 'person { id }')
    const first = await register(all.owner)
    const again = await register(all.owner)
    const elsewhere = await register(other.owner)
    const platform = await register(all.service)
    expect([first.replayed, again.replayed, elsewhere.replayed]).toEqual([false, true, false])
    expect(again.fields).toEqual(first.fields)
    const ids = [first, elsewhere, platform].map(({ fields }) => textAt(fields, 'person', 'id'))
    expect(new Set(ids).size).toBe(3)
    const within = { ...external, communityId: all.communityId }
    const named = await mutate(world, all.service, 'registerPerson', within, 'person { id }')
    expect(named.fields).toEqual(first.fields)
    const foreign = await mutate(world, other.owner, 'registerPerson', within, 'person { id }')
    expect(foreign.codes).toEqual(['NOT_FOUND'])
  })
})

describe('a discount is borne by who consents to it', () => {
  const sale = (bearer: string) => {
    const { lines, ...rest } = saleOf(all)
    const discounts = [{ amount: '100', bearer }]
    return { ...rest, lines: lines.map((line) => ({ ...line, amount: '1899', discounts })) }
  }
  const bearerPath = ['lines', '0', 'discounts', '0', 'bearer']

  it('the platform bears what a caller for the platform states', async () => {
    const refused = await mutate(world, all.owner, 'recordPurchase', sale('platform'))
    expect(refused.errors).toMatchObject([{ code: 'NOT_ALLOWED', path: ['input', ...bearerPath] }])
    expect((await mutate(world, all.service, 'recordPurchase', sale('platform'))).codes).toEqual([])
    expect((await mutate(world, all.owner, 'recordPurchase', sale(all.communityId))).codes).toEqual([])
  })

  it('in rows too', async () => {
    const text =
      'mutation ($input: RecordPurchasesInput!) { recordPurchases(input: $input) { rows { userErrors { code path } } } }'
    const input = { rows: [sale('platform')], onError: 'PARTIAL' }
    const { body } = await world.ask(text, { input }, all.owner)
    const userErrors = [{ code: 'NOT_ALLOWED', path: ['input', 'rows', '0', ...bearerPath] }]
    expect(body.data).toEqual({ recordPurchases: { rows: [{ userErrors }] } })
  })

  const bundle = (composedBy: string, discountBearer: string) => ({
    communityId: all.communityId,
    composedBy,
    name: 'Box',
    price: '1899',
    currency: 'BRL',
    allocation: 'LIST_PRICE',
    components: [{ offerId: all.offerId, offerVersion: 1, quantity: 1, discountBearer }],
    key: key(),
  })

  it.each([
    ['brand', 'PLATFORM', ['NOT_ALLOWED']],
    ['owner', 'PLATFORM', ['NOT_ALLOWED']],
    ['service', 'PLATFORM', []],
    ['brand', 'COMMUNITY', ['NOT_ALLOWED']],
    ['owner', 'COMMUNITY', []],
    ['brand', 'PARTNER', []],
  ] as const)('a bundle of the %s with a discount on %s', async (who, bearer, codes) => {
    const by = who === 'brand' ? all.partnerId : all.communityId
    const { errors } = await mutate(world, all[who], 'composeBundle', bundle(by, bearer))
    expect(errors.map(({ code }) => code)).toEqual(codes)
    for (const { path } of errors) expect(path).toEqual(['input', 'components', '0', 'discountBearer'])
  })

  it('a revision asks for the same consent', async () => {
    const first = bundle(all.partnerId, 'PARTNER')
    const composed = await done(world, all.brand, 'composeBundle', first, 'bundle { id }')
    const { communityId: _, currency: __, ...next } = bundle(all.partnerId, 'COMMUNITY')
    const revision = {
      bundleId: textAt(composed.fields, 'bundle', 'id'),
      ...next,
      expectedVersion: 1,
      currency: 'BRL',
    }
    const revised = await mutate(world, all.brand, 'reviseBundle', revision)
    expect(revised.codes).toEqual(['NOT_ALLOWED'])
  })
})
