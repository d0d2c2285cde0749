/** Input types of the schema, made from what inputs are like. Each is made once, whoever asks for it. */
import type { InputFieldMap } from '@pothos/core'
import { unreachable } from '../../domain/decider.ts'
import { builder } from './builder.ts'
import { type InputField, type InputNode, inputDescription, type ScalarName } from './input-node.ts'

const makeEnum = <Value extends string>(name: string, values: readonly Value[]) =>
  builder.enumType(name, { values })
type AnyEnum = ReturnType<typeof makeEnum<string>>
const makeInput = (
  name: string,
  isOneOf: boolean,
  fields: () => readonly (readonly [string, InputField])[],
) =>
  builder.inputType(name, {
    isOneOf,
    ...inputDescription(name),
    fields: (t) => {
      const map: InputFieldMap = {}
      for (const [field, { node, required, emptyByDefault, description }] of fields()) {
        if (node.kind === 'constant') continue
        const options = {
          required: required && !emptyByDefault && !isOneOf,
          ...(description === undefined ? {} : { description }),
        }
        const { item, isList } = typeOf(node)
        map[field] = isList
          ? t.field({ type: [item], ...options, ...(emptyByDefault ? { defaultValue: [] } : {}) })
          : t.field({ type: item, ...options })
      }
      return map
    },
  })

const enums = new Map<string, AnyEnum>()
const inputs = new Map<string, ReturnType<typeof makeInput>>()
const valuesOf = new Map<string, readonly string[]>()

/** What an enum was made of vouches for its type. */
const isOf = <Value extends string>(
  found: AnyEnum,
  name: string,
  values: readonly Value[],
): found is ReturnType<typeof makeEnum<Value>> =>
  enums.get(name) === found && valuesOf.get(name)?.join() === values.join()

/**
 * The enum of this name: one for inputs and answers.
 * @throws {TypeError} where another one has the name
 */
export const enumNamed = <const Value extends string>(
  name: string,
  values: readonly Value[],
): ReturnType<typeof makeEnum<Value>> => {
  const found = enums.get(name)
  if (found === undefined) {
    const made = makeEnum(name, values)
    enums.set(name, made)
    valuesOf.set(name, values)
    return made
  }
  if (isOf(found, name, values)) return found
  throw new TypeError(`Two enums would be called ${name}. Name one of them otherwise.`)
}

type Item = ScalarName | AnyEnum | ReturnType<typeof makeInput>

/** The type of a field that was declared before: of its items, where it is a list. */
export const typeOf = (node: InputNode): { readonly item: Item; readonly isList: boolean } => {
  switch (node.kind) {
    case 'scalar':
      return { item: node.scalar, isList: false }
    case 'enum':
      return { item: enumNamed(node.name, node.values), isList: false }
    case 'list': {
      const { item, isList } = typeOf(node.of)
      if (isList) throw new TypeError('Lists of lists are no inputs here. Wrap the inner one in an object.')
      return { item, isList: true }
    }
    case 'object':
    case 'variant': {
      const input = inputs.get(node.name)
      if (input === undefined) throw new TypeError(`The input ${node.name} was not declared.`)
      return { item: input, isList: false }
    }
    case 'constant':
      throw new TypeError('What is always the same is no field of an input.')
    case 'converted':
      return typeOf(node.as)
    default:
      return unreachable(node)
  }
}

const declared = new Map<string, InputNode>()

const declareFields = (
  node: InputNode & { readonly name: string },
  isOneOf: boolean,
  fields: readonly (readonly [string, InputField])[],
): void => {
  const before = declared.get(node.name)
  if (before === node) return
  if (before !== undefined)
    throw new TypeError(`Two inputs would be called ${node.name}. Name one of them (nameInput).`)
  declared.set(node.name, node)
  for (const [, field] of fields) declareInput(field.node)
  inputs.set(
    node.name,
    makeInput(node.name, isOneOf, () => fields),
  )
}

const flag: InputNode = { kind: 'scalar', scalar: 'Boolean' }

const memberFields = (
  node: InputNode & { readonly kind: 'variant' },
): readonly (readonly [string, InputField])[] =>
  [...node.members].map(([name, member]) => [
    name,
    { node: member.node ?? flag, required: false, emptyByDefault: false },
  ])

/** Makes the types of an input and of all that it holds. */
export const declareInput = (node: InputNode): void => {
  switch (node.kind) {
    case 'scalar':
    case 'constant':
      break
    case 'enum':
      enumNamed(node.name, node.values)
      break
    case 'list':
      declareInput(node.of)
      break
    case 'object':
      declareFields(node, false, [...node.fields])
      break
    case 'variant':
      declareFields(node, true, memberFields(node))
      break
    case 'converted':
      declareInput(node.as)
      break
    default:
      unreachable(node)
  }
}
