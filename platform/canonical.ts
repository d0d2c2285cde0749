/**
 * Canonical JSON (RFC 8785): one text for one value, so that a hash of it is a hash of the value. Keys are
 * sorted by UTF-16 code units; numbers and strings are written as ECMAScript does; -0 is 0.
 *
 * Like JSON, a property whose value is `undefined` is left out. What JSON would change in silence is refused.
 */

const deepest = 500

const SORTED = 0
const UNSORTED = 1
/** Refused, or has keys that no object would give back in sorted order. */
const ODD = 2

const isPlain = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * Whether `JSON.stringify` already writes the canonical form. Allocates nothing: our own data is built with
 * its keys sorted, so this walk is nearly always all that is added to the one native call. Surrogates are
 * left to `canonicalJson`, which finds them in the finished text far faster.
 */
const survey = (value: unknown, depth: number): number => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return SORTED
    case 'number':
      return Number.isFinite(value) ? SORTED : ODD
    case 'object':
      return value === null ? SORTED : depth > deepest ? ODD : surveyInside(value, depth)
    default:
      return ODD
  }
}

/** Keys like "10", which JavaScript puts first whatever the order given. */
const isIndex = (key: string): boolean => key.charCodeAt(0) <= 0x39 && /^\d+$/.test(key)

const surveyInside = (value: object, depth: number): number => {
  let result = SORTED
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const inner = survey(value[index], depth + 1)
      if (inner > result) result = inner
    }
    return result
  }
  if (!isPlain(value)) return ODD
  let previous: string | undefined
  let previousUnit = -1
  let ordered = true
  for (const key in value) {
    const property = value[key]
    if (property === undefined) continue
    if (key === '__proto__') return ODD
    // Its first unit nearly always tells, and costs less to look at than the whole key.
    const unit = key.charCodeAt(0)
    if (!(unit > previousUnit) && previous !== undefined && key <= previous) ordered = false
    previous = key
    previousUnit = unit
    const inner = survey(property, depth + 1)
    if (inner > result) result = inner
  }
  if (ordered) return result
  return Object.keys(value).some(isIndex) ? ODD : Math.max(result, UNSORTED)
}

const refuse = (path: string, what: string): never => {
  throw new TypeError(`${path} cannot be written as canonical JSON: ${what}.`)
}

const writeText = (text: string, path: string): string =>
  text.isWellFormed() ? JSON.stringify(text) : refuse(path, 'the text has a lone surrogate')

const byCodeUnits = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : 1

/** The slow way round: builds the text key by key, and names the path of what cannot be written. */
const write = (value: unknown, path: string, depth: number): string => {
  switch (typeof value) {
    case 'string':
      return writeText(value, path)
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : refuse(path, `${value} is not a JSON number`)
    case 'boolean':
      return String(value)
    case 'object': {
      if (value === null) return 'null'
      if (depth > deepest) return refuse(path, `it is nested deeper than ${deepest} levels, or in a circle`)
      if (Array.isArray(value)) {
        const items = Array.from(value, (item: unknown, index) => write(item, `${path}[${index}]`, depth + 1))
        return `[${items.join(',')}]`
      }
      if (!isPlain(value)) return refuse(path, 'it is not a plain object')
      const properties = Object.entries(value)
        .filter(([, property]) => property !== undefined)
        .sort(byCodeUnits)
        .map(([key, property]) => {
          const inner = `${path}.${key}`
          return `${writeText(key, inner)}:${write(property, inner, depth + 1)}`
        })
      return `{${properties.join(',')}}`
    }
    default:
      return refuse(path, `it is of type ${typeof value}`)
  }
}

/** Of keys there are few, so that a sort of its own costs less than the general one. */
const sortKeys = (keys: string[]): readonly string[] => {
  if (keys.length > 32) return keys.sort()
  for (let end = 1; end < keys.length; end += 1) {
    const key = keys[end] ?? ''
    let at = end
    for (let ahead = keys[at - 1]; ahead !== undefined && key < ahead; ahead = keys[at - 1]) {
      keys[at] = ahead
      at -= 1
    }
    keys[at] = key
  }
  return keys
}

/** A copy of surveyed plain data, its keys set in sorted order. */
const sorted = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const copy: Record<string, unknown> = {}
  if (isPlain(value)) for (const key of sortKeys(Object.keys(value))) copy[key] = sorted(value[key])
  return copy
}

/**
 * The canonical JSON text of plain data.
 * @throws {TypeError} naming the path (`$.lines[2].note`), for anything that JSON has no place for: undefined
 * (but as a property's value), NaN, infinities, bigint, functions, symbols, lone surrogates, objects that are
 * not plain (dates, maps, instances of classes), circles.
 */
export const canonicalJson = (value: unknown): string => {
  const found = survey(value, 0)
  if (found === ODD) return write(value, '$', 0)
  const text = JSON.stringify(found === SORTED ? value : sorted(value))
  // A lone surrogate is written as an escape that looks like this; the slow way tells it from innocent text.
  return text.includes('\\ud') ? write(value, '$', 0) : text
}
