/**
 * The serving matrix: whom each partner serves (design section 6). One document per (partner, community, segment,
 * month), where segment and month may be ALL; in it the figures over all categories, and those of each category.
 *
 * - A purchase counts from recognition, once per cell however many lines it has there: in every segment frozen on
 *   it, or in NONE, and in ALL.
 * - Goods count in their category, those without one in OTHER. Freight and other lines count in category NONE, so
 *   that gross, refunds and partner's net of the categories add up to those of ALL. Units are of goods only.
 * - Refunds count in the month in which they take effect, lost disputes as refunds. A void takes the purchase, and
 *   what refunds left of it, out of the month in which it was recognised.
 * - Buyers are persons with at least one purchase that counts; reached are those, and persons with a touch that
 *   showed something of the partner's. Visitors count once they are persons.
 *
 * `served` names the categories in which a partner ever sold in a community, to find cells by category.
 */
import type { Change } from '../projection.ts'
import { ALL, keyOf, monthOf, NONE, partsOf, segmentSlots } from './keys.ts'
import {
  type Added,
  type CellDocument,
  cells,
  fresh,
  inCurrency,
  served,
  setCategory,
  withReach,
  withSale,
} from './matrix-cells.ts'
import { countMember, type MemberRow, members, noTurns, turnsAt } from './matrix-rows.ts'
import { type LineMoved, type Movement, movementOf, movingTypes } from './movement.ts'
import { type DataOf, type EventOf, view } from './view.ts'

/** What an event adds for one partner; the first category is ALL. */
interface PartnerMoved {
  readonly partner: string
  readonly categories: string[]
  readonly added: Added[]
}

const add = (moved: PartnerMoved, category: string, line: LineMoved): void => {
  let at = moved.categories.indexOf(category)
  if (at === -1) {
    at = moved.categories.push(category) - 1
    moved.added.push({ units: 0, unitsReturned: 0, gross: 0, refunds: 0, partnerNet: 0 })
  }
  const sum = moved.added[at]
  if (sum === undefined) return
  sum.units += line.units
  sum.unitsReturned += line.unitsReturned
  sum.gross += line.gross
  sum.refunds += line.refunds
  sum.partnerNet += line.partnerNet
}

const byPartner = (lines: readonly LineMoved[]): readonly PartnerMoved[] => {
  const moved: PartnerMoved[] = []
  for (const line of lines) {
    let partner = moved.find((each) => each.partner === line.partnerId)
    if (partner === undefined) {
      partner = { partner: line.partnerId, categories: [], added: [] }
      moved.push(partner)
    }
    add(partner, ALL, line)
    add(partner, line.category, line)
  }
  return moved
}

const foldSale = (
  before: CellDocument,
  movement: Movement,
  { categories, added }: PartnerMoved,
  row: MemberRow | undefined,
  position: string,
): CellDocument => {
  const { purchases, placedAt } = movement
  const { partner, community, segment, month } = before
  const byCategory = [...before.categories]
  let { figures } = before
  for (const [index, category] of categories.entries()) {
    const more = added[index]
    if (more === undefined) continue
    const turns = purchases === 0 ? noTurns : turnsAt(row, segment, category, position)
    if (category === ALL) figures = withSale(figures, more, purchases, placedAt, turns)
    else setCategory(byCategory, category, (found) => withSale(found, more, purchases, placedAt, turns))
  }
  const currency = inCurrency(before, movement.currency)
  return { partner, community, segment, month, currency, figures, categories: byCategory }
}

const ofMovement = (movement: Movement, position: string): readonly Change[] => {
  const changes: Change[] = []
  const { communityId: community, personId, purchases, segments } = movement
  for (const moved of byPartner(movement.lines)) {
    const { partner, categories } = moved
    const counted = { segments, categories, purchases, touch: false, position }
    for (const month of [ALL, movement.counted]) {
      const row = keyOf(partner, community, personId, month)
      if (purchases !== 0) changes.push(members.change(row, (before) => countMember(before, counted)))
      for (const segment of segments) {
        const fold = (before: CellDocument | undefined, given: MemberRow | undefined): CellDocument =>
          foldSale(before ?? fresh(partner, community, segment, month), movement, moved, given, position)
        const key = keyOf(partner, community, segment, month)
        changes.push(
          purchases === 0
            ? cells.change(key, (before) => fold(before, undefined))
            : cells.changeGiven(key, { of: members, key: row }, fold),
        )
      }
    }
    if (purchases === 1) noteServing(changes, partner, community, categories)
  }
  return changes
}

const noteServing = (
  changes: Change[],
  partner: string,
  community: string,
  categories: readonly string[],
): void => {
  for (const category of categories) {
    if (category === ALL || category === NONE) continue
    const key = keyOf(category, community, partner)
    changes.push(served.change(key, (before) => before ?? { category, community, partner }))
  }
}

const foldTouch = (
  found: CellDocument | undefined,
  fallback: () => CellDocument,
  categories: readonly string[],
  row: MemberRow | undefined,
  position: string,
): CellDocument | undefined => {
  const before = found ?? fallback()
  const byCategory = [...before.categories]
  let { figures } = before
  let isNew = false
  for (const category of categories) {
    const { reached } = turnsAt(row, before.segment, category, position)
    if (reached === 0) continue
    isNew = true
    if (category === ALL) figures = withReach(figures, reached)
    else setCategory(byCategory, category, (each) => withReach(each, reached))
  }
  return isNew ? { ...before, figures, categories: byCategory } : found
}

const ofTouch = (touch: DataOf<'TouchRecorded'>, position: string): readonly Change[] => {
  const { subject, communityId: community, reached } = touch
  if (!subject.startsWith('person_')) return []
  const changes: Change[] = []
  const segments = segmentSlots(touch.segments)
  for (const partner of new Set(reached.map(({ partnerId }) => partnerId))) {
    const shown = reached.flatMap((each) => (each.partnerId === partner ? [each.category ?? NONE] : []))
    const categories = [ALL, ...new Set(shown)]
    const counted = { segments, categories, purchases: 0, touch: true, position } as const
    for (const month of [ALL, monthOf(touch.businessDate)]) {
      const row = keyOf(partner, community, subject, month)
      changes.push(members.change(row, (before) => countMember(before, counted)))
      for (const segment of segments) {
        const empty = () => fresh(partner, community, segment, month)
        changes.push(
          cells.changeGiven(
            keyOf(partner, community, segment, month),
            { of: members, key: row },
            (found, given) => foldTouch(found, empty, categories, given, position),
          ),
        )
      }
    }
  }
  return changes
}

const types = [...movingTypes, 'TouchRecorded'] as const

const changes = (event: EventOf<(typeof types)[number]>): readonly Change[] => {
  if (event.type === 'TouchRecorded') return ofTouch(event.data, event.position)
  const movement = movementOf(event)
  return movement === null ? [] : ofMovement(movement, event.position)
}

/** A member's row is given to the cells of its partner, community and month, whatever their segment. */
const route = (collection: string, key: string): string => {
  if (collection === served.name) return key
  const [partner = '', community = '', , month = ''] = partsOf(key)
  return keyOf(partner, community, month)
}

export const matrix = view({
  name: 'matrix',
  version: 1,
  collections: [cells, members, served],
  route,
  types,
  changes,
})
