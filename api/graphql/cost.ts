/**
 * What an operation may cost, known before it runs: each field that is not a leaf costs a point or what it says,
 * and a page's fields cost as often as the page may have items. The tree is worked out once for a document; only
 * arguments are looked at again, and a fragment's once for each request, however often it is spread.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isIntrospectionType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValueNode,
} from 'graphql'
import { introspectionCost } from './introspection.ts'

/** What a field says of its cost: points of its own, how many items its list may have, or points for each row sent. */
export interface FieldCost {
  readonly points?: number
  readonly items?: number
  /** Path in the arguments to the list whose rows each cost `pointsPerRow`. */
  readonly rows?: readonly string[]
  readonly pointsPerRow?: number
}

export type Variables = Readonly<Record<string, unknown>>

/** One request's reading of a tree, with what its fragments came to: a few of them, spread in each other, are billions of spreads. */
interface Reading {
  readonly variables: Variables
  readonly fragments: Map<Cost, number>
}
type Cost = (reading: Reading) => number

/** Beyond it, sums are no longer exact, and products may become infinite. */
const most = Number.MAX_SAFE_INTEGER

const itemsOfLists = 10

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const numberAt = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

const costOfField = (extensions: Readonly<Record<string | symbol, unknown>> | undefined): FieldCost => {
  const stated = extensions?.cost
  if (!isRecord(stated)) return {}
  const points = numberAt(stated.points)
  const items = numberAt(stated.items)
  const pointsPerRow = numberAt(stated.pointsPerRow)
  return {
    ...(points === undefined ? {} : { points }),
    ...(items === undefined ? {} : { items }),
    ...(pointsPerRow === undefined ? {} : { pointsPerRow }),
    ...(Array.isArray(stated.rows) ? { rows: stated.rows.map(String) } : {}),
  }
}

/** What an argument comes to, as far as its cost asks. */
const argumentValue = (node: ValueNode | undefined, variables: Variables): unknown => {
  if (node === undefined) return undefined
  if (node.kind === Kind.VARIABLE) return variables[node.name.value]
  if (node.kind === Kind.INT) return Number(node.value)
  if (node.kind === Kind.LIST) return node.values.map((value) => argumentValue(value, variables))
  if (node.kind === Kind.OBJECT)
    return Object.fromEntries(
      node.fields.map(({ name, value }) => [name.value, argumentValue(value, variables)]),
    )
  return null
}

const argumentOf = (field: FieldNode, name: string): ValueNode | undefined =>
  field.arguments?.find((argument) => argument.name.value === name)?.value

const rowsAt = (field: FieldNode, [argument, ...path]: readonly string[], variables: Variables): number => {
  let value = argumentValue(argumentOf(field, argument ?? ''), variables)
  for (const key of path) value = isRecord(value) ? value[key] : undefined
  return Array.isArray(value) ? value.length : 1
}

const introspected = new Map([SchemaMetaFieldDef, TypeMetaFieldDef].map((field) => [field.name, field]))

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

const once =
  (cost: Cost): Cost =>
  (reading) => {
    const known = reading.fragments.get(cost)
    if (known !== undefined) return known
    const found = cost(reading)
    reading.fragments.set(cost, found)
    return found
  }

class Compiler {
  readonly #schema: GraphQLSchema
  readonly #fragments: Fragments
  readonly #types: number
  readonly #known = new Map<SelectionSetNode, Map<string, Cost>>()

  constructor(schema: GraphQLSchema, fragments: Fragments) {
    this.#schema = schema
    this.#fragments = fragments
    this.#types = Object.keys(schema.getTypeMap()).length
  }

  /** `paged`: the set stands right below a page, whose lists are what the page has of items. */
  ofSet(set: SelectionSetNode, type: GraphQLNamedType, paged: boolean): Cost {
    const key = `${type.name}:${paged}`
    const known = this.#known.get(set)?.get(key)
    if (known !== undefined) return known
    const parts: Cost[] = []
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const cost = this.#ofField(selection, type, paged)
        if (cost !== undefined) parts.push(cost)
      } else {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value)
        const on = fragment?.typeCondition?.name.value
        const inner = on === undefined ? type : this.#schema.getType(on)
        if (fragment !== undefined && inner !== undefined) {
          const part = this.ofSet(fragment.selectionSet, inner, paged)
          parts.push(fragment.kind === Kind.FRAGMENT_DEFINITION ? once(part) : part)
        }
      }
    }
    const cost: Cost = (reading) => {
      let sum = 0
      for (const part of parts) sum = Math.min(sum + part(reading), most)
      return sum
    }
    const bySet = this.#known.get(set) ?? new Map<string, Cost>()
    this.#known.set(set, bySet.set(key, cost))
    return cost
  }

  #ofField(field: FieldNode, parent: GraphQLNamedType, paged: boolean): Cost | undefined {
    if (!isObjectType(parent) && !isAbstractType(parent)) return undefined
    const name = field.name.value
    const own = 'getFields' in parent ? parent.getFields()[name] : undefined
    const definition = own ?? introspected.get(name)
    if (definition === undefined) return undefined
    const type = getNamedType(definition.type)
    const introspects = own === undefined || isIntrospectionType(parent)
    const isLeaf = isLeafType(type)
    const stated: FieldCost = introspects
      ? introspectionCost(name, isLeaf, this.#types)
      : costOfField(definition.extensions)
    const { points = isLeaf ? 0 : 1, items, rows, pointsPerRow = 0 } = stated
    const first = definition.args.some(({ name }) => name === 'first')
      ? argumentOf(field, 'first')
      : undefined
    const inner =
      field.selectionSet === undefined ? undefined : this.ofSet(field.selectionSet, type, first !== undefined)
    const nullable = isNonNullType(definition.type) ? definition.type.ofType : definition.type
    const listed = items ?? (isListType(nullable) && !paged ? itemsOfLists : 1)
    return (reading) => {
      const { variables } = reading
      const given = first === undefined ? listed : Math.max(0, numberAt(argumentValue(first, variables)) ?? 0)
      const fixed = points + (rows === undefined ? 0 : pointsPerRow * rowsAt(field, rows, variables))
      return fixed + (inner === undefined ? 0 : given * inner(reading))
    }
  }
}

const compiled = new WeakMap<OperationDefinitionNode, Cost>()

/** The cost in points, a safe integer, of an operation of a validated document. */
export const costOf = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): number => {
  let cost = compiled.get(operation)
  if (cost === undefined) {
    const fragments = new Map(
      document.definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
      ),
    )
    const root = schema.getRootType(operation.operation)
    cost = root ? new Compiler(schema, fragments).ofSet(operation.selectionSet, root, false) : () => 0
    compiled.set(operation, cost)
  }
  return Math.min(Math.ceil(cost({ variables, fragments: new Map() })), most)
}
