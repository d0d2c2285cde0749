/** Publishes offers, and composes cross-brand bundles that every partner accepts. */
import { inParallel } from '../commander.ts'
import {
  beginning,
  type SimulatedBundle,
  type SimulatedCommunity,
  type SimulatedOffer,
  type Simulation,
} from './plan.ts'
import { createRandom, type Random } from './random.ts'
import { brandName, families, titleOf } from './trades.ts'

/** What things cost in each currency, against one unit of the first. */
const priceLevel = { CNY: 7, EUR: 1, BRL: 5 } as const

const planOffers = ({
  partners,
  communities,
  id,
  options,
}: Simulation): readonly (SimulatedOffer & { readonly title: string })[] => {
  const random = createRandom(options.seed, 'offers')
  return partners.flatMap(({ id: partnerId, number, family }) => {
    const below = families[family] ?? []
    const count = 1 + random.longTail(8)
    return communities
      .filter(({ plan }) => plan.interests.includes(family))
      .flatMap(({ id: communityId, plan }) =>
        Array.from({ length: count }, (_, n) => {
          const category = below[n % below.length] ?? family
          return {
            id: id('offer', String(number), plan.key, String(n)),
            partnerId,
            communityId,
            category,
            price:
              (9 + random.longTail(400)) * 100 * priceLevel[plan.currency] + random.pick([0, 50, 90, 99]),
            title: `${brandName(number)} ${titleOf(category)} ${n + 1}`,
          }
        }),
      )
  })
}

export const publishOffers = async (simulation: Simulation): Promise<readonly SimulatedOffer[]> => {
  const { tributary, commander, communities, options } = simulation
  const currencies = new Map(communities.map(({ id, plan }) => [id, plan.currency]))
  const planned = planOffers(simulation)
  let done = 0
  await inParallel(planned, 64, async ({ id, partnerId, communityId, category, price, title }) => {
    await commander.run(
      tributary.model.offer,
      id,
      {
        type: 'PublishOffer',
        offerId: id,
        partnerId,
        facts: {
          title,
          media: [],
          sku: id.slice(-8),
          category,
          listPrice: price,
          currency: currencies.get(communityId) ?? 'EUR',
          validFrom: beginning(options),
          validUntil: null,
          communities: [communityId],
          segments: [],
          poolOverride: null,
          stock: { policy: 'UNLIMITED' },
        },
        source: null,
      },
      `offer ${id}`,
    )
    done += 1
    options.progress?.('offers', done, planned.length)
  })
  return planned
}

/** Three offers of different partners, or fewer where there are no more. */
const pickParts = (offers: readonly SimulatedOffer[], random: Random): readonly SimulatedOffer[] => {
  const parts: SimulatedOffer[] = []
  for (let tries = 0; tries < 50 && parts.length < 3; tries++) {
    const offer = random.pick(offers)
    if (!parts.some(({ partnerId }) => partnerId === offer.partnerId)) parts.push(offer)
  }
  return parts
}

const composeOne = async (
  { tributary, commander, id, options }: Simulation,
  community: SimulatedCommunity,
  parts: readonly SimulatedOffer[],
  number: number,
): Promise<SimulatedBundle> => {
  const { bundle } = tributary.model
  const bundleId = id('bundle', community.plan.key, String(number))
  const list = parts.reduce((sum, { price }) => sum + price, 0)
  const price = Math.floor(list * 0.9)
  const bearers = ['PARTNER', 'COMMUNITY', 'PLATFORM'] as const
  await commander.run(
    bundle,
    bundleId,
    {
      type: 'ComposeBundle',
      bundleId,
      communityId: community.id,
      composedBy: community.id,
      name: `${community.plan.name} box ${number + 1}`,
      price,
      currency: community.plan.currency,
      allocation: 'LIST_PRICE',
      segments: [],
      components: parts.map(({ id: offerId }) => ({
        offerId,
        offerVersion: 1,
        quantity: 1,
        amount: null,
        weight: null,
        discountBearer: bearers[number % bearers.length] ?? 'PARTNER',
      })),
      at: beginning(options),
    },
    `compose ${bundleId}`,
  )
  const { state } = await tributary.handler.readFresh(bundle, bundleId)
  for (const { component, partnerId, offerVersion, amount } of state.versions.at(-1)?.components ?? []) {
    await commander.run(
      bundle,
      bundleId,
      { type: 'AcceptComponent', component, partnerId, bundleVersion: 1, offerVersion, amount },
      `accept ${bundleId} ${component}`,
    )
  }
  await commander.run(bundle, bundleId, { type: 'LaunchBundle', version: 1 }, `launch ${bundleId}`)
  return { id: bundleId, communityId: community.id, price }
}

export const composeBundles = async (
  simulation: Simulation,
  offers: readonly SimulatedOffer[],
): Promise<readonly SimulatedBundle[]> => {
  const bundles: SimulatedBundle[] = []
  for (const community of simulation.communities) {
    const random = createRandom(simulation.options.seed, `bundles ${community.plan.key}`)
    const here = offers.filter(({ communityId }) => communityId === community.id)
    for (let number = 0; number < 3 && here.length > 0; number++) {
      bundles.push(await composeOne(simulation, community, pickParts(here, random), number))
    }
  }
  return bundles
}
