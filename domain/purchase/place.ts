/** Placing asks for a sale, which may be refused. It is in the books from its first capture. */
import { bundleAt, bundleProblem, componentProblem } from '../bundle/state.ts'
import { Rejection, unreachable } from '../decider.ts'
import type { PurchaseEvent } from '../events/purchases.ts'
import { offerAt, offerProblem } from '../offer.ts'
import type { CommandOf, PlacedLine } from './commands.ts'
import { checkPartner, messages, pathOf, refuse, termsOf, times } from './exceptions.ts'
import type { Surroundings } from './gather.ts'
import { freezeSale, type LineDraft } from './sale.ts'
import { creditedFor, guarded, leaderOf, saleFacts } from './sale-facts.ts'
import type { PurchaseState } from './state.ts'

const freightDraft = (partnerId: string, amount: number, terms: LineDraft['terms']): LineDraft => ({
  kind: 'FREIGHT',
  partnerId,
  offer: null,
  bundle: null,
  category: null,
  categoryPath: [],
  quantity: 1,
  listPrice: amount,
  discounts: [],
  tax: null,
  amount,
  terms,
  poolOverride: null,
})

interface Placing {
  readonly around: Surroundings
  readonly at: string
  readonly communityId: string
  readonly currency: string
}

const sameCurrency = (placing: Placing, currency: string, path: readonly string[]): void => {
  if (currency !== placing.currency) {
    throw new Rejection(
      'CURRENCY_MISMATCH',
      `The community sells in ${placing.currency}, this is in ${currency}.`,
      path,
    )
  }
}

const offerDraft = (
  placing: Placing,
  asked: Extract<PlacedLine, { kind: 'OFFER' }>,
  line: number,
  path: readonly string[],
): LineDraft => {
  const { around, at, communityId } = placing
  const state = around.offers.get(asked.offerId)
  const facts = state === undefined ? null : offerAt(state, asked.offerVersion)
  if (state === undefined || state.id === null || state.partnerId === null || facts === null) {
    throw new Rejection('NOT_FOUND', 'There is no such version of the offer.', [...path, 'offerId'])
  }
  if (state.version !== asked.offerVersion && !state.withdrawn) {
    throw new Rejection(
      'VERSION_CHANGED',
      `The offer is at version ${state.version} now.`,
      [...path, 'offerVersion'],
      {
        version: state.version,
      },
    )
  }
  const problem = offerProblem(state, { at, communityId, segmentIds: around.segments.map(({ id }) => id) })
  if (problem !== null) refuse(problem, line, messages[problem], [...path, 'offerId'])
  sameCurrency(placing, facts.currency, [...path, 'offerId'])
  checkPartner(around, state.partnerId, line, refuse)
  return {
    kind: 'GOODS',
    partnerId: state.partnerId,
    offer: { id: state.id, version: asked.offerVersion },
    bundle: null,
    category: facts.category,
    categoryPath: pathOf(around, facts.category),
    quantity: asked.quantity,
    listPrice: facts.listPrice,
    discounts: [],
    tax: null,
    amount: times(facts.listPrice, asked.quantity, [...path, 'quantity']),
    terms: termsOf(around, state.partnerId, at),
    poolOverride: facts.poolOverride,
  }
}

