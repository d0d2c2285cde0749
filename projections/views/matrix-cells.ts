/** Documents of the serving matrix (see matrix.ts): cells, and the categories that a partner sold in. */
import { type Collection, collection } from './collection.ts'
import type { Turns } from './matrix-rows.ts'
import { integer, list, nullable, object, type Shaped, text } from './shape.ts'
import { plus } from './sums.ts'

/** Money is in minor units; net is gross less refunds. */
const figures = object({
  buyers: integer,
  reached: integer,
  purchases: integer,
  units: integer,
  unitsReturned: integer,
  gross: integer,
  refunds: integer,
  partnerNet: integer,
  /** Null while no purchase counts. */
  firstSaleAt: nullable(text),
  lastSaleAt: nullable(text),
})
export type Figures = Shaped<typeof figures>

const ofCategory = object({ category: text, figures })
type OfCategory = Shaped<typeof ofCategory>

const cell = object({
  partner: text,
  community: text,
  segment: text,
  month: text,
  /** Null until the first sale. */
  currency: nullable(text),
  /** Over all categories. */
  figures,
  /** Sorted, so that a cell is the same whatever came first. */
  categories: list(ofCategory),
})
export type CellDocument = Shaped<typeof cell>

export const cells: Collection<CellDocument> = collection({
  name: 'cells',
  fields: { partner: 'text', community: 'text', segment: 'text', month: 'text' },
  indexes: [
    ['month', 'community', 'segment', 'partner'],
    ['partner', 'month', 'segment', 'community'],
    ['segment', 'community', 'partner', 'month'],
  ],
  fixed: ['partner', 'community', 'segment', 'month'],
  shape: cell,
})

const serving = object({ category: text, community: text, partner: text })
export type ServedDocument = Shaped<typeof serving>

export const served: Collection<ServedDocument> = collection({
  name: 'served',
  fields: { category: 'text', community: 'text', partner: 'text' },
  indexes: [
    ['category', 'community', 'partner'],
    ['partner', 'category', 'community'],
  ],
  shape: serving,
})

/** A sale in another currency than the cell's: sums of both would mean nothing. */
export class MixedCurrencies extends Error {
  override readonly name = 'MixedCurrencies'
}

const zero: Figures = {
  buyers: 0,
  reached: 0,
  purchases: 0,
  units: 0,
  unitsReturned: 0,
  gross: 0,
  refunds: 0,
  partnerNet: 0,
  firstSaleAt: null,
  lastSaleAt: null,
}

export const fresh = (partner: string, community: string, segment: string, month: string): CellDocument => ({
  partner,
  community,
  segment,
  month,
  currency: null,
  figures: zero,
  categories: [],
})

/** What an event adds to a cell, or to one category in it. */
export interface Added {
  units: number
  unitsReturned: number
  gross: number
  refunds: number
  partnerNet: number
}

const earlier = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b < a) ? b : a
const later = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b > a) ? b : a

/** `purchases`: one came (1), was undone (-1), or neither; `placedAt`: of the one that came. */
export const withSale = (
  before: Figures,
  added: Added,
  purchases: number,
  placedAt: string | null,
  turns: Turns,
): Figures => {
  const after = before.purchases + purchases
  return {
    buyers: before.buyers + turns.buyers,
    reached: before.reached + turns.reached,
    purchases: after,
    units: before.units + added.units,
    unitsReturned: before.unitsReturned + added.unitsReturned,
    gross: plus(before.gross, added.gross),
    refunds: plus(before.refunds, added.refunds),
    partnerNet: plus(before.partnerNet, added.partnerNet),
    firstSaleAt: after === 0 ? null : earlier(before.firstSaleAt, placedAt),
    lastSaleAt: after === 0 ? null : later(before.lastSaleAt, placedAt),
  }
}

export const withReach = (before: Figures, reached: number): Figures =>
  reached === 0 ? before : { ...before, reached: before.reached + reached }

/** Where a category stands, or would. */
const placeOf = (categories: readonly OfCategory[], category: string): number => {
  let at = 0
  while (at < categories.length && (categories[at]?.category ?? '') < category) at += 1
  return at
}

/** Changes one category's figures, in a list of one's own. */
export const setCategory = (
  categories: OfCategory[],
  category: string,
  change: (before: Figures) => Figures,
): void => {
  const at = placeOf(categories, category)
  const found = categories[at]
  if (found?.category === category) categories[at] = { category, figures: change(found.figures) }
  else categories.splice(at, 0, { category, figures: change(zero) })
}

/** @throws {MixedCurrencies} */
export const inCurrency = (before: CellDocument, currency: string): string => {
  if (before.currency === null || before.currency === currency) return currency
  throw new MixedCurrencies(
    `${before.partner} sold in ${before.currency} in ${before.community}; a sale in ${currency} cannot be added to it.`,
  )
}
