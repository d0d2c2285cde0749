/** The role table, walked: every root field, for every role, in its own organisation, in another, and in none. */
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AccessRule } from '../../api/auth/reach.ts'
import { roleTable } from '../../api/auth/role-table.ts'
import { guardSchema } from '../../api/graphql/guard.ts'
import { schema } from '../../api/schema/schema.ts'
import { accessRoles } from '../../domain/events/platform.ts'
import { type Caller, isPlatform, makeCallers, makeThings, type Things } from './support/callers.ts'
import { type Ecosystem, makeEcosystem, saleOf } from './support/ecosystem.ts'
import { argumentsOf, documentOf, type Known } from './support/samples.ts'
import { type Answer, createWorld, type World } from './support/world.ts'

let world: World
let all: Ecosystem
let things: Things
let callers: readonly Caller[]

const rules: Readonly<Record<string, AccessRule>> = roleTable

beforeAll(async () => {
  world = await createWorld({ limits: { bucket: { points: 1e9, perSecond: 1e9 } } })
  all = await makeEcosystem(world)
  things = await makeThings(world, all)
  callers = await makeCallers(world, all)
})
afterAll(() => world[Symbol.asyncDispose]())

const fieldsOf = (type: 'Query' | 'Mutation') =>
  Object.values((type === 'Query' ? schema.getQueryType() : schema.getMutationType())?.getFields() ?? {})

/** Values that mean something else in one mutation than in the others. */
const particular = (name: string): Known => {
  switch (name) {
    case 'recordTouch':
      return { subject: all.personId }
    case 'recordPurchase':
      return { lines: saleOf(all).lines }
    case 'recordPurchases':
      return { rows: [saleOf(all)] }
    case 'placePurchase':
      return { lines: [{ offer: { offerId: all.offerId, offerVersion: 1, quantity: 1 } }], total: '1999' }
    default:
      return {}
  }
}

/** Terms, bundles and roles are given in the name of the side that the caller stands on. */
const knownFor = ({ side, role }: Caller, name: string): Known => {
  const ofPlatform = role !== null && isPlatform(role) && role !== 'SERVICE'
  const organisation = side === 'PARTNER' || ofPlatform ? all.partnerId : all.communityId
  return {
    ...things.known,
    ...particular(name),
    ...things.ofSide[side][name],
    by: side,
    composedBy: side === 'PARTNER' ? all.partnerId : all.communityId,
    organisation,
    role: organisation === all.partnerId ? 'BRAND_ADMIN' : 'COMMUNITY_STAFF',
  }
}

const codesOf = ({ body }: Answer): readonly unknown[] =>
  (body.errors ?? []).map(({ extensions }) => extensions?.code)

type Verdict = 'REFUSED' | 'NOT_THERE' | 'REACHED'

const expected = (rule: AccessRule, { role, place }: Caller): Verdict => {
  if (rule === 'PUBLIC' || rule === 'SIGNED_IN') return 'REACHED'
  const span = role === null ? undefined : rule[role]
  if (span === undefined) return 'REFUSED'
  if (span === 'ANY') return 'REACHED'
  if (span === 'PLATFORM') return place === 'platform' ? 'REACHED' : 'REFUSED'
  if (place === 'platform') return span === 'ALL' ? 'REACHED' : 'REFUSED'
  return place === 'own' ? 'REACHED' : 'NOT_THERE'
}

describe('every mutation', () => {
  const open = (field: string) =>
    !Object.hasOwn(roleTable, field) && !/Payload\.(?!userErrors|rows)/.test(field)

  it.each(fieldsOf('Mutation').map((field) => [field.name, field] as const))('%s', async (name, field) => {
    const rule = rules[`Mutation.${name}`]
    if (rule === undefined) throw new TypeError(`${name} has no rule.`)
    const document = documentOf('mutation', field, open)
    expect(codesOf(await world.ask(document, argumentsOf(field, things.known)))).toEqual(['UNAUTHENTICATED'])
    const served: Verdict[] = []
    for (const caller of callers) {
      const answer = await world.ask(document, argumentsOf(field, knownFor(caller, name)), caller.token)
      const isForbidden = codesOf(answer).includes('FORBIDDEN')
      const text = JSON.stringify(answer.body)
      const isNotThere = text.includes('none of yours')
      const verdict: Verdict = isForbidden ? 'REFUSED' : isNotThere ? 'NOT_THERE' : 'REACHED'
      const wanted = expected(rule, caller)
      if (caller.role === 'SERVICE' && caller.place === 'own' && wanted === 'REACHED') served.push(verdict)
      else expect(verdict, `${name} for ${caller.name}: ${text}`).toBe(wanted)
    }
    // A service of one side reaches what belongs to that side.
    if (served.length > 0) expect(served).toContain('REACHED')
  })
})

