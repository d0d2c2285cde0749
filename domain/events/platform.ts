/** Events of the deployment itself, of access, and of the taxonomy. */
import { z } from 'zod'
import { type EventsOf, event } from './define.ts'
import * as shape from './shapes.ts'

export const accessRoles = [
  'BRAND_ADMIN',
  'BRAND_VIEWER',
  'COMMUNITY_OWNER',
  'COMMUNITY_STAFF',
  'FINANCE_ANALYST',
  'FINANCE_APPROVER',
  'OPERATOR',
  'AUDITOR',
  'SERVICE',
] as const
export const accessRole = z.enum(accessRoles)
export type AccessRole = z.infer<typeof accessRole>
export const organisation = z.union([shape.partnerId, shape.communityId]).nullable()
export const subject = z.string().regex(/^(person|service)_[0-7][0-9a-hjkmnp-tv-z]{25}$/)
export const keyId = z.string().regex(/^key_[0-7][0-9a-hjkmnp-tv-z]{25}$/)

export const deploymentEvents = {
  DeploymentFounded: event(
    'deployment',
    'The first event of every log: which deployment this is, its ledger zone and its currencies.',
    z.strictObject({
      deploymentId: shape.deploymentId,
      ledgerZone: z.string().max(64),
      currencies: z.array(shape.currency).min(1).max(200),
    }),
  ),
  LogSealed: event(
    'deployment',
    'The events since the last seal, in log order, under one signed Merkle root that is chained to the last.',
    z.strictObject({
      /** The last event that the seal before covers; null for the first seal. */
      from: shape.eventName.nullable(),
      through: shape.eventName,
      count: z.int().min(1),
      root: shape.digest,
      previousRoot: shape.digest.nullable(),
      keyId: z.string().max(100),
      signature: z.base64(),
    }),
  ),
} as const

export const accessEvents = {
  RoleGranted: event(
    'access',
    'A person or service may act in a role, for one organisation or, where it is null, for the platform.',
    z.strictObject({ subject, role: accessRole, organisation }),
  ),
  RoleRevoked: event(
    'access',
    'The role is taken back; effective within a second.',
    z.strictObject({ subject, role: accessRole, organisation, reason: shape.reason }),
  ),
  ApiKeyIssued: event(
    'access',
    'A key for the systems of an organisation. Only the SHA-256 of the secret is kept.',
    z.strictObject({
      subject,
      keyId,
      secretHash: shape.digest,
      role: accessRole,
      organisation,
      label: shape.label,
      expiresAt: shape.instant.nullable(),
    }),
  ),
  ApiKeyRevoked: event(
    'access',
    'The key opens nothing any more.',
    z.strictObject({ subject, keyId, reason: shape.reason }),
  ),
} as const

export const taxonomyEvents = {
  CategoryDefined: event(
    'category',
    'A category of offers and interests, with its parent and its names by language. Defining it again renames or moves it.',
    z.strictObject({
      code: shape.code,
      parent: shape.code.nullable(),
      names: z.record(z.string().regex(/^[a-z]{2}(-[A-Za-z]{2,4})?$/), shape.label),
    }),
  ),
  CategoryRetired: event(
    'category',
    'No new offer may use the category.',
    z.strictObject({ code: shape.code, reason: shape.reason }),
  ),
} as const

export type DeploymentEvent = EventsOf<typeof deploymentEvents>
export type AccessEvent = EventsOf<typeof accessEvents>
export type TaxonomyEvent = EventsOf<typeof taxonomyEvents>
