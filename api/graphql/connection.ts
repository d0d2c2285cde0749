/** Lists in pages, as Relay has them; only forwards, of at most 100, each saying up to which event it is true. */
import type { FieldRef, ObjectFieldBuilder } from '@pothos/core'
import type { GraphQLResolveInfo } from 'graphql'
import type { DocumentReader } from '../../projections/documents.ts'
import type { Page, PageRequest } from '../../projections/queries/page.ts'
import { type ApiTypes, builder } from './builder.ts'
import type { ApiContext } from './context.ts'
import { listingOf, openCursor, sealCursor } from './cursor.ts'
import { type ReadAt, ReadAtType } from './read-at.ts'
import { readView } from './reading.ts'

export interface Connection<Node> {
  readonly edges: readonly ConnectionEdge<Node>[]
  readonly hasNextPage: boolean
  readonly readAt: ReadAt
}

export interface ConnectionEdge<Node> {
  readonly cursor: string
  readonly node: Node
}

type Types = PothosSchemaTypes.ExtendDefaultTypes<ApiTypes>

const PageInfo = builder.objectRef<Connection<unknown>>('PageInfo').implement({
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage'),
    hasPreviousPage: t.boolean({ description: 'Always false: lists go forwards.', resolve: () => false }),
    startCursor: t.string({ nullable: true, resolve: ({ edges }) => edges[0]?.cursor ?? null }),
    endCursor: t.string({
      nullable: true,
      description: 'For `after` of the next page, with the same arguments.',
      resolve: ({ edges }) => edges.at(-1)?.cursor ?? null,
    }),
  }),
})

/** The types `{name}Connection` and `{name}Edge`; the fields `node` and `nodes` are for the caller to type. */
export const defineConnection = <Node>(
  name: string,
  node: (t: ObjectFieldBuilder<Types, ConnectionEdge<Node>>) => FieldRef<Types>,
  nodes: (t: ObjectFieldBuilder<Types, Connection<Node>>) => FieldRef<Types>,
) => {
  const EdgeType = builder.objectRef<ConnectionEdge<Node>>(`${name}Edge`).implement({
    fields: (t) => ({ cursor: t.string({ resolve: ({ cursor }) => cursor }), node: node(t) }),
  })
  return builder.objectRef<Connection<Node>>(`${name}Connection`).implement({
    fields: (t) => ({
      edges: t.field({ type: [EdgeType], resolve: ({ edges }) => [...edges] }),
      nodes: nodes(t),
      pageInfo: t.field({ type: PageInfo, resolve: (page) => page }),
      readAt: t.field({ type: ReadAtType, resolve: ({ readAt }) => readAt }),
    }),
  })
}

/** What every list takes. */
export interface PageArgs {
  readonly first: number
  readonly after?: string | null | undefined
  readonly minPosition?: string | null | undefined
}

/** Reads a page of a view, with the cursors of its listing. */
export const readPage = async <Node>(
  context: ApiContext,
  info: GraphQLResolveInfo,
  view: string,
  args: PageArgs & Readonly<Record<string, unknown>>,
  read: (reader: DocumentReader, request: PageRequest) => Promise<Page<Node>>,
): Promise<Connection<Node>> => {
  const key = context.services.cursorKey
  const { first, after, minPosition, ...rest } = args
  const listing = listingOf(`${info.parentType.name}.${info.fieldName}`, rest)
  const request = { first, after: after == null ? null : openCursor(key, listing, after) }
  const { value, readAt } = await readView(context, view, minPosition, (reader) => read(reader, request))
  return {
    edges: value.edges.map(({ cursor, node }) => ({ cursor: sealCursor(key, listing, cursor), node })),
    hasNextPage: value.hasNextPage,
    readAt,
  }
}
