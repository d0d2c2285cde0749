/** States the market place before its first sale: taxonomy, communities, segments, partners, terms, offers. */
import { partnershipIdOf } from '../../domain/derive.ts'
import { olistSystem } from './olist-ids.ts'
import type { OlistPlan, PlannedOffer, PlannedPartner } from './olist-plan.ts'
import { communityName } from './olist-states.ts'
import { type Step, type StepParts, stepOf } from './olist-steps.ts'
import { olistOpening, olistTerms } from './olist-terms.ts'
import { olistCurrency, olistZone } from './olist-values.ts'

const source = (id: string) => ({ system: olistSystem, id })

const defineCategory = ({ send, model }: StepParts, code: string, parent: string | null, name: string) =>
  send(model.taxonomy, code, { type: 'DefineCategory', code, parent, names: { en: name } }, olistOpening)

const foundCommunity = async ({ send, ids, model }: StepParts, code: string): Promise<void> => {
  const communityId = ids.community(code)
  const ownerId = ids.owner(code)
  await send(model.person, ownerId, { type: 'RegisterPerson', personId: ownerId, guest: false }, olistOpening)
  await send(
    model.community,
    communityId,
    {
      type: 'FoundCommunity',
      communityId,
      name: communityName(code),
      zone: olistZone,
      currency: olistCurrency,
      ownerId,
      attribution: { model: 'LAST_TOUCH', windowDays: 30, levels: 2 },
      source: source(code),
      deploymentId: null,
    },
    olistOpening,
  )
  await send(
    model.access,
    ownerId,
    {
      type: 'GrantRole',
      subject: ownerId,
      role: 'COMMUNITY_OWNER',
      organisation: communityId,
      grantedBy: null,
    },
    olistOpening,
  )
}

const defineSegments = async (
  { send, ids, model }: StepParts,
  plan: OlistPlan,
  code: string,
): Promise<void> => {
  const communityId = ids.community(code)
  const definitions = plan.families.all.map((family) => {
    const segmentId = ids.segment(code, family.code)
    const definition = { kind: 'RULE', rule: { kind: 'INTEREST', category: family.code } } as const
    return send(
      model.segments,
      communityId,
      { type: 'DefineSegment', segmentId, communityId, name: family.name, definition },
      olistOpening,
      segmentId,
    )
  })
  await Promise.all(definitions)
}

const admitPartner = async (
  { send, ids, model }: StepParts,
  { seller, name, categories }: PlannedPartner,
): Promise<void> => {
  const partnerId = ids.partner(seller)
  await send(
    model.partner,
    partnerId,
    {
      type: 'ApplyAsPartner',
      partnerId,
      name,
      categories: [...categories],
      standards: [],
      source: source(seller),
    },
    olistOpening,
  )
  await send(model.partner, partnerId, { type: 'AdmitPartner' }, olistOpening)
}

interface Trade {
  readonly seller: string
  readonly code: string
}

const agreeTerms = async (
  { send, ids, derive, model }: StepParts,
  { seller, code }: Trade,
): Promise<void> => {
  const partnerId = ids.partner(seller)
  const communityId = ids.community(code)
  const partnershipId = partnershipIdOf(derive, partnerId, communityId)
  await send(
    model.partnership,
    partnershipId,
    {
      type: 'ProposePartnership',
      partnerId,
      communityId,
      by: 'PARTNER',
      effectiveFrom: olistOpening,
      terms: olistTerms,
    },
    olistOpening,
  )
  await send(
    model.partnership,
    partnershipId,
    { type: 'AcceptPartnership', by: 'COMMUNITY', version: 1 },
    olistOpening,
  )
}

const publishOffer = (
  { send, ids, model }: StepParts,
  { product, seller, category, listPrice, communities }: PlannedOffer,
): Promise<void> => {
  const offerId = ids.offer(product, seller)
  return send(
    model.offer,
    offerId,
    {
      type: 'PublishOffer',
      offerId,
      partnerId: ids.partner(seller),
      facts: {
        title: `${category} ${product.slice(0, 8)}`,
        media: [],
        sku: product,
        category,
        listPrice,
        currency: olistCurrency,
        validFrom: olistOpening,
        validUntil: null,
        communities: communities.map(ids.community),
        segments: [],
        poolOverride: null,
        stock: { policy: 'UNLIMITED' },
      },
      source: source(`${product}-${seller}`),
    },
    olistOpening,
  )
}

export const marketSteps = (plan: OlistPlan, parts: StepParts): readonly Step[] => {
  const { families, categories, communities, partners, offers } = plan
  const familyCodes = new Set(families.all.map(({ code }) => code))
  const trades = partners.flatMap(({ seller, communities: codes }) =>
    codes.map((code): Trade => ({ seller, code })),
  )
  return [
    stepOf('families', families.all, ({ code, name }) => defineCategory(parts, code, null, name)),
    stepOf(
      'categories',
      categories.filter((code) => !familyCodes.has(code)),
      (code) => defineCategory(parts, code, families.familyOf(code), code.replaceAll('_', ' ')),
    ),
    stepOf('communities', communities, (code) => foundCommunity(parts, code)),
    stepOf('segments', communities, (code) => defineSegments(parts, plan, code)),
    stepOf('partners', partners, (planned) => admitPartner(parts, planned)),
    stepOf('partnerships', trades, (trade) => agreeTerms(parts, trade)),
    stepOf('offers', offers, (planned) => publishOffer(parts, planned)),
  ]
}
