/** Whose figures a query may answer with: the last check of tenancy, beside the ones at the edge. */

/** What a caller may see. `organisations` are ids of partners and communities; they count only where `all` is false. */
export interface Scope {
  readonly all: boolean
  readonly organisations: ReadonlySet<string>
}

/** The deployment's own: exports, checks, reactors. */
export const everything: Scope = { all: true, organisations: new Set() }

/** A query names an organisation that its caller may not see. Nothing was read. */
export class OutOfScope extends Error {
  override readonly name = 'OutOfScope'
  readonly organisation: string
  constructor(organisation: string) {
    super(`You may not see ${organisation}. Leave it out, or ask for a role there.`)
    this.organisation = organisation
  }
}

export const maySee = (scope: Scope, organisation: string): boolean =>
  scope.all || scope.organisations.has(organisation)

/** @throws {OutOfScope} */
export const checkScope = (scope: Scope, organisation: string): void => {
  if (!maySee(scope, organisation)) throw new OutOfScope(organisation)
}

type Kind = 'partner' | 'community'

/** The organisations of a kind that are within the scope, sorted; null: all there are. */
export const within = (scope: Scope, kind: Kind): readonly string[] | null =>
  scope.all ? null : [...scope.organisations].filter((id) => id.startsWith(`${kind}_`)).sort()

/**
 * The part of a filter that keeps a query within the scope: `field` must hold the organisation asked for, else
 * any within the scope.
 * @throws {OutOfScope} where the one asked for is not
 */
export const scoped = (
  scope: Scope,
  kind: Kind,
  field: string,
  asked: string | null,
): Readonly<Record<string, readonly string[]>> => {
  if (asked !== null) {
    checkScope(scope, asked)
    return { [field]: [asked] }
  }
  const allowed = within(scope, kind)
  return allowed === null ? {} : { [field]: allowed }
}
