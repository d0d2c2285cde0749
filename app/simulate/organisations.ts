/** Founds what a simulated ecosystem stands on: taxonomy, communities, partners, and the terms between them. */
import { partnershipIdOf } from '../../domain/derive.ts'
import type { Terms } from '../../domain/events/organisations.ts'
import { inParallel } from '../commander.ts'
import { beginning, type SimulatedPartner, type Simulation } from './plan.ts'
import { createRandom } from './random.ts'
import { brandName, families, titleOf } from './trades.ts'

export const foundTaxonomy = async ({ tributary, commander }: Simulation): Promise<void> => {
  const define = (code: string, parent: string | null) =>
    commander.run(
      tributary.model.taxonomy,
      code,
      { type: 'DefineCategory', code, parent, names: { en: titleOf(code) } },
      `category ${code}`,
    )
  for (const [family, below] of Object.entries(families)) {
    await define(family, null)
    for (const code of below) await define(code, family)
  }
}

export const foundCommunities = async ({
  tributary,
  commander,
  communities,
  id,
  options,
}: Simulation): Promise<void> => {
  const { model } = tributary
  for (const { id: communityId, ownerId, plan, pickupPointId, campaignId } of communities) {
    const { key, name, zone, currency } = plan
    await commander.run(
      model.person,
      ownerId,
      { type: 'RegisterPerson', personId: ownerId, guest: false },
      `owner ${key}`,
    )
    await commander.run(
      model.community,
      communityId,
      {
        type: 'FoundCommunity',
        communityId,
        name,
        zone,
        currency,
        ownerId,
        attribution: { model: key === 'beauty' ? 'WEIGHTED' : 'LAST_TOUCH', windowDays: 30, levels: 2 },
        source: null,
        deploymentId: null,
      },
      `community ${key}`,
    )
    const leaderId = id('person', 'leader', key)
    await commander.run(
      model.person,
      leaderId,
      { type: 'RegisterPerson', personId: leaderId, guest: false },
      `leader ${key}`,
    )
    await commander.run(
      model.community,
      communityId,
      {
        type: 'OpenPickupPoint',
        pickupPointId,
        name: `${name}, corner shop`,
        leaderId,
      },
      `pickup ${key}`,
    )
    await commander.run(
      model.campaign,
      campaignId,
      {
        type: 'OpenCampaign',
        campaignId,
        communityId,
        name: `${name}: spring`,
        source: 'COMMERCIAL',
        channel: 'ads',
        startsAt: beginning(options),
        endsAt: null,
      },
      `campaign ${key}`,
    )
    await defineSegments({ commander, tributary, id }, communityId, plan.interests, key)
  }
}

const defineSegments = async (
  { commander, tributary, id }: Pick<Simulation, 'commander' | 'tributary' | 'id'>,
  communityId: string,
  interests: readonly string[],
  key: string,
): Promise<void> => {
  for (const family of interests) {
    await commander.run(
      tributary.model.segments,
      communityId,
      {
        type: 'DefineSegment',
        segmentId: id('segment', key, family),
        communityId,
        name: `Into ${titleOf(family)}`,
        definition: { kind: 'RULE', rule: { kind: 'INTEREST', category: family } },
      },
      `segment ${key} ${family}`,
    )
  }
  await commander.run(
    tributary.model.segments,
    communityId,
    {
      type: 'DefineSegment',
      segmentId: id('segment', key, 'sharers'),
      communityId,
      name: 'Sharers and beyond',
      definition: { kind: 'RULE', rule: { kind: 'STAGE', atLeast: 'SHARER' } },
    },
    `segment ${key} sharers`,
  )
}

export const admitPartners = async ({ tributary, commander, partners }: Simulation): Promise<void> => {
  const { partner } = tributary.model
  await inParallel(partners, 64, async ({ id, number, family }) => {
    await commander.run(
      partner,
      id,
      {
        type: 'ApplyAsPartner',
        partnerId: id,
        name: brandName(number),
        categories: [...(families[family] ?? [])],
        standards: [{ standard: 'food-safety', evidence: `certificate ${number}` }],
        source: null,
      },
      `apply ${number}`,
    )
    await commander.run(partner, id, { type: 'AdmitPartner' }, `admit ${number}`)
  })
}

/** Pools from 8 to 30 percent, divided in one of three ways. */
const termsFor = (seed: number, label: string): Terms => {
  const random = createRandom(seed, label)
  const division: Terms['rates'][number]['division'] = random.pick([
    [
      { role: 'PLATFORM', basisPoints: 2_500, absentTo: 'PLATFORM' },
      { role: 'OWNER', basisPoints: 3_500, absentTo: 'PLATFORM' },
      { role: 'SHARER_1', basisPoints: 3_000, absentTo: 'OWNER' },
      { role: 'SHARER_2', basisPoints: 1_000, absentTo: 'OWNER' },
    ],
    [
      { role: 'PLATFORM', basisPoints: 3_000, absentTo: 'PLATFORM' },
      { role: 'OWNER', basisPoints: 4_000, absentTo: 'PLATFORM' },
      { role: 'SHARER_1', basisPoints: 2_000, absentTo: 'OWNER' },
      { role: 'LEADER', basisPoints: 1_000, absentTo: 'OWNER' },
    ],
    [
      { role: 'PLATFORM', basisPoints: 2_000, absentTo: 'PLATFORM' },
      { role: 'OWNER', basisPoints: 3_000, absentTo: 'PLATFORM' },
      { role: 'SHARER_1', basisPoints: 3_000, absentTo: 'PARTNER' },
      { role: 'SHARER_2', basisPoints: 1_000, absentTo: 'PARTNER' },
      { role: 'BUYER', basisPoints: 1_000, absentTo: 'OWNER' },
    ],
  ])
  return {
    rates: [
      {
        category: null,
        poolBasisPoints: random.whole(16, 60) * 50,
        division,
        base: random.chance(0.2) ? 'NET_OF_TAX' : 'GROSS',
        paymentFeeBearer: random.pick(['PARTNER', 'PLATFORM']),
        hold: { days: random.pick([7, 14]), from: random.pick(['CAPTURE', 'FULFILMENT']) },
        keepPoolOnRefund: random.chance(0.1),
      },
    ],
  }
}

/** Partners have terms with the communities that are interested in what they supply. */
export const agreeOnTerms = async (simulation: Simulation): Promise<void> => {
  const { tributary, commander, communities, partners, options } = simulation
  const { partnership } = tributary.model
  const pairs = partners.flatMap((partner) =>
    communities
      .filter(({ plan }) => plan.interests.includes(partner.family))
      .map((community) => ({ partner, community })),
  )
  await inParallel(pairs, 64, async ({ partner, community }) => {
    const id = partnershipIdOf(tributary.derive, partner.id, community.id)
    const key = `${partner.number} ${community.plan.key}`
    await commander.run(
      partnership,
      id,
      {
        type: 'ProposePartnership',
        partnerId: partner.id,
        communityId: community.id,
        by: 'PARTNER',
        effectiveFrom: beginning(options),
        terms: termsFor(options.seed, key),
      },
      `propose ${key}`,
    )
    await commander.run(
      partnership,
      id,
      { type: 'AcceptPartnership', by: 'COMMUNITY', version: 1 },
      `accept ${key}`,
    )
  })
}

export const planPartners = (id: Simulation['id'], count: number): readonly SimulatedPartner[] => {
  const names = Object.keys(families)
  return Array.from({ length: count }, (_, number) => ({
    id: id('partner', String(number)),
    number,
    family: names[number % names.length] ?? 'FOOD',
  }))
}
