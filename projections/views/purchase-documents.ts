/** Documents of purchases, and what follows from their figures. Amounts are minor units of `currency`. */
import { flag as saleFlag } from '../../domain/events/sale.ts'
import { type Collection, collection } from './collection.ts'
import { described, flag, integer, list, nullable, object, oneOf, type Shaped, text } from './shape.ts'

export const purchaseStatuses = [
  'PLACED',
  'RECOGNISED',
  'PAID',
  'PART_REFUNDED',
  'REFUNDED',
  'CANCELLED',
  'VOIDED',
  'DISPUTED',
] as const
export type PurchaseStatus = (typeof purchaseStatuses)[number]

/** What was captured beside what was sold. Null where nothing stands in the books. */
export const varianceClasses = ['EXACT', 'WITHIN_ONE', 'OVER', 'UNDER', 'UNPAID'] as const
export type VarianceClass = (typeof varianceClasses)[number]

const source = object({ system: text, id: text })

const purchase = object({
  purchase: text,
  community: text,
  /** Null where several partners sold. */
  partner: nullable(text),
  partners: integer,
  person: text,
  membership: nullable(text),
  stated: flag,
  source: nullable(source),
  placedAt: text,
  businessDate: text,
  currency: text,
  total: integer,
  goods: integer,
  freight: integer,
  units: integer,
  /** Of all partners: their legs less what was taken back of them. */
  partnerNet: integer,
  captured: integer,
  /** Of what the buyer pays, lost disputes included. */
  refunded: integer,
  refundedCash: integer,
  /** What refunds cleared of the receivable without cash. */
  cleared: integer,
  varianceBooked: integer,
  /** Left on the buyer's receivable: positive where the buyer still owes. */
  open: integer,
  /** `captured` less `total`. */
  difference: integer,
  varianceClass: nullable(oneOf(varianceClasses)),
  varianceReason: nullable(text),
  status: oneOf(purchaseStatuses),
  recognised: flag,
  /** Lines that are not paid within the tolerance. */
  uncovered: integer,
  openDisputes: integer,
  end: nullable(oneOf(['CANCELLED', 'VOIDED'])),
  replacedBy: nullable(text),
  flags: list(described(saleFlag)),
})
export type PurchaseDocument = Shaped<typeof purchase>

export const purchases: Collection<PurchaseDocument> = collection({
  name: 'purchases',
  fields: {
    community: 'text',
    partner: 'text',
    person: 'text',
    placedAt: 'text',
    currency: 'text',
    status: 'text',
    varianceClass: 'text',
    difference: 'integer',
    open: 'integer',
  },
  indexes: [
    ['placedAt'],
    ['community', 'placedAt'],
    ['partner', 'placedAt'],
    ['person', 'placedAt'],
    ['varianceClass', 'currency', 'placedAt'],
  ],
  fixed: ['community', 'partner', 'person', 'placedAt', 'currency'],
  shape: purchase,
})

const sale = object({
  purchase: text,
  partner: text,
  community: text,
  placedAt: text,
  businessDate: text,
  currency: text,
  amount: integer,
  units: integer,
  partnerNet: integer,
  refunded: integer,
})
export type SaleDocument = Shaped<typeof sale>

/** One partner's part of a purchase of several partners; a purchase of one partner is its own. */
export const sales: Collection<SaleDocument> = collection({
  name: 'sales',
  fields: { partner: 'text', community: 'text', placedAt: 'text' },
  indexes: [['partner', 'placedAt']],
  shape: sale,
})

const classOf = (total: number, captured: number): VarianceClass => {
  const difference = captured - total
  if (difference === 0) return 'EXACT'
  if (captured === 0) return 'UNPAID'
  if (Math.abs(difference) === 1) return 'WITHIN_ONE'
  return difference > 0 ? 'OVER' : 'UNDER'
}

type Counted = Omit<PurchaseDocument, 'open' | 'difference' | 'varianceClass' | 'status'>

const statusOf = (facts: Counted): PurchaseStatus => {
  if (facts.end !== null) return facts.end
  if (facts.openDisputes > 0) return 'DISPUTED'
  if (!facts.recognised) return 'PLACED'
  if (facts.refunded > 0) return facts.refunded === facts.total ? 'REFUNDED' : 'PART_REFUNDED'
  return facts.uncovered === 0 ? 'PAID' : 'RECOGNISED'
}

/** The document with what follows from its counted facts. */
export const settled = (facts: Counted): PurchaseDocument => {
  const { total, captured, cleared, varianceBooked } = facts
  const inBooks = facts.recognised && facts.end === null
  return {
    purchase: facts.purchase,
    community: facts.community,
    partner: facts.partner,
    partners: facts.partners,
    person: facts.person,
    membership: facts.membership,
    stated: facts.stated,
    source: facts.source,
    placedAt: facts.placedAt,
    businessDate: facts.businessDate,
    currency: facts.currency,
    total,
    goods: facts.goods,
    freight: facts.freight,
    units: facts.units,
    partnerNet: facts.partnerNet,
    captured,
    refunded: facts.refunded,
    refundedCash: facts.refundedCash,
    cleared,
    varianceBooked,
    open: inBooks ? total - captured - cleared - varianceBooked : 0,
    difference: captured - total,
    varianceClass: inBooks ? classOf(total, captured) : null,
    varianceReason: facts.varianceReason,
    status: statusOf(facts),
    recognised: facts.recognised,
    uncovered: facts.uncovered,
    openDisputes: facts.openDisputes,
    end: facts.end,
    replacedBy: facts.replacedBy,
    flags: facts.flags,
  }
}
