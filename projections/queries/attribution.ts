/** What traffic brings: the funnel of a community, its shares and its sharers. Partners see none of it. */
import type { DocumentReader, Filter, SumRow } from '../documents.ts'
import {
  type CreditDocument,
  credits,
  funnel,
  type ShareDocument,
  type SharedTouchDocument,
  type SharerDocument,
  sharedTouches,
  sharers,
  shares,
} from '../views/attribution-documents.ts'
import { findPage, type Page, type PageRequest } from './page.ts'
import { maySee, type Scope, scoped } from './scope.ts'

/**
 * Credits in one currency, amounts in minor units. `points` are basis points of purchases: a purchase has 10,000,
 * so that one credited to two sharers counts half with each. `credits` counts it with both.
 */
export interface CreditSums {
  readonly currency: string
  readonly credits: number
  readonly points: number
  readonly gross: number
  /** Legs as SHARER_1 at the sale, and what refunds and lost disputes took back of them. */
  readonly earned: number
  readonly reversed: number
}

const summed = ['points', 'gross', 'earned', 'reversed'] as const

const sumsOf = ({ group, count, sums }: SumRow): CreditSums => ({
  currency: String(group.currency),
  credits: count,
  points: sums.points ?? 0,
  gross: sums.gross ?? 0,
  earned: sums.earned ?? 0,
  reversed: sums.reversed ?? 0,
})

/** `month` and `community`: null where the row is over several of them. */
export interface FunnelRow {
  readonly community: string | null
  readonly month: string | null
  readonly source: string
  readonly channel: string
  readonly touches: number
  readonly joins: number
  /** One for each currency, by currency. */
  readonly credits: readonly CreditSums[]
}

/** Months are `2018-03`, both inclusive; null: open. `by`: the dimensions kept apart, beside source and channel. */
export interface FunnelAsked {
  readonly community: string | null
  readonly from: string | null
  readonly through: string | null
  readonly by: readonly ('community' | 'month')[]
}

const monthsOf = ({ from, through }: FunnelAsked): Filter =>
  from === null && through === null
    ? {}
    : {
        range: {
          field: 'month',
          ...(from === null ? {} : { from }),
          ...(through === null ? {} : { below: `${through}~` }),
        },
      }

const dimensions = ['community', 'month', 'source', 'channel'] as const
type Group = SumRow['group']

const nameOf = (group: Group): string => JSON.stringify(dimensions.map((each) => group[each] ?? null))
const textOrNull = (value: Group[string] | undefined): string | null =>
  typeof value === 'string' ? value : null

const rowOf = (group: Group): FunnelRow => ({
  community: textOrNull(group.community),
  month: textOrNull(group.month),
  source: String(group.source),
  channel: String(group.channel),
  touches: 0,
  joins: 0,
  credits: [],
})

