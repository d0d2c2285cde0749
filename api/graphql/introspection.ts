/**
 * How far the schema may be asked for: as far as the usual query of tools goes (graphql-js `getIntrospectionQuery`).
 * Lists of the schema within one another grow by multiplication, so what counts is how far those are nested.
 */
import { RequestError } from './request-error.ts'

/**
 * The usual query is 15 levels deep, most of them an `ofType` in another. It goes three lists down
 * (`types { fields { args } }`), into each of them once.
 */
const deepest = 20
const mostLists = 3

/** How long lists are on the average, rounded up; types are counted. */
const listSizes = {
  types: 0,
  fields: 5,
  args: 2,
  inputFields: 4,
  enumValues: 2,
  interfaces: 1,
  possibleTypes: 1,
  directives: 5,
} as const satisfies Readonly<Record<string, number>>

const isList = (name: string): name is keyof typeof listSizes => Object.hasOwn(listSizes, name)

export interface IntrospectionSize {
  readonly depth: number
  /** How many lists are nested in one another. */
  readonly lists: number
  /** Fields that are lists, anywhere within. */
  readonly within: ReadonlySet<string>
  /** A list that is asked for within itself, or null. */
  readonly repeated: string | null
}

export const notIntrospected: IntrospectionSize = { depth: 0, lists: 0, within: new Set(), repeated: null }

export const introspectionAround = (name: string, inner: IntrospectionSize): IntrospectionSize => {
  const { depth, lists, within, repeated } = inner
  if (!isList(name)) return { ...inner, depth: depth + 1 }
  return {
    depth: depth + 1,
    lists: lists + 1,
    within: new Set([...within, name]),
    repeated: repeated ?? (within.has(name) ? name : null),
  }
}

export const introspectionBeside = (one: IntrospectionSize, other: IntrospectionSize): IntrospectionSize => {
  if (other === notIntrospected) return one
  if (one === notIntrospected) return other
  return {
    depth: Math.max(one.depth, other.depth),
    lists: Math.max(one.lists, other.lists),
    within: one.within.union(other.within),
    repeated: one.repeated ?? other.repeated,
  }
}

/** What is against it, or null. */
export const introspectionRefusal = ({ depth, lists, repeated }: IntrospectionSize): RequestError | null => {
  if (repeated !== null)
    return new RequestError(
      'QUERY_TOO_DEEP',
      `The schema is asked for ${repeated} within ${repeated}. Ask in parts, type by type.`,
    )
  if (lists > mostLists)
    return new RequestError(
      'QUERY_TOO_DEEP',
      `The schema is asked for ${lists} lists within one another; ${mostLists} are allowed. Ask in parts.`,
      { depth: lists, limit: mostLists },
    )
  if (depth > deepest)
    return new RequestError(
      'QUERY_TOO_DEEP',
      `The schema is asked for ${depth} levels deep; ${deepest} are allowed. Ask in parts.`,
      { depth, limit: deepest },
    )
  return null
}

/** A power of two, so that sums are exact: the usual query comes to about 150 points. */
const pointsPerObject = 1 / 64

/** What a field of the schema's own types costs; `__typename` and other leaves nothing. */
export const introspectionCost = (
  name: string,
  isLeaf: boolean,
  types: number,
): { readonly points: number; readonly items: number } => ({
  // All but the first few are null.
  points: isLeaf || name === 'ofType' ? 0 : pointsPerObject,
  items: name === 'types' ? types : isList(name) ? listSizes[name] : 1,
})
