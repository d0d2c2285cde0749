/** The keys and numbers of one organisation say nothing to another: the same ones make two things. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../platform/ids.ts'
import {
  done,
  type Ecosystem,
  makeCommunity,
  makeEcosystem,
  makePartner,
  mutate,
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

const number = { external: { source: 'CRM', id: '1001' } }
const chosen = { idempotencyKey: 'monday' }

describe.each([
  ['number', number],
  ['random key', chosen],
])('a brand that applies under a %s', (_, key) => {
  const stranger = () => world.localIssuer.issueToken(newId('person'), 600)
  const apply = async (token: string, name: string) => {
    const applied = await mutate(
      world,
      token,
      'applyAsPartner',
      { name, categories: [], key },
      'partner { id }',
    )
    return { codes: applied.codes, replayed: applied.replayed, partner: applied.fields.partner }
  }

  it('is met again by who applied for it, and by nobody else, whatever they guess', async () => {
    const applicant = await stranger()
    const first = await apply(applicant, 'Acme')
    expect(await apply(applicant, 'Acme')).toEqual({ ...first, replayed: true })
    expect((await apply(applicant, 'Other')).codes).toEqual(['KEY_REUSED'])
    for (const name of ['Acme', 'Other']) {
      const probed = await apply(await stranger(), name)
      expect(probed).toMatchObject({ codes: [], replayed: false })
      expect(probed.partner).not.toEqual(first.partner)
    }
  })

  it('is met again by all who act for the platform, and not by who acts for an organisation', async () => {
    const first = await apply(all.operator, 'Bem Nascido')
    expect(await apply(all.service, 'Bem Nascido')).toEqual({ ...first, replayed: true })
    for (const token of [all.owner, all.brand]) {
      const probed = await apply(token, 'Bem Nascido')
      expect(probed).toMatchObject({ codes: [], replayed: false })
      expect(probed.partner).not.toEqual(first.partner)
    }
  })
})

it('the numbers of a partner that composes bundles for a community are its own', async () => {
  const other = await makePartner(world, all.operator, 'Other')
  const compose = async (token: string, composedBy: string) => {
    const input = {
      communityId: all.communityId,
      composedBy,
      name: 'Box',
      price: '1999',
      currency: 'BRL',
      allocation: 'LIST_PRICE',
      components: [{ offerId: all.offerId, offerVersion: 1, quantity: 1, discountBearer: 'PARTNER' }],
      key: number,
    }
    return textAt((await done(world, token, 'composeBundle', input, 'bundle { id }')).fields, 'bundle', 'id')
  }
  const ids = [
    await compose(all.owner, all.communityId),
    await compose(all.brand, all.partnerId),
    await compose(other.brand, other.partnerId),
  ]
  expect(new Set(ids).size).toBe(3)
  expect(await compose(all.brand, all.partnerId)).toBe(ids[1])
})

it('the numbers of two communities are two persons and two purchases', async () => {
  const other = await makeCommunity(world, all.operator, 'Runners')
  const register = async (token: string) =>
    textAt(
      (await done(world, token, 'registerPerson', { key: number }, 'person { id }')).fields,
      'person',
      'id',
    )
  expect(await register(all.owner)).not.toBe(await register(other.owner))
  const record = async (token: string, communityId: string) => {
    const input = {
      communityId,
      personId: all.personId,
      currency: 'BRL',
      lines: [{ kind: 'FREIGHT', partnerId: all.partnerId, quantity: 1, listPrice: '5', amount: '5' }],
      payments: [],
      occurredAt: '2026-03-01T10:00:00Z',
      key: number,
    }
    return textAt((await done(world, token, 'recordPurchase', input, 'purchaseId')).fields, 'purchaseId')
  }
  expect(await record(all.owner, all.communityId)).not.toBe(await record(other.owner, other.communityId))
})
