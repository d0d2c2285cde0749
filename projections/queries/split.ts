/** How revenue is split, by any of its dimensions. Segments overlap: a figure over all of them is its own, never their sum. */
import { type Role, roles } from '../../domain/events/shapes.ts'
import type { DocumentReader, FieldValue } from '../documents.ts'
import type { Collection, Row } from '../views/collection.ts'
import { ALL } from '../views/keys.ts'
import { type PartyDocument, PERSONS, parties, type SplitDocument, splits } from '../views/split.ts'
import { following, grouped } from './chunks.ts'
import { checkFirst, cursorOf, fingerprintOf, type Page, type PageRequest, readCursor } from './page.ts'
import { maySee, type Scope } from './scope.ts'
import { isWanted, type SplitAsked, type SplitDimension, type SplitSource, sourceOf } from './split-source.ts'
import { pairFilter } from './tenancy.ts'

/** Minor units, see views/split.ts. What is not grouped by is null. */
export interface SplitRow {
  readonly currency: string
  readonly month: string | null
  readonly community: string | null
  /** NONE: outside every segment. */
  readonly segment: string | null
  readonly partner: string | null
  readonly role: Role | null
  /** Grouped by it, null: the persons together, whom the caller may not know. */
  readonly party: string | null
  readonly gross: number
  readonly reversed: number
  readonly kept: number
  readonly net: number
  readonly legs: number
}

/** What narrows a question, and how that is said. */
const narrowings = {
  from: 'fewer months (from, to)',
  community: 'one community',
  partner: 'one partner',
  groupBy: 'fewer groups: without PARTY, persons are one figure',
} as const
export type Narrowing = keyof typeof narrowings

/** What is asked spans more than is summed in one go. `by`: what of the question can be narrowed, never nothing. */
export class TooWide extends Error {
  override readonly name = 'TooWide'
  readonly by: readonly Narrowing[]
  constructor(by: readonly Narrowing[]) {
    const ways = by.map((each) => narrowings[each]).join(', or ')
    super(`More than ${mostDocuments} figures would have to be summed at once. Ask for ${ways}.`)
    this.by = by
  }
}

type Sums = Pick<SplitRow, 'gross' | 'reversed' | 'kept' | 'legs'>
type Part = Omit<SplitRow, keyof Sums | 'net'>
type Dimensioned = Pick<SplitDocument, 'currency' | 'month' | 'community' | 'segment' | 'partner'>

/** Documents looked at for one page where no index gives the order of its groups. */
const mostDocuments = 20_000
const chunk = 200

const rank = (role: Role | null): string => (role === null ? '' : String(roles.indexOf(role)))

/** What orders rows, and where a page ends: the group that leads, then all the others. */
const placeOf = (row: Part, lead: SplitSource['lead']): readonly string[] => [
  (lead === null ? null : row[lead]) ?? '',
  row.month ?? '',
  row.community ?? '',
  row.segment ?? '',
  row.partner ?? '',
  rank(row.role),
  row.party ?? '',
  row.currency,
]

const isAfter = (a: readonly FieldValue[], b: readonly FieldValue[]): boolean => {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? ''
    if (value !== other) return String(value) > String(other)
  }
  return false
}

/** Sums by group. */
class Groups {
  readonly #by: ReadonlySet<SplitDimension>
  readonly #scope: Scope
  readonly #rows = new Map<string, SplitRow>()

  constructor(scope: Scope, groupBy: readonly SplitDimension[]) {
    this.#scope = scope
    this.#by = new Set(groupBy)
  }

