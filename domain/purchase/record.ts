/** Recording states a sale that happened elsewhere: it is taken, with its exceptions flagged, and in the books at once. */
import { Rejection } from '../decider.ts'
import type { PurchaseEvent } from '../events/purchases.ts'
import type { Sale } from '../events/sale.ts'
import { memberAt } from '../membership/state.ts'
import { offerAt, offerInForce, offerProblem } from '../offer.ts'
import type { CommandOf, RecordedLine } from './commands.ts'
import {
  checkPartner,
  type Flagged,
  flagsInto,
  messages,
  type Objection,
  pathOf,
  termsOf,
  times,
} from './exceptions.ts'
import type { Surroundings } from './gather.ts'
import type { Unknown } from './gather-stated.ts'
import { captureEvent } from './payments.ts'
import { freezeSale, type LineDraft } from './sale.ts'
import { creditedFor, guarded, leaderOf, saleFacts } from './sale-facts.ts'
import type { PurchaseState } from './state.ts'

const recordedDraft = (
  around: Surroundings,
  asked: RecordedLine,
  at: string,
  communityId: string,
  line: number,
  object: Objection,
): LineDraft => {
  const path = ['lines', String(line - 1)]
  checkPartner(around, asked.partnerId, line, object)
  const state = asked.offer === null ? undefined : around.offers.get(asked.offer.id)
  const version =
    asked.offer === null || state === undefined ? null : (asked.offer.version ?? offerInForce(state, at))
  const facts = state === undefined || version === null ? null : offerAt(state, version)
  if (asked.offer !== null && facts === null)
    object('OFFER_UNKNOWN', line, 'There is no such version of the offer.', path)
  if (state !== undefined && facts !== null && version !== null) {
    if (state.partnerId !== asked.partnerId) {
      throw new Rejection('INVALID', 'The offer belongs to another partner than the line.', [
        ...path,
        'partnerId',
      ])
    }
    const problem = offerProblem(state, {
      version,
      at,
      communityId,
      segmentIds: around.segments.map(({ id }) => id),
    })
    if (problem !== null) object(problem, line, messages[problem], path)
    if (facts.listPrice !== asked.listPrice)
      object('PRICE_DIFFERS', line, 'The price differs from the offer.', path)
  }
  const terms = termsOf(around, asked.partnerId, at)
  if (terms === null) object('NO_TERMS', line, 'There were no terms in force.', path)
  const category = asked.kind === 'FREIGHT' ? null : (asked.category ?? facts?.category ?? null)
  return {
    kind: asked.kind,
    partnerId: asked.partnerId,
    offer: asked.offer === null || version === null ? null : { id: asked.offer.id, version },
    bundle: null,
    category,
    categoryPath: pathOf(around, category),
    quantity: asked.quantity,
    listPrice: asked.listPrice,
    discounts: asked.discounts,
    tax: asked.tax,
    amount: asked.amount,
    terms,
    poolOverride: facts?.poolOverride ?? null,
  }
}

/** Bearers have to be of this sale: its line's partner, its community, or the platform. */
const checkBearers = (command: CommandOf<'RecordPurchase'>): void => {
  for (const [i, line] of command.lines.entries()) {
    for (const [j, { bearer }] of line.discounts.entries()) {
      if (bearer !== line.partnerId && bearer !== command.communityId && bearer !== 'platform') {
        throw new Rejection(
          'INVALID',
          "A discount is borne by the line's partner, the community or the platform.",
          ['lines', String(i), 'discounts', String(j), 'bearer'],
        )
      }
    }
    const gross = times(line.listPrice, line.quantity, ['lines', String(i), 'quantity'])
    const discounts = line.discounts.reduce((sum, { amount }) => sum + amount, 0)
    if (gross - discounts !== line.amount) {
      throw new Rejection(
        'INVALID',
        `List price times quantity less discounts is ${gross - discounts}, but the amount says ${line.amount}.`,
        ['lines', String(i), 'amount'],
      )
    }
    if (line.tax !== null && line.tax.amount > line.amount) {
      throw new Rejection('INVALID', 'An inclusive tax is never above the amount.', [
        'lines',
        String(i),
        'tax',
      ])
    }
  }
}

/** No community of people who met online, and no deployment, is older. */
const earliest = '2000-01-01T00:00:00.000Z'
/** Clocks of tills and of zones that were mistaken differ by less. */
const aheadMs = 86_400_000

