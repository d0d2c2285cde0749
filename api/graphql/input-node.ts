/**
 * What an input is like, read off the schema of the command that it becomes: the domain says once what it takes,
 * and the API follows. Unions with a discriminant become `@oneOf` inputs; integers that are amounts become BigInt.
 */
import { z } from 'zod'
import * as shape from '../../domain/events/shapes.ts'

export type ScalarName = 'ID' | 'String' | 'Int' | 'Boolean' | 'BigInt' | 'CurrencyCode' | 'Date' | 'DateTime'

export interface InputField {
  readonly node: InputNode
  readonly required: boolean
  /** Lists that may be empty are, where they are left out. */
  readonly emptyByDefault: boolean
  readonly description?: string
}

/** One member of a `@oneOf` input. `only` names the single property of what it becomes; null: it has several, or none. */
export interface VariantMember {
  readonly literal: string
  readonly node: InputNode | null
  readonly only: string | null
}

export type InputNode =
  | { readonly kind: 'scalar'; readonly scalar: ScalarName }
  | { readonly kind: 'enum'; readonly name: string; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly of: InputNode }
  | { readonly kind: 'object'; readonly name: string; readonly fields: ReadonlyMap<string, InputField> }
  | {
      readonly kind: 'variant'
      readonly name: string
      readonly discriminator: string
      readonly members: ReadonlyMap<string, VariantMember>
    }
  /** Always the same: no field, but a property of what the input becomes. */
  | { readonly kind: 'constant'; readonly value: string | number | boolean }
  | {
      readonly kind: 'converted'
      readonly as: InputNode
      /** From what was sent to what the command takes. Whatever does not fit is left for the command to refuse. */
      readonly convert: (value: unknown) => unknown
    }

const scalars: ReadonlyMap<z.core.$ZodType, ScalarName> = new Map<z.core.$ZodType, ScalarName>([
  [shape.amount, 'BigInt'],
  [shape.currency, 'CurrencyCode'],
  [shape.date, 'Date'],
  [shape.instant, 'DateTime'],
  [shape.party, 'ID'],
])

/** Integers of these names are amounts, whatever their bounds. */
const amounts = new Set(['amount', 'fee', 'listPrice', 'price', 'total', 'discount'])

/** What numbers of these names are counted from, and of what they are. */
const numbers: ReadonlyMap<string, string> = new Map([
  ['line', 'The number of a line of the purchase; the first is 1.'],
  ['lines', 'Numbers of lines of the purchase; the first is 1.'],
  ['component', 'The number of a component of the bundle; the first is 1.'],
  ['version', 'The number of a version; the first is 1. It is no count of events.'],
  ['offerVersion', "The offer's own `version`; the first is 1."],
  ['bundleVersion', "The bundle's own `version`; the first is 1."],
  [
    'expectedVersion',
    'The latest version that you saw: the `version` that the partnership, offer, bundle or segment itself has, accepted or not; the first is 1. The `version` of a payload is another number: it counts events.',
  ],
])

const named = new Map<z.core.$ZodType, string>()
const describedInputs = new Map<string, { readonly description: string }>()
const converted = new Map<z.core.$ZodType, InputNode>()
const known = new Map<z.core.$ZodType, InputNode>()

/**
 * Names the input type of a schema that several commands share, and says what it is. Before any command that holds
 * it is read.
 */
export const nameInput = (schema: z.core.$ZodType, name: string, description?: string): void => {
  named.set(schema, name)
  if (description !== undefined) describedInputs.set(name, { description })
}

/** What an input type is, where its name does not say it all. */
export const inputDescription = (name: string): { readonly description?: string } =>
  describedInputs.get(name) ?? {}

/** Says by hand what the input of a schema is like. Before any command that holds it is read. */
export const replaceInput = (
  schema: z.core.$ZodType,
  as: InputNode,
  convert: (value: unknown) => unknown = (value) => value,
): void => {
  converted.set(schema, { kind: 'converted', as, convert })
}

export const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
const camel = (literal: string): string =>
  literal.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const isId = (schema: z.core.$ZodType): boolean =>
  schema instanceof z.ZodString &&
  (schema.def.checks ?? []).some(
    (check) =>
      check instanceof z.core.$ZodCheckRegex &&
      check._zod.def.pattern.source.includes('[0-7][0-9a-hjkmnp-tv-z]{25}'),
  )

/** The texts that a schema takes, where they can be listed. */
const valuesOf = (schema: z.core.$ZodType): readonly string[] | undefined => {
  if (schema instanceof z.ZodEnum) return schema.options.map(String)
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String)
  if (!(schema instanceof z.ZodUnion)) return undefined
  const values = schema.options.map(valuesOf)
  return values.every((each) => each !== undefined) ? values.flat() : undefined
}

/** A union of texts: codes, where all can be listed; else ids, or free text. */
const textNode = (schema: z.ZodUnion, name: string): InputNode | undefined => {
  const values = valuesOf(schema)
  if (values !== undefined) return { kind: 'enum', name: name.replace(/Input$/, ''), values }
  const isText = schema.options.every(
    (option) => option instanceof z.ZodString || valuesOf(option) !== undefined,
  )
  return isText ? { kind: 'scalar', scalar: schema.options.some(isId) ? 'ID' : 'String' } : undefined
}

interface Wrapped {
  readonly inner: z.core.$ZodType
  readonly optional: boolean
}

const unwrap = (schema: z.core.$ZodType): Wrapped => {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return { inner: unwrap(schema.unwrap()).inner, optional: true }
  return { inner: schema, optional: false }
}

const isEmptyable = (node: InputNode, schema: z.core.$ZodType): boolean =>
  node.kind === 'list' && schema instanceof z.ZodArray && schema.safeParse([]).success

