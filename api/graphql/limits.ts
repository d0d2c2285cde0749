/** Limits that a document meets before anything runs: how deep, how wide, how long it is. Introspection is open. */
import {
  type ASTVisitor,
  type DocumentNode,
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
import { RequestError } from './request-error.ts'

interface Size {
  readonly depth: number
  readonly aliases: number
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

const none: Size = { depth: 0, aliases: 0 }

/**
 * Fragments count where they are spread, each time, and are looked at once; one that holds itself ends where it would
 * begin again.
 */
const sizeOf = (set: SelectionSetNode, fragments: Fragments, known: Map<string, Size>): Size => {
  let depth = 0
  let aliases = 0
  for (const selection of set.selections) {
    let inner = none
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value.startsWith('__')) continue
      if (selection.selectionSet !== undefined) inner = sizeOf(selection.selectionSet, fragments, known)
      inner = { depth: inner.depth + 1, aliases: inner.aliases + (selection.alias === undefined ? 0 : 1) }
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      inner = sizeOf(selection.selectionSet, fragments, known)
    } else {
      inner = sizeOfFragment(selection.name.value, fragments, known)
    }
    depth = Math.max(depth, inner.depth)
    aliases = Math.min(aliases + inner.aliases, Number.MAX_SAFE_INTEGER)
  }
  return { depth, aliases }
}

const sizeOfFragment = (name: string, fragments: Fragments, known: Map<string, Size>): Size => {
  const before = known.get(name)
  if (before !== undefined) return before
  known.set(name, none)
  const fragment = fragments.get(name)
  const size = fragment === undefined ? none : sizeOf(fragment.selectionSet, fragments, known)
  known.set(name, size)
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
      const known = new Map<string, Size>()
      const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
      if (operations.length > 1)
        context.reportError(new RequestError('BAD_REQUEST', 'Send one operation in a request.'))
      for (const operation of operations) {
        if (operation.kind !== Kind.OPERATION_DEFINITION) continue
        const { depth, aliases } = sizeOf(operation.selectionSet, fragments, known)
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

/** Parses a document of at most so many tokens. @throws {GraphQLError} */
export const parserWith =
  (maxTokens: number) =>
  (source: string | Source): DocumentNode => {
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
