/** What can be asked of purchases, and stated about them. */
import * as shape from '../../domain/events/shapes.ts'
import { type CommandOf, purchaseCommand } from '../../domain/purchase/commands.ts'
import type { PurchaseState } from '../../domain/purchase/state.ts'
import { purchases } from '../../projections/views/purchase-documents.ts'
import { purchaseList } from '../../projections/views/purchases.ts'
import type { Reach } from '../auth/reach.ts'
import { mutationsOn } from '../graphql/command-mutation.ts'
import type { Filled, Filling } from '../graphql/command-spec.ts'
import { loadAfter } from '../graphql/load.ts'
import { definePayload } from '../graphql/outcome.ts'
import { PurchaseType } from './purchase.ts'
import { seesWhole } from './whole-purchase.ts'

export const PurchasePayload = definePayload('PurchasePayload', (t) => ({
  purchaseId: t.id({
    nullable: true,
    description: 'Told at once; `purchase` waits for the views.',
    resolve: ({ id }) => id,
  }),
  purchase: t.field({
    type: PurchaseType,
    nullable: true,
    description: 'Null to a caller for a partner: the whole is for the community and the platform to see.',
    resolve: async (outcome, _args, context) => {
      const found = await loadAfter(context, purchaseList.name, purchases, outcome)
      return found !== null && seesWhole(context, found.community) ? found : null
    },
  }),
}))

const mutation = mutationsOn({
  decider: (model) => model.purchase,
  commands: purchaseCommand,
  payload: PurchasePayload,
})

const created = {
  kind: 'NEW',
  prefix: 'purchase',
  property: 'purchaseId',
  within: ({ communityId }: Readonly<Record<string, unknown>>) => [String(communityId)],
} as const
const inCommunity = {
  by: 'COMMAND',
  of: ({ communityId }: { readonly communityId: string }) => [communityId],
  path: 'communityId',
} as const
const named = { kind: 'NAMED', input: 'purchaseId', id: shape.purchaseId, thing: 'purchase' } as const
const own = {
  by: 'STATE',
  of: ({ sale }: PurchaseState) => (sale === null ? [] : [sale.communityId]),
} as const
const currencyOf = ({ sale }: PurchaseState): string | null => sale?.currency ?? null

/** Business keys of the purchase that the client left out are made of the request's key; instants are now. */
const filling =
  (id: string | null) =>
  ({ input, key, services, streamId, now }: Filling): Filled => ({
    ...(id === null || input[id] != null
      ? {}
      : { [id]: services.derive(id.replace(/Id$/, ''), streamId, ...(key?.parts ?? [])) }),
    ...(input.at == null ? { at: now } : {}),
  })
const keyed = (id: string) => ({
  target: named,
  owners: own,
  key: 'REQUIRED' as const,
  currencyOf,
  defaulted: [id, 'at'],
  fill: filling(id),
})
const plain = {
  target: named,
  owners: own,
  key: 'REQUIRED' as const,
  currencyOf,
  defaulted: ['at'],
  fill: filling(null),
}

/** What the platform bears it has to agree to, so a caller for the platform states it. */
const borneByConsent = (
  { lines }: CommandOf<'RecordPurchase'>,
  { all }: Reach,
): { readonly message: string; readonly path: readonly (string | number)[] } | null => {
  if (all) return null
  for (const [line, { discounts }] of lines.entries()) {
    const at = discounts.findIndex(({ bearer }) => bearer === 'platform')
    if (at !== -1)
      return {
        message: 'Only a role for the platform may state that the platform bears a discount.',
        path: ['lines', line, 'discounts', at, 'bearer'],
      }
  }
  return null
}

mutation(
  'placePurchase',
  'PlacePurchase',
  'Asks that a sale happen. Names the versions and the total that the buyer saw.',
  {
    target: created,
    owners: inCommunity,
    key: 'REQUIRED',
    filled: ['at'],
    fill: ({ now }) => ({ at: now }),
  },
)
/** Rows of `recordPurchases` are prepared as this one. */
export const recordPurchase = mutation(
  'recordPurchase',
  'RecordPurchase',
  'States a sale that happened elsewhere: it is taken, with its exceptions flagged (SaleFlag says which there are).',
  {
    target: created,
    owners: inCommunity,
    key: 'REQUIRED',
    consents: borneByConsent,
    filled: ['statedAt'],
    mayLieAhead: true,
    defaulted: ['source'],
    fill: ({ input, key, now }) => ({
      statedAt: now,
      ...(input.source == null ? { source: key?.source } : {}),
    }),
  },
)
mutation(
  'capturePayment',
  'CapturePayment',
  'Takes a payment, of at most what is still to be paid.',
  keyed('captureId'),
)
mutation('recordPaymentFee', 'RecordPaymentFee', 'States what the provider kept for a capture.', {
  ...keyed('feeId'),
  currencyAsked: 'REQUIRED',
})
mutation('fulfilLines', 'FulfilLines', 'Lines were delivered, or fetched. A partner may say so of its own.', {
  ...keyed('fulfilmentId'),
  owners: {
    by: 'STATE',
    of: ({ sale, lines }, command) => {
      if (sale === null) return []
      const told = lines.filter(({ line }) => command.lines === null || command.lines.includes(line.line))
      const [partner, ...others] = new Set(told.map(({ line }) => line.partnerId))
      return partner === undefined || others.length > 0 ? [sale.communityId] : [sale.communityId, partner]
    },
  },
})
mutation(
  'refundPurchase',
  'RefundPurchase',
  'Takes lines back, or parts of them; all that is left, where none is named.',
  {
    ...keyed('refundId'),
    currencyAsked: 'OPTIONAL',
  },
)
mutation('cancelPurchase', 'CancelPurchase', 'A purchase that was never paid is off.', plain)
mutation(
  'voidPurchase',
  'VoidPurchase',
  'The record was wrong: all that it put in the books is taken out. Names the right one, if there is one.',
  plain,
)
mutation(
  'bookVariance',
  'BookVariance',
  'What is left on the receivable goes to the variance account, with its reason.',
  plain,
)
mutation('disputePayment', 'DisputePayment', 'The buyer disputes a capture.', {
  ...keyed('disputeId'),
  currencyAsked: 'REQUIRED',
})
mutation('winDispute', 'WinDispute', 'The disputed money is ours again.', plain)
mutation(
  'loseDispute',
  'LoseDispute',
  'The disputed money is gone: lines are reversed as a refund does it.',
  {
    ...plain,
    currencyAsked: 'REQUIRED',
  },
)
mutation(
  'correctAttribution',
  'CorrectAttribution',
  'Another sharer is credited, or nobody. Before settlement only.',
  {
    ...plain,
    fill: ({ input, streamId, now }) => ({ purchaseId: streamId, ...(input.at == null ? { at: now } : {}) }),
  },
)