describe('every query', () => {
  const open = (field: string) => !Object.hasOwn(roleTable, field)

  it.each(fieldsOf('Query').map((field) => [field.name, field] as const))('%s', async (name, field) => {
    const rule = rules[`Query.${name}`]
    if (rule === undefined) throw new TypeError(`${name} has no rule.`)
    const document = documentOf('query', field, open)
    const anonymous = await world.ask(document, argumentsOf(field, things.known))
    expect(codesOf(anonymous)).toEqual(['UNAUTHENTICATED'])
    for (const caller of callers) {
      const answer = await world.ask(document, argumentsOf(field, knownFor(caller, name)), caller.token)
      const text = JSON.stringify(answer.body)
      const wanted = expected(rule, caller)
      if (wanted === 'REFUSED')
        expect(codesOf(answer), `${name} for ${caller.name}: ${text}`).toEqual(['FORBIDDEN'])
      if (wanted === 'REACHED')
        expect(text, `${name} for ${caller.name}`).not.toMatch(/UNAUTHENTICATED|None of your roles|INTERNAL/)
      if (wanted === 'NOT_THERE')
        for (const id of things.own)
          expect(JSON.stringify(answer.body.data ?? null), `${name} for ${caller.name}`).not.toContain(id)
    }
  })
})

/** Edges that cross from one organisation to another, with the thing of ours that they start at. */
const edges = Object.keys(rules).filter((name) => !/^(Query|Mutation|Subscription)\./.test(name))

const startOf = (type: string): string => {
  switch (type) {
    case 'Partner':
      return `node(id: "${all.partnerId}")`
    case 'Community':
      return `node(id: "${all.communityId}")`
    case 'Segment':
      return `node(id: "${all.segmentId}")`
    case 'Offer':
      return `node(id: "${all.offerId}")`
    case 'Event':
      return `event(name: "purchase-${String(things.known.purchaseId)}@0")`
    default:
      throw new TypeError(`No thing of the type ${type} was made.`)
  }
}

describe('every edge that crosses', () => {
  it.each(edges)('%s', async (edge) => {
    const [type = '', field = ''] = edge.split('.')
    const rule = rules[edge]
    if (rule === undefined) throw new TypeError(`${edge} has no rule.`)
    const inner =
      type === 'Event' ? `${field} { name }` : field === 'standards' ? `${field} { standard }` : field
    for (const caller of callers) {
      const text = `{ found: ${startOf(type)} { __typename ... on ${type} { edge: ${inner} } } }`
      const { body } = await world.ask(text, {}, caller.token)
      const codes = (body.errors ?? []).map(({ extensions }) => extensions?.code)
      const wanted = expected(rule, caller)
      const told = `${edge} for ${caller.name}: ${JSON.stringify(body)}`
      const answered = JSON.stringify(body.data ?? null)
      const isHidden = answered === 'null' || /"found":null|"edge":(null|\[\])/.test(answered)
      if (wanted === 'REACHED')
        expect(
          codes.filter((code) => code === 'INTERNAL'),
          told,
        ).toEqual([])
      else expect(isHidden, told).toBe(true)
      if (wanted === 'REACHED' && caller.role !== 'SERVICE' && answered.includes('__typename'))
        expect(codes, told).not.toContain('FORBIDDEN')
    }
  })
})

it('every role is allowed something, and no role everything', () => {
  for (const role of accessRoles) {
    const allowed = Object.values(rules).filter(
      (rule) => typeof rule !== 'string' && rule[role] !== undefined,
    )
    expect(allowed.length).toBeGreaterThan(0)
    expect(allowed.length).toBeLessThan(Object.keys(rules).length)
  }
})

it('no role that only reads has a mutation', () => {
  const writing = Object.entries(rules).filter(([name]) => name.startsWith('Mutation.'))
  for (const [name, rule] of writing) {
    if (typeof rule === 'string') continue
    expect(rule.AUDITOR, name).toBeUndefined()
    expect(rule.BRAND_VIEWER, name).toBeUndefined()
  }
})

describe('a schema is not made', () => {
  const small = () =>
    new GraphQLSchema({
      query: new GraphQLObjectType({ name: 'Query', fields: { secret: { type: GraphQLString } } }),
    })

  it('where a root field has no rule', () => {
    expect(() => guardSchema(small(), {})).toThrow(/Query\.secret/)
  })

  it('where a rule has no field', () => {
    expect(() => guardSchema(small(), { 'Query.secret': 'PUBLIC', 'Query.gone': 'PUBLIC' })).toThrow(
      /Query\.gone/,
    )
  })
})