const bundleDrafts = (
  placing: Placing,
  asked: Extract<PlacedLine, { kind: 'BUNDLE' }>,
  path: readonly string[],
): LineDraft[] => {
  const { around, at, communityId } = placing
  const state = around.bundles.get(asked.bundleId)
  if (state === undefined || state.id === null)
    throw new Rejection('NOT_FOUND', 'There is no such bundle.', [...path, 'bundleId'])
  const problem = bundleProblem(state, {
    version: asked.bundleVersion,
    communityId,
    segmentIds: around.segments.map(({ id }) => id),
  })
  if (problem !== null) throw new Rejection(problem.code, problem.message, [...path, 'bundleId'])
  const version = bundleAt(state, asked.bundleVersion)
  if (version === null)
    throw new Rejection('VERSION_CHANGED', 'There is no such version of the bundle.', [
      ...path,
      'bundleVersion',
    ])
  sameCurrency(placing, version.currency, [...path, 'bundleId'])
  return version.components.map((component): LineDraft => {
    const offered = around.offers.get(component.offerId)
    const supplier = around.partners.get(component.partnerId)
    if (offered === undefined || supplier === undefined) {
      throw new Rejection(
        'COMPONENT_UNAVAILABLE',
        `Component ${component.component} is of no known offer.`,
        path,
      )
    }
    const standing = { offer: offered, partner: supplier, at, communityId }
    const gone = componentProblem(component, standing)
    if (gone !== null) throw new Rejection(gone.code, gone.message, path, { component: component.component })
    const amount = times(component.amount, asked.quantity, [...path, 'quantity'])
    const discount = times(component.discount, asked.quantity, [...path, 'quantity'])
    return {
      kind: 'GOODS',
      partnerId: component.partnerId,
      offer: { id: component.offerId, version: component.offerVersion },
      bundle: { id: asked.bundleId, version: asked.bundleVersion, component: component.component },
      category: component.category,
      categoryPath: pathOf(around, component.category),
      quantity: times(component.quantity, asked.quantity, [...path, 'quantity']),
      listPrice: component.listPrice,
      discounts: discount === 0 ? [] : [{ amount: discount, bearer: component.discountBearer }],
      tax: null,
      amount,
      terms: termsOf(around, component.partnerId, at),
      poolOverride: offerAt(offered, component.offerVersion)?.poolOverride ?? null,
    }
  })
}

const draftsOf = (placing: Placing, asked: PlacedLine, line: number): LineDraft[] => {
  const path = ['lines', String(line - 1)]
  switch (asked.kind) {
    case 'OFFER':
      return [offerDraft(placing, asked, line, path)]
    case 'BUNDLE':
      return bundleDrafts(placing, asked, path)
    case 'FREIGHT':
      checkPartner(placing.around, asked.partnerId, line, refuse)
      return [
        freightDraft(asked.partnerId, asked.amount, termsOf(placing.around, asked.partnerId, placing.at)),
      ]
    default:
      return unreachable(asked)
  }
}

export const place = (
  state: PurchaseState,
  command: CommandOf<'PlacePurchase'>,
  around: Surroundings,
): readonly PurchaseEvent[] => {
  if (state.status !== 'NONE') throw new Rejection('TAKEN', 'This purchase was placed already.')
  const { community, membership } = around
  if (community.founded === null)
    throw new Rejection('NOT_FOUND', 'There is no such community.', ['communityId'])
  if (!membership.active)
    throw new Rejection('NOT_A_MEMBER', 'Only members of the community can buy in it.', ['personId'])
  const { communityId, at, personId } = command
  const placing: Placing = { around, at, communityId, currency: community.founded.currency }
  const drafts = command.lines.flatMap((asked, i) => draftsOf(placing, asked, i + 1))
  for (const [i, draft] of drafts.entries()) {
    if (draft.terms === null) {
      throw new Rejection(
        'NO_TERMS',
        'The partner and the community have no terms in force: accept some first.',
        ['lines', String(Math.min(i, command.lines.length - 1))],
      )
    }
  }
  const total = guarded(drafts.reduce((sum, { amount }) => sum + amount, 0))
  if (total !== command.total) {
    throw new Rejection(
      'VERSION_CHANGED',
      `The total is ${total} minor units, not ${command.total}.`,
      ['total'],
      { total },
    )
  }
  const leaderId = leaderOf(around, command.pickupPointId, (message) => {
    throw new Rejection('NOT_FOUND', message, ['pickupPointId'])
  })
  const sale = freezeSale({
    facts: {
      ...saleFacts(around, command.purchaseId, communityId, personId, at),
      stated: false,
      segmentsKnownAt: 'PLACEMENT',
      source: null,
      pickupPointId: command.pickupPointId,
    },
    attribution: creditedFor(around, personId, at),
    lines: drafts,
    flags: [],
    leaderId,
    buyerId: around.buyer.guest ? null : personId,
  })
  return [{ type: 'PurchasePlaced', data: sale }]
}
