/** Where a stated fact comes from. */
import { builder } from '../graphql/builder.ts'

export interface Source {
  readonly system: string
  readonly id: string
}

export const SourceType = builder.objectRef<Source>('Source').implement({
  description: 'The system of record, and the number that the thing has there.',
  fields: (t) => ({ system: t.exposeString('system'), id: t.exposeID('id') }),
})
