/** Who may see a purchase as a whole: who bought, who shared, and what every partner sold. */
import { reaches, reachUnder } from '../auth/reach.ts'
import { roleTable } from '../auth/role-table.ts'
import type { ApiContext } from '../graphql/context.ts'

/** Whether the caller reaches a purchase of this community by the community or the platform, not by a partner alone. */
export const seesWhole = ({ principal }: ApiContext, communityId: string): boolean =>
  reaches(reachUnder(roleTable['Query.purchase'], principal?.grants ?? []), [communityId])

/** The party, or null where it is a person whom the caller is not told. */
export const toldParty = (party: string, namesPersons: boolean): string | null =>
  namesPersons || !party.startsWith('person_') ? party : null
