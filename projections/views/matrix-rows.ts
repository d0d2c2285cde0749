/**
 * Who stands behind the buyers and the reached of a matrix cell. One row per (partner, community, person, month or
 * ALL); in it, for each (segment, category), how many purchases count and whether there was a touch, and the
 * position of the event that last made the person one, or ceased to. A cell counts an event only where the row
 * holds the event's own position: a second delivery counts once. The last turn is enough, since the runner never
 * lets a row run ahead of the cells that are given it.
 */
import { type Collection, collection } from './collection.ts'
import { integer, list, nullable, object, type Shape, type Shaped, text } from './shape.ts'

/** At `segment|category`; positions of the last turns, null before the first. */
const slot = object({
  at: text,
  bought: integer,
  touched: integer,
  buyer: nullable(text),
  reach: nullable(text),
})
type Slot = Shaped<typeof slot>

const row: Shape<{ readonly slots: readonly Slot[] }> = object({ slots: list(slot) })
export type MemberRow = Shaped<typeof row>

export const members: Collection<MemberRow> = collection({
  name: 'members',
  fields: {},
  indexes: [],
  shape: row,
})

const none: Slot = { at: '', bought: 0, touched: 0, buyer: null, reach: null }

const isReached = ({ bought, touched }: Slot): boolean => bought > 0 || touched > 0

const moved = (before: Slot, at: string, purchases: number, touch: boolean, position: string): Slot => {
  const bought = Math.max(0, before.bought + purchases)
  const touched = touch ? 1 : before.touched
  if (bought === before.bought && touched === before.touched) return before
  const isTurn = bought > 0 !== before.bought > 0
  const after = { at, bought, touched, buyer: isTurn ? position : before.buyer, reach: before.reach }
  return isReached(after) === isReached(before) ? after : { ...after, reach: position }
}

/** Counts a purchase (1), its undoing (-1), or a touch, in all slots named. The same row where nothing changed. */
export const countMember = (
  before: MemberRow | undefined,
  at: readonly string[],
  purchases: number,
  touch: boolean,
  position: string,
): MemberRow => {
  const slots = before === undefined ? [] : [...before.slots]
  let changed = before === undefined
  for (const name of at) {
    const index = slots.findIndex((each) => each.at === name)
    const found = slots[index]
    const after = moved(found ?? none, name, purchases, touch, position)
    if (after === found || after === none) continue
    changed = true
    if (found === undefined) slots.push(after)
    else slots[index] = after
  }
  return changed || before === undefined ? { slots } : before
}

/** What the event at `position` did to the numbers of buyers and of reached in one slot. */
export const turnsAt = (
  row: MemberRow | undefined,
  at: string,
  position: string,
): { readonly buyers: 1 | 0 | -1; readonly reached: 1 | 0 | -1 } => {
  const found = row?.slots.find((each) => each.at === at)
  if (found === undefined) return { buyers: 0, reached: 0 }
  return {
    buyers: found.buyer !== position ? 0 : found.bought > 0 ? 1 : -1,
    reached: found.reach !== position ? 0 : isReached(found) ? 1 : -1,
  }
}
