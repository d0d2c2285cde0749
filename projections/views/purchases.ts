/**
 * Purchases as lists show them: one document each, and `sales`, one per partner of a purchase of several partners,
 * so that a brand's list never holds another's figures. Line by line, a purchase is read from its own stream.
 */
import type { LineReversal } from '../../domain/events/purchases.ts'
import type { Sale, SaleLine } from '../../domain/events/sale.ts'
import type { Change } from '../projection.ts'
import { keyOf } from './keys.ts'
import { type PurchaseDocument, purchases, type SaleDocument, sales, settled } from './purchase-documents.ts'
import { type EventOf, view } from './view.ts'

const types = [
  'PurchasePlaced',
  'PaymentCaptured',
  'PurchaseRefunded',
  'AttributionCorrected',
  'PurchaseCancelled',
  'PurchaseVoided',
  'VarianceBooked',
  'PaymentDisputed',
  'DisputeWon',
  'DisputeLost',
] as const

const amountOf = (lines: readonly { readonly amount: number }[]): number => {
  let sum = 0
  for (const { amount } of lines) sum += amount
  return sum
}

const unitsOf = (lines: readonly SaleLine[]): number => {
  let sum = 0
  for (const { kind, quantity } of lines) if (kind === 'GOODS') sum += quantity
  return sum
}

type Legs = readonly { readonly role: string; readonly amount: number }[]

const partnerPart = (legs: Legs): number => {
  let sum = 0
  for (const { role, amount } of legs) if (role === 'PARTNER') sum += amount
  return sum
}

const netOf = (lines: readonly { readonly legs: Legs }[]): number => {
  let sum = 0
  for (const { legs } of lines) sum += partnerPart(legs)
  return sum
}

const takenOf = (lines: readonly LineReversal[]): number => {
  let sum = 0
  for (const { reversals, keptFee } of lines) sum += keptFee + partnerPart(reversals)
  return sum
}

const placed = (sale: Sale): PurchaseDocument => {
  const partners = new Set(sale.lines.map(({ partnerId }) => partnerId))
  return settled({
    purchase: sale.purchaseId,
    community: sale.communityId,
    partner: partners.size === 1 ? (sale.lines[0]?.partnerId ?? null) : null,
    partners: partners.size,
    person: sale.personId,
    membership: sale.membershipId,
    stated: sale.stated,
    source: sale.source,
    placedAt: sale.placedAt,
    businessDate: sale.businessDate,
    currency: sale.currency,
    total: sale.total,
    goods: amountOf(sale.lines.filter(({ kind }) => kind === 'GOODS')),
    freight: amountOf(sale.lines.filter(({ kind }) => kind === 'FREIGHT')),
    units: unitsOf(sale.lines),
    partnerNet: netOf(sale.lines),
    captured: 0,
    refunded: 0,
    refundedCash: 0,
    cleared: 0,
    varianceBooked: 0,
    varianceReason: null,
    recognised: sale.stated,
    uncovered: sale.lines.filter(({ amount }) => amount > 0).length,
    openDisputes: 0,
    end: null,
    replacedBy: null,
    flags: [...new Set(sale.flags.map((each) => each.flag))],
  })
}

const partsOf = (sale: Sale): readonly Change[] => {
  const partners = new Set(sale.lines.map(({ partnerId }) => partnerId))
  if (partners.size === 1) return []
  return [...partners].map((partner) => {
    const lines = sale.lines.filter(({ partnerId }) => partnerId === partner)
    return sales.change(keyOf(sale.purchaseId, partner), () => ({
      purchase: sale.purchaseId,
      partner,
      community: sale.communityId,
      placedAt: sale.placedAt,
      businessDate: sale.businessDate,
      currency: sale.currency,
      amount: amountOf(lines),
      units: unitsOf(lines),
      partnerNet: netOf(lines),
      refunded: 0,
    }))
  })
}

