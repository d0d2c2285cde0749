/** The serving matrix: whom each partner serves, where, and whether it still does. */
import type { DocumentReader } from '../documents.ts'
import { partnerships } from '../views/directory-documents.ts'
import { ALL, keyOf } from '../views/keys.ts'
import { cells } from '../views/matrix-cells.ts'
import { beyond, following } from './chunks.ts'
import {
  type CellMonths,
  type CellPlace,
  type CellsAsked,
  categoriesOf,
  figuresOf,
  isKept,
  matrixCells,
  placeOf,
  type SummedFigures,
} from './matrix-cells.ts'
import { inForce, type Place, type Supply, type SupplyReaders, supplyOf } from './matrix-supply.ts'
import {
  checkFirst,
  cursorOf,
  type Edge,
  fingerprintOf,
  type Page,
  type PageRequest,
  readCursor,
} from './page.ts'
import type { Scope } from './scope.ts'
import { type PairFilter, pairFilter } from './tenancy.ts'

export interface MatrixReaders extends SupplyReaders {
  readonly matrix: DocumentReader
}

/** ACTIVE: sold within `activeDays`; DORMANT: sold before that; OFFERED: offers live, nothing sold. Gaps: see demandGaps. */
export const placeStates = ['ACTIVE', 'DORMANT', 'OFFERED'] as const
export type PlaceState = (typeof placeStates)[number]

export interface MatrixAsked {
  readonly partner: string | null
  readonly community: string | null
  /** A segment's id, NONE or ALL; null: a row for each of them but ALL. */
  readonly segment: string | null
  /** A category, NONE or ALL; null: a row for each of them but ALL. */
  readonly category: string | null
  /** Months (`2018-03`), both inclusive; both null: of all time. */
  readonly from: string | null
  readonly to: string | null
  /** Empty: any. */
  readonly states: readonly PlaceState[]
  /** ISO instant that states and live offers are told for. */
  readonly now: string
  readonly activeDays: number
  /** False: `offersLive` is null, and nothing is read for it; OFFERED rows are left out. */
  readonly withOffers: boolean
}

/** Minor units of `currency`, which is null until something was sold. */
export interface MatrixRow extends SummedFigures {
  readonly partner: string
  readonly community: string
  readonly segment: string
  readonly category: string
  readonly state: PlaceState
  readonly currency: string | null
  readonly offersLive: number | null
}

/** Phases of a listing: what was sold or reached, then what is only offered. */
type Spot = readonly [phase: 'SERVED' | 'OFFERED', ...CellPlace, category: string]

interface Candidate {
  readonly spot: Spot
  readonly place: Place
  readonly currency: string | null
  readonly figures: SummedFigures
  readonly lastSaleAt: string | null
}

const nothing: SummedFigures = {
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
  net: 0,
}

const dayMs = 86_400_000

const stateOf = (asked: MatrixAsked, lastSaleAt: string | null, offersLive: number | null): PlaceState => {
  if (lastSaleAt === null) return (offersLive ?? 0) > 0 ? 'OFFERED' : 'DORMANT'
  const since = new Date(Date.parse(asked.now) - asked.activeDays * dayMs).toISOString()
  return lastSaleAt >= since ? 'ACTIVE' : 'DORMANT'
}

/** States are of all time, whatever months the figures are of. */
const lastSaleEver = async (
  readers: MatrixReaders,
  asked: MatrixAsked,
  place: Place,
  figures: SummedFigures,
) => {
  if (asked.from === null && asked.to === null) return figures.lastSaleAt
  const { partner, community, segment, category } = place
  const found = await readers.matrix.get(cells.name, keyOf(partner, community, segment, ALL))
  if (found === undefined) return null
  return figuresOf([cells.read(found.document)], category, true)?.lastSaleAt ?? null
}

/** Over all categories, or of each, no category is the one to look for. */
const cellsAsked = ({ segment, category, from, to }: MatrixAsked): CellsAsked => ({
  segment,
  category: category === ALL ? null : category,
  from,
  to,
})

const candidatesOf = async function* (
  readers: MatrixReaders,
  asked: MatrixAsked,
  months: CellMonths,
): AsyncGenerator<Candidate> {
  const [{ partner, community, segment, currency }] = months
  for (const category of asked.category === null ? categoriesOf(months) : [asked.category]) {
    const figures = figuresOf(months, category, isKept(asked))
    if (figures === null) continue
    const place = { partner, community, segment, category }
    yield {
      spot: ['SERVED', ...placeOf(cellsAsked(asked), months[0]), category],
      place,
      currency,
      figures,
      lastSaleAt: await lastSaleEver(readers, asked, place, figures),
    }
  }
}

