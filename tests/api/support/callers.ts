/** One of each thing that an operation can be about, and one caller for each role and place. */
import { type AccessRole, accessRoles } from '../../../domain/events/platform.ts'
import { newId } from '../../../platform/ids.ts'
import {
  done,
  type Ecosystem,
  key,
  makeCommunity,
  makePartner,
  offerFacts,
  payment,
  saleOf,
  textAt,
} from './ecosystem.ts'
import type { Known } from './samples.ts'
import type { World } from './world.ts'

export interface Caller {
  readonly name: string
  readonly role: AccessRole | null
  readonly place: 'own' | 'foreign' | 'platform' | 'none'
  readonly token: string
  /** Which side the caller stands on. */
  readonly side: 'PARTNER' | 'COMMUNITY'
}

const isBrand = (role: AccessRole) => role.startsWith('BRAND_')
export const isPlatform = (role: AccessRole) => !isBrand(role) && !role.startsWith('COMMUNITY_')

export interface Things {
  /** Values of inputs, by the name of their field. */
  readonly known: Known
  /** What only the own organisations, and the platform, may come to see. */
  readonly own: readonly string[]
  /** Things that belong to one side, by the mutation that needs them. */
  readonly ofSide: Readonly<Record<Caller['side'], Readonly<Record<string, Known>>>>
}

export const makeThings = async (world: World, all: Ecosystem): Promise<Things> => {
  const { operator, service, owner, brand, partnerId, communityId, personId, offerId } = all
  const sale = {
    ...saleOf(all),
    payments: [{ captureId: 'C1', ...payment(), key: undefined, currency: undefined }],
  }
  const purchaseId = textAt(
    (await done(world, service, 'recordPurchase', sale, 'purchaseId')).fields,
    'purchaseId',
  )
  const campaign = {
    communityId,
    name: 'S',
    source: 'PUBLIC',
    channel: 'ads',
    startsAt: '2026-01-01T00:00:00Z',
    key: key(),
  }
  const campaignId = textAt(
    (await done(world, owner, 'openCampaign', campaign, 'campaign { id }')).fields,
    'campaign',
    'id',
  )
  const share = {
    communityId,
    sharer: { kind: 'MEMBER', id: personId },
    target: { offer: offerId },
    channel: 'qr',
    key: key(),
  }
  const shareId = textAt(
    (await done(world, owner, 'createShare', share, 'share { id }')).fields,
    'share',
    'id',
  )
  const bundle = {
    communityId,
    composedBy: communityId,
    name: 'Box',
    price: '1999',
    currency: 'BRL',
    allocation: 'LIST_PRICE',
    components: [{ offerId, offerVersion: 1, quantity: 1, discountBearer: 'PARTNER' }],
    key: key(),
  }
  const bundleId = textAt(
    (await done(world, owner, 'composeBundle', bundle, 'bundle { id }')).fields,
    'bundle',
    'id',
  )
  const theirs = { ...bundle, composedBy: partnerId, key: key() }
  const brandBundleId = textAt(
    (await done(world, brand, 'composeBundle', theirs, 'bundle { id }')).fields,
    'bundle',
    'id',
  )
  const stated = payment({ reference: 'x' })
  const parked = await done(world, service, 'recordPayment', stated, 'parked { factId }')
  const subject = newId('service')
  const keyFor = async (role: AccessRole, organisation: string) => {
    await done(world, operator, 'grantRole', { subject, role, organisation })
    const input = { subject, role, organisation, label: 'x', key: key() }
    const issued = await done(world, operator, 'issueApiKey', input, 'apiKey { id }')
    return textAt(issued.fields, 'apiKey', 'id')
  }
  const keyId = await keyFor('BRAND_ADMIN', partnerId)
  const communityKeyId = await keyFor('COMMUNITY_STAFF', communityId)
  const webhookOf = async (token: string, organisation: string): Promise<Known> => {
    const input = { organisation, url: 'https://example.org/hook', key: key() }
    const subscribed = await done(world, token, 'subscribeWebhook', input, 'webhook { id }')
    const webhookId = textAt(subscribed.fields, 'webhook', 'id')
    const names = [
      'rotateWebhookSecret',
      'pauseWebhook',
      'enableWebhook',
      'removeWebhook',
      'redeliverWebhook',
    ]
    return Object.fromEntries(names.map((name) => [name, { webhookId }]))
  }
  const ofSide = {
    PARTNER: {
      reviseBundle: { bundleId: brandBundleId },
      revokeApiKey: { keyId },
      ...(await webhookOf(brand, partnerId)),
    },
    COMMUNITY: {
      reviseBundle: { bundleId },
      revokeApiKey: { keyId: communityKeyId },
      ...(await webhookOf(owner, communityId)),
    },
  }
  const own = [
    purchaseId,
    campaignId,
    shareId,
    bundleId,
    all.membershipId,
    all.personId,
    all.partnershipId,
    keyId,
  ]
  const known: Known = {
    ...all,
    purchaseId,
    campaignId,
    shareId,
    bundleId,
    factId: textAt(parked.fields, 'parked', 'factId'),
    keyId,
    subject,
    id: purchaseId,
    name: 'X',
    facts: offerFacts,
    first: 5,
    toPartnerId: newId('partner'),
    ownerId: all.personId,
    leaderId: all.personId,
    payee: { holder: 'X', account: '12345' },
    visitorId: newId('visitor'),
    pickupPointId: newId('pickup'),
    zone: 'UTC',
    code: 'skin',
    category: 'skin',
    stream: `purchase-${purchaseId}`,
    captureId: 'C1',
    disputeId: 'D1',
    attachedTo: purchaseId,
    names: [],
    sharer: { kind: 'MEMBER', id: all.personId },
    target: { offer: all.offerId },
    definition: { rule: { tag: 'x' } },
    listPrice: '1999',
    url: 'https://example.org/hook',
    delivery: `purchase-${purchaseId}@0`,
    queue: 'webhooks',
  }
  return { known, own, ofSide }
}

export const makeCallers = async (world: World, all: Ecosystem): Promise<readonly Caller[]> => {
  const { operator, partnerId, communityId } = all
  const callers: Caller[] = []
  const foreign = {
    ...(await makePartner(world, operator, 'Other')),
    ...(await makeCommunity(world, operator, 'Runners')),
  }
  const add = async (role: AccessRole, place: Caller['place'], organisation: string | null) => {
    const side = organisation?.startsWith('partner_') || isBrand(role) ? 'PARTNER' : 'COMMUNITY'
    const token = await world.signIn(role, organisation, newId('person'))
    callers.push({ name: `${role} (${place})`, role, place, token, side })
  }
  for (const role of accessRoles) {
    if (isPlatform(role)) await add(role, 'platform', null)
    else {
      await add(role, 'own', isBrand(role) ? partnerId : communityId)
      await add(role, 'foreign', isBrand(role) ? foreign.partnerId : foreign.communityId)
    }
  }
  await add('SERVICE', 'own', communityId)
  await add('SERVICE', 'own', partnerId)
  await add('SERVICE', 'foreign', foreign.communityId)
  await add('SERVICE', 'foreign', foreign.partnerId)
  const stranger = await world.localIssuer.issueToken(newId('person'), 600)
  callers.push({ name: 'nobody in particular', role: null, place: 'none', token: stranger, side: 'PARTNER' })
  return callers
}
