/** How the schema names what is open or outside: ALL and NONE, where views have signs that no code begins with. */
import { ALL, NONE } from '../../projections/views/keys.ts'

/** Of an argument: null where it was left out. */
export const slotOf = (value: string | null | undefined): string | null => {
  if (value === 'ALL') return ALL
  if (value === 'NONE') return NONE
  return value ?? null
}

/** Of a figure: a segment's id, a category, ALL or NONE. */
export const slotName = (value: string): string => {
  if (value === ALL) return 'ALL'
  return value === NONE ? 'NONE' : value
}
