/** The whole schema, guarded by the role table. Made once for each process: what it works on comes with each request. */
import { roleTable } from '../auth/role-table.ts'
import { builder } from '../graphql/builder.ts'
import '../graphql/error-types.ts'
import { guardSchema } from '../graphql/guard.ts'
import './viewer.ts'

export const schema = guardSchema(builder.toSchema(), roleTable)
