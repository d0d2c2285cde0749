/** Documents of the serving matrix (see matrix.ts): cells, and the categories that a partner sold in. */
import { type Collection, collection } from './collection.ts'
import { integer, list, nullable, object, type Shaped, text } from './shape.ts'

const figures = {
  buyers: integer,
  reached: integer,
  purchases: integer,
  units: integer,
  unitsReturned: integer,
  gross: integer,
  refunds: integer,
  net: integer,
  partnerNet: integer,
  /** Null while no purchase counts. */
  firstSaleAt: nullable(text),
  lastSaleAt: nullable(text),
}
const categoryFigures = object({ category: text, ...figures })
const cell = object({
  partner: text,
  community: text,
  segment: text,
  month: text,
  /** Null until the first sale. */
  currency: nullable(text),
  ...figures,
  categories: list(categoryFigures),
})
export type CellDocument = Shaped<typeof cell>
export type Figures = Pick<CellDocument, keyof typeof figures>

export const cells: Collection<CellDocument> = collection({
  name: 'cells',
  fields: { partner: 'text', community: 'text', segment: 'text', month: 'text' },
  indexes: [
    ['month', 'segment', 'community', 'partner'],
    ['month', 'community', 'segment', 'partner'],
    ['partner', 'month', 'segment', 'community'],
    ['segment', 'community', 'partner', 'month'],
  ],
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

export const zero: Figures = {
  buyers: 0,
  reached: 0,
  purchases: 0,
  units: 0,
  unitsReturned: 0,
  gross: 0,
  refunds: 0,
  net: 0,
  partnerNet: 0,
  firstSaleAt: null,
  lastSaleAt: null,
}

type CategoryFigures = CellDocument['categories'][number]

/** Categories stand sorted, so that a cell is the same whatever came first. */
export const withCategory = (
  categories: readonly CategoryFigures[],
  category: string,
  count: (before: Figures) => Figures,
): readonly CategoryFigures[] => {
  const at = categories.findIndex((each) => each.category >= category)
  const found = categories[at]
  if (found?.category === category) return categories.with(at, { category, ...count(found) })
  return categories.toSpliced(at === -1 ? categories.length : at, 0, { category, ...count(zero) })
}

export interface CellKey {
  readonly partner: string
  readonly community: string
  readonly segment: string
  readonly month: string
}

export const fresh = (key: CellKey): CellDocument => ({ ...key, currency: null, ...zero, categories: [] })

export const inCurrency = (before: CellDocument, currency: string): string => {
  if (before.currency === null || before.currency === currency) return currency
  throw new MixedCurrencies(
    `${before.partner} sold in ${before.currency} in ${before.community}; a sale in ${currency} cannot be added to it.`,
  )
}
