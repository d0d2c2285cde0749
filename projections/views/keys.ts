/** Parts of keys that several views share. */

/** A dimension left open: all segments, all categories, all months, all partners, all parties. No code begins so. */
export const ALL = '*'
/** Outside every segment; what has no category, such as freight. */
export const NONE = '-'
/** Goods without a category. */
export const OTHER = 'OTHER'

/** Stands for the platform where an organisation is asked for. */
export const PLATFORM = 'platform'

/** Parts never hold the separator: ids and codes have no bar. */
export const keyOf = (first: string, ...more: readonly string[]): string => {
  let key = first
  for (const part of more) key += `|${part}`
  return key
}

/** What a key was made of. */
export const partsOf = (key: string): readonly string[] => key.split('|')

const positionDigits = 20

/** Positions as text of one width: they sort as the log does. */
export const padded = (position: string): string => position.padStart(positionDigits, '0')

/** `2018-03` of a date or an instant. */
export const monthOf = (dateOrInstant: string): string => dateOrInstant.slice(0, 7)

/** The segments that something counts in: ALL, then each that held, else NONE. */
export const segmentSlots = (segments: readonly { readonly id: string }[]): readonly string[] => {
  if (segments.length === 0) return [ALL, NONE]
  if (segments.length === 1) return [ALL, segments[0]?.id ?? NONE]
  return [ALL, ...new Set(segments.map(({ id }) => id))]
}