const servedFrom = async function* (
  readers: MatrixReaders,
  asked: MatrixAsked,
  filter: PairFilter,
  from: Spot | null,
  size: number,
): AsyncGenerator<Candidate> {
  if (from?.[0] === 'OFFERED') return
  const place: CellPlace | null = from === null ? null : [from[1], from[2], from[3]]
  for await (const months of matrixCells(readers.matrix, cellsAsked(asked), filter, place, size)) {
    yield* candidatesOf(readers, asked, months)
  }
}

const wasServed = async (readers: MatrixReaders, place: Place): Promise<boolean> => {
  const { partner, community, segment, category } = place
  const found = await readers.matrix.get(cells.name, keyOf(partner, community, segment, ALL))
  return found !== undefined && figuresOf([cells.read(found.document)], category, true) !== null
}

const chunk = 200

/** Partners under terms whose offers were never bought there, nor seen. Of now only, and of one segment and category. */
const offeredFrom = async function* (
  readers: MatrixReaders,
  asked: MatrixAsked,
  filter: PairFilter,
  from: Spot | null,
): AsyncGenerator<Candidate> {
  const { segment, category, withOffers } = asked
  if (!withOffers || segment === null || category === null || asked.from !== null || asked.to !== null) return
  const after = from?.[0] === 'OFFERED' ? [from[1], from[3], beyond] : null
  const query = { where: { ...filter }, order: ['community', 'partner'] }
  for await (const { document } of following(readers.directory, partnerships, query, after, chunk)) {
    const { partner, community } = document
    const place = { partner, community, segment, category }
    if (!inForce(document, asked.now) || (await wasServed(readers, place))) continue
    yield {
      spot: ['OFFERED', community, '', partner, category],
      place,
      currency: null,
      figures: nothing,
      lastSaleAt: null,
    }
  }
}

const isAfter = (a: readonly string[], b: readonly string[]): boolean => {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? ''
    if (value !== other) return value > other
  }
  return false
}

/** Supply is read for so many places at once. */
const batch = 100

const batched = async function* (
  candidates: AsyncIterable<Candidate>,
  size: number,
): AsyncGenerator<Candidate[]> {
  let held: Candidate[] = []
  for await (const candidate of candidates) {
    held.push(candidate)
    if (held.length < size) continue
    yield held
    held = []
  }
  if (held.length > 0) yield held
}

const rowOf = (asked: MatrixAsked, candidate: Candidate, supply: Supply | null): MatrixRow => {
  const { place, currency, figures, lastSaleAt } = candidate
  const offersLive = supply?.offersLive(place) ?? null
  return { ...place, ...figures, currency, state: stateOf(asked, lastSaleAt, offersLive), offersLive }
}

const isSpot = (values: readonly unknown[]): values is Spot =>
  (values[0] === 'SERVED' || values[0] === 'OFFERED') && values.every((value) => typeof value === 'string')

/**
 * Rows by community, segment, partner and category; those that are only offered come last. Cells of overlapping
 * segments overlap: rows of segments are not to be added up, the row of ALL is the total.
 * @throws {OutOfScope | InvalidPage}
 */
export const servingMatrix = async (
  readers: MatrixReaders,
  scope: Scope,
  asked: MatrixAsked,
  request: PageRequest,
): Promise<Page<MatrixRow>> => {
  const first = checkFirst(request.first)
  const filter = pairFilter(scope, asked)
  const { segment, category, from, to, states, activeDays, withOffers } = asked
  const fingerprint = fingerprintOf(cells.name, {
    where: {
      ...filter,
      segment,
      category,
      from,
      to,
      states: [...states].sort(),
      rest: [`${activeDays}`, `${withOffers}`],
    },
    order: [],
    descending: false,
  })
  const read = request.after === null ? null : readCursor(fingerprint, 5, request.after)
  const after = read !== null && isSpot(read) ? read : null
  const edges: Edge<MatrixRow>[] = []
  const size = Math.min(batch, first + 1)
  for (const phase of [servedFrom, offeredFrom]) {
    for await (const candidates of batched(phase(readers, asked, filter, after, size), size)) {
      const left = candidates.filter(
        ({ spot }) => after === null || spot[0] !== after[0] || isAfter(spot, after),
      )
      const supply = withOffers
        ? await supplyOf(
            readers,
            left.map(({ place }) => place),
            asked.now,
          )
        : null
      for (const candidate of left) {
        const row = rowOf(asked, candidate, supply)
        if (candidate.spot[0] === 'OFFERED' && row.offersLive === 0) continue
        if (states.length > 0 && !states.includes(row.state)) continue
        if (edges.length === first) return { edges, hasNextPage: true }
        edges.push({ cursor: cursorOf(fingerprint, candidate.spot), node: row })
      }
    }
  }
  return { edges, hasNextPage: false }
}
