/** Who may do what, to be listed: each organisation sees its own, the platform all. Decisions never look here. */
import type { AccessRole } from '../../domain/events/platform.ts'
import type { DocumentReader } from '../documents.ts'
import { type ApiKeyDocument, apiKeys, type GrantDocument, grants } from '../views/access.ts'
import { findPage, type Page, type PageRequest } from './page.ts'
import { checkScope, type Scope } from './scope.ts'

/** Organisations of both kinds. `organisation` may be PLATFORM, for callers who may see all. */
const ownOf = (scope: Scope, organisation: string | null): { readonly organisation?: readonly string[] } => {
  if (organisation !== null) {
    checkScope(scope, organisation)
    return { organisation: [organisation] }
  }
  return scope.all ? {} : { organisation: [...scope.organisations].sort() }
}

/** Null: any. */
export interface GrantsAsked {
  readonly subject: string | null
  readonly role: AccessRole | null
  readonly organisation: string | null
}

/** Grants that hold, by subject, role and organisation. @throws {OutOfScope | InvalidPage} */
export const findGrants = async (
  reader: DocumentReader,
  scope: Scope,
  asked: GrantsAsked,
  request: PageRequest,
): Promise<Page<GrantDocument>> => {
  const { subject, role, organisation } = asked
  const where = {
    ...ownOf(scope, organisation),
    ...(subject === null ? {} : { subject }),
    ...(role === null ? {} : { role }),
  }
  return findPage(reader, grants, { where, order: [], descending: false }, request, (each) => each)
}

/** Null: any. */
export interface ApiKeysAsked {
  readonly subject: string | null
  readonly organisation: string | null
}

/** API keys, revoked ones too, by when they were issued; never their secrets. @throws {OutOfScope | InvalidPage} */
export const findApiKeys = async (
  reader: DocumentReader,
  scope: Scope,
  asked: ApiKeysAsked,
  newestFirst: boolean,
  request: PageRequest,
): Promise<Page<ApiKeyDocument>> => {
  const { subject, organisation } = asked
  const where = { ...ownOf(scope, organisation), ...(subject === null ? {} : { subject }) }
  const query = { where, order: ['issuedAt'], descending: newestFirst }
  return findPage(reader, apiKeys, query, request, (each) => each)
}

/** Null where there is none within the scope. */
export const apiKeyById = async (
  reader: DocumentReader,
  scope: Scope,
  id: string,
): Promise<ApiKeyDocument | null> => {
  const found = await reader.get(apiKeys.name, id)
  if (found === undefined) return null
  const key = apiKeys.read(found.document)
  return scope.all || scope.organisations.has(key.organisation) ? key : null
}
