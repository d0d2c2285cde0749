/** What can be asked of the revenue split, and which documents answer: the coarsest that tell apart what is asked. */
import { ALL } from '../views/keys.ts'
import type { PairFilter } from './tenancy.ts'

export const splitDimensions = ['MONTH', 'COMMUNITY', 'SEGMENT', 'PARTNER', 'ROLE', 'PARTY'] as const
export type SplitDimension = (typeof splitDimensions)[number]

export interface SplitAsked {
  readonly community: string | null
  readonly partner: string | null
  /** A segment's id or NONE; null: over all of them, each sale once. */
  readonly segment: string | null
  readonly currency: string | null
  /** Months of the books (`2018-03`), both inclusive; null: open. */
  readonly from: string | null
  readonly to: string | null
  /** Empty: one row per currency, the total of all that is asked. */
  readonly groupBy: readonly SplitDimension[]
}

type Name = 'community' | 'partner' | 'segment'

export interface SplitSource {
  readonly where: Readonly<Record<string, readonly string[]>>
  /** Dimensions of which every value is wanted, but not ALL. */
  readonly open: readonly Name[]
  /** The group whose order an index gives: no more is read than the page holds. */
  readonly lead: 'community' | 'partner' | null
  /** The least value of an open dimension: ALL stands before it. */
  readonly first: string
  readonly from: string | null
  readonly to: string | null
}

/** Months that an index is asked for one by one. */
const mostMonths = 60

const monthsBetween = (from: string, to: string): readonly string[] | null => {
  const months: string[] = []
  const [startYear = 0, startMonth = 1] = from.split('-').map(Number)
  for (let index = startMonth - 1; months.length <= mostMonths; index += 1) {
    const year = startYear + Math.floor(index / 12)
    const text = `${String(year).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`
    if (text > to) return months
    months.push(text)
  }
  return null
}

export const sourceOf = (asked: SplitAsked, filter: PairFilter): SplitSource => {
  const by = new Set(asked.groupBy)
  const { segment, from, to } = asked
  const needsPartner = filter.partner !== undefined || by.has('PARTNER') || by.has('PARTY')
  const needsSegment = segment !== null || by.has('SEGMENT')
  const needsCommunity = needsPartner || needsSegment || filter.community !== undefined || by.has('COMMUNITY')
  const where: Record<string, readonly string[]> = {}
  const open: Name[] = []
  const choose = (name: Name, isNeeded: boolean, values: readonly string[] | undefined): void => {
    if (!isNeeded) where[name] = [ALL]
    else if (values === undefined) open.push(name)
    else where[name] = values
  }
  choose('community', needsCommunity, filter.community)
  choose('partner', needsPartner, filter.partner)
  choose('segment', needsSegment, segment === null ? undefined : [segment])
  if (asked.currency !== null) where.currency = [asked.currency]
  const months = from === null || to === null ? null : monthsBetween(from, to)
  if (months !== null) where.month = months
  // Of partners, all time is kept; totals over partners are few enough to add up.
  if (from === null && to === null && needsPartner && !by.has('MONTH')) where.month = [ALL]
  const isOrdered = where.segment !== undefined && !by.has('PARTY')
  const lead = !isOrdered ? null : by.has('PARTNER') ? 'partner' : by.has('COMMUNITY') ? 'community' : null
  return { where, open, lead, first: `${ALL}!`, from, to }
}

/** What the index could not tell. */
export const isWanted = (
  { where, open, from, to }: SplitSource,
  document: { readonly month: string } & Readonly<Partial<Record<Name, string>>>,
): boolean =>
  open.every((name) => document[name] !== ALL) &&
  (document.month !== ALL || where.month?.[0] === ALL) &&
  (from === null || document.month >= from) &&
  (to === null || document.month <= to)
