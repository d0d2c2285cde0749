/** Cells of the serving matrix in order, several months as one. */
import type { DocumentReader } from '../documents.ts'
import { ALL, NONE } from '../views/keys.ts'
import { type CellDocument, cells, type Figures, served } from '../views/matrix-cells.ts'
import { beyond, following, grouped } from './chunks.ts'
import type { PairFilter } from './tenancy.ts'

export interface CellsAsked {
  /** A segment's id, NONE, or ALL; null: each of them but ALL. */
  readonly segment: string | null
  /** Null: no category in particular. */
  readonly category: string | null
  /** Both inclusive; both null: of all time. */
  readonly from: string | null
  readonly to: string | null
}

export type CellMonths = readonly [CellDocument, ...CellDocument[]]

/**
 * What orders cells, and where a page begins: the community, then segment (empty where one is asked for) and
 * partner; of one category, partner first.
 */
export type CellPlace = readonly [community: string, second: string, third: string]

const isServing = ({ category }: CellsAsked): boolean => category !== null && category !== NONE

export const placeOf = (asked: CellsAsked, { community, segment, partner }: CellDocument): CellPlace => {
  const told = asked.segment === null ? segment : ''
  return isServing(asked) ? [community, partner, told] : [community, told, partner]
}

const isSamePlace = (a: CellDocument, b: CellDocument): boolean =>
  a.partner === b.partner && a.community === b.community && a.segment === b.segment

const isOneMonth = ({ from, to }: CellsAsked): boolean => from === to

const monthRange = ({ from, to }: CellsAsked) => ({
  range: { field: 'month', from: from ?? `${ALL}!`, below: to === null ? beyond : `${to}!` },
})

/** Every cell within the filter, from a place on. */
const cellsFrom = async function* (
  reader: DocumentReader,
  asked: CellsAsked,
  filter: PairFilter,
  from: CellPlace | null,
  size: number,
): AsyncGenerator<CellMonths> {
  const { segment } = asked
  const places = segment === null ? ['community', 'segment', 'partner'] : ['community', 'partner']
  const order = isOneMonth(asked) ? places : [...places, 'month']
  const start = from === null ? null : segment === null ? from : [from[0], from[2]]
  const where = {
    ...filter,
    ...(segment === null ? {} : { segment }),
    ...(isOneMonth(asked) ? { month: asked.from ?? ALL } : {}),
  }
  const query = { where, ...(isOneMonth(asked) ? {} : monthRange(asked)), order }
  // An empty key, and an empty month, stand before all others: the place itself comes again.
  const after = start === null ? null : [...start, ...(isOneMonth(asked) ? [] : ['']), '']
  for await (const months of grouped(following(reader, cells, query, after, size), isSamePlace)) {
    if (segment !== null || months[0].segment !== ALL) yield months
  }
}

/** Cells of a category, found by where it was ever sold. */
const cellsServing = async function* (
  reader: DocumentReader,
  asked: CellsAsked,
  category: string,
  filter: PairFilter,
  from: CellPlace | null,
  size: number,
): AsyncGenerator<CellMonths> {
  const query = { where: { ...filter, category }, order: ['community', 'partner'] }
  const after = from === null ? null : [from[0], from[1], '']
  for await (const { document } of following(reader, served, query, after, size)) {
    const { partner, community } = document
    yield* cellsFrom(reader, asked, { partner: [partner], community: [community] }, null, size)
  }
}

/** Read in chunks of `size`. */
export const matrixCells = (
  reader: DocumentReader,
  asked: CellsAsked,
  filter: PairFilter,
  from: CellPlace | null,
  size: number,
): AsyncGenerator<CellMonths> =>
  asked.category !== null && isServing(asked)
    ? cellsServing(reader, asked, asked.category, filter, from, size)
    : cellsFrom(reader, asked, filter, from, size)

/** Buyers and reached of several months are null: who bought in two of them would count twice. */
export interface SummedFigures extends Omit<Figures, 'buyers' | 'reached'> {
  readonly buyers: number | null
  readonly reached: number | null
  readonly net: number
}

const least = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b < a) ? b : a
const most = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b > a) ? b : a

/** Figures of one category, or with ALL over all of them; null where none of the months has it. */
export const figuresOf = (months: CellMonths, category: string, isWhole: boolean): SummedFigures | null => {
  const parts = months.flatMap((cell): readonly Figures[] =>
    category === ALL
      ? [cell.figures]
      : cell.categories.flatMap((each) => (each.category === category ? [each.figures] : [])),
  )
  const [first, ...more] = parts
  if (first === undefined) return null
  let sum = first
  for (const part of more) {
    sum = {
      ...sum,
      purchases: sum.purchases + part.purchases,
      units: sum.units + part.units,
      unitsReturned: sum.unitsReturned + part.unitsReturned,
      gross: sum.gross + part.gross,
      refunds: sum.refunds + part.refunds,
      partnerNet: sum.partnerNet + part.partnerNet,
      firstSaleAt: least(sum.firstSaleAt, part.firstSaleAt),
      lastSaleAt: most(sum.lastSaleAt, part.lastSaleAt),
    }
  }
  const persons = isWhole ? {} : { buyers: null, reached: null }
  return { ...sum, net: sum.gross - sum.refunds, ...persons }
}

/** Categories that any of the months has, sorted. */
export const categoriesOf = (months: CellMonths): readonly string[] =>
  [...new Set(months.flatMap((cell) => cell.categories.map(({ category }) => category)))].sort()

/** Whether the question is for months that are kept as one. */
export const isKept = isOneMonth
