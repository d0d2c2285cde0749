/**
 * A set of ids that is never mutated: a change makes a new set which shares all slots that it did not touch, so that
 * folding a long stream of small changes costs little.
 */
const slotCount = 32

/** FNV-1a, 32 bits, of an id (ASCII). */
export const fnv1a = (id: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

export interface MemberSet {
  readonly size: number
  readonly slots: readonly ReadonlySet<string>[]
}

const empty: ReadonlySet<string> = new Set()
export const noMembers: MemberSet = { size: 0, slots: Array.from({ length: slotCount }, () => empty) }

// The low byte of the hash picks the bucket that a whole set is of.
const slotOf = (id: string): number => (fnv1a(id) >>> 8) % slotCount

export const hasMember = ({ slots }: MemberSet, id: string): boolean => slots[slotOf(id)]?.has(id) ?? false

const changed = (
  set: MemberSet,
  ids: readonly string[],
  change: (slot: Set<string>, id: string) => void,
): MemberSet => {
  const fresh = new Map<number, Set<string>>()
  for (const id of ids) {
    const index = slotOf(id)
    const slot = fresh.get(index) ?? new Set(set.slots[index])
    fresh.set(index, slot)
    change(slot, id)
  }
  const slots = set.slots.map((slot, index) => fresh.get(index) ?? slot)
  return { size: slots.reduce((sum, slot) => sum + slot.size, 0), slots }
}

export const withMembers = (set: MemberSet, ids: readonly string[]): MemberSet =>
  changed(set, ids, (slot, id) => slot.add(id))

export const withoutMembers = (set: MemberSet, ids: readonly string[]): MemberSet =>
  changed(set, ids, (slot, id) => slot.delete(id))

/** In the order of code units. */
export const membersOf = ({ slots }: MemberSet): readonly string[] =>
  slots.flatMap((slot) => [...slot]).sort()
