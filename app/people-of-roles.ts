/** Demo people: one per role and organisation, granted the role where they do not have it yet. */
import { mayAct } from '../domain/access.ts'
import { community } from '../domain/community.ts'
import { Rejection } from '../domain/decider.ts'
import { type AccessRole, accessRoles } from '../domain/events/platform.ts'
import { partner } from '../domain/partner.ts'
import { createCommander } from './commander.ts'
import type { Tributary } from './tributary.ts'

export const isRole = (text: string): text is AccessRole => accessRoles.some((role) => role === text)

/** Which kind of organisation a role acts for; null: the platform, `SERVICE` either. */
export const organisationOf = (role: AccessRole): 'partner' | 'community' | null => {
  switch (role) {
    case 'BRAND_ADMIN':
    case 'BRAND_VIEWER':
      return 'partner'
    case 'COMMUNITY_OWNER':
    case 'COMMUNITY_STAFF':
      return 'community'
    case 'FINANCE_ANALYST':
    case 'FINANCE_APPROVER':
    case 'OPERATOR':
    case 'AUDITOR':
    case 'SERVICE':
      return null
  }
}

const exists = async ({ handler }: Tributary, organisation: string): Promise<boolean> =>
  organisation.startsWith('partner_')
    ? (await handler.readFresh(partner, organisation)).state.id !== null
    : (await handler.readFresh(community, organisation)).state.id !== null

/**
 * The subject (`person_…`, for SERVICE `service_…`) that holds the role; the same one each time.
 * @throws {Rejection} NOT_FOUND where there is no such organisation
 */
export const subjectWithRole = async (
  tributary: Tributary,
  role: AccessRole,
  organisation: string | null,
): Promise<string> => {
  const { derive, handler, model } = tributary
  if (organisation !== null && !(await exists(tributary, organisation))) {
    throw new Rejection('NOT_FOUND', `There is no organisation ${organisation} in ${tributary.folder}.`)
  }
  const subject = derive(role === 'SERVICE' ? 'service' : 'person', 'demo', role, organisation ?? '')
  const { state, revision } = await handler.readFresh(model.access, subject)
  if (mayAct(state, role, organisation)) return subject
  await createCommander(tributary, 'command-line').run(
    model.access,
    subject,
    { type: 'GrantRole', subject, role, organisation, grantedBy: null },
    `grant ${subject} ${revision}`,
  )
  return subject
}
