/**
 * Who may do what: role × organisation × operation, in one place. A token says who somebody is; this table, with
 * the roles granted in the log, says what they may do.
 *
 * `ALL`: a role held for the platform reaches every organisation, one held for an organisation reaches that one.
 * `OWN`: only what belongs to the organisation that the role is held for. What is out of reach answers as if it were
 * not there.
 */
import type { AccessRule } from './reach.ts'

export const roleTable = {
  'Query.viewer': 'SIGNED_IN',
} as const satisfies Readonly<Record<string, AccessRule>>
