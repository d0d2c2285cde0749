/** All aggregates of a deployment, by name: what the API, imports and reactors execute commands on. */
import { access } from './access.ts'
import { bundle } from './bundle.ts'
import { campaign } from './campaign.ts'
import { community } from './community.ts'
import { deployment } from './deployment.ts'
import { identity } from './identity.ts'
import { intake } from './intake.ts'
import { makeJourney } from './journey.ts'
import { makeMembership } from './membership.ts'
import { offer } from './offer.ts'
import { partner } from './partner.ts'
import { makePartnership } from './partnership.ts'
import { person } from './person.ts'
import { makePurchase, type PurchaseSettings } from './purchase/purchase.ts'
import { segmentRoll } from './segment-roll.ts'
import { segments } from './segments.ts'
import { makeShare } from './share.ts'
import { taxonomy } from './taxonomy.ts'
import { webhook } from './webhook.ts'

/** `derive` makes ids that two attempts share; `tolerance` is in minor units (see the purchase's settings). */
export const createModel = (settings: PurchaseSettings) => ({
  access,
  bundle,
  campaign,
  community,
  deployment,
  identity,
  intake,
  journey: makeJourney(settings.derive),
  membership: makeMembership(settings.derive),
  offer,
  partner,
  partnership: makePartnership(settings.derive),
  person,
  purchase: makePurchase(settings),
  segmentRoll,
  segments,
  share: makeShare(settings.derive),
  taxonomy,
  webhook,
})

export type Model = ReturnType<typeof createModel>
