/** What members of a community's segments are interested in, and nobody offers or ever sold there. */
import type { DocumentReader } from '../documents.ts'
import { offers } from '../views/catalogue.ts'
import { categories, type SegmentDocument, segments } from '../views/directory-documents.ts'
import { served } from '../views/matrix-cells.ts'
import { rollBuckets } from '../views/members.ts'
import { following } from './chunks.ts'
import type { MatrixReaders } from './matrix.ts'
import { supplyOf } from './matrix-supply.ts'
import { checkFirst, cursorOf, fingerprintOf, type Page, type PageRequest, readCursor } from './page.ts'
import { checkScope, type Scope } from './scope.ts'

export interface GapReaders extends MatrixReaders {
  readonly members: DocumentReader
}

/** `category` is one that the segment's rule asks an interest in. */
export interface Gap {
  readonly community: string
  readonly segment: string
  readonly category: string
  /** Members of the segment, as last recorded. */
  readonly members: number
}

const chunk = 200
/** Levels of a taxonomy that are looked through. */
const deepest = 20

/** A category and all below it. */
const withDescendants = async (directory: DocumentReader, category: string): Promise<readonly string[]> => {
  const found = new Set([category])
  let level = [category]
  for (let depth = 0; depth < deepest && level.length > 0; depth += 1) {
    const below: string[] = []
    const query = { where: { parent: level }, order: [] }
    for await (const { document } of following(directory, categories, query, null, chunk)) {
      if (!found.has(document.category)) below.push(document.category)
    }
    for (const each of below) found.add(each)
    level = below
  }
  return [...found].sort()
}

const isOffered = async (
  readers: GapReaders,
  { segment, community }: SegmentDocument,
  wanted: readonly string[],
  now: string,
): Promise<boolean> => {
  const rows = await readers.catalogue.sum({
    collection: offers.name,
    where: { category: wanted, status: 'PUBLISHED' },
    range: { field: 'until', from: `${now}!` },
    groupBy: ['partner'],
    sums: [],
  })
  for (let at = 0; at < rows.length; at += chunk) {
    const places = rows
      .slice(at, at + chunk)
      .map(({ group }) => ({ partner: String(group.partner), community }))
    const supply = await supplyOf(readers, places, now)
    if (
      places.some((place) =>
        wanted.some((category) => supply.offersLive({ ...place, segment, category }) > 0),
      )
    ) {
      return true
    }
  }
  return false
}

const sizeOf = async (members: DocumentReader, segment: string): Promise<number> => {
  const [row] = await members.sum({
    collection: rollBuckets.name,
    where: { segment },
    groupBy: [],
    sums: ['members'],
  })
  return row?.sums.members ?? 0
}

const gapsOf = async (
  readers: GapReaders,
  segment: SegmentDocument,
  now: string,
): Promise<readonly Gap[]> => {
  const gaps: Gap[] = []
  const { community } = segment
  for (const category of [...segment.interests].sort()) {
    const wanted = await withDescendants(readers.directory, category)
    const where = { category: wanted, community }
    if ((await readers.matrix.count({ collection: served.name, where }, 1)) > 0) continue
    if (await isOffered(readers, segment, wanted, now)) continue
    gaps.push({
      community,
      segment: segment.segment,
      category,
      members: await sizeOf(readers.members, segment.segment),
    })
  }
  return gaps
}

/**
 * Gaps of one community, by segment and category. `now`: the ISO instant that offers are live at.
 * @throws {OutOfScope | InvalidPage}
 */
export const demandGaps = async (
  readers: GapReaders,
  scope: Scope,
  asked: { readonly community: string; readonly now: string },
  request: PageRequest,
): Promise<Page<Gap>> => {
  const { community, now } = asked
  checkScope(scope, community)
  const first = checkFirst(request.first)
  const query = { where: { community }, order: ['name'] }
  const fingerprint = fingerprintOf('gaps', { ...query, descending: false })
  const after = request.after === null ? null : readCursor(fingerprint, 3, request.after)
  const from = after === null ? null : [after[0] ?? '', '']
  const edges: { cursor: string; node: Gap }[] = []
  for await (const { document } of following(readers.directory, segments, query, from, chunk)) {
    if (document.retired) continue
    const isResumed = after !== null && document.name === after[0]
    if (isResumed && document.segment < String(after[1])) continue
    for (const node of await gapsOf(readers, document, now)) {
      if (isResumed && node.segment === after[1] && node.category <= String(after[2])) continue
      if (edges.length === first) return { edges, hasNextPage: true }
      edges.push({ cursor: cursorOf(fingerprint, [document.name, node.segment, node.category]), node })
    }
  }
  return { edges, hasNextPage: false }
}
