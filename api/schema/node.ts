/** The interface of everything that has an id. */
import { builder } from '../graphql/builder.ts'
import { isRecord } from '../graphql/input-value.ts'

/** Names of the types of what the query `node` has found. */
export const nodeTypes = new WeakMap<object, string>()

export const NodeType = builder.interfaceRef<unknown>('Node').implement({
  description:
    'Anything with an id. Ids are opaque, and the same everywhere: in events, answers and addresses.',
  resolveType: (found) => (isRecord(found) ? nodeTypes.get(found) : undefined),
  fields: (t) => ({ id: t.id() }),
})