/** The field of an input that stands for a property of a command. */
export const fieldOf = (schema: z.core.$ZodType, name: string, owner: string): InputField => {
  const { inner, optional } = unwrap(schema)
  const node = nodeOf(inner, `${owner.replace(/Input$/, '')}${pascal(name)}Input`, name)
  const emptyByDefault = !optional && isEmptyable(node, inner)
  const described = numbers.get(name)
  const isNumbered = node.kind === 'scalar' || (node.kind === 'list' && node.of.kind === 'scalar')
  return {
    node,
    required: !optional,
    emptyByDefault,
    ...(described !== undefined && isNumbered ? { description: described } : {}),
  }
}

const objectNode = (schema: z.ZodObject, name: string): InputNode => {
  const fields = new Map<string, InputField>()
  const node: InputNode = { kind: 'object', name, fields }
  // Kept before its fields are read: it may hold itself.
  known.set(schema, node)
  for (const [key, field] of Object.entries(schema.shape)) fields.set(key, fieldOf(field, key, name))
  return node
}

const constantNode = (schema: z.ZodLiteral): InputNode => {
  const [value] = schema.values
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { kind: 'constant', value }
  throw new TypeError('A property that is always the same has to be a text, a number or a flag.')
}

const literalOf = (schema: z.core.$ZodType | undefined): string => {
  const [value] = schema instanceof z.ZodLiteral ? schema.values : []
  if (typeof value === 'string') return value
  throw new TypeError('The discriminant of a union has to be one text.')
}

const memberOf = (option: z.core.$ZodType, discriminator: string, owner: string): [string, VariantMember] => {
  if (!(option instanceof z.ZodObject)) throw new TypeError(`A member of ${owner} is no object.`)
  const { [discriminator]: tag, ...rest } = option.shape
  const literal = literalOf(tag)
  const field = camel(literal)
  const keys = Object.keys(rest)
  const [only] = keys
  if (only === undefined) return [field, { literal, node: null, only: null }]
  if (keys.length === 1) {
    return [
      field,
      { literal, only, node: fieldOf(rest[only], only, owner.replace(/Input$/, pascal(field))).node },
    ]
  }
  const name = `${owner.replace(/Input$/, '')}${pascal(field)}Input`
  return [field, { literal, only: null, node: objectNode(z.strictObject(rest), name) }]
}

const variantNode = (schema: z.ZodDiscriminatedUnion, name: string): InputNode => {
  const { discriminator } = schema.def
  const members = new Map<string, VariantMember>()
  const node: InputNode = { kind: 'variant', name, discriminator, members }
  known.set(schema, node)
  for (const option of schema.options) members.set(...memberOf(option, discriminator, name))
  return node
}

const withoutNulls = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).filter(([, property]) => property !== null))
    : value

/** Objects without a discriminant: one input with the fields of all, of which those of one are to be given. */
const mergedNode = (options: readonly z.ZodObject[], name: string): InputNode => {
  const fields = new Map<string, InputField>()
  for (const { shape: properties } of options) {
    for (const [key, schema] of Object.entries(properties)) {
      const isFlag = schema instanceof z.ZodLiteral && schema.values.has(true)
      const field: InputField = isFlag
        ? { node: { kind: 'scalar', scalar: 'Boolean' }, required: false, emptyByDefault: false }
        : fieldOf(schema, key, name)
      fields.set(key, {
        ...field,
        required: field.required && options.every((option) => key in option.shape),
      })
    }
  }
  return { kind: 'converted', as: { kind: 'object', name, fields }, convert: withoutNulls }
}

const isObjects = (options: readonly z.core.$ZodType[]): options is readonly z.ZodObject[] =>
  options.every((option) => option instanceof z.ZodObject)

const readNode = (schema: z.core.$ZodType, name: string, property: string): InputNode => {
  if (schema instanceof z.ZodLazy) return nodeOf(schema.unwrap(), name, property)
  if (schema instanceof z.ZodArray)
    return { kind: 'list', of: nodeOf(schema.element, name.replace(/s?Input$/, 'Input'), property) }
  if (schema instanceof z.ZodLiteral) return constantNode(schema)
  if (schema instanceof z.ZodObject) return objectNode(schema, name)
  if (schema instanceof z.ZodDiscriminatedUnion) return variantNode(schema, name)
  if (schema instanceof z.ZodEnum)
    return { kind: 'enum', name: name.replace(/Input$/, ''), values: schema.options.map(String) }
  if (schema instanceof z.ZodBoolean) return { kind: 'scalar', scalar: 'Boolean' }
  if (schema instanceof z.ZodNumber)
    return { kind: 'scalar', scalar: amounts.has(property) ? 'BigInt' : 'Int' }
  if (schema instanceof z.ZodString) return { kind: 'scalar', scalar: isId(schema) ? 'ID' : 'String' }
  if (schema instanceof z.ZodUnion) {
    const node = isObjects(schema.options) ? mergedNode(schema.options, name) : textNode(schema, name)
    if (node !== undefined) return node
  }
  if (schema instanceof z.ZodURL || schema instanceof z.ZodStringFormat)
    return { kind: 'scalar', scalar: 'String' }
  throw new TypeError(`${name} cannot be read off its schema. Say by hand what it is like (replaceInput).`)
}

/** What the input of a schema is like. The same schema always has the same input type. */
export const nodeOf = (schema: z.core.$ZodType, name: string, property = ''): InputNode => {
  const { inner } = unwrap(schema)
  const found = converted.get(inner) ?? known.get(inner)
  if (found !== undefined) return found
  const scalar = scalars.get(inner)
  if (scalar !== undefined) return { kind: 'scalar', scalar }
  const node = readNode(inner, named.get(inner) ?? name, property)
  if (node.kind !== 'scalar') known.set(inner, node)
  return node
}
