/** Text that no record can keep as it was sent, and names that would be shown as something else than they are. */
import { isRecord } from './input-value.ts'

/**
 * Half a character (a lone surrogate), a control character other than tab and the ends of lines, or one that turns
 * the direction of what stands around it, in whatever list it is shown.
 */
const unfit = /[^\P{Cc}\t\n\r]|\p{Cs}|[\u202a-\u202e\u2066-\u2069]/u

/**
 * Format characters that are not seen, so that two names look like one. Tags are part of flags, eight at most: a search
 * back that has no bound takes the square of a text's length. Joiners are letters' and emoji's, but do nothing after the
 * scripts named here and digits.
 */
const unseen =
  /[\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]|(?<!\u{1f3f4}[\u{e0000}-\u{e007f}]{0,8})[\u{e0000}-\u{e007f}]|(?<=^|[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Nd}\s])[\u200c\u200d]/u

/** They tell what follows to be read from the left, or the right: of use beside letters that are read from the right. */
const mark = /[\u061c\u200e\u200f]/
const fromTheRight =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u

/** Properties that hold names: what lists show, and people choose by. */
const names = new Set(['name', 'title', 'label', 'holder'])

const isUnfitName = (text: string): boolean =>
  unseen.test(text) || (mark.test(text) && !fromTheRight.test(text))

const isUnfit = (text: string, property: string): boolean =>
  unfit.test(text) || (names.has(property) && isUnfitName(text))

/**
 * Where the first such text stands in a value, or null. Names of properties are those of the schema; `property` is the
 * one that holds the value.
 */
export const unfitTextIn = (value: unknown, property = ''): readonly string[] | null => {
  if (typeof value === 'string') return isUnfit(value, property) ? [] : null
  if (!isRecord(value) && !Array.isArray(value)) return null
  for (const [name, inner] of Object.entries(value)) {
    // Most of an input is neither: a look here saves a call.
    if (inner === null || typeof inner === 'number' || typeof inner === 'boolean') continue
    const found = unfitTextIn(inner, name)
    if (found !== null) return [name, ...found]
  }
  return null
}

export const unfitTextAdvice =
  'The text has a control character, half of a character, or a character that is not seen and may change how others are shown. Send whole characters that can be read.'
