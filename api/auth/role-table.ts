/**
 * Who may do what: role × organisation × operation, in one place. A token says who somebody is; this table, with
 * the roles granted in the log, says what they may do.
 *
 * `ALL`: a role held for the platform reaches every organisation, one held for an organisation reaches that one.
 * `OWN`: only what belongs to the organisation that the role is held for. What is out of reach answers as if it were
 * not there.
 */
import type { AccessRule } from './reach.ts'

const operator = { OPERATOR: 'ALL' } as const
const platformReaders = { FINANCE_ANALYST: 'ALL', FINANCE_APPROVER: 'ALL', AUDITOR: 'ALL' } as const
const partnerReaders = { BRAND_ADMIN: 'OWN', BRAND_VIEWER: 'OWN' } as const
const communityReaders = { COMMUNITY_OWNER: 'OWN', COMMUNITY_STAFF: 'OWN' } as const
const figures = {
  ...platformReaders,
  ...operator,
  ...partnerReaders,
  ...communityReaders,
  SERVICE: 'ALL',
} as const

export const roleTable = {
  'Query.viewer': 'SIGNED_IN',

  'Query.servingMatrix': figures,
  'Query.demandGaps': { ...operator, ...communityReaders, AUDITOR: 'ALL', SERVICE: 'ALL' },
  'Query.revenueSplit': figures,
  'Query.explainSplit': figures,
  'Query.simulateSplit': figures,
  'Query.journal': { ...platformReaders, ...partnerReaders, COMMUNITY_OWNER: 'OWN' },
  'Query.balances': { ...platformReaders, ...partnerReaders, COMMUNITY_OWNER: 'OWN' },
  'Query.trialBalance': platformReaders,

  'Mutation.applyAsPartner': 'SIGNED_IN',
  'Mutation.admitPartner': operator,
  'Mutation.refusePartner': operator,
  'Mutation.suspendPartner': operator,
  'Mutation.reinstatePartner': operator,
  'Mutation.changePartnerProfile': { BRAND_ADMIN: 'OWN', SERVICE: 'ALL' },
  'Mutation.setPartnerPayee': { BRAND_ADMIN: 'OWN' },
  'Mutation.linkSupply': { BRAND_ADMIN: 'OWN', SERVICE: 'ALL' },
} as const satisfies Readonly<Record<string, AccessRule>>