  get #byShare(): boolean {
    return this.#by.has('ROLE') || this.#by.has('PARTY')
  }

  /**
   * Persons stand in documents of their own; together, where parties are not told apart, or where the caller sees
   * the sale as a partner only: who bought and who shares is the community's to know.
   */
  addSplit(document: SplitDocument): void {
    if (!this.#byShare) {
      this.#add(document, null, null, document)
      return
    }
    for (const [role, party, gross, reversed, kept, legs] of document.shares) {
      const arePersons = party === PERSONS
      if (arePersons && this.#by.has('PARTY') && maySee(this.#scope, document.community)) continue
      this.#add(document, role, arePersons ? null : party, { gross, reversed, kept, legs })
    }
  }

  /** Of a person's shares, those in segments that are asked for. */
  addParty(document: PartyDocument, isAsked: (segment: string) => boolean): void {
    if (!maySee(this.#scope, document.community)) return
    for (const [segment, role, gross, reversed, kept, legs] of document.shares)
      if (isAsked(segment))
        this.#add({ ...document, segment }, role, document.party, { gross, reversed, kept, legs })
  }

  #add(of: Dimensioned, role: Role | null, party: string | null, sums: Sums): void {
    const by = this.#by
    const part: Part = {
      currency: of.currency,
      month: by.has('MONTH') ? of.month : null,
      community: by.has('COMMUNITY') ? of.community : null,
      segment: by.has('SEGMENT') ? of.segment : null,
      partner: by.has('PARTNER') ? of.partner : null,
      role: by.has('ROLE') ? role : null,
      party: by.has('PARTY') ? party : null,
    }
    const key = JSON.stringify(part)
    const before = this.#rows.get(key)
    const gross = (before?.gross ?? 0) + sums.gross
    const reversed = (before?.reversed ?? 0) + sums.reversed
    const kept = (before?.kept ?? 0) + sums.kept
    const legs = (before?.legs ?? 0) + sums.legs
    this.#rows.set(key, { ...part, gross, reversed, kept, net: gross - reversed - kept, legs })
  }

  /** In order. */
  rows(lead: SplitSource['lead']): readonly SplitRow[] {
    return [...this.#rows.values()].sort((a, b) => (isAfter(placeOf(a, lead), placeOf(b, lead)) ? 1 : -1))
  }
}

/** Each row once its group is complete, where an index gives the order of the groups that lead. */
const ledRows = async function* (
  reader: DocumentReader,
  scope: Scope,
  source: SplitSource,
  lead: 'community' | 'partner',
  groupBy: readonly SplitDimension[],
  from: string | null,
): AsyncGenerator<SplitRow> {
  const query = {
    where: source.where,
    range: { field: lead, from: from ?? source.first },
    order: [lead, lead === 'partner' ? 'community' : 'partner', 'month'],
  }
  const found = following(reader, splits, query, null, chunk)
  for await (const documents of grouped(found, (a, b) => a[lead] === b[lead])) {
    const groups = new Groups(scope, groupBy)
    for (const document of documents) if (isWanted(source, document)) groups.addSplit(document)
    yield* groups.rows(lead)
  }
}

const all = async <T extends Row & Omit<Dimensioned, 'segment'>>(
  reader: DocumentReader,
  from: Collection<T>,
  source: SplitSource,
  tooWide: () => TooWide,
  take: (document: T) => void,
): Promise<void> => {
  let seen = 0
  const query = { where: source.where, order: [] }
  for await (const { document } of following(reader, from, query, null, chunk)) {
    seen += 1
    if (seen > mostDocuments) throw tooWide()
    if (isWanted(source, document)) take(document)
  }
}

/** Persons have documents for each month alone. */
const withoutAll = ({ month, ...where }: SplitSource['where']): SplitSource['where'] =>
  month === undefined || month[0] === ALL ? where : { ...where, month }

/** Of one month, one community and one partner, only telling persons apart can be too much. */
const narrowingsOf = (
  { where, from, to }: SplitSource,
  groupBy: readonly SplitDimension[],
): readonly Narrowing[] => {
  const isOne = (name: string): boolean => where[name]?.length === 1 && where[name][0] !== ALL
  const by: Narrowing[] = []
  if (from === null || from !== to) by.push('from')
  if (!isOne('community')) by.push('community')
  if (!isOne('partner')) by.push('partner')
  if (by.length === 0 || groupBy.includes('PARTY')) by.push('groupBy')
  return by
}

const otherRows = async (
  reader: DocumentReader,
  scope: Scope,
  source: SplitSource,
  groupBy: readonly SplitDimension[],
): Promise<readonly SplitRow[]> => {
  const groups = new Groups(scope, groupBy)
  const tooWide = () => new TooWide(narrowingsOf(source, groupBy))
  await all(reader, splits, source, tooWide, (document) => groups.addSplit(document))
  if (groupBy.includes('PARTY')) {
    const { segment, ...where } = source.where
    const isAsked = (each: string): boolean => segment?.includes(each) ?? each !== ALL
    await all(reader, parties, { ...source, where: withoutAll(where) }, tooWide, (document) =>
      groups.addParty(document, isAsked),
    )
  }
  return groups.rows(null)
}

/**
 * One row per group and currency, in the order of the groups. A partner's caller sees the legs of its own lines,
 * a community's those of its own sales.
 * @throws {OutOfScope | InvalidPage | TooWide}
 */
export const revenueSplit = async (
  reader: DocumentReader,
  scope: Scope,
  asked: SplitAsked,
  request: PageRequest,
): Promise<Page<SplitRow>> => {
  const first = checkFirst(request.first)
  const source = sourceOf(asked, pairFilter(scope, asked))
  const { lead } = source
  const { where } = source
  const fingerprint = fingerprintOf(splits.name, {
    where: { ...where, groupBy: asked.groupBy, span: [asked.from ?? '', asked.to ?? ''] },
    order: [lead ?? ''],
    descending: false,
  })
  const after = request.after === null ? null : readCursor(fingerprint, 8, request.after)
  const from = after === null ? null : String(after[0])
  const rows =
    lead === null
      ? await otherRows(reader, scope, source, asked.groupBy)
      : ledRows(reader, scope, source, lead, asked.groupBy, from)
  const edges: { cursor: string; node: SplitRow }[] = []
  for await (const node of rows) {
    const place = placeOf(node, lead)
    if (after !== null && !isAfter(place, after)) continue
    if (edges.length === first) return { edges, hasNextPage: true }
    edges.push({ cursor: cursorOf(fingerprint, place), node })
  }
  return { edges, hasNextPage: false }
}
