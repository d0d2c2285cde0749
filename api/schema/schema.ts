/** The whole schema, guarded by the role table. Made once for each process: what it works on comes with each request. */
import { roleTable } from '../auth/role-table.ts'
import { builder } from '../graphql/builder.ts'
import '../graphql/error-types.ts'
import { guardSchema } from '../graphql/guard.ts'
import './books.ts'
import './explain-split.ts'
import './partner.ts'
import './revenue-split.ts'
import './serving-matrix.ts'
import './simulate-split.ts'
import './viewer.ts'

export const schema = guardSchema(builder.toSchema(), roleTable)
