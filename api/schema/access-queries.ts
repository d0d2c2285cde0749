/** Who holds which role, and which keys there are. */
import { type AccessRole, accessRoles } from '../../domain/events/platform.ts'
import { findApiKeys, findGrants } from '../../projections/queries/access.ts'
import { type ApiKeyDocument, access, type GrantDocument } from '../../projections/views/access.ts'
import type { AccessRule, Span } from '../auth/reach.ts'
import { roleTable } from '../auth/role-table.ts'
import { pageArgs } from '../graphql/args.ts'
import { builder } from '../graphql/builder.ts'
import { defineConnection, readPage } from '../graphql/connection.ts'
import { reachIn } from '../graphql/guard.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { ApiKeyType, RoleGrantType, RoleType } from './access.ts'

const RoleGrantConnection = defineConnection<GrantDocument>(
  'RoleGrant',
  (t) => t.field({ type: RoleGrantType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [RoleGrantType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

builder.queryField('roleGrants', (t) =>
  t.field({
    type: RoleGrantConnection,
    description: 'Roles that hold. An organisation sees its own.',
    args: {
      subject: t.arg.id({ required: false }),
      role: t.arg({ type: RoleType, required: false }),
      organisation: t.arg.id({ required: false }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const { subject = null, role = null, organisation = null } = args
      return readPage(context, info, access.name, { ...args }, (reader, request) =>
        findGrants(reader, reach, { subject, role, organisation }, request),
      )
    },
  }),
)

const ApiKeyConnection = defineConnection<ApiKeyDocument>(
  'ApiKey',
  (t) => t.field({ type: ApiKeyType, resolve: ({ node }) => node }),
  (t) => t.field({ type: [ApiKeyType], resolve: ({ edges }) => edges.map(({ node }) => node) }),
)

builder.queryField('apiKeys', (t) =>
  t.field({
    type: ApiKeyConnection,
    description: 'API keys, revoked ones too, newest first; never their secrets.',
    args: {
      subject: t.arg.id({ required: false }),
      organisation: t.arg.id({ required: false }),
      ...pageArgs(),
    },
    resolve: (_parent, args, context, info) => {
      const reach = reachIn(context, info)
      const { subject = null, organisation = null } = args
      return readPage(context, info, access.name, { ...args }, (reader, request) =>
        findApiKeys(reader, reach, { subject, organisation }, true, request),
      )
    },
  }),
)

interface RuleRow {
  readonly operation: string
  readonly rule: AccessRule
}

interface RoleSpan {
  readonly role: AccessRole
  readonly span: Span
}

const RoleSpanType = builder.objectRef<RoleSpan>('RoleSpan').implement({
  fields: (t) => ({
    role: t.field({ type: RoleType, resolve: ({ role }) => role }),
    span: t.field({
      type: enumNamed('Span', ['ALL', 'OWN', 'ANY', 'PLATFORM']),
      description:
        'ALL: every organisation, for a role of the platform. OWN: the organisation that the role is held for. ANY: everything, whichever that is. PLATFORM: everything, for a role of the platform only.',
      resolve: ({ span }) => span,
    }),
  }),
})

const RuleRowType = builder.objectRef<RuleRow>('OperationRule').implement({
  description: 'Who may ask for one operation.',
  fields: (t) => ({
    operation: t.exposeString('operation', { description: 'Type and field, as Mutation.publishOffer.' }),
    anyoneSignedIn: t.boolean({ resolve: ({ rule }) => rule === 'SIGNED_IN' || rule === 'PUBLIC' }),
    roles: t.field({
      type: [RoleSpanType],
      resolve: ({ rule }) =>
        typeof rule === 'string'
          ? []
          : accessRoles.flatMap((role) => (rule[role] === undefined ? [] : [{ role, span: rule[role] }])),
    }),
  }),
})

builder.queryField('rolesTable', (t) =>
  t.field({
    type: [RuleRowType],
    description: 'The whole table of who may do what.',
    extensions: { cost: { items: 20 } },
    resolve: () => Object.entries(roleTable).map(([operation, rule]) => ({ operation, rule })),
  }),
)
