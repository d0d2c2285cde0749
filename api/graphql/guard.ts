/**
 * Puts the role table around the schema. Every root field has an entry, or the schema is not made; fields of other
 * types that have one, since they cross from one organisation to another, are guarded too.
 */
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
} from 'graphql'
import { type AccessRule, nothing, type Reach, reachesNothing, reachUnder } from '../auth/reach.ts'
import type { ApiContext } from './context.ts'
import { logAway, RequestError } from './request-error.ts'

export type RoleTable = Readonly<Record<string, AccessRule>>

type Field = GraphQLField<unknown, ApiContext>

const check = (rule: AccessRule, operation: string, { principal }: ApiContext): Reach => {
  if (principal === null) {
    if (rule === 'PUBLIC') return nothing
    throw new RequestError(
      'UNAUTHENTICATED',
      'Sign in first: send "Authorization: Bearer …" with a JWT or an API key.',
    )
  }
  if (principal.isRemembered && operation.startsWith('Mutation.')) throw logAway()
  const reach = reachUnder(rule, principal.grants)
  if (reachesNothing(reach))
    throw new RequestError(
      'FORBIDDEN',
      `None of your roles may ask for ${operation}. The query rolesTable says which may.`,
    )
  return reach
}

const rules = new Map<string, AccessRule>()

const operationOf = ({ parentType, fieldName }: GraphQLResolveInfo): string =>
  `${parentType.name}.${fieldName}`

/**
 * What the caller may touch in the field that is being resolved.
 * @throws {RequestError} UNAUTHENTICATED | FORBIDDEN
 */
export const reachIn = (context: ApiContext, info: GraphQLResolveInfo): Reach => {
  const operation = operationOf(info)
  const rule = rules.get(operation)
  if (rule === undefined) throw new TypeError(`${operation} is not in the role table.`)
  return check(rule, operation, context)
}

const guarded =
  (
    resolve: GraphQLFieldResolver<unknown, ApiContext>,
    rule: AccessRule,
    operation: string,
  ): GraphQLFieldResolver<unknown, ApiContext> =>
  (parent, args, context, info) => {
    check(rule, operation, context)
    return resolve(parent, args, context, info)
  }

const fieldsOf = (schema: GraphQLSchema): ReadonlyMap<string, Field> => {
  const fields = new Map<string, Field>()
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) fields.set(`${type.name}.${field.name}`, field)
  }
  return fields
}

const rootOf = (operation: string): boolean => /^(Query|Mutation|Subscription)\./.test(operation)

/**
 * Guards the schema in place.
 * @throws {TypeError} where a root field has no entry in the table, or an entry no field
 */
export const guardSchema = (schema: GraphQLSchema, table: RoleTable): GraphQLSchema => {
  const fields = fieldsOf(schema)
  const lacking = [...fields.keys()].filter((name) => rootOf(name) && !Object.hasOwn(table, name))
  if (lacking.length > 0)
    throw new TypeError(`No role may ask for ${lacking.join(', ')}: state who in the role table.`)
  for (const [operation, rule] of Object.entries(table)) {
    const field = fields.get(operation)
    if (field === undefined)
      throw new TypeError(`The role table states ${operation}, which is not in the schema.`)
    rules.set(operation, rule)
    if (field.subscribe !== undefined) field.subscribe = guarded(field.subscribe, rule, operation)
    else field.resolve = guarded(field.resolve ?? defaultFieldResolver, rule, operation)
  }
  return schema
}
