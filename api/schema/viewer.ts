/** Who asks, and as what. */
import { accessRoles } from '../../domain/events/platform.ts'
import type { Grant, Principal } from '../auth/principal.ts'
import { builder } from '../graphql/builder.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { RequestError } from '../graphql/request-error.ts'

const RoleType = enumNamed('Role', accessRoles)

const GrantType = builder.objectRef<Grant>('Grant').implement({
  description: 'A role, for one organisation or, where it names none, for the platform.',
  fields: (t) => ({
    role: t.field({ type: RoleType, resolve: ({ role }) => role }),
    organisation: t.exposeID('organisation', { nullable: true }),
  }),
})

const Viewer = builder.objectRef<Principal>('Viewer').implement({
  description: 'Whoever the token or the API key names.',
  fields: (t) => ({
    id: t.exposeID('subject'),
    roles: t.field({ type: [GrantType], resolve: ({ grants }) => [...grants] }),
    apiKey: t.exposeID('keyId', { nullable: true, description: 'The API key in use; null with a token.' }),
    signedInUntil: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: ({ expiresAt }) => (expiresAt === null ? null : new Date(expiresAt).toISOString()),
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: 'Who you are, and which roles you hold.',
    resolve: (_parent, _args, { principal }) => {
      if (principal === null) throw new RequestError('UNAUTHENTICATED', 'Sign in first.')
      return principal
    },
  }),
)
