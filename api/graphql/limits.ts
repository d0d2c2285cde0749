/**
 * Limits that a document meets before anything runs: how deep, how wide, how long it is. Introspection is open to all,
 * within limits of its own (api/graphql/introspection.ts).
 */
import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  parse,
  type SelectionSetNode,
  type Source,
  type ValidationContext,
  type ValidationRule,
} from 'graphql'
import type { ApiLimits } from '../services.ts'
import {
  type IntrospectionSize,
  introspectionAround,
  introspectionBeside,
  introspectionRefusal,
  notIntrospected,
} from './introspection.ts'
import { bracketsDeeperThan } from './nesting.ts'
import { RequestError } from './request-error.ts'

interface Size {
  readonly depth: number
  readonly aliases: number
  readonly introspection: IntrospectionSize
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

const none: Size = { depth: 0, aliases: 0, introspection: notIntrospected }

/** What a document's fragments come to, by name: apart for those that stand below `__schema` and `__type`. */
interface Known {
  readonly data: Map<string, Size>
  readonly introspection: Map<string, Size>
}

/** `__typename` is free: clients add it everywhere, under names of their own too. */
const sizeOfField = (
  { name: { value: name }, alias, selectionSet }: FieldNode,
  introspects: boolean,
  fragments: Fragments,
  known: Known,
): Size => {
  if (name === '__typename') return none
  const below = introspects || name === '__schema' || name === '__type'
  const inner = selectionSet === undefined ? none : sizeOf(selectionSet, below, fragments, known)
  const aliases = inner.aliases + (alias === undefined ? 0 : 1)
  return below
    ? { depth: 0, aliases, introspection: introspectionAround(name, inner.introspection) }
    : { depth: inner.depth + 1, aliases, introspection: inner.introspection }
}

/**
 * Fragments count where they are spread, each time, and are looked at once; one that holds itself ends where it would
 * begin again.
 */
const sizeOf = (set: SelectionSetNode, introspects: boolean, fragments: Fragments, known: Known): Size => {
  let { depth, aliases, introspection } = none
  for (const selection of set.selections) {
    let inner: Size
    if (selection.kind === Kind.FIELD) inner = sizeOfField(selection, introspects, fragments, known)
    else if (selection.kind === Kind.INLINE_FRAGMENT)
      inner = sizeOf(selection.selectionSet, introspects, fragments, known)
    else inner = sizeOfFragment(selection.name.value, introspects, fragments, known)
    depth = Math.max(depth, inner.depth)
    aliases = Math.min(aliases + inner.aliases, Number.MAX_SAFE_INTEGER)
    introspection = introspectionBeside(introspection, inner.introspection)
  }
  return { depth, aliases, introspection }
}

const sizeOfFragment = (name: string, introspects: boolean, fragments: Fragments, known: Known): Size => {
  const sizes = introspects ? known.introspection : known.data
  const before = sizes.get(name)
  if (before !== undefined) return before
  sizes.set(name, none)
  const fragment = fragments.get(name)
  const size = fragment === undefined ? none : sizeOf(fragment.selectionSet, introspects, fragments, known)
  sizes.set(name, size)
  return size
}

const fragmentsOf = (document: DocumentNode): Fragments =>
  new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  )

/** A validation rule: its verdict on a document is kept with the document. */
export const limitRule = ({ depth: deepest, aliases: most }: ApiLimits): ValidationRule => {
  const limits = (context: ValidationContext): ASTVisitor => ({
    Document(document) {
      const fragments = fragmentsOf(document)
      const known: Known = { data: new Map(), introspection: new Map() }
      const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
      if (operations.length > 1)
        context.reportError(new RequestError('BAD_REQUEST', 'Send one operation in a request.'))
      for (const operation of operations) {
        if (operation.kind !== Kind.OPERATION_DEFINITION) continue
        const { depth, aliases, introspection } = sizeOf(operation.selectionSet, false, fragments, known)
        if (depth > deepest)
          context.reportError(
            new RequestError(
              'QUERY_TOO_DEEP',
              `The query is ${depth} levels deep; ${deepest} are allowed. Ask in parts.`,
              {
                depth,
                limit: deepest,
              },
            ),
          )
        const tooDeep = introspectionRefusal(introspection)
        if (tooDeep !== null) context.reportError(tooDeep)
        if (aliases > most)
          context.reportError(
            new RequestError(
              'QUERY_TOO_WIDE',
              `The query has ${aliases} aliases; ${most} are allowed. Ask in parts.`,
              {
                aliases,
                limit: most,
              },
            ),
          )
      }
    },
  })
  return limits
}

/**
 * Parses a document of at most so many tokens, with brackets at most so deep in one another: graphql's parser, and what
 * looks at documents after it, call themselves once for each.
 * @throws {GraphQLError}
 */
export const parserWith =
  (maxTokens: number, maxNesting: number) =>
  (source: string | Source): DocumentNode => {
    if (bracketsDeeperThan(typeof source === 'string' ? source : source.body, maxNesting))
      throw new RequestError(
        'QUERY_TOO_DEEP',
        `The document has brackets more than ${maxNesting} levels deep. Ask in parts.`,
        { limit: maxNesting },
      )
    try {
      return parse(source, { maxTokens })
    } catch (error) {
      if (error instanceof GraphQLError && error.message.includes(`more than ${maxTokens} tokens`))
        throw new RequestError(
          'QUERY_TOO_LONG',
          `The document has more than ${maxTokens} tokens. Ask in parts.`,
          {
            limit: maxTokens,
          },
        )
      throw error
    }
  }
