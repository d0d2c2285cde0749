/** Roles of a split, as the schema names them. */
import { roles } from '../../domain/events/shapes.ts'
import { enumNamed } from '../graphql/input-types.ts'

export const SplitRoleType = enumNamed('SplitRole', roles)
