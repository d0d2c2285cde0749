/** How far somebody's roles reach in one operation: everything, some organisations, or nothing. */
import type { AccessRole } from '../../domain/events/platform.ts'
import type { Grant } from './principal.ts'

/**
 * `ALL`: a grant for the platform reaches every organisation, a grant for one organisation reaches that one.
 * `OWN`: only a grant for an organisation counts, and reaches it alone. `ANY`: every grant reaches everything.
 * `PLATFORM`: only a grant for the platform counts, and reaches everything: for what belongs to no organisation.
 */
export type Span = 'ALL' | 'OWN' | 'ANY' | 'PLATFORM'

/**
 * Who may ask for an operation. `PUBLIC`: anyone, signed in or not. `SIGNED_IN`: anyone whom a token names.
 * Otherwise the roles that may, each with its span.
 */
export type AccessRule = 'PUBLIC' | 'SIGNED_IN' | Readonly<Partial<Record<AccessRole, Span>>>

/** What the caller may touch in one operation. */
export interface Reach {
  readonly all: boolean
  /** Ids of partners and communities; counts only where `all` is false. */
  readonly organisations: ReadonlySet<string>
}

const everything: Reach = { all: true, organisations: new Set() }
export const nothing: Reach = { all: false, organisations: new Set() }

/**
 * A brand's roles mean partners, a community's mean communities, a service works for either, and all others are the
 * platform's: a grant that mixes them up reaches nothing.
 */
const fits = ({ role, organisation }: Grant): boolean => {
  const isOfOrganisation = role.startsWith('BRAND_') || role.startsWith('COMMUNITY_')
  if (organisation === null) return !isOfOrganisation
  if (role.startsWith('BRAND_')) return organisation.startsWith('partner_')
  if (role.startsWith('COMMUNITY_')) return organisation.startsWith('community_')
  return role === 'SERVICE'
}

/** Whether any of these grants is for the platform. */
export const actsForPlatform = (grants: readonly Grant[]): boolean =>
  grants.some((grant) => grant.organisation === null && fits(grant))

/** The reach that these grants give under a rule; `nothing`, where no role of theirs is in it. */
export const reachUnder = (rule: AccessRule, grants: readonly Grant[]): Reach => {
  if (rule === 'PUBLIC' || rule === 'SIGNED_IN') return everything
  const organisations = new Set<string>()
  for (const grant of grants) {
    const span = rule[grant.role]
    if (span === undefined || !fits(grant)) continue
    if (span === 'ANY') return everything
    if (grant.organisation === null) {
      if (span !== 'OWN') return everything
    } else if (span !== 'PLATFORM') organisations.add(grant.organisation)
  }
  return organisations.size === 0 ? nothing : { all: false, organisations }
}

export const reachesNothing = ({ all, organisations }: Reach): boolean => !all && organisations.size === 0

/** Whether any of the organisations that a thing belongs to is within reach. */
export const reaches = (reach: Reach, owners: Iterable<string>): boolean => {
  if (reach.all) return true
  for (const owner of owners) if (reach.organisations.has(owner)) return true
  return false
}
