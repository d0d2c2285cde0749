/** Who may do what: roles, and API keys for systems. */
import { accessCommand } from '../../domain/access.ts'
import { accessRole, subject } from '../../domain/events/platform.ts'
import { type ApiKeyDocument, access, apiKeys, type GrantDocument } from '../../projections/views/access.ts'
import { PLATFORM } from '../../projections/views/keys.ts'
import { builder } from '../graphql/builder.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { loadAfter } from '../graphql/load.ts'
import { definePayload } from '../graphql/outcome.ts'

export const RoleType = enumNamed('Role', accessRole.options)

const organisationOf = (organisation: string): string | null =>
  organisation === PLATFORM ? null : organisation

export const RoleGrantType = builder.objectRef<GrantDocument>('RoleGrant').implement({
  description: 'A role that a person or service holds.',
  fields: (t) => ({
    subject: t.exposeID('subject'),
    role: t.field({ type: RoleType, resolve: ({ role }) => role }),
    organisation: t.id({
      nullable: true,
      description: 'A partner or community; null: the platform.',
      resolve: ({ organisation }) => organisationOf(organisation),
    }),
    grantedAt: t.field({ type: 'DateTime', resolve: ({ grantedAt }) => grantedAt }),
    grantedBy: t.exposeID('grantedBy'),
  }),
})

export const ApiKeyType = builder.objectRef<ApiKeyDocument>('ApiKey').implement({
  description: 'A key for a system. Its secret was told once, when it was issued.',
  fields: (t) => ({
    id: t.exposeID('key'),
    subject: t.exposeID('subject'),
    label: t.exposeString('label'),
    role: t.field({ type: RoleType, resolve: ({ role }) => role }),
    organisation: t.id({ nullable: true, resolve: ({ organisation }) => organisationOf(organisation) }),
    issuedAt: t.field({ type: 'DateTime', resolve: ({ issuedAt }) => issuedAt }),
    expiresAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ expiresAt }) => expiresAt }),
    revoked: t.exposeBoolean('revoked'),
  }),
})

const RolePayload = definePayload('RolePayload', (t) => ({
  subject: t.id({ nullable: true, resolve: ({ id }) => id }),
}))

export const ApiKeyPayload = definePayload('ApiKeyPayload', (t) => ({
  apiKey: t.field({
    type: ApiKeyType,
    nullable: true,
    resolve: (outcome, _args, context) => loadAfter(context, access.name, apiKeys, outcome),
  }),
}))

const mutation = mutationsOn({
  decider: (model) => model.access,
  commands: accessCommand,
  payload: RolePayload,
})

const named = { kind: 'NAMED', input: 'subject', id: subject, thing: 'person or service' } as const
/** Roles of an organisation are its own to give; those of the platform are the operator's. */
const ofOrganisation = {
  by: 'COMMAND',
  of: ({ organisation }: { readonly organisation: string | null }) =>
    organisation === null ? [] : [organisation],
  path: 'organisation',
} as const

mutation('grantRole', 'GrantRole', 'A person or service may act in a role from now on.', {
  target: named,
  owners: ofOrganisation,
  filled: ['grantedBy'],
  fill: ({ principal }) => ({ grantedBy: principal.subject }),
})
mutation('revokeRole', 'RevokeRole', 'Takes a role back; effective within a second.', {
  target: named,
  owners: ofOrganisation,
})
mutation('revokeApiKey', 'RevokeApiKey', 'The key opens nothing any more.', {
  target: named,
  owners: {
    by: 'STATE',
    of: ({ keys }, { keyId }) => {
      const organisation = keys.find((key) => key.keyId === keyId)?.organisation ?? null
      return organisation === null ? [] : [organisation]
    },
  },
  payload: ApiKeyPayload,
  subjectOf: ({ keyId }) => keyId,
})
