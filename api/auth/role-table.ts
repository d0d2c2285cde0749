/**
 * Who may do what: role × organisation × operation, in one place. A token says who somebody is; this table, with
 * the roles granted in the log, says what they may do.
 *
 * `ALL`: a role held for the platform reaches every organisation, one held for an organisation reaches that one.
 * `OWN`: only what belongs to the organisation that the role is held for. `ANY`: everything, whichever organisation
 * the role is held for. `PLATFORM`: everything, but only for a role held for the platform: what belongs to no
 * organisation (persons across communities, identities, the taxonomy, founding, the intake) is the platform's. What is out of reach answers as if it were not there.
 */
import type { AccessRule } from './reach.ts'

const operator = { OPERATOR: 'ALL' } as const
const service = { SERVICE: 'ALL' } as const
const platformOperator = { OPERATOR: 'PLATFORM' } as const
const platformService = { SERVICE: 'PLATFORM' } as const
const platformFinance = { FINANCE_ANALYST: 'PLATFORM', FINANCE_APPROVER: 'PLATFORM' } as const
const finance = { FINANCE_ANALYST: 'ALL', FINANCE_APPROVER: 'ALL' } as const
const platformReaders = { ...finance, AUDITOR: 'ALL' } as const

const brand = { BRAND_ADMIN: 'OWN' } as const
const brandReaders = { BRAND_ADMIN: 'OWN', BRAND_VIEWER: 'OWN' } as const
const owner = { COMMUNITY_OWNER: 'OWN' } as const
const staff = { COMMUNITY_OWNER: 'OWN', COMMUNITY_STAFF: 'OWN' } as const

const platform = { ...platformReaders, ...operator, ...service } as const
/** What belongs to no organisation. */
const platformOnly = {
  ...platformFinance,
  ...platformOperator,
  ...platformService,
  AUDITOR: 'PLATFORM',
} as const
const figures = { ...platform, ...brandReaders, ...staff } as const
/** What one side looks for the other by: whom there is to work with is no secret among those who work here. */
const partnersSeen = { ...platform, ...brandReaders, COMMUNITY_OWNER: 'ANY', COMMUNITY_STAFF: 'ANY' } as const
const communitiesSeen = { ...platform, ...staff, BRAND_ADMIN: 'ANY', BRAND_VIEWER: 'ANY' } as const
const everybody = { ...partnersSeen, ...communitiesSeen } as const

const brandWrites = { ...brand, ...service } as const
const staffWrites = { ...staff, ...service } as const
const ownerWrites = { ...owner, ...service } as const
const webhookWrites = { ...operator, FINANCE_APPROVER: 'ALL', ...brand, ...owner } as const

