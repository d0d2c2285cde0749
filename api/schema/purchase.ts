/** Purchases: what a member bought in a community, and all that happened to it. */
import type { Capture, Dispute, PurchaseState } from '../../domain/purchase/state.ts'
import {
  type PurchaseDocument,
  purchaseStatuses,
  varianceClasses,
} from '../../projections/views/purchase-documents.ts'
import { builder } from '../graphql/builder.ts'
import type { ApiContext } from '../graphql/context.ts'
import { enumNamed } from '../graphql/input-types.ts'
import { MoneyType, moneyOf } from '../graphql/money.ts'
import { AttributionType } from './explain-split.ts'
import { NodeType } from './node.ts'
import { PurchaseLineType } from './purchase-line.ts'
import { SaleFlagType } from './sale-flag.ts'
import { SourceType } from './source.ts'
import { seesWhole } from './whole-purchase.ts'

export const PurchaseStatusType = enumNamed('PurchaseStatus', purchaseStatuses)
export const VarianceClassType = enumNamed('VarianceClass', varianceClasses)

/** Reads the purchase's own stream: what is in no view. */
export const purchaseStateOf = async (
  { services: { handler, model } }: ApiContext,
  purchaseId: string,
): Promise<PurchaseState> => (await handler.read(model.purchase, purchaseId)).state

type Priced<Of> = Of & { readonly currency: string }

const CaptureType = builder.objectRef<Priced<Capture>>('Capture').implement({
  description: 'Money that a provider took.',
  fields: (t) => ({
    id: t.exposeID('captureId'),
    provider: t.exposeString('provider'),
    account: t.exposeString('account'),
    transactionId: t.exposeString('transactionId'),
    method: t.exposeString('method'),
    instalments: t.exposeInt('instalments', { nullable: true }),
    amount: t.field({ type: MoneyType, resolve: ({ amount, currency }) => moneyOf(amount, currency) }),
    returned: t.field({
      type: MoneyType,
      description: 'Paid back, or lost in a dispute.',
      resolve: ({ returned, currency }) => moneyOf(returned, currency),
    }),
    disputed: t.field({ type: MoneyType, resolve: ({ disputed, currency }) => moneyOf(disputed, currency) }),
    at: t.field({ type: 'DateTime', resolve: ({ at }) => at }),
  }),
})

const DisputeType = builder.objectRef<Priced<Dispute>>('Dispute').implement({
  fields: (t) => ({
    id: t.exposeID('disputeId'),
    captureId: t.exposeID('captureId'),
    amount: t.field({ type: MoneyType, resolve: ({ amount, currency }) => moneyOf(amount, currency) }),
    status: t.field({
      type: enumNamed('DisputeStatus', ['OPEN', 'WON', 'LOST']),
      resolve: ({ status }) => status,
    }),
  }),
})

const SegmentAtType = builder
  .objectRef<{ readonly id: string; readonly version: number }>('SegmentVersion')
  .implement({
    fields: (t) => ({ segmentId: t.exposeID('id'), version: t.exposeInt('version') }),
  })

/** Fields that are read from the stream cost more than those of the view. */
const fromStream = { extensions: { cost: { points: 3 } } } as const

export const PurchaseType = builder.objectRef<PurchaseDocument>('Purchase').implement({
  description:
    'What a member bought in a community. Figures are as the views have them; lines come from its own events.',
  interfaces: [NodeType],
  fields: (t) => ({
    id: t.exposeID('purchase'),
    communityId: t.exposeID('community'),
    personId: t.exposeID('person'),
    membershipId: t.exposeID('membership', { nullable: true }),
    status: t.field({ type: PurchaseStatusType, resolve: ({ status }) => status }),
    stated: t.exposeBoolean('stated', { description: 'Recorded as a sale that happened elsewhere.' }),
    flags: t.field({
      type: [SaleFlagType],
      description: 'Why a stated sale would have been refused, had it been asked for; each once.',
      resolve: ({ flags: found }) => [...found],
    }),
    source: t.field({ type: SourceType, nullable: true, resolve: ({ source }) => source }),
    placedAt: t.field({ type: 'DateTime', resolve: ({ placedAt }) => placedAt }),
    businessDate: t.field({ type: 'Date', resolve: ({ businessDate }) => businessDate }),
    currency: t.field({ type: 'CurrencyCode', resolve: ({ currency }) => currency }),
    total: t.field({ type: MoneyType, resolve: ({ total, currency }) => moneyOf(total, currency) }),
    goods: t.field({ type: MoneyType, resolve: ({ goods, currency }) => moneyOf(goods, currency) }),
    freight: t.field({ type: MoneyType, resolve: ({ freight, currency }) => moneyOf(freight, currency) }),
    units: t.exposeInt('units'),
    partners: t.exposeInt('partners', { description: 'How many partners sold.' }),
    captured: t.field({ type: MoneyType, resolve: ({ captured, currency }) => moneyOf(captured, currency) }),
    refunded: t.field({ type: MoneyType, resolve: ({ refunded, currency }) => moneyOf(refunded, currency) }),
    open: t.field({
      type: MoneyType,
      description:
        'Left on the receivable, as the books have it: positive where the buyer still owes, 0 until the sale is recognised.',
      resolve: ({ open, currency }) => moneyOf(open, currency),
    }),
    variance: t.field({
      type: VarianceClassType,
      nullable: true,
      resolve: ({ varianceClass }) => varianceClass,
    }),
    varianceReason: t.exposeString('varianceReason', { nullable: true }),
    replacedBy: t.exposeID('replacedBy', { nullable: true }),
    lines: t.field({
      type: [PurchaseLineType],
      ...fromStream,
      resolve: async ({ purchase, community, currency }, _args, context) => {
        const { lines } = await purchaseStateOf(context, purchase)
        return lines.map((line) => ({ ...line, currency, namesPersons: seesWhole(context, community) }))
      },
    }),
    captures: t.field({
      type: [CaptureType],
      ...fromStream,
      resolve: async ({ purchase, currency }, _args, context) => {
        const { captures } = await purchaseStateOf(context, purchase)
        return captures.map((capture) => ({ ...capture, currency }))
      },
    }),
    disputes: t.field({
      type: [DisputeType],
      ...fromStream,
      resolve: async ({ purchase, currency }, _args, context) => {
        const { disputes } = await purchaseStateOf(context, purchase)
        return disputes.map((dispute) => ({ ...dispute, currency }))
      },
    }),
    attribution: t.field({
      type: AttributionType,
      nullable: true,
      ...fromStream,
      resolve: async ({ purchase }, _args, context) =>
        (await purchaseStateOf(context, purchase)).sale?.attribution ?? null,
    }),
    segments: t.field({
      type: [SegmentAtType],
      description: 'That held at the sale, with their versions.',
      ...fromStream,
      resolve: async ({ purchase }, _args, context) => [
        ...((await purchaseStateOf(context, purchase)).sale?.segments ?? []),
      ],
    }),
    version: t.int({
      description: 'How many events it has: for `expectedVersion`.',
      ...fromStream,
      resolve: async ({ purchase }, _args, { services: { handler, model } }) =>
        (await handler.read(model.purchase, purchase)).revision + 1,
    }),
  }),
})
