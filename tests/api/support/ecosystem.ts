/** A small ecosystem, made through the API: one community, one partner that sells in it, one member. */
import { expect } from 'vitest'
import { isRecord } from '../../../api/graphql/input-value.ts'
import type { World } from './world.ts'

export type Input = Readonly<Record<string, unknown>>

/** What a mutation answered. `fields`: whatever else was selected of the payload. */
export interface Mutated {
  readonly codes: readonly string[]
  readonly errors: readonly Readonly<Record<string, unknown>>[]
  readonly position: string | null
  readonly replayed: boolean
  readonly version: number | null
  readonly fields: Readonly<Record<string, unknown>>
}

let keys = 0
/** A key that no other request has. */
export const key = () => {
  keys += 1
  return { idempotencyKey: `key-${keys}` }
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** Asks for a mutation. Fails the test where the request as a whole is refused. */
export const mutate = async (
  world: World,
  token: string,
  name: string,
  input: Input,
  selection = '',
): Promise<Mutated> => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
  const errors =
    'userErrors { __typename code message path ... on LimitError { available { minor currency } } ... on ConflictError { expected actual } }'
  const text = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} ${errors} position replayed version } }`
  const { body } = await world.ask(text, { input }, token)
  expect(body.errors, `${name}: ${JSON.stringify(body.errors)}`).toBeUndefined()
  const payload = isRecord(body.data) ? body.data[name] : undefined
  if (!isRecord(payload) || !Array.isArray(payload.userErrors))
    throw new TypeError(`${name} answered nothing.`)
  const { userErrors, position, replayed, version, ...fields } = payload
  const found: readonly Readonly<Record<string, unknown>>[] = userErrors.filter(isRecord)
  return {
    codes: found.map(({ code }) => String(code)),
    errors: found,
    position: textOrNull(position),
    replayed: replayed === true,
    version: typeof version === 'number' ? version : null,
    fields,
  }
}

/** A mutation that has to be done. */
export const done = async (
  world: World,
  token: string,
  name: string,
  input: Input,
  selection = '',
): Promise<Mutated> => {
  const mutated = await mutate(world, token, name, input, selection)
  expect(mutated.errors, name).toEqual([])
  return mutated
}

/** What stands at a path in an answer, as text. */
export const textAt = (value: unknown, ...path: readonly string[]): string => {
  let at = value
  for (const name of path) at = Array.isArray(at) ? at[Number(name)] : isRecord(at) ? at[name] : undefined
  if (typeof at !== 'string')
    throw new TypeError(`There is no text at ${path.join('.')}: ${JSON.stringify(value)}`)
  return at
}

export const division = [
  { role: 'PLATFORM', basisPoints: 3_000, absentTo: 'PLATFORM' },
  { role: 'OWNER', basisPoints: 4_000, absentTo: 'PLATFORM' },
  { role: 'SHARER_1', basisPoints: 3_000, absentTo: 'OWNER' },
] as const

export const rate = {
  category: null,
  poolBasisPoints: 2_000,
  division,
  base: 'GROSS',
  paymentFeeBearer: 'PARTNER',
  hold: { days: 7, from: 'CAPTURE' },
  keepPoolOnRefund: false,
} as const

export const offerFacts = {
  title: 'Cream',
  sku: 'C1',
  category: 'skin',
  listPrice: '1999',
  currency: 'BRL',
  validFrom: '2020-01-01T00:00:00Z',
  stock: { unlimited: true },
} as const

export interface Ecosystem {
  readonly operator: string
  readonly service: string
  readonly finance: string
  readonly brand: string
  readonly owner: string
  readonly partnerId: string
  readonly communityId: string
  readonly partnershipId: string
  readonly offerId: string
  readonly personId: string
  readonly membershipId: string
  readonly segmentId: string
}

/** A partner that is admitted, with its administrator's token. */
export const makePartner = async (world: World, operator: string, name: string) => {
  const applied = await done(
    world,
    operator,
    'applyAsPartner',
    { name, categories: [], key: key() },
    'partner { id }',
  )
  const partnerId = textAt(applied.fields, 'partner', 'id')
  await done(world, operator, 'admitPartner', { partnerId })
  return { partnerId, brand: await world.signIn('BRAND_ADMIN', partnerId) }
}

export const makeCommunity = async (world: World, operator: string, name: string) => {
  const registered = await done(world, operator, 'registerPerson', { key: key() }, 'person { id }')
  const ownerId = textAt(registered.fields, 'person', 'id')
  const input = {
    name,
    zone: 'America/Sao_Paulo',
    currency: 'BRL',
    ownerId,
    attribution: { model: 'LAST_TOUCH', windowDays: 30, levels: 1 },
    key: key(),
  }
  const founded = await done(world, operator, 'foundCommunity', input, 'community { id }')
  const communityId = textAt(founded.fields, 'community', 'id')
  return { communityId, owner: await world.signIn('COMMUNITY_OWNER', communityId, ownerId) }
}

export const makeEcosystem = async (world: World): Promise<Ecosystem> => {
  const operator = await world.signIn('OPERATOR')
  const service = await world.signIn('SERVICE')
  const finance = await world.signIn('FINANCE_APPROVER')
  await done(world, operator, 'defineCategory', { code: 'skin', names: [{ language: 'en', text: 'Skin' }] })
  const { partnerId, brand } = await makePartner(world, operator, 'Acme')
  const { communityId, owner } = await makeCommunity(world, operator, 'Mothers')
  const proposal = {
    partnerId,
    communityId,
    by: 'PARTNER',
    effectiveFrom: '2020-01-01T00:00:00Z',
    terms: { rates: [rate] },
    key: key(),
  }
  const proposed = await done(world, brand, 'proposePartnership', proposal, 'partnership { id }')
  const partnershipId = textAt(proposed.fields, 'partnership', 'id')
  await done(world, owner, 'acceptPartnership', { partnershipId, by: 'COMMUNITY', version: 1 })
  const published = await done(
    world,
    brand,
    'publishOffer',
    { partnerId, facts: offerFacts, key: key() },
    'offer { id }',
  )
  const defined = await done(
    world,
    owner,
    'defineSegment',
    { communityId, name: 'Skin', definition: { rule: { interest: 'skin' } }, key: key() },
    'segment { id }',
  )
  const registered = await done(world, service, 'registerPerson', { key: key() }, 'person { id }')
  const personId = textAt(registered.fields, 'person', 'id')
  const joined = await done(
    world,
    owner,
    'joinCommunity',
    { communityId, personId, how: 'PRIVATE', channel: 'qr', key: key() },
    'membership { id }',
  )
  const membershipId = textAt(joined.fields, 'membership', 'id')
  await done(world, owner, 'declareInterests', { membershipId, categories: ['skin'] })
  return {
    operator,
    service,
    finance,
    brand,
    owner,
    partnerId,
    communityId,
    partnershipId,
    offerId: textAt(published.fields, 'offer', 'id'),
    personId,
    membershipId,
    segmentId: textAt(defined.fields, 'segment', 'id'),
  }
}

/** What `recordPurchase` takes, of one line of goods. */
export const saleOf = ({ communityId, personId, partnerId, offerId }: Ecosystem, more: Input = {}) => ({
  communityId,
  personId,
  currency: 'BRL',
  lines: [
    {
      kind: 'GOODS',
      partnerId,
      offer: { id: offerId, version: 1 },
      category: 'skin',
      quantity: 1,
      listPrice: '1999',
      amount: '1999',
    },
  ],
  payments: [],
  occurredAt: '2026-03-01T10:00:00Z',
  key: key(),
  ...more,
})

export const payment = (more: Input = {}) => ({
  provider: 'PIX',
  account: 'MAIN',
  transactionId: 'T1',
  method: 'PIX',
  amount: '1999',
  currency: 'BRL',
  at: '2026-03-01T11:00:00Z',
  key: key(),
  ...more,
})
