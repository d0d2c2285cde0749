/** Text that no record can keep as it was sent. */
import { isRecord } from './input-value.ts'

/** Half a character (a lone surrogate), or a control character other than tab and the ends of lines. */
const unfit = /[^\P{Cc}\t\n\r]|\p{Cs}/u

/** Where the first such text stands in a value, or null. Names of properties are those of the schema. */
export const unfitTextIn = (value: unknown): readonly string[] | null => {
  if (typeof value === 'string') return unfit.test(value) ? [] : null
  if (!isRecord(value) && !Array.isArray(value)) return null
  for (const [name, inner] of Object.entries(value)) {
    // Most of an input is neither: a look here saves a call.
    if (inner === null || typeof inner === 'number' || typeof inner === 'boolean') continue
    const found = unfitTextIn(inner)
    if (found !== null) return [name, ...found]
  }
  return null
}

export const unfitTextAdvice =
  'The text has a control character, or half of a character. Send whole characters that can be read.'
