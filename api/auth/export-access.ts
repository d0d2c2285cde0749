/** Who may export a list: who may ask for it, as far as they see it, then and when the file is fetched. */
import type { ExportKind, ExportRequest } from '../../projections/queries/exported.ts'
import type { Principal } from './principal.ts'
import { type Reach, reachUnder } from './reach.ts'
import { roleTable } from './role-table.ts'

/** What somebody may see of a list now. */
export const reachOfList = (kind: ExportKind, { grants }: Principal): Reach =>
  reachUnder(kind === 'PURCHASES' ? roleTable['Query.purchases'] : roleTable['Query.journal'], grants)

/** Whether it is theirs, and they may still see all that they might when they asked. */
export const mayFetch = ({ subject, list, scope }: ExportRequest, principal: Principal): boolean => {
  if (subject !== principal.subject) return false
  const now = reachOfList(list.kind, principal)
  return now.all || (!scope.all && scope.organisations.every((each) => now.organisations.has(each)))
}