export const roleTable = {
  'Query.viewer': 'SIGNED_IN',
  'Query.deployment': 'SIGNED_IN',
  'Query.rolesTable': 'SIGNED_IN',
  'Query.eventTypes': 'SIGNED_IN',
  'Query.views': platformOnly,
  'Query.node': 'SIGNED_IN',

  'Query.categories': everybody,
  'Query.category': everybody,
  'Query.partners': partnersSeen,
  'Query.partner': partnersSeen,
  'Partner.standards': { ...platform, ...brandReaders },
  'Partner.reason': { ...platform, ...brandReaders },
  'Partner.payeeSet': { ...platform, ...brandReaders },
  'Query.communities': communitiesSeen,
  'Query.community': communitiesSeen,
  'Community.ownerId': { ...platform, ...staff },
  'Community.operatorIds': { ...platform, ...staff },
  'Community.payeeSet': { ...platform, ...owner },
  'Query.pickupPoints': communitiesSeen,
  'Query.segments': communitiesSeen,
  'Query.segment': communitiesSeen,
  'Segment.size': { ...platform, ...staff },
  'Query.segmentMembers': { ...operator, ...service, ...staff, AUDITOR: 'ALL' },
  'Query.partnerships': figures,
  'Query.partnership': figures,
  'Query.campaigns': { ...platform, ...staff },
  'Query.members': { ...operator, ...service, ...staff, AUDITOR: 'ALL' },
  'Query.membership': { ...operator, ...service, ...staff, AUDITOR: 'ALL' },
  'Query.person': { ...platformOperator, ...platformService, AUDITOR: 'PLATFORM' },
  'Query.offers': figures,
  'Query.offer': figures,
  'Offer.stock': { ...platform, ...brandReaders },
  'Query.bundles': figures,
  'Query.bundle': figures,

  'Query.purchases': { ...platform, ...staff },
  'Query.purchase': { ...platform, ...staff },
  'Query.sales': { ...platform, ...brandReaders },
  'Query.variances': { ...platform, ...owner },
  'Query.ties': { ...platform, ...owner },
  'Query.intake': platformOnly,
  'Query.fact': platformOnly,
  'Query.intakeCounts': platformOnly,

  'Query.servingMatrix': figures,
  'Query.demandGaps': { ...operator, ...staff, ...service, AUDITOR: 'ALL' },
  'Query.revenueSplit': figures,
  'Query.explainSplit': figures,
  'Query.simulateSplit': figures,
  'Query.journal': { ...platformReaders, ...brandReaders, ...owner },
  'Query.balances': { ...platformReaders, ...brandReaders, ...owner },
  'Query.trialBalance': { ...platformFinance, AUDITOR: 'PLATFORM' },

  'Query.shares': { ...platform, ...staff },
  'Query.share': { ...platform, ...staff },
  'Query.sharers': { ...platform, ...staff },
  'Query.attributionFunnel': { ...platform, ...staff },
  'Query.activity': figures,
  'Query.events': figures,
  'Query.event': figures,
  'Query.streamEvents': figures,
  'Event.effects': figures,
  'Event.cause': figures,
  'Query.roleGrants': { ...operator, AUDITOR: 'ALL', ...brand, ...owner },
  'Query.apiKeys': { ...operator, AUDITOR: 'ALL', ...brand, ...owner },

  'Query.exports': 'SIGNED_IN',
  'Query.export': 'SIGNED_IN',
  'Query.webhooks': { ...operator, ...finance, AUDITOR: 'ALL', ...brand, ...owner },
  'Query.jobQueues': { ...platformOperator, AUDITOR: 'PLATFORM' },
  'Query.deadJobs': { ...platformOperator, AUDITOR: 'PLATFORM' },

  // Who may ask for the list may export it; each sees their own exports alone.
  'Mutation.requestExport': 'SIGNED_IN',
  'Mutation.cancelExport': 'SIGNED_IN',
  'Mutation.subscribeWebhook': webhookWrites,
  'Mutation.rotateWebhookSecret': webhookWrites,
  'Mutation.pauseWebhook': webhookWrites,
  'Mutation.enableWebhook': webhookWrites,
  'Mutation.removeWebhook': webhookWrites,
  'Mutation.redeliverWebhook': webhookWrites,
  'Mutation.retryJob': platformOperator,
  'Mutation.dropJob': platformOperator,

  'Mutation.defineCategory': { ...platformOperator, ...platformService },
  'Mutation.retireCategory': platformOperator,

  'Mutation.applyAsPartner': 'SIGNED_IN',
  'Mutation.admitPartner': operator,
  'Mutation.refusePartner': operator,
  'Mutation.suspendPartner': operator,
  'Mutation.reinstatePartner': operator,
  'Mutation.changePartnerProfile': brandWrites,
  'Mutation.setPartnerPayee': brand,
  'Mutation.linkSupply': brandWrites,

  'Mutation.foundCommunity': { ...platformOperator, ...platformService },
  'Mutation.describeCommunity': ownerWrites,
  'Mutation.setAttributionPolicy': owner,
  'Mutation.openPickupPoint': staffWrites,
  'Mutation.closePickupPoint': staffWrites,
  'Mutation.setContactPolicy': owner,
  'Mutation.appointOperator': owner,
  'Mutation.setCommunityPayee': owner,
  'Mutation.defineSegment': staffWrites,
  'Mutation.reviseSegment': staffWrites,
  'Mutation.retireSegment': staffWrites,

  'Mutation.proposePartnership': { ...brand, ...owner, ...service },
  'Mutation.amendPartnership': { ...brand, ...owner, ...service },
  'Mutation.acceptPartnership': { ...brand, ...owner },
  'Mutation.endPartnership': { ...brand, ...owner },

  'Mutation.registerPerson': { ...staffWrites, ...operator },
  'Mutation.claimIdentity': { ...platformOperator, ...platformService },
  'Mutation.releaseIdentity': { ...platformOperator, ...platformService },
  'Mutation.identifyVisitor': { ...platformOperator, ...platformService },
  'Mutation.setPersonPayee': { ...platformOperator, ...platformService },
  'Mutation.erasePerson': platformOperator,
  'Mutation.joinCommunity': staffWrites,
  'Mutation.unbindReferral': staffWrites,
  'Mutation.declareInterests': staffWrites,
  'Mutation.tagMember': staffWrites,
  'Mutation.untagMember': staffWrites,
  'Mutation.reachStage': staffWrites,
  'Mutation.loseStage': staffWrites,
  'Mutation.giveConsent': staffWrites,
  'Mutation.withdrawConsent': staffWrites,
  'Mutation.memberBecomesPartner': staffWrites,
  'Mutation.leaveCommunity': staffWrites,

  'Mutation.recordTouch': staffWrites,
  'Mutation.openCampaign': staffWrites,
  'Mutation.recordCampaignCost': staffWrites,
  'Mutation.createShare': staffWrites,
  'Mutation.revokeShare': staffWrites,

  'Mutation.publishOffer': brandWrites,
  'Mutation.reviseOffer': brandWrites,
  'Mutation.withdrawOffer': brandWrites,
  'Mutation.composeBundle': { ...brand, ...owner, ...service },
  'Mutation.reviseBundle': { ...brand, ...owner, ...service },
  'Mutation.acceptComponent': brandWrites,
  'Mutation.declineComponent': brandWrites,
  'Mutation.launchBundle': ownerWrites,
  'Mutation.retireBundle': ownerWrites,

  'Mutation.placePurchase': staffWrites,
  'Mutation.recordPurchase': staffWrites,
  'Mutation.recordPurchases': staffWrites,
  'Mutation.capturePayment': staffWrites,
  'Mutation.recordPayment': { ...staffWrites, ...finance },
  'Mutation.recordPaymentFee': { ...finance, ...service },
  'Mutation.fulfilLines': { ...staffWrites, ...brand },
  'Mutation.refundPurchase': { ...staffWrites, ...finance },
  'Mutation.recordRefund': { ...staffWrites, ...finance },
  'Mutation.cancelPurchase': staffWrites,
  'Mutation.voidPurchase': { ...ownerWrites, ...finance },
  'Mutation.bookVariance': finance,
  'Mutation.disputePayment': { ...finance, ...service },
  'Mutation.winDispute': { ...finance, ...service },
  'Mutation.loseDispute': { ...finance, ...service },
  'Mutation.correctAttribution': finance,
  'Mutation.resolveFact': { ...platformFinance, ...platformOperator },
  'Mutation.dismissFact': { ...platformFinance, ...platformOperator },

  'Mutation.grantRole': { ...operator, ...brand, ...owner },
  'Mutation.revokeRole': { ...operator, ...brand, ...owner },
  'Mutation.issueApiKey': { ...operator, ...brand, ...owner },
  'Mutation.revokeApiKey': { ...operator, ...brand, ...owner },

  'Subscription.activity': figures,
  'Subscription.viewsAdvanced': 'SIGNED_IN',
} as const satisfies Readonly<Record<string, AccessRule>>