/** Whether the purchase has several partners, its own document knows: where not, there is no such part. */
const partChanges = <Line extends { readonly partnerId: string }>(
  purchaseId: string,
  lines: readonly Line[],
  fold: (part: SaleDocument, lines: readonly Line[]) => SaleDocument,
): readonly Change[] =>
  [...new Set(lines.map(({ partnerId }) => partnerId))].map((partner) =>
    sales.change(keyOf(purchaseId, partner), (part) =>
      part === undefined
        ? undefined
        : fold(
            part,
            lines.filter(({ partnerId }) => partnerId === partner),
          ),
    ),
  )

const partsTakenBack = (purchaseId: string, lines: readonly LineReversal[]): readonly Change[] =>
  partChanges(purchaseId, lines, (part, own) => ({
    ...part,
    partnerNet: part.partnerNet - takenOf(own),
    refunded: part.refunded + amountOf(own),
  }))

const correctedBy = (lines: readonly { readonly before: Legs; readonly after: Legs }[]): number => {
  let sum = 0
  for (const { before, after } of lines) sum += partnerPart(after) - partnerPart(before)
  return sum
}

const changes = (event: EventOf<(typeof types)[number]>): readonly Change[] => {
  const { purchaseId } = event.data
  const purchase = (fold: (before: PurchaseDocument) => PurchaseDocument): Change =>
    purchases.change(purchaseId, (before) => (before === undefined ? undefined : fold(before)))
  switch (event.type) {
    case 'PurchasePlaced':
      return [purchases.change(purchaseId, () => placed(event.data)), ...partsOf(event.data)]
    case 'PaymentCaptured': {
      const { captured, covered } = event.data
      return [
        purchase((before) =>
          settled({ ...before, captured, recognised: true, uncovered: before.uncovered - covered.length }),
        ),
      ]
    }
    case 'PurchaseRefunded': {
      const { amount, cash, receivable, lines } = event.data
      return [
        purchase((before) =>
          settled({
            ...before,
            refunded: before.refunded + amount,
            refundedCash: before.refundedCash + amountOf(cash),
            cleared: before.cleared + receivable,
            partnerNet: before.partnerNet - takenOf(lines),
          }),
        ),
        ...partsTakenBack(purchaseId, lines),
      ]
    }
    case 'DisputeLost': {
      const { amount, lines } = event.data
      return [
        purchase((before) =>
          settled({
            ...before,
            refunded: before.refunded + amount,
            openDisputes: before.openDisputes - 1,
            partnerNet: before.partnerNet - takenOf(lines),
          }),
        ),
        ...partsTakenBack(purchaseId, lines),
      ]
    }
    case 'AttributionCorrected': {
      const { lines } = event.data
      return [
        purchase((before) => ({ ...before, partnerNet: before.partnerNet + correctedBy(lines) })),
        ...partChanges(purchaseId, lines, (part, own) => ({
          ...part,
          partnerNet: part.partnerNet + correctedBy(own),
        })),
      ]
    }
    case 'PurchaseCancelled':
      return [purchase((before) => settled({ ...before, end: 'CANCELLED' }))]
    case 'PurchaseVoided': {
      const { replacedBy } = event.data
      return [purchase((before) => settled({ ...before, partnerNet: 0, end: 'VOIDED', replacedBy }))]
    }
    case 'VarianceBooked': {
      const { amount, reason } = event.data
      return [
        purchase((before) =>
          settled({ ...before, varianceBooked: before.varianceBooked + amount, varianceReason: reason }),
        ),
      ]
    }
    case 'PaymentDisputed':
      return [purchase((before) => settled({ ...before, openDisputes: before.openDisputes + 1 }))]
    case 'DisputeWon':
      return [purchase((before) => settled({ ...before, openDisputes: before.openDisputes - 1 }))]
  }
}

export const purchaseList = view({
  name: 'purchases',
  version: 1,
  collections: [purchases, sales],
  types,
  changes,
})
