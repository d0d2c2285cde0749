/** Whether two values of plain JSON data are equal: the order of an object's keys does not matter. */
export const same = (left: unknown, right: unknown): boolean => {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Array.isArray(left) !== Array.isArray(right)) return false
  const entries = Object.entries(left)
  const others = new Map<string, unknown>(Object.entries(right))
  return (
    entries.length === others.size &&
    entries.every(([key, value]) => others.has(key) && same(value, others.get(key)))
  )
}

/** Negative, zero or positive, by code units: the one order of ids and codes, in every locale. */
export const byCodeUnits = (left: string, right: string): number => {
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** Without repeats, in the order of code units. */
export const sortedSet = (values: Iterable<string>): string[] => [...new Set(values)].sort(byCodeUnits)
