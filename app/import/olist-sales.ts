/** States who joined and bought what, what was paid, and what was refunded. */
import { z } from 'zod'
import { Rejection } from '../../domain/decider.ts'
import { membershipIdOf } from '../../domain/derive.ts'
import { type CommandOf, purchaseCommand, type RecordedLine } from '../../domain/purchase/commands.ts'
import { olistSystem } from './olist-ids.ts'
import { parkOrder, parkOrphan, parkRow, paymentOf } from './olist-parking.ts'
import type { OlistPlan, PlannedMember, PlannedPurchase } from './olist-plan.ts'
import { type Step, type StepParts, stepOf } from './olist-steps.ts'
import type { OlistItem } from './olist-tables.ts'
import { olistOpening } from './olist-terms.ts'
import { olistCurrency } from './olist-values.ts'

const minuteMs = 60_000

const lineOf = (
  kind: RecordedLine['kind'],
  partnerId: string,
  offerId: string | null,
  amount: number,
): RecordedLine => ({
  kind,
  partnerId,
  offer: offerId === null ? null : { id: offerId, version: null },
  category: null,
  quantity: 1,
  listPrice: amount,
  discounts: [],
  tax: null,
  amount,
})

const goodsLine = ({ ids }: StepParts, { product, seller, price }: OlistItem): RecordedLine =>
  lineOf('GOODS', ids.partner(seller), ids.offer(product, seller), price)

/** One for each partner of the order; none where it ships for nothing. */
const freightLines = ({ ids }: StepParts, items: readonly OlistItem[]): readonly RecordedLine[] => {
  const bySeller = new Map<string, number>()
  for (const { seller, freight } of items) bySeller.set(seller, (bySeller.get(seller) ?? 0) + freight)
  return [...bySeller]
    .filter(([, amount]) => amount > 0)
    .map(([seller, amount]) => lineOf('FREIGHT', ids.partner(seller), null, amount))
}

interface Buyer {
  readonly communityId: string
  readonly personId: string
}

const recordOf = (
  parts: StepParts,
  { order, at, items, payments, paidAt }: PlannedPurchase,
  buyer: Buyer,
): CommandOf<'RecordPurchase'> => ({
  type: 'RecordPurchase',
  purchaseId: parts.ids.purchase(order),
  source: { system: olistSystem, id: order },
  ...buyer,
  currency: olistCurrency,
  lines: [...items.map((item) => goodsLine(parts, item)), ...freightLines(parts, items)],
  payments: payments.map((payment) => ({ ...paymentOf(order, payment), at: paidAt })),
  pickupPointId: null,
  occurredAt: at,
})

/** Why the purchase cannot be taken as it is; null where it was taken. */
const recordPurchase = async (
  { send, model }: StepParts,
  command: CommandOf<'RecordPurchase'>,
): Promise<string | null> => {
  const checked = purchaseCommand.safeParse(command)
  if (!checked.success) return z.prettifyError(checked.error)
  try {
    await send(model.purchase, command.purchaseId, command, command.occurredAt)
    return null
  } catch (error) {
    if (error instanceof Rejection && (error.code === 'INVALID' || error.code === 'AMOUNT_OUT_OF_RANGE'))
      return error.message
    throw error
  }
}

const buyerOf = ({ ids }: StepParts, { person, guest, community }: PlannedMember): Buyer => ({
  communityId: ids.community(community),
  personId: guest ? ids.guest(person) : ids.person(person),
})

/** A minute before the first purchase there. */
const join = async (parts: StepParts, member: PlannedMember, buyer: Buyer): Promise<void> => {
  const { send, derive, model } = parts
  const { communityId, personId } = buyer
  const at = new Date(Date.parse(member.purchases[0]?.at ?? olistOpening) - minuteMs).toISOString()
  const membershipId = membershipIdOf(derive, communityId, personId)
  await send(model.person, personId, { type: 'RegisterPerson', personId, guest: member.guest }, at)
  await Promise.all([
    send(
      model.membership,
      membershipId,
      {
        type: 'JoinCommunity',
        communityId,
        personId,
        how: 'PUBLIC',
        channel: olistSystem,
        through: null,
        inviterId: null,
        joinedAt: at,
        bindingDays: 365,
        stated: true,
      },
      at,
    ),
    send(
      model.membership,
      membershipId,
      { type: 'DeclareInterests', categories: [...member.interests], declaredAt: at },
      at,
    ),
  ])
}

/**
 * Who has bought has joined before, so a member whose purchases a run before recorded is passed over. The orders
 * that cannot be taken are added to `untaken`.
 */
const joinAndBuy = async (parts: StepParts, member: PlannedMember, untaken: Set<string>): Promise<void> => {
  const buyer = buyerOf(parts, member)
  let hasJoined = false
  for (const purchase of member.purchases) {
    const command = recordOf(parts, purchase, buyer)
    if (await parts.hasBegun(parts.model.purchase.category, command.purchaseId, command)) continue
    if (!hasJoined) await join(parts, member, buyer)
    hasJoined = true
    const problem = await recordPurchase(parts, command)
    if (problem === null) continue
    untaken.add(purchase.order)
    await parkOrder(parts, purchase, problem)
  }
}

interface Refund {
  readonly order: string
  readonly reason: string
  readonly at: string
}

const refundsOf = (members: readonly PlannedMember[]): readonly Refund[] =>
  members.flatMap(({ purchases }) =>
    purchases.flatMap(({ order, refund }) => (refund === null ? [] : [{ order, ...refund }])),
  )

/** All of it, lines and freight. */
const recordRefund = async (
  { send, ids, model }: StepParts,
  { order, reason, at }: Refund,
): Promise<void> => {
  await send(
    model.purchase,
    ids.purchase(order),
    {
      type: 'RecordRefund',
      refundId: 'whole-order',
      lines: null,
      reason,
      at,
      source: { system: olistSystem, id: order },
    },
    at,
  )
}

/** Refunds come last, so that the log has a point at which all is sold and nothing is taken back. */
export const salesSteps = (plan: OlistPlan, parts: StepParts): readonly Step[] => {
  const untaken = new Set<string>()
  return [
    stepOf('purchases', plan.members, (member) => joinAndBuy(parts, member, untaken)),
    stepOf('orphan payments', plan.orphans, (orphan) => parkOrphan(parts, orphan)),
    stepOf('unfit rows', plan.unfit, (row) => parkRow(parts, row)),
    stepOf('refunds', refundsOf(plan.members), async (refund) => {
      if (!untaken.has(refund.order)) await recordRefund(parts, refund)
    }),
  ]
}
