/**
 * Who stands behind the buyers and the reached of a matrix cell. One row per (partner, community, person, month or
 * ALL); in it, for each (segment, category), how many purchases count and whether there was a touch, and the
 * position of the event that last made the person one, or ceased to. A cell counts an event only where the row
 * holds the event's own position: a second delivery counts once. The last turn is enough, since the runner never
 * lets a row run ahead of the cells that are given it.
 */
import { type Collection, collection } from './collection.ts'
import { integer, list, nullable, object, type Shape, type Shaped, text, tuple } from './shape.ts'

/**
 * Segment, category, purchases that count, touches (0 or 1), and the positions of the last turn as a buyer and as
 * reached, null before the first. A list rather than an object: these are most of what the view keeps.
 */
const slot = tuple([text, text, integer, integer, nullable(text), nullable(text)])
type Slot = Shaped<typeof slot>

const row: Shape<{ readonly slots: readonly Slot[] }> = object({ slots: list(slot) })
export type MemberRow = Shaped<typeof row>

export const members: Collection<MemberRow> = collection({
  name: 'members',
  fields: {},
  indexes: [],
  shape: row,
})

const moved = (before: Slot, purchases: number, touch: boolean, position: string): Slot => {
  const [segment, category, boughtBefore, touchedBefore, buyer, reach] = before
  const bought = Math.max(0, boughtBefore + purchases)
  const touched = touch ? 1 : touchedBefore
  if (bought === boughtBefore && touched === touchedBefore) return before
  const isBuyerTurn = bought > 0 !== boughtBefore > 0
  const isReachTurn = bought + touched > 0 !== boughtBefore + touchedBefore > 0
  return [segment, category, bought, touched, isBuyerTurn ? position : buyer, isReachTurn ? position : reach]
}

const placeOf = (slots: readonly Slot[], segment: string, category: string): number => {
  let place = 0
  for (const each of slots) {
    if (each[0] === segment && each[1] === category) return place
    place += 1
  }
  return -1
}

/** What one event does to a person: a purchase (1), its undoing (-1), a touch; in each segment and category. */
export interface MemberMoved {
  readonly segments: readonly string[]
  readonly categories: readonly string[]
  readonly purchases: 1 | 0 | -1
  readonly touch: boolean
  readonly position: string
}

/** The row after the event; the same one where nothing changed. */
export const countMember = (before: MemberRow | undefined, event: MemberMoved): MemberRow | undefined => {
  const { segments, categories, purchases, touch, position } = event
  const slots = before === undefined ? [] : [...before.slots]
  let changed = false
  for (const segment of segments) {
    for (const category of categories) {
      const index = placeOf(slots, segment, category)
      const found = slots[index] ?? ([segment, category, 0, 0, null, null] as const)
      const after = moved(found, purchases, touch, position)
      if (after === found) continue
      changed = true
      if (index === -1) slots.push(after)
      else slots[index] = after
    }
  }
  return changed ? { slots } : before
}

export interface Turns {
  readonly buyers: 1 | 0 | -1
  readonly reached: 1 | 0 | -1
}

export const noTurns: Turns = { buyers: 0, reached: 0 }

/** What the event at `position` did to the numbers of buyers and of reached in one slot. */
export const turnsAt = (
  row: MemberRow | undefined,
  segment: string,
  category: string,
  position: string,
): Turns => {
  const found = row?.slots[placeOf(row.slots, segment, category)]
  if (found === undefined) return noTurns
  const [, , bought, touched, buyer, reach] = found
  if (buyer !== position && reach !== position) return noTurns
  return {
    buyers: buyer !== position ? 0 : bought > 0 ? 1 : -1,
    reached: reach !== position ? 0 : bought + touched > 0 ? 1 : -1,
  }
}
