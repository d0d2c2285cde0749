/** Tenancy of figures that belong to a partner and a community at once: either of the two may see them. */
import { checkScope, maySee, type Scope, within } from './scope.ts'

export interface Pair {
  readonly partner: string | null
  readonly community: string | null
}

/** Equalities that keep a query within the scope; absent: any. */
export interface PairFilter {
  readonly partner?: readonly string[]
  readonly community?: readonly string[]
}

/**
 * Communities see what happens in them, partners what is theirs. Without either named, a caller who has communities
 * sees those; who has partners only, those.
 * @throws {OutOfScope} where what is named is not the caller's
 */
export const pairFilter = (scope: Scope, { partner, community }: Pair): PairFilter => {
  const asked = {
    ...(partner === null ? {} : { partner: [partner] }),
    ...(community === null ? {} : { community: [community] }),
  }
  if (scope.all) return asked
  if (community !== null && maySee(scope, community)) return asked
  if (partner !== null && maySee(scope, partner)) return asked
  if (community !== null) checkScope(scope, community)
  if (partner !== null) {
    const own = within(scope, 'community') ?? []
    if (own.length === 0) checkScope(scope, partner)
    return { ...asked, community: own }
  }
  const own = within(scope, 'community') ?? []
  return own.length > 0 ? { community: own } : { partner: within(scope, 'partner') ?? [] }
}