/** Touches, joins and credited purchases by source and channel, in that order. @throws {OutOfScope} */
export const readFunnel = async (
  reader: DocumentReader,
  scope: Scope,
  asked: FunnelAsked,
): Promise<readonly FunnelRow[]> => {
  const filter = { ...monthsOf(asked), where: scoped(scope, 'community', 'community', asked.community) }
  const groupBy = dimensions.filter(
    (each) => each === 'source' || each === 'channel' || asked.by.includes(each),
  )
  const [traffic, credited] = await Promise.all([
    reader.sum({ ...filter, collection: funnel.name, groupBy, sums: ['touches', 'joins'] }),
    reader.sum({ ...filter, collection: credits.name, groupBy: [...groupBy, 'currency'], sums: summed }),
  ])
  const rows = new Map<string, FunnelRow>()
  for (const { group, sums } of traffic) {
    rows.set(nameOf(group), { ...rowOf(group), touches: sums.touches ?? 0, joins: sums.joins ?? 0 })
  }
  for (const row of credited) {
    const name = nameOf(row.group)
    const before = rows.get(name) ?? rowOf(row.group)
    rows.set(name, { ...before, credits: [...before.credits, sumsOf(row)] })
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

export interface ShareFigures {
  readonly share: ShareDocument
  /** One for each currency, by currency. */
  readonly credits: readonly CreditSums[]
}

const withCredits = async (
  reader: DocumentReader,
  found: readonly ShareDocument[],
): Promise<readonly ShareFigures[]> => {
  if (found.length === 0) return []
  const rows = await reader.sum({
    collection: credits.name,
    where: { share: found.map(({ share }) => share) },
    groupBy: ['share', 'currency'],
    sums: summed,
  })
  return found.map((share) => ({
    share,
    credits: rows.filter(({ group }) => group.share === share.share).map(sumsOf),
  }))
}

/** Null: any. `person`: the sharer. */
export interface SharesAsked {
  readonly community: string | null
  readonly person: string | null
}

/** By when they were created. @throws {OutOfScope | InvalidPage} */
export const findShares = async (
  reader: DocumentReader,
  scope: Scope,
  { community, person }: SharesAsked,
  newestFirst: boolean,
  request: PageRequest,
): Promise<Page<ShareFigures>> => {
  const where = {
    ...scoped(scope, 'community', 'community', community),
    ...(person === null ? {} : { person }),
  }
  const query = { where, order: ['createdAt'], descending: newestFirst }
  const page = await findPage(reader, shares, query, request, (each) => each)
  const figures = await withCredits(
    reader,
    page.edges.map(({ node }) => node),
  )
  const edges = page.edges.flatMap(({ cursor }, index) => {
    const node = figures[index]
    return node === undefined ? [] : [{ cursor, node }]
  })
  return { ...page, edges }
}

/** Null where there is none within the scope. */
export const shareById = async (
  reader: DocumentReader,
  scope: Scope,
  id: string,
): Promise<ShareFigures | null> => {
  const found = await reader.get(shares.name, id)
  if (found === undefined) return null
  const share = shares.read(found.document)
  if (!maySee(scope, share.community)) return null
  const [figures] = await withCredits(reader, [share])
  return figures ?? null
}

/** Who shares in a community, by what they earned, most first. @throws {OutOfScope | InvalidPage} */
export const findSharers = async (
  reader: DocumentReader,
  scope: Scope,
  { community, person }: SharesAsked,
  request: PageRequest,
): Promise<Page<SharerDocument>> => {
  const where = {
    ...scoped(scope, 'community', 'community', community),
    ...(person === null ? {} : { person }),
  }
  return findPage(reader, sharers, { where, order: ['earned'], descending: true }, request, (each) => each)
}

/** Null: any. */
export interface CreditsAsked {
  readonly community: string | null
  readonly share: string | null
  readonly sharer: string | null
}

/** The purchases behind the figures of shares and sharers, by when they were shared. @throws {OutOfScope | InvalidPage} */
export const findCredits = async (
  reader: DocumentReader,
  scope: Scope,
  { community, share, sharer }: CreditsAsked,
  newestFirst: boolean,
  request: PageRequest,
): Promise<Page<CreditDocument>> => {
  const where = {
    ...scoped(scope, 'community', 'community', community),
    ...(share === null ? {} : { share }),
    ...(sharer === null ? {} : { sharer }),
  }
  return findPage(reader, credits, { where, order: ['at'], descending: newestFirst }, request, (each) => each)
}

/** Touches through a share, by when they happened. @throws {InvalidPage} */
export const findTouches = async (
  reader: DocumentReader,
  scope: Scope,
  share: string,
  newestFirst: boolean,
  request: PageRequest,
): Promise<Page<SharedTouchDocument>> => {
  const where = { share, ...scoped(scope, 'community', 'community', null) }
  const query = { where, order: ['at'], descending: newestFirst }
  return findPage(reader, sharedTouches, query, request, (each) => each)
}
