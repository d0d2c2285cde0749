/** Who may do what, to be listed. Decisions never look here: they read the streams. */
import { accessRole } from '../../domain/events/platform.ts'
import type { Change } from '../projection.ts'
import { type Collection, collection } from './collection.ts'
import { keyOf, PLATFORM } from './keys.ts'
import { flag, nullable, object, oneOf, type Shaped, text } from './shape.ts'
import { type EventOf, view } from './view.ts'

const grant = object({
  subject: text,
  role: oneOf(accessRole.options),
  /** A partner, a community, or PLATFORM. */
  organisation: text,
  grantedAt: text,
  grantedBy: text,
})
export type GrantDocument = Shaped<typeof grant>

/** Roles that hold; one taken back is gone. */
export const grants: Collection<GrantDocument> = collection({
  name: 'grants',
  fields: { subject: 'text', role: 'text', organisation: 'text' },
  indexes: [['subject'], ['organisation', 'role', 'subject'], ['role', 'subject']],
  shape: grant,
})

const apiKey = object({
  key: text,
  subject: text,
  label: text,
  role: oneOf(accessRole.options),
  organisation: text,
  issuedAt: text,
  expiresAt: nullable(text),
  revoked: flag,
})
export type ApiKeyDocument = Shaped<typeof apiKey>

/** Without the hash of the secret: who only lists keys needs none. */
export const apiKeys: Collection<ApiKeyDocument> = collection({
  name: 'apiKeys',
  fields: { subject: 'text', organisation: 'text', issuedAt: 'text' },
  indexes: [['subject'], ['organisation', 'issuedAt'], ['issuedAt']],
  shape: apiKey,
})

const types = ['RoleGranted', 'RoleRevoked', 'ApiKeyIssued', 'ApiKeyRevoked'] as const

const changes = (event: EventOf<(typeof types)[number]>): readonly Change[] => {
  const { occurredAt, actor } = event.metadata
  switch (event.type) {
    case 'RoleGranted': {
      const { subject, role, organisation } = event.data
      const at = organisation ?? PLATFORM
      return [
        grants.change(keyOf(subject, role, at), () => ({
          subject,
          role,
          organisation: at,
          grantedAt: occurredAt,
          grantedBy: actor.id,
        })),
      ]
    }
    case 'RoleRevoked': {
      const { subject, role, organisation } = event.data
      return [grants.change(keyOf(subject, role, organisation ?? PLATFORM), () => undefined)]
    }
    case 'ApiKeyIssued': {
      const { keyId: key, subject, label, role, organisation, expiresAt } = event.data
      return [
        apiKeys.change(key, () => ({
          key,
          subject,
          label,
          role,
          organisation: organisation ?? PLATFORM,
          issuedAt: occurredAt,
          expiresAt,
          revoked: false,
        })),
      ]
    }
    case 'ApiKeyRevoked':
      return [apiKeys.update(event.data.keyId, (before) => ({ ...before, revoked: true }))]
  }
}

export const access = view({ name: 'access', version: 1, collections: [grants, apiKeys], types, changes })