const objectToTimes = (
  { occurredAt, statedAt, payments }: CommandOf<'RecordPurchase'>,
  object: Objection,
): void => {
  if (occurredAt < earliest)
    object('OCCURRED_TOO_EARLY', null, 'No sale is that old. Mind the year.', ['occurredAt'])
  if (statedAt === undefined) return
  const latest = Date.parse(statedAt) + aheadMs
  if ([occurredAt, ...payments.map(({ at }) => at)].some((at) => Date.parse(at) > latest))
    object('OCCURRED_IN_FUTURE', null, 'The sale or a payment of it lies ahead.', ['occurredAt'])
}

/**
 * What no partner ever agreed to: a sale that is asked for takes a discount off a partner's own receipts only by a
 * bundle whose component the partner accepted, and no stated line names one.
 */
const objectToLines = (
  { lines }: CommandOf<'RecordPurchase'>,
  { categories }: Unknown,
  object: Objection,
): void => {
  for (const [i, { partnerId, category, discounts }] of lines.entries()) {
    const path = ['lines', String(i)]
    if (category !== null && categories.has(category))
      object('CATEGORY_UNKNOWN', i + 1, 'There is no such category.', [...path, 'category'])
    if (discounts.some(({ amount, bearer }) => amount > 0 && bearer === partnerId))
      object('BEARER_UNCONFIRMED', i + 1, 'The partner has not agreed to bear it.', [...path, 'discounts'])
  }
}

export const record = (
  state: PurchaseState,
  command: CommandOf<'RecordPurchase'>,
  { around, unknown }: { readonly around: Surroundings; readonly unknown: Unknown },
  tolerance: number,
): readonly PurchaseEvent[] => {
  if (state.status !== 'NONE') throw new Rejection('TAKEN', 'This purchase was recorded already.')
  const { communityId, occurredAt, personId } = command
  if (around.community.founded === null)
    throw new Rejection('NOT_FOUND', 'There is no such community.', ['communityId'])
  if (command.currency !== around.community.currency) {
    throw new Rejection(
      'CURRENCY_MISMATCH',
      `The community sells in ${around.community.currency}, not ${command.currency}.`,
      ['currency'],
    )
  }
  checkBearers(command)
  const flags: Flagged[] = []
  const object = flagsInto(flags)
  objectToTimes(command, object)
  if (unknown.person) object('PERSON_UNKNOWN', null, 'There is no such person.', ['personId'])
  if (!memberAt(around.membership, occurredAt)) object('NOT_A_MEMBER', null, '', [])
  const drafts = command.lines.map((line, i) =>
    recordedDraft(around, line, occurredAt, communityId, i + 1, object),
  )
  objectToLines(command, unknown, object)
  guarded(drafts.reduce((sum, { amount }) => sum + amount, 0))
  const leaderId = leaderOf(around, command.pickupPointId, (message) =>
    object('PICKUP_POINT_UNKNOWN', null, message, ['pickupPointId']),
  )
  const sale: Sale = freezeSale({
    facts: {
      ...saleFacts(around, command.purchaseId, communityId, personId, occurredAt),
      stated: true,
      segmentsKnownAt: 'RECORDING',
      source: command.source,
      pickupPointId: command.pickupPointId,
    },
    attribution: creditedFor(around, personId, occurredAt),
    lines: drafts,
    flags,
    leaderId,
    buyerId: around.buyer.guest ? null : personId,
  })
  return [{ type: 'PurchasePlaced', data: sale }, ...paymentsOf(sale, command.payments, tolerance)]
}

/** Payments stated with the sale, in their order. */
const paymentsOf = (
  sale: Sale,
  payments: CommandOf<'RecordPurchase'>['payments'],
  tolerance: number,
): PurchaseEvent[] => {
  if (new Set(payments.map(({ captureId }) => captureId)).size !== payments.length) {
    throw new Rejection('INVALID', 'Each payment needs a capture id of its own.', ['payments'])
  }
  const events: PurchaseEvent[] = []
  let capturedBefore = 0
  const covered = new Set(sale.lines.filter(({ amount }) => amount === 0).map(({ line }) => line))
  for (const payment of payments) {
    const event = captureEvent(
      { sale, capturedBefore, coveredBefore: covered, recognised: true, stated: true, tolerance },
      payment,
    )
    capturedBefore = event.data.captured
    for (const line of event.data.covered) covered.add(line)
    events.push(event)
  }
  return events
}
