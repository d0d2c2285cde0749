/** The schema is what was reviewed, and keeps the conventions that it states. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type GraphQLNamedType,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredInputField,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../api/graphql/error-code.ts'
import { schema } from '../../api/schema/schema.ts'
import { sdl } from '../../api/schema/sdl.ts'
import { rejectionCodes } from '../../domain/decider.ts'

it('is the one in api/schema.graphql: run `npm run schema`, and look at what changed', () => {
  const file = join(import.meta.dirname, '..', '..', 'api', 'schema.graphql')
  expect(sdl).toBe(readFileSync(file, 'utf8'))
})

const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))
const fieldsOf = (type: GraphQLNamedType) =>
  isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {})

describe('conventions', () => {
  it('every mutation takes one input and answers a payload with userErrors', () => {
    for (const { name, args, type } of mutations) {
      expect(
        args.map((arg) => arg.name),
        name,
      ).toEqual(['input'])
      const payload = getNamedType(type)
      expect(
        fieldsOf(payload).map((field) => field.name),
        name,
      ).toContain('userErrors')
    }
  })

  it('every mutation that moves value, or makes something, requires a key', () => {
    const keyless = mutations.flatMap(({ name, args }) => {
      const input = args[0] === undefined ? undefined : getNamedType(args[0].type)
      const key = isInputObjectType(input) ? input.getFields().key : undefined
      return key !== undefined && isRequiredInputField(key) ? [] : [name]
    })
    const moving =
      /^(place|record|capture|refund|cancel|void|book|dispute|win|lose|correct|fulfil|resolve|dismiss|publish|compose|found|open|create|register|join|apply|propose|issue|set\w+Payee$)/
    // Rows have keys of their own; a stage is lost, not money.
    expect(
      keyless.filter(
        (name) => moving.test(name) && !['cancelExport', 'recordPurchases', 'loseStage'].includes(name),
      ),
    ).toEqual([])
  })

  it('every list that can grow is a connection, which takes first and says up to what it is true', () => {
    for (const type of types.filter(({ name }) => name.endsWith('Connection'))) {
      expect(
        fieldsOf(type).map(({ name }) => name),
        type.name,
      ).toEqual(expect.arrayContaining(['edges', 'nodes', 'pageInfo', 'readAt']))
    }
    for (const type of types) {
      for (const field of fieldsOf(type)) {
        if (!getNamedType(field.type).name.endsWith('Connection')) continue
        const first = field.args.find(({ name }) => name === 'first')
        expect(String(first?.type), field.name).toBe('Int!')
        expect(
          field.args.map(({ name }) => name),
          field.name,
        ).toContain('minPosition')
      }
    }
  })

  it('no amount is a float', () => {
    for (const type of types) {
      const fields = isInputObjectType(type) ? Object.values(type.getFields()) : fieldsOf(type)
      for (const field of fields)
        expect(getNamedType(field.type).name, `${type.name}.${field.name}`).not.toBe('Float')
    }
  })

  it('every root field says what it is for', () => {
    for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()])
      for (const field of Object.values(root?.getFields() ?? {}))
        expect(field.description?.length ?? 0, field.name).toBeGreaterThan(10)
  })

  it('every code of the domain is one of the API', () => {
    expect(Object.keys(errorCodes)).toEqual(expect.arrayContaining([...rejectionCodes]))
  })
})
