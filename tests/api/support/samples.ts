/** Requests made from the schema: an input that is well-formed, and a selection of what can be selected without more. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql'

/** Values by the name of their field, before those by type. */
export type Known = Readonly<Record<string, unknown>>

const byType: Known = {
  ID: 'nothing',
  String: 'X',
  Int: 1,
  Boolean: true,
  BigInt: '100',
  CurrencyCode: 'BRL',
  DateTime: '2026-03-01T00:00:00.000Z',
  Date: '2026-03-01',
}

let keys = 0

const sampleOf = (type: GraphQLInputType, name: string, known: Known): unknown => {
  if (isNonNullType(type)) return sampleOf(type.ofType, name, known)
  if (Object.hasOwn(known, name)) return known[name]
  if (isListType(type)) return [sampleOf(type.ofType, name, known)]
  if (isEnumType(type)) return type.getValues()[0]?.name
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields())
    if (type.name === 'KeyInput') {
      keys += 1
      return { idempotencyKey: `sample-${keys}` }
    }
    const wanted = type.isOneOf ? fields.slice(0, 1) : fields.filter((field) => isWanted(field, known))
    return Object.fromEntries(wanted.map((field) => [field.name, sampleOf(field.type, field.name, known)]))
  }
  return byType[type.name] ?? 'X'
}

const isWanted = (field: GraphQLInputField, known: Known): boolean =>
  isRequiredInputField(field) || (Object.hasOwn(known, field.name) && field.name !== 'source')

/** Arguments that the field needs, and no more. */
export const argumentsOf = (
  { args }: GraphQLField<unknown, unknown>,
  known: Known,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    args.filter(isRequiredArgument).map(({ name, type }) => [name, sampleOf(type, name, known)]),
  )

const declared = (args: readonly GraphQLArgument[]): string =>
  args.length === 0 ? '' : `(${args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ')})`

const used = (args: readonly GraphQLArgument[]): string =>
  args.length === 0 ? '' : `(${args.map(({ name }) => `${name}: $${name}`).join(', ')})`

/** Leaves without arguments; of pages, those of their items. `isOpen`: fields that may be looked at. */
const selectionOf = (type: GraphQLOutputType, isOpen: (field: string) => boolean, deeper = 2): string => {
  const named = getNamedType(type)
  if (isLeafType(named)) return ''
  if (!isObjectType(named)) return named.name === 'Node' ? '{ __typename id }' : '{ code message path }'
  const fields = Object.values(named.getFields()).flatMap((field) => {
    if (field.args.some(isRequiredArgument) || !isOpen(`${named.name}.${field.name}`)) return []
    if (isLeafType(getNamedType(field.type))) return [field.name]
    const isInside = ['nodes', 'userErrors', 'rows', 'share', 'purchase'].includes(field.name)
    return deeper > 0 && isInside ? [`${field.name} ${selectionOf(field.type, isOpen, deeper - 1)}`] : []
  })
  return `{ __typename ${fields.join(' ')} }`
}

/** A document that asks for one root field. */
export const documentOf = (
  operation: string,
  field: GraphQLField<unknown, unknown>,
  isOpen: (field: string) => boolean,
): string => {
  const args = field.args.filter(isRequiredArgument)
  return `${operation} ${declared(args)} { ${field.name}${used(args)} ${selectionOf(field.type, isOpen)} }`
}
