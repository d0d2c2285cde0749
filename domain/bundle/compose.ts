/** Composing a bundle: its price goes to the components, to the minor unit, and says who bears each discount. */
import { allocate } from '../allocation.ts'
import { type CommunityState, knownCommunity } from '../community.ts'
import { Rejection, unreachable } from '../decider.ts'
import type { BundleComponent, OfferFacts } from '../events/catalog-items.ts'
import { largestAmount } from '../events/shapes.ts'
import { sumOf, times } from '../money.ts'
import { type OfferState, offerAt } from '../offer.ts'
import type { PartnerState } from '../partner.ts'
import { checkAdmitted, checkCurrency } from '../standing.ts'
import type { AskedComponent, Composition } from './commands.ts'

/** What a composition looks at. */
export interface CompositionContext {
  readonly community: CommunityState
  /** The partner that composes; null: the community's owner does. */
  readonly composer: PartnerState | null
  /** Segments of the community, by id. */
  readonly segments: ReadonlySet<string>
  /** One for each component, in their order. */
  readonly offers: readonly OfferState[]
  readonly partners: readonly PartnerState[]
}

interface Part {
  readonly asked: AskedComponent
  readonly facts: OfferFacts
  readonly partnerId: string
  /** List price times quantity. */
  readonly list: number
  readonly path: readonly string[]
}

const partOf = (
  command: Composition,
  asked: AskedComponent,
  index: number,
  { offers, partners }: CompositionContext,
): Part => {
  const path = ['components', String(index)]
  const offer = offers[index]
  const partner = partners[index]
  const facts = offer === undefined ? null : offerAt(offer, offer.version)
  if (offer === undefined || partner === undefined || facts === null || offer.partnerId === null)
    throw new Rejection('NOT_FOUND', 'There is no such offer.', [...path, 'offerId'])
  if (offer.withdrawn) throw new Rejection('OFFER_WITHDRAWN', 'The offer is withdrawn.', [...path, 'offerId'])
  if (offer.version !== asked.offerVersion)
    throw new Rejection(
      'VERSION_CHANGED',
      `The offer is at version ${offer.version} now. Look at it again.`,
      [...path, 'offerVersion'],
      { version: offer.version },
    )
  if (facts.validUntil !== null && facts.validUntil <= command.at)
    throw new Rejection('OUTSIDE_DATES', 'The offer has ended.', [...path, 'offerId'])
  if (facts.communities.length > 0 && !facts.communities.includes(command.communityId))
    throw new Rejection('OFFER_NOT_SHOWN_HERE', 'The offer is not shown in this community.', [
      ...path,
      'offerId',
    ])
  if (facts.currency !== command.currency)
    throw new Rejection(
      'CURRENCY_MISMATCH',
      `The offer is in ${facts.currency}, the bundle in ${command.currency}.`,
      [...path, 'offerId'],
    )
  checkAdmitted(partner, [...path, 'offerId'])
  const list = times(facts.listPrice, asked.quantity, [...path, 'quantity'])
  if (list > largestAmount)
    throw new Rejection(
      'AMOUNT_OUT_OF_RANGE',
      `List price times quantity is beyond ${largestAmount} minor units. Check the unit.`,
      [...path, 'quantity'],
    )
  return { asked, facts, partnerId: offer.partnerId, list, path }
}

const checkGiven = ({ allocation }: Composition, { asked, path }: Part): void => {
  if ((allocation === 'FIXED') !== (asked.amount !== null))
    throw new Rejection(
      'INVALID',
      'Amounts are given with FIXED allocation, for every component, and only then.',
      [...path, 'amount'],
    )
  if ((allocation === 'WEIGHT') !== (asked.weight !== null))
    throw new Rejection(
      'INVALID',
      'Weights are given with WEIGHT allocation, for every component, and only then.',
      [...path, 'weight'],
    )
}

/**
 * What each component gets of the price, in the order of the components. `lists`: list price times quantity of each.
 * @throws {Rejection} SPLIT_NOT_WHOLE
 */
export const amountsOf = (
  { price, allocation, components }: Composition,
  lists: readonly number[],
): readonly number[] => {
  if (allocation === 'FIXED') {
    const amounts = components.map(({ amount }) => amount ?? 0)
    const sum = sumOf(amounts, ['components'])
    if (sum !== price)
      throw new Rejection(
        'SPLIT_NOT_WHOLE',
        `The amounts of the components sum to ${sum}, the price is ${price}.`,
        ['price'],
        { sum },
      )
    return amounts
  }
  const weighted = components.map(({ offerId, weight }, index) => ({
    key: `${offerId}:${String(index).padStart(2, '0')}`,
    weight: (allocation === 'WEIGHT' ? weight : lists[index]) ?? 0,
  }))
  if (price > 0 && weighted.every(({ weight }) => weight === 0))
    throw new Rejection('SPLIT_NOT_WHOLE', 'No component weighs anything, so nobody can get the price.', [
      'price',
    ])
  return allocate(price, weighted)
}

const bearerOf = ({ communityId }: Composition, { asked, partnerId }: Part): string => {
  switch (asked.discountBearer) {
    case 'PARTNER':
      return partnerId
    case 'COMMUNITY':
      return communityId
    case 'PLATFORM':
      return 'platform'
    default:
      return unreachable(asked.discountBearer)
  }
}

const checkComposer = (command: Composition, { composer, community, segments }: CompositionContext): void => {
  knownCommunity(community, ['communityId'])
  checkCurrency(community, command.currency, ['currency'])
  if (composer !== null) checkAdmitted(composer, ['composedBy'])
  else if (command.composedBy !== command.communityId)
    throw new Rejection('NOT_ALLOWED', 'Another community cannot compose a bundle here.', ['composedBy'])
  for (const [index, id] of command.segments.entries()) {
    if (!segments.has(id))
      throw new Rejection('NOT_FOUND', 'The community has no such segment.', ['segments', String(index)])
  }
}

/**
 * The components of a composition, each with its amount, its discount and who bears it.
 * @throws {Rejection}
 */
export const composedOf = (command: Composition, context: CompositionContext): BundleComponent[] => {
  checkComposer(command, context)
  const parts = command.components.map((asked, index) => partOf(command, asked, index, context))
  for (const part of parts) checkGiven(command, part)
  const amounts = amountsOf(
    command,
    parts.map(({ list }) => list),
  )
  return parts.map((part, index) => {
    const { asked, facts, partnerId, list, path } = part
    const amount = amounts[index] ?? 0
    if (amount > list)
      throw new Rejection(
        'INVALID',
        `Component ${index + 1} would cost ${amount}, above its list price of ${list}. Lower the price or its part.`,
        [...path, 'amount'],
        { amount, list },
      )
    return {
      component: index + 1,
      offerId: asked.offerId,
      offerVersion: asked.offerVersion,
      partnerId,
      category: facts.category,
      quantity: asked.quantity,
      listPrice: facts.listPrice,
      amount,
      discount: list - amount,
      discountBearer: bearerOf(command, part),
    }
  })
}
