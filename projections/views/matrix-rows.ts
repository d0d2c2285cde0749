/**
 * Who stands behind the buyers and the reached of a matrix cell. One row per (partner, community, person, month or
 * ALL); in it, for each (segment, category), how many purchases count and whether there was a touch, and the
 * positions at which the person became one (and ceased to be, and became again). A cell counts an event only where
 * the row holds the event's own position: a second delivery counts once, whatever was written before.
 */

import { type Collection, collection } from './collection.ts'
import { integer, list, nullable, object, type Shape, type Shaped, text } from './shape.ts'

/** Turns on at even places, off at odd ones. */
const turns = list(text)

/** At `segment|category`. `reach` is null while it equals `buyer`: nobody was reached but by buying. */
const slot = object({ at: text, bought: integer, touched: integer, buyer: turns, reach: nullable(turns) })
type Slot = Shaped<typeof slot>

const row: Shape<{ readonly slots: readonly Slot[] }> = object({ slots: list(slot) })
export type MemberRow = Shaped<typeof row>

export const members: Collection<MemberRow> = collection({
  name: 'members',
  fields: {},
  indexes: [],
  shape: row,
})

/** Redelivery goes back one batch at most; a batch is never longer. Even, so that on and off keep their places. */
const keptTurns = 8_192

const turn = (before: readonly string[], position: string): readonly string[] =>
  before.length < keptTurns ? [...before, position] : [...before.slice(2), position]

const none: Slot = { at: '', bought: 0, touched: 0, buyer: [], reach: null }

const moved = (before: Slot, at: string, purchases: number, touch: boolean, position: string): Slot => {
  const bought = Math.max(0, before.bought + purchases)
  const touched = touch ? 1 : before.touched
  const bears = bought > 0 !== before.bought > 0
  const reaches = (bought > 0 || touched > 0) !== (before.bought > 0 || before.touched > 0)
  if (bought === before.bought && touched === before.touched) return before
  const buyer = bears ? turn(before.buyer, position) : before.buyer
  const apart = before.reach !== null || bears !== reaches
  const earlier = before.reach ?? before.buyer
  const reach = !apart ? null : reaches ? turn(earlier, position) : earlier
  return { at, bought, touched, buyer, reach }
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

const turned = (positions: readonly string[], position: string): 1 | 0 | -1 => {
  const at = positions.lastIndexOf(position)
  return at === -1 ? 0 : at % 2 === 0 ? 1 : -1
}

/** What the event at `position` did to the numbers of buyers and of reached in one slot. */
export const turnsAt = (
  row: MemberRow | undefined,
  at: string,
  position: string,
): { readonly buyers: 1 | 0 | -1; readonly reached: 1 | 0 | -1 } => {
  const found = row?.slots.find((each) => each.at === at)
  if (found === undefined) return { buyers: 0, reached: 0 }
  const buyers = turned(found.buyer, position)
  return { buyers, reached: found.reach === null ? buyers : turned(found.reach, position) }
}
