/** The interface of everything that has an id. */
import { builder } from '../graphql/builder.ts'

export const NodeType = builder.interfaceRef<unknown>('Node').implement({
  description: 'Anything with an id. Ids are opaque, and the same everywhere: in events, answers and addresses.',
  fields: (t) => ({ id: t.id() }),
})
