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
import { ALL, keyOf, monthOf, NONE, segmentSlots } from './keys.ts'
import {
  type CellDocument,
  type CellKey,
  cells,
  type Figures,
  fresh,
  inCurrency,
  served,
  withCategory,
} from './matrix-cells.ts'
import { countMember, type MemberRow, members, turnsAt } from './matrix-rows.ts'
import { type LineMoved, type Movement, movementOf, movingTypes } from './movement.ts'
import { type DataOf, type EventOf, view } from './view.ts'

interface Added {
  units: number
  unitsReturned: number
  gross: number
  refunds: number
  partnerNet: number
}

/** What an event adds for one partner. */
interface PartnerMoved {
  readonly partnerId: string
  readonly all: Added
  readonly categories: { readonly category: string; readonly added: Added }[]
}

const nothing = (): Added => ({ units: 0, unitsReturned: 0, gross: 0, refunds: 0, partnerNet: 0 })

const add = (sum: Added, line: LineMoved): void => {
  sum.units += line.units
  sum.unitsReturned += line.unitsReturned
  sum.gross += line.gross
  sum.refunds += line.refunds
  sum.partnerNet += line.partnerNet
}

const byPartner = (lines: readonly LineMoved[]): readonly PartnerMoved[] => {
  const moved: PartnerMoved[] = []
  for (const line of lines) {
    let partner = moved.find(({ partnerId }) => partnerId === line.partnerId)
    if (partner === undefined) {
      partner = { partnerId: line.partnerId, all: nothing(), categories: [] }
      moved.push(partner)
    }
    let category = partner.categories.find((each) => each.category === line.category)
    if (category === undefined) {
      category = { category: line.category, added: nothing() }
      partner.categories.push(category)
    }
    add(partner.all, line)
    add(category.added, line)
  }
  return moved
}

const earlier = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b < a) ? b : a
const later = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b > a) ? b : a

const counted = (
  before: Figures,
  added: Added,
  purchases: number,
  placedAt: string | null,
  turns: { readonly buyers: number; readonly reached: number },
): Figures => {
  const after = before.purchases + purchases
  const gross = before.gross + added.gross
  const refunds = before.refunds + added.refunds
  return {
    buyers: before.buyers + turns.buyers,
    reached: before.reached + turns.reached,
    purchases: after,
    units: before.units + added.units,
    unitsReturned: before.unitsReturned + added.unitsReturned,
    gross,
    refunds,
    net: gross - refunds,
    partnerNet: before.partnerNet + added.partnerNet,
    firstSaleAt: after === 0 ? null : earlier(before.firstSaleAt, placedAt),
    lastSaleAt: after === 0 ? null : later(before.lastSaleAt, placedAt),
  }
}

const months = (month: string): readonly string[] => [ALL, month]

const ofMovement = (movement: Movement, position: string): readonly Change[] => {
  const changes: Change[] = []
  const { communityId: community, personId, purchases, placedAt, currency, segments } = movement
  for (const { partnerId: partner, all, categories } of byPartner(movement.lines)) {
    const slots = segments.flatMap((segment) => [
      keyOf(segment, ALL),
      ...categories.map(({ category }) => keyOf(segment, category)),
    ])
    for (const month of months(movement.counted)) {
      const row = keyOf(partner, community, personId, month)
      if (purchases !== 0) {
        changes.push(members.change(row, (before) => countMember(before, slots, purchases, false, position)))
      }
      for (const segment of segments) {
        const key: CellKey = { partner, community, segment, month }
        const fold = (before: CellDocument = fresh(key), given: MemberRow | undefined): CellDocument => {
          const count = (figures: Figures, added: Added, category: string): Figures =>
            counted(figures, added, purchases, placedAt, turnsAt(given, keyOf(segment, category), position))
          let byCategory = before.categories
          for (const { category, added } of categories) {
            byCategory = withCategory(byCategory, category, (figures) => count(figures, added, category))
          }
          return {
            ...key,
            currency: inCurrency(before, currency),
            ...count(before, all, ALL),
            categories: byCategory,
          }
        }
        const name = keyOf(partner, community, segment, month)
        changes.push(
          purchases === 0
            ? cells.change(name, (before) => fold(before, undefined))
            : cells.changeGiven(name, { of: members, key: row }, fold),
        )
      }
    }
    if (purchases === 1) changes.push(...ofServing(partner, community, categories))
  }
  return changes
}

const ofServing = (
  partner: string,
  community: string,
  categories: PartnerMoved['categories'],
): readonly Change[] =>
  categories.flatMap(({ category }) =>
    category === NONE
      ? []
      : [
          served.change(
            keyOf(category, community, partner),
            (before) => before ?? { category, community, partner },
          ),
        ],
  )

const ofTouch = (touch: DataOf<'TouchRecorded'>, position: string): readonly Change[] => {
  const { subject, communityId: community, reached } = touch
  if (!subject.startsWith('person_')) return []
  const changes: Change[] = []
  const segments = segmentSlots(touch.segments)
  for (const partner of new Set(reached.map(({ partnerId }) => partnerId))) {
    const categories = [
      ...new Set(reached.flatMap((each) => (each.partnerId === partner ? [each.category ?? NONE] : []))),
    ]
    const slots = segments.flatMap((segment) =>
      [ALL, ...categories].map((category) => keyOf(segment, category)),
    )
    for (const month of months(monthOf(touch.businessDate))) {
      const row = keyOf(partner, community, subject, month)
      changes.push(members.change(row, (before) => countMember(before, slots, 0, true, position)))
      for (const segment of segments) {
        const key: CellKey = { partner, community, segment, month }
        changes.push(
          cells.changeGiven(
            keyOf(partner, community, segment, month),
            { of: members, key: row },
            (found, given) => {
              const before = found ?? fresh(key)
              const reach = (figures: Figures, category: string): Figures => ({
                ...figures,
                reached: figures.reached + turnsAt(given, keyOf(segment, category), position).reached,
              })
              const newly = [ALL, ...categories].filter(
                (category) => turnsAt(given, keyOf(segment, category), position).reached !== 0,
              )
              if (newly.length === 0) return found
              let byCategory = before.categories
              for (const category of newly) {
                if (category !== ALL) {
                  byCategory = withCategory(byCategory, category, (figures) => reach(figures, category))
                }
              }
              return { ...before, ...reach(before, ALL), categories: byCategory }
            },
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

export const matrix = view({
  name: 'matrix',
  version: 1,
  collections: [cells, members, served],
  types,
  changes,
})
