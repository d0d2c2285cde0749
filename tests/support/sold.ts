/** Sales of a small ecosystem, by their events, for tests of views and queries. */
import type { Rate } from '../../domain/events/organisations.ts'
import type { Sale } from '../../domain/events/sale.ts'
import { captureEvent } from '../../domain/purchase/payments.ts'
import { freezeSale, type LineDraft } from '../../domain/purchase/sale.ts'
import type { Unrecorded } from './folded.ts'
import { idOf } from './world.ts'

export const rate: Rate = {
  category: null,
  poolBasisPoints: 2_000,
  division: [
    { role: 'PLATFORM', basisPoints: 5_000, absentTo: 'PLATFORM' },
    { role: 'OWNER', basisPoints: 5_000, absentTo: 'OWNER' },
  ],
  base: 'GROSS',
  paymentFeeBearer: 'PLATFORM',
  hold: { days: 7, from: 'CAPTURE' },
  keepPoolOnRefund: false,
}

export interface SoldLine {
  readonly partner: string
  readonly amount: number
  /** Null: freight. */
  readonly category: string | null
  readonly quantity?: number
}

export interface Sold {
  readonly n: number
  readonly day: string
  readonly community?: string
  readonly person?: string
  readonly segments?: readonly string[]
  readonly stated?: boolean
  readonly currency?: Sale['currency']
  readonly lines: readonly SoldLine[]
}

const draftOf = ({ partner, amount, category, quantity = 1 }: SoldLine): LineDraft => ({
  kind: category === null ? 'FREIGHT' : 'GOODS',
  partnerId: partner,
  offer: null,
  bundle: null,
  category,
  categoryPath: [],
  quantity,
  listPrice: amount / quantity,
  discounts: [],
  tax: null,
  amount,
  terms: { partnershipId: idOf('partnership'), version: 1, terms: { rates: [rate] } },
  poolOverride: null,
})

/** 20 % of goods go to the pool, halves of it to the platform and the owner; freight is the partner's. */
export const saleOf = (sold: Sold): Sale =>
  freezeSale({
    facts: {
      purchaseId: idOf('purchase', sold.n),
      communityId: sold.community ?? idOf('community'),
      personId: sold.person ?? idOf('person', sold.n),
      membershipId: null,
      segments: (sold.segments ?? []).map((id) => ({ id, version: 1 })),
      currency: sold.currency ?? 'BRL',
      stage: null,
      stated: sold.stated ?? true,
      segmentsKnownAt: 'RECORDING',
      source: null,
      placedAt: `${sold.day}T12:00:00.000Z`,
      zone: 'UTC',
      businessDate: sold.day,
      pickupPointId: null,
    },
    attribution: {
      model: 'LAST_TOUCH',
      windowDays: 30,
      levels: 2,
      candidates: [],
      credited: [],
      reason: 'NOBODY',
    },
    lines: sold.lines.map(draftOf),
    flags: [],
    leaderId: null,
    buyerId: null,
  })

const inPurchase = (sale: Sale, type: string, data: object): Unrecorded => ({
  stream: `purchase-${sale.purchaseId}`,
  type,
  data,
})

export const placed = (sale: Sale): Unrecorded => inPurchase(sale, 'PurchasePlaced', sale)

export const captured = (sale: Sale, amount: number, day = sale.businessDate): Unrecorded =>
  inPurchase(
    sale,
    'PaymentCaptured',
    captureEvent(
      {
        sale,
        capturedBefore: 0,
        coveredBefore: new Set(),
        recognised: sale.stated,
        stated: true,
        tolerance: 1,
      },
      {
        captureId: 'c1',
        provider: 'pay',
        account: 'main',
        transactionId: 't1',
        method: 'card',
        instalments: null,
        amount,
        at: `${day}T13:00:00.000Z`,
      },
    ).data,
  )
