/** Who may act in which role, for which organisation: grants and API keys of one person or service. */
import { z } from 'zod'
import { type Decider, nothingElse, Rejection, unreachable } from './decider.ts'
import { eventTypes } from './events/define.ts'
import { type AccessEvent, type AccessRole, accessEvents, subject } from './events/platform.ts'
import { same } from './same.ts'

const key = accessEvents.ApiKeyIssued.data.shape
const { role, organisation } = key

export const accessCommand = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('GrantRole'),
    subject,
    role,
    organisation,
    /** Who grants; null: the deployment itself, at its command line. */
    grantedBy: subject.nullable(),
  }),
  z.strictObject({
    type: z.literal('RevokeRole'),
    ...accessEvents.RoleRevoked.data.omit({ subject: true }).shape,
  }),
  z.strictObject({ type: z.literal('IssueApiKey'), ...key }),
  z.strictObject({
    type: z.literal('RevokeApiKey'),
    ...accessEvents.ApiKeyRevoked.data.omit({ subject: true }).shape,
  }),
])
export type AccessCommand = z.infer<typeof accessCommand>

export interface Grant {
  readonly role: AccessRole
  /** A partner's or community's id; null: the platform. */
  readonly organisation: string | null
}

export interface ApiKey extends Grant {
  readonly keyId: string
  readonly secretHash: string
  readonly label: string
  readonly expiresAt: string | null
  readonly revoked: boolean
}

export interface AccessState {
  readonly subject: string | null
  readonly grants: readonly Grant[]
  /** Revoked ones too, so that no key comes back. */
  readonly keys: readonly ApiKey[]
}

const most = { grants: 1_000, keys: 1_000 } as const

const initial: AccessState = { subject: null, grants: [], keys: [] }

const isGrant = (wanted: Grant) => (grant: Grant) =>
  grant.role === wanted.role && grant.organisation === wanted.organisation

const evolve = (state: AccessState, event: AccessEvent): AccessState => {
  switch (event.type) {
    case 'RoleGranted': {
      const { subject: id, role: granted, organisation: where } = event.data
      return { ...state, subject: id, grants: [...state.grants, { role: granted, organisation: where }] }
    }
    case 'RoleRevoked': {
      const isRevoked = isGrant(event.data)
      return { ...state, grants: state.grants.filter((grant) => !isRevoked(grant)) }
    }
    case 'ApiKeyIssued': {
      const { subject: _, ...issued } = event.data
      return { ...state, keys: [...state.keys, { ...issued, revoked: false }] }
    }
    case 'ApiKeyRevoked':
      return {
        ...state,
        keys: state.keys.map((held) => (held.keyId === event.data.keyId ? { ...held, revoked: true } : held)),
      }
    default:
      return unreachable(event)
  }
}

/** Whether the subject holds this role for exactly this organisation; null: for the platform. */
export const mayAct = (state: AccessState, wanted: AccessRole, where: string | null): boolean =>
  state.grants.some(isGrant({ role: wanted, organisation: where }))

/** What a key opens at an instant, or null. A key does no more than its subject may. */
export const openedBy = (state: AccessState, keyId: string, secretHash: string, at: string): Grant | null => {
  const found = state.keys.find((held) => held.keyId === keyId && held.secretHash === secretHash)
  if (found === undefined || found.revoked || (found.expiresAt !== null && found.expiresAt <= at)) return null
  return mayAct(state, found.role, found.organisation)
    ? { role: found.role, organisation: found.organisation }
    : null
}

/** What ids of organisations begin with for a role; null: the role is the platform's. */
const prefixOf = (granted: AccessRole): string | null => {
  switch (granted) {
    case 'BRAND_ADMIN':
    case 'BRAND_VIEWER':
      return 'partner_'
    case 'COMMUNITY_OWNER':
    case 'COMMUNITY_STAFF':
      return 'community_'
    case 'FINANCE_ANALYST':
    case 'FINANCE_APPROVER':
    case 'OPERATOR':
    case 'AUDITOR':
    case 'SERVICE':
      return null
    default:
      return unreachable(granted)
  }
}

const checkOrganisation = (granted: AccessRole, where: string | null): void => {
  if (granted === 'SERVICE') return
  const prefix = prefixOf(granted)
  if (prefix === null ? where === null : where?.startsWith(prefix)) return
  const message =
    prefix === null
      ? `The role ${granted} is for the platform. Leave the organisation out.`
      : `The role ${granted} is for one organisation. Name it by its id, which begins with ${prefix}.`
  throw new Rejection('INVALID', message, ['organisation'])
}

const grant = (
  state: AccessState,
  command: Extract<AccessCommand, { type: 'GrantRole' }>,
): readonly AccessEvent[] => {
  const { type: _, grantedBy, ...facts } = command
  checkOrganisation(facts.role, facts.organisation)
  if (mayAct(state, facts.role, facts.organisation)) return []
  if (facts.role === 'OPERATOR' && grantedBy === facts.subject)
    throw new Rejection('SECOND_PERSON_NEEDED', 'Nobody makes themself an operator. Ask another one.', [
      'grantedBy',
    ])
  if (state.grants.length >= most.grants)
    throw new Rejection('CONFLICT', `One person or service has at most ${most.grants} roles.`)
  return [{ type: 'RoleGranted', data: facts }]
}

const issue = (
  state: AccessState,
  { type: _, ...facts }: Extract<AccessCommand, { type: 'IssueApiKey' }>,
): readonly AccessEvent[] => {
  const held = state.keys.find(({ keyId }) => keyId === facts.keyId)
  if (held !== undefined) {
    const { revoked: __, ...issued } = held
    if (same({ subject: facts.subject, ...issued }, facts)) return []
    throw new Rejection('KEY_REUSED', 'A key with this id was issued otherwise.', ['keyId'])
  }
  if (!mayAct(state, facts.role, facts.organisation))
    throw new Rejection('NOT_ALLOWED', `A key does no more than its subject, who is no ${facts.role} here.`, [
      'role',
    ])
  if (state.keys.length >= most.keys)
    throw new Rejection('CONFLICT', `One person or service gets at most ${most.keys} keys.`)
  return [{ type: 'ApiKeyIssued', data: facts }]
}

const decide = (state: AccessState, command: AccessCommand): readonly AccessEvent[] => {
  if (command.type === 'GrantRole') return grant(state, command)
  if (command.type === 'IssueApiKey') return issue(state, command)
  if (state.subject === null)
    throw new Rejection('NOT_FOUND', 'This person or service was never granted anything.')
  switch (command.type) {
    case 'RevokeRole': {
      const { type: _, ...facts } = command
      if (!mayAct(state, facts.role, facts.organisation)) return []
      return [{ type: 'RoleRevoked', data: { subject: state.subject, ...facts } }]
    }
    case 'RevokeApiKey': {
      const held = state.keys.find(({ keyId }) => keyId === command.keyId)
      if (held === undefined) throw new Rejection('NOT_FOUND', 'There is no such key.', ['keyId'])
      if (held.revoked) return []
      const { keyId, reason } = command
      return [{ type: 'ApiKeyRevoked', data: { subject: state.subject, keyId, reason } }]
    }
    default:
      return unreachable(command)
  }
}

/** Stream `access-{id of the person or service}`. */
export const access: Decider<AccessState, AccessCommand, AccessEvent> = {
  category: 'access',
  initial,
  evolve,
  types: eventTypes(accessEvents),
  gather: nothingElse,
  decide,
}
